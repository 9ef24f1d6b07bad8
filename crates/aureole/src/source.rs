//! Sources: stacks of frames in HDF5 files, single images, frames in memory, and frames that a detector sends.
//!
//! [`open`] asks HDF5 once, for structure and for the addresses of the chunks. After that a frame is one positioned read
//! of a plain file, from any thread, under no lock. What cannot be addressed so (several frames a chunk, virtual
//! datasets of parts of frames, filters that only HDF5 has) goes through the library, one frame at a time, and a
//! notice says so.

mod choice;
mod error;
mod growing;
mod hdf5;
mod memory;
mod paired;
mod stack;
pub mod stream;

use aureole_core::pipeline::Source;

use crate::image::{extension, read_image};
use crate::input;

pub use choice::Candidate;
pub use error::SourceError;
pub use growing::{Arrived, Growing};
pub use hdf5::{follow, is_there, may_come};
pub use memory::MemorySource;
pub use paired::Paired;
pub use stack::{Origin, Stack};
pub use stream::{Stream, StreamOptions, is_stream};

pub(crate) use choice::{choose, numbered_series, survey};

/// A stack, or a part of one, from one dataset.
pub(crate) struct Segment {
    pub(crate) source: Box<dyn Source + Send + Sync>,
    pub(crate) origin: Origin,
    pub(crate) notices: Vec<String>,
}

/// Opens inputs, each `FILE` or `FILE::/path`, as one stack, in the order given.
///
/// Without a path the dataset is found where the file makes it plain (the NeXus default, the links of an Eiger master,
/// the `measurement` of LImA and BLISS, the only stack). Images (`.npy`, `.edf`, `.tif`)
/// are stacks of one frame.
///
/// # Errors
/// When an input cannot be opened, leads to something missing, leaves a choice, or does not fit the first one.
pub fn open(inputs: &[String]) -> Result<Stack, SourceError> {
    let mut segments = Vec::new();
    for input in inputs {
        segments.extend(open_one(input)?);
    }
    Stack::join(segments)
}

fn open_one(input: &str) -> Result<Vec<Segment>, SourceError> {
    if is_stream(input) {
        let reason = "a stream can only be followed, by aureole integrate".into();
        return Err(SourceError::Unsuitable { input: input.into(), reason });
    }
    let (file, path) = input::split(input);
    let is_image = matches!(extension(file).as_str(), "npy" | "npz" | "edf" | "azim" | "tif" | "tiff");
    if !is_image {
        return hdf5::open(file, path);
    }
    let image = read_image(input)?;
    let origin = Origin { file: file.to_owned(), dataset: None, frames: 1 };
    let source = MemorySource::new(image.shape, image.dtype, vec![image.bytes])
        .ok_or_else(|| SourceError::Unsuitable { input: input.into(), reason: "an image without pixels".into() })?;
    Ok(vec![Segment { source: Box::new(source), origin, notices: Vec::new() }])
}
