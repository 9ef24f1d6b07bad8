//! The fallback: HDF5 reads each frame, under its lock.

use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};

use super::BoxedSource;
use super::frames::{Frames, position};
use super::written::written;
use crate::hdf5::Hdf5Error;
use crate::hdf5::place::Place;
use crate::hdf5::{raw, virtuals};

struct LibrarySource {
    frames: Frames,
    /// File and dataset, for messages.
    name: String,
    spec: StackSpec,
    /// The frames that are stored as a whole: HDF5 reads what is not as fill values and says nothing.
    written: Vec<bool>,
}

/// Opens a dataset of any layout, byte order and filter that the library reads.
///
/// # Errors
/// When a virtual dataset has a source that HDF5 would read as zeros.
pub(super) fn open(place: &Place, frames: &Frames) -> Result<BoxedSource, Hdf5Error> {
    virtuals::check(place)?;
    crate::hdf5::plugin::register();
    let frames = Frames { dataset: frames.dataset.clone(), leading: frames.leading.clone(), ..*frames };
    let spec = frames.spec(frames.raw_format(place)?);
    let written = written(place, &frames)?;
    let name = format!("{}::{}", place.file.display(), place.path);
    Ok(Box::new(LibrarySource { frames, name, spec, written }))
}

impl Source for LibrarySource {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let name = &self.name;
        match self.written.get(frame) {
            Some(true) => {}
            Some(false) => return Err(format!("{name}: frame {frame} was never written")),
            None => return Err(format!("{name} has no frame {frame}")),
        }
        buf.frame = frame;
        buf.filter_mask = 0;
        buf.error = None;
        buf.bytes.resize(self.frames.bytes(), 0);
        let mut start = position(&self.frames.leading, frame);
        let mut shape = vec![1; start.len()];
        start.extend([0, 0]);
        shape.extend([self.frames.shape.0, self.frames.shape.1]);
        let read = raw::read_block(&self.frames.dataset, &start, &shape, self.frames.dtype, &mut buf.bytes);
        read.map_err(|error| format!("{name}: frame {frame} cannot be read ({error})"))
    }
}
