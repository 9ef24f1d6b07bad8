//! Results in the files of other programs (a text a frame, or one array or table of all frames), and as the same file in less room.

mod array;
mod packed;
mod table;
mod text;

use std::path::{Path, PathBuf};

use crate::result::{ResultError, ResultFile, Row};

pub use text::Text;

/// The form of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A text file a frame.
    Text(Text),
    /// One NumPy array of all frames (`.npy`), beside it the axes and the errors.
    Array,
    /// One table with a column a frame (`.csv`).
    Table,
    /// The result itself with its rows compressed by gzip (`.h5`), all frames and recipes of it.
    Packed {
        /// From 1 (fast) to 9 (small).
        level: u8,
    },
}

impl Form {
    /// The names of all forms, as they are typed.
    pub const NAMES: [&'static str; 7] = ["dat", "xy", "xye", "chi", "npy", "csv", "h5"];

    /// How hard gzip tries if nothing is said.
    pub const LEVEL: u8 = 4;

    /// The form of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Form> {
        Some(match name {
            "npy" => Form::Array,
            "csv" => Form::Table,
            "h5" | "nxs" => Form::Packed { level: Form::LEVEL },
            _ => Form::Text(Text::from_name(name)?),
        })
    }
}

/// Why a result was not exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The result cannot be read.
    #[error(transparent)]
    Result(#[from] ResultError),
    /// The form does not hold what the result has; nothing was written.
    #[error("{0}")]
    Unsuitable(String),
    /// A file to be written is there already; nothing was written.
    #[error("{}: exists; it is not replaced unless forced", .0.display())]
    Exists(PathBuf),
    /// A file could not be written.
    #[error("{} cannot be written ({reason})", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
}

/// What an export wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Files written, in order.
    pub files: usize,
    /// Frames in them.
    pub frames: usize,
    /// Frames left out, as they failed or were not done yet.
    pub left_out: usize,
}

/// Writes frames of a result into the folder `to` (texts, named after the result and the number of the frame) or the file
/// `to` (arrays and tables). With `force`, files that are there are replaced.
///
/// # Errors
/// See [`ExportError`]; what is refused is refused before anything is written.
pub fn export(
    result: &ResultFile,
    form: Form,
    frames: &[usize],
    to: &Path,
    force: bool,
) -> Result<Exported, ExportError> {
    if let Some(frame) = frames.iter().find(|frame| **frame >= result.frames()) {
        let last = result.frames().saturating_sub(1);
        return Err(ExportError::Unsuitable(format!("frame {frame}: the result has frames 0 to {last}")));
    }
    if to.canonicalize().is_ok_and(|to| result.file().canonicalize().is_ok_and(|from| from == to)) {
        return Err(ExportError::Unsuitable(format!("{}: this is the result itself", to.display())));
    }
    match form {
        Form::Text(text) => text::write(result, text, frames, to, force),
        Form::Array => array::write(result, frames, to, force),
        Form::Table => table::write(result, frames, to, force),
        Form::Packed { level } => packed::write(result, level, to, force),
    }
}

/// Refuses files that are there, links that lead nowhere included.
fn check_new<'a>(files: impl IntoIterator<Item = &'a PathBuf>, force: bool) -> Result<(), ExportError> {
    let there = |file: &&PathBuf| std::fs::symlink_metadata(file).is_ok();
    match files.into_iter().find(there).filter(|_| !force) {
        Some(file) => Err(ExportError::Exists(file.clone())),
        None => Ok(()),
    }
}

/// Writes a file as a whole, under another name until it is complete.
fn write_file(file: &Path, content: &[u8]) -> Result<(), ExportError> {
    let fail = |error: &std::io::Error| ExportError::Write { file: file.to_owned(), reason: error.to_string() };
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = std::fs::write(&beside, content).and_then(|()| std::fs::rename(&beside, file));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        fail(&error)
    })
}

/// The frames that were integrated, and how many of those asked for were not.
fn done(result: &ResultFile, frames: &[usize]) -> (Vec<usize>, usize) {
    let done: Vec<usize> = frames.iter().copied().filter(|frame| result.is_done(*frame)).collect();
    let left_out = frames.len() - done.len();
    (done, left_out)
}

/// The rows of frames, one after the other, each made ready by `take`.
fn each_row(
    result: &ResultFile,
    frames: &[usize],
    mut take: impl FnMut(usize, Row) -> Result<(), ExportError>,
) -> Result<(), ExportError> {
    frames.iter().try_for_each(|&frame| take(frame, result.row(frame)?))
}
