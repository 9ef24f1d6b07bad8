//! Stacks in HDF5 files.

mod ahead;
mod chunked;
mod contiguous;
mod follow;
mod frames;
mod gather;
mod kept;
mod library;
mod reading;
mod tiled;
mod written;

use std::path::Path;

use aureole_core::pipeline::Source;
use hdf5_metno::dataset::Layout;

use super::{Origin, Segment, SourceError, choose};
use crate::hdf5::place::Place;
use crate::hdf5::{Hdf5Error, Reach};
use frames::Frames;

pub use follow::{follow, is_there, may_come};

type BoxedSource = Box<dyn Source + Send + Sync>;

/// Why a dataset's frames are not read by plain positioned reads.
enum Indirect {
    /// The library must read them, for this reason.
    Slow(String),
    /// They cannot be read at all.
    Wrong(Hdf5Error),
}

impl From<Hdf5Error> for Indirect {
    fn from(error: Hdf5Error) -> Self {
        Indirect::Wrong(error)
    }
}

/// The segments of the dataset at `path`, or of the one that the file makes plain.
///
/// With them, what is missing behind them of a numbered series.
pub(super) fn open(
    file: &Path,
    path: Option<&str>,
    reach: Reach,
) -> Result<(Vec<Segment>, Option<Hdf5Error>), SourceError> {
    let root = Place::open(file, reach)?;
    let chosen = choose(&root, path)?;
    let segments = chosen.places.iter().map(segment).collect::<Result<_, _>>()?;
    Ok((segments, chosen.missing))
}

/// One dataset as a segment: by plain reads where its chunks allow, else through the library, and said so.
fn segment(place: &Place) -> Result<Segment, Hdf5Error> {
    let frames = Frames::of(place)?;
    let origin = Origin { file: place.file.clone(), dataset: Some(place.path.clone()), frames: frames.count };
    let mut notices = place.notices.clone();
    let direct: Result<BoxedSource, Indirect> = match frames.dataset.layout() {
        Layout::Chunked => chunked::open(place, &frames),
        Layout::Contiguous => contiguous::open(place, &frames),
        Layout::Virtual => gather::open(place, &frames, &mut notices),
        Layout::Compact => Err(Indirect::Slow("its data are kept with its description".into())),
    };
    let source = match direct {
        Ok(source) => source,
        Err(Indirect::Wrong(error)) => return Err(error),
        Err(Indirect::Slow(reason)) => {
            let what = format!("{}::{}", place.file.display(), place.path);
            notices.push(format!("{what} is read through the HDF5 library, slower than needed: {reason}"));
            library::open(place, &frames)?
        }
    };
    Ok(Segment { source, origins: vec![origin], notices })
}
