//! Sources: stacks of frames in HDF5 files, series of image files, frames in memory, and frames that a detector sends.
//!
//! [`open`] asks HDF5 once, for structure and for the addresses of the chunks. After that a frame is one positioned read
//! of a plain file, from any thread, under no lock; where chunks are not single frames, it is put together of theirs. What cannot be
//! addressed so (virtual datasets of parts of frames, filters that only HDF5 has) goes through the library, one frame at a time, and a
//! notice says so.

mod choice;
mod error;
mod growing;
mod hdf5;
mod images;
mod memory;
mod paired;
mod stack;
pub mod stream;

use std::path::PathBuf;

use aureole_core::pipeline::Source;

use crate::image;
use crate::input;

pub use crate::hdf5::Reach;
pub use choice::Candidate;
pub use error::SourceError;
pub use growing::{Arrived, Growing};
pub use hdf5::{follow, is_there, may_come};
pub use memory::MemorySource;
pub use paired::Paired;
pub use stack::{Origin, Stack};
pub use stream::{Stream, StreamOptions, is_stream};

pub(crate) use choice::{choose, numbered_series, survey};

/// A stack, or a part of one: one dataset, or a series of image files.
pub(crate) struct Segment {
    pub(crate) source: Box<dyn Source + Send + Sync>,
    /// Where its frames come from, in order.
    pub(crate) origins: Vec<Origin>,
    pub(crate) notices: Vec<String>,
}

/// Opens inputs, each `FILE` or `FILE::/path`, or a pattern of these (see [`expand`]), as one stack, in the order given.
///
/// Without a path the dataset is found where the file makes it plain (the NeXus default, the links of an Eiger master,
/// the `measurement` of LImA and BLISS, the only stack). Image files (`.npy`, `.edf`, `.tif`, `.cbf`) that follow each other are a
/// series: of files with one frame only the first is opened now, all others when their frame is read.
///
/// # Errors
/// When an input cannot be opened, leads to something missing or out of its folder, leaves a choice, or does not fit the first one.
pub fn open(inputs: &[String]) -> Result<Stack, SourceError> {
    open_within(inputs, Reach::default())
}

/// As [`open`], whose links stay in the folders of the inputs, with links that lead as far as `reach` says.
///
/// # Errors
/// As of [`open`].
pub fn open_within(inputs: &[String], reach: Reach) -> Result<Stack, SourceError> {
    match open_start(inputs, reach)? {
        (_, Some(missing)) => Err(missing),
        (stack, None) => Ok(stack),
    }
}

/// As [`open`], but of a last input whose data files end before its links do (`data_000002` leads to a file that is missing), takes the
/// frames before that. With them what is missing, for who needs later ones.
///
/// # Errors
/// As of [`open`].
pub fn open_start(inputs: &[String], reach: Reach) -> Result<(Stack, Option<SourceError>), SourceError> {
    let (mut segments, mut series, mut missing) = (Vec::new(), Vec::new(), None);
    for input in &expand(inputs)? {
        if let Some(missing) = missing {
            return Err(missing);
        }
        if is_stream(input) {
            let reason = "a stream can only be followed, by aureole integrate".into();
            return Err(SourceError::Unsuitable { input: input.clone(), reason });
        }
        let (file, path) = input::split(input);
        if image::is_image(file) {
            if path.is_some() {
                let reason = "an image file, so there is no dataset to choose in it".into();
                return Err(SourceError::Unsuitable { input: input.clone(), reason });
            }
            series.push(file.to_owned());
            continue;
        }
        end_series(&mut series, &mut segments)?;
        let (found, absent) = hdf5::open(file, path, reach)?;
        segments.extend(found);
        missing = absent.map(SourceError::from);
    }
    end_series(&mut series, &mut segments)?;
    Ok((Stack::join(segments)?, missing))
}

fn end_series(series: &mut Vec<PathBuf>, segments: &mut Vec<Segment>) -> Result<(), SourceError> {
    if !series.is_empty() {
        segments.push(images::open(std::mem::take(series))?);
    }
    Ok(())
}

/// Puts the files that match in the place of a pattern (`run_*.cbf`, `scan_[0-9].h5::/data`), sorted as people count: `img_9` before
/// `img_10`. An input whose file exists, and one that is no pattern, stays as it is.
///
/// # Errors
/// When nothing matches, or the pattern is none.
pub fn expand(inputs: &[String]) -> Result<Vec<String>, SourceError> {
    let mut all = Vec::new();
    for input in inputs {
        if is_stream(input) {
            // Brackets of an address are no pattern.
            all.push(input.clone());
            continue;
        }
        let fail = |reason| SourceError::Unsuitable { input: input.clone(), reason };
        match input::matching(input).map_err(fail)? {
            Some(found) => all.extend(found),
            None => all.push(input.clone()),
        }
    }
    Ok(all)
}
