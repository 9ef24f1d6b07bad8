//! Frames stored one behind the other, not in chunks.

use std::fs::File;
use std::ops::Range;

use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};

use super::ahead;
use super::chunked::read_at;
use super::frames::Frames;
use super::{BoxedSource, Indirect};
use crate::hdf5::open::describe_io;
use crate::hdf5::place::Place;

struct ContiguousSource {
    file: File,
    /// File and dataset, for messages.
    name: String,
    spec: StackSpec,
    /// Where the first frame starts; `None` when nothing was written.
    start: Option<u64>,
}

/// Opens a contiguous dataset of the machine's own byte order.
pub(super) fn open(place: &Place, frames: &Frames) -> Result<BoxedSource, Indirect> {
    let plist = frames.dataset.create_plist();
    let elsewhere = plist.and_then(|plist| plist.get_external()).map_or(true, |files| !files.is_empty());
    if elsewhere {
        return Err(Indirect::Slow("its data are in files of their own".into()));
    }
    if !frames.native {
        return Err(Indirect::Slow("its elements are not in the machine's byte order".into()));
    }
    let file = File::open(&place.file).map_err(|error| place.fail(describe_io(&error)))?;
    let name = format!("{}::{}", place.file.display(), place.path);
    let spec = frames.spec(frames.raw_format(place)?);
    Ok(Box::new(ContiguousSource { file, name, spec, start: frames.dataset.offset() }))
}

impl Source for ContiguousSource {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let name = &self.name;
        if frame >= self.spec.frames {
            return Err(format!("{name} has no frame {frame}"));
        }
        let start = self.start.ok_or_else(|| format!("{name}: frame {frame} was never written"))?;
        let size = self.spec.format.bytes() as u64;
        buf.frame = frame;
        buf.filter_mask = 0;
        buf.error = None;
        let address = start + frame as u64 * size;
        read_at(&self.file, address, size, &mut buf.bytes).map_err(|why| format!("{name}: frame {frame} {why}"))
    }

    fn will_need(&self, frames: Range<usize>) {
        let (Some(start), size) = (self.start, self.spec.format.bytes() as u64) else { return };
        for frame in frames.start..frames.end.min(self.spec.frames) {
            ahead::fetch(&self.file, start + frame as u64 * size, size);
        }
    }
}
