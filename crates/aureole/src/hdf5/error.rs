//! What can be wrong with an HDF5 file or an object in it.

use std::path::PathBuf;

/// Why an HDF5 file, or an object in it, cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Hdf5Error {
    /// The file cannot be opened.
    #[error("{}: {reason}", file.display())]
    Open {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// There is no object of that path.
    #[error("{}::{path}: no such object{near}", file.display())]
    Missing {
        /// The file.
        file: PathBuf,
        /// The path.
        path: String,
        /// What is there instead, as the end of the sentence.
        near: String,
    },
    /// A link or a virtual dataset leads to something that is not there.
    #[error("{}::{path} leads to {target}, which does not exist", file.display())]
    Dangling {
        /// The file that holds the link.
        file: PathBuf,
        /// The link.
        path: String,
        /// Where it leads.
        target: String,
    },
    /// A link or a virtual dataset leaves the folder of the file that was named.
    #[error("{}::{path} leads to {}, outside the folder of the file that was named; --allow-external follows it", file.display(), target.display())]
    Outside {
        /// The file that holds the link.
        file: PathBuf,
        /// The link.
        path: String,
        /// The file that it leads to.
        target: PathBuf,
    },
    /// An object is of the wrong kind or not readable.
    #[error("{}::{path}: {reason}", file.display())]
    Object {
        /// The file that holds the object.
        file: PathBuf,
        /// The object's path in that file.
        path: String,
        /// Why.
        reason: String,
    },
}
