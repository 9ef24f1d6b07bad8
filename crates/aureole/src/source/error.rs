//! Why inputs do not make a stack.

use std::path::PathBuf;

use crate::hdf5::Hdf5Error;
use crate::image::ImageError;

/// Why inputs cannot be used as one stack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// Something in an HDF5 file is missing, unreadable or of the wrong kind.
    #[error(transparent)]
    Hdf5(#[from] Hdf5Error),
    /// An image cannot be read.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The file does not make plain which dataset is meant.
    #[error("{}: {reason}; say which dataset by FILE::/path{list}", file.display())]
    Choice {
        /// The file.
        file: PathBuf,
        /// What is not plain.
        reason: String,
        /// The datasets there are, one a line.
        list: String,
    },
    /// What an input holds cannot be a stack.
    #[error("{input}: {reason}")]
    Unsuitable {
        /// The input.
        input: String,
        /// Why.
        reason: String,
    },
    /// Two inputs differ where they must agree.
    #[error("{second} has {second_has}, but {first} has {first_has}; frames of one run must agree")]
    Mismatch {
        /// The first input.
        first: String,
        /// What it has.
        first_has: String,
        /// The other input.
        second: String,
        /// What that has.
        second_has: String,
    },
}
