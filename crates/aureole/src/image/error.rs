//! What can be wrong with an image file.

use std::path::PathBuf;

use crate::hdf5::Hdf5Error;

/// Why an image cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImageError {
    /// The file cannot be read, or does not hold an image.
    #[error("{}: {reason}", file.display())]
    Read {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// It is an HDF5 file, and something in it is wrong.
    #[error(transparent)]
    Hdf5(#[from] Hdf5Error),
}
