//! Virtual datasets of whole frames: each frame is read where it really is, past the virtual dataset.
//!
//! Detectors write one file a module of the writer or a file a thousand frames, and lay a virtual dataset over them.

use std::collections::BTreeMap;
use std::ops::Range;

use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};

use super::frames::Frames;
use super::written::numbers;
use super::{BoxedSource, Indirect, segment};
use crate::hdf5::place::Place;
use crate::hdf5::raw::Regular;
use crate::hdf5::virtuals::{self, VirtualSource};

/// Where a frame is: which source, and its number there.
type Whereabouts = Option<(u32, usize)>;

struct GatherSource {
    /// File and dataset, for messages.
    name: String,
    spec: StackSpec,
    sources: Vec<BoxedSource>,
    frames: Vec<Whereabouts>,
}

/// Opens a virtual dataset each of whose mappings maps whole frames of sources stored alike.
///
/// # Errors
/// [`Indirect::Slow`] when it maps parts of frames or its sources are stored in different ways.
pub(super) fn open(place: &Place, frames: &Frames, notices: &mut Vec<String>) -> Result<BoxedSource, Indirect> {
    frames.check_count(place)?;
    let (mut sources, mut table) = (Vec::new(), vec![None; frames.count]);
    let mut opened: BTreeMap<String, usize> = BTreeMap::new();
    let mut own_notices = Vec::new();
    for mapped in virtuals::sources(place)? {
        let inner = Frames::of(&mapped.place)?;
        inner.check_count(&mapped.place)?;
        let pairs = pairs(&mapped, frames, &inner)?;
        let identity = mapped.place.identity();
        let index = match opened.get(&identity) {
            Some(index) => *index,
            None => {
                let part = segment(&mapped.place)?;
                own_notices.extend(part.notices);
                sources.push(part.source);
                opened.insert(identity, sources.len() - 1);
                sources.len() - 1
            }
        };
        // Where mappings overlap, HDF5 lets the later one win.
        for (to, from) in pairs {
            table[to] = from.map(|from| (index as u32, from));
        }
    }
    let spec = common_spec(place, frames, &sources)?;
    notices.extend(own_notices);
    let name = format!("{}::{}", place.file.display(), place.path);
    Ok(Box::new(GatherSource { name, spec, sources, frames: table }))
}

/// Which frame comes from which frame of the source; `None` for one that the source does not have (yet).
fn pairs(mapped: &VirtualSource, frames: &Frames, inner: &Frames) -> Result<Vec<(usize, Option<usize>)>, Indirect> {
    let parts = || Indirect::Slow("it is a virtual dataset that is not made of whole frames".into());
    let (Some(target), Some(source)) = (&mapped.mapping.target, &mapped.mapping.source) else { return Err(parts()) };
    if !whole_frames(target, frames) || !whole_frames(source, inner) || frames.shape != inner.shape {
        return Err(parts());
    }
    let mut from = numbers(source, inner).into_iter();
    Ok(numbers(target, frames).into_iter().map(|to| (to, from.next())).collect())
}

/// True when a selection takes all rows and columns.
fn whole_frames(part: &Regular, frames: &Frames) -> bool {
    let rank = frames.leading.len();
    let (rows, columns) = frames.shape;
    part.has_rank(rank + 2) && part.takes_all(rank, rows) && part.takes_all(rank + 1, columns)
}

fn common_spec(place: &Place, frames: &Frames, sources: &[BoxedSource]) -> Result<StackSpec, Indirect> {
    let Some(first) = sources.first() else { return Err(place.fail("a virtual dataset without sources").into()) };
    let format = first.spec().format.clone();
    let alike = sources.iter().all(|source| source.spec().format == format && source.spec().dtype == frames.dtype);
    if !alike {
        return Err(Indirect::Slow("the sources of the virtual dataset are stored in different ways".into()));
    }
    Ok(frames.spec(format))
}

impl Source for GatherSource {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let name = &self.name;
        let place = *self.frames.get(frame).ok_or_else(|| format!("{name} has no frame {frame}"))?;
        let (source, number) = place.ok_or_else(|| format!("{name}: frame {frame} was never written"))?;
        let result = self.sources[source as usize].read(number, buf);
        buf.frame = frame;
        result
    }

    fn will_need(&self, frames: Range<usize>) {
        for (source, number) in self.frames.iter().skip(frames.start).take(frames.len()).flatten() {
            self.sources[*source as usize].will_need(*number..number + 1);
        }
    }
}
