//! The folder that holds the simulated stack and the results while the measuring lasts.

use std::path::{Path, PathBuf};

use crate::exit::Failure;

/// A folder that is removed with all that is in it, however the command ends.
pub(super) struct Scratch(tempfile::TempDir);

impl Scratch {
    /// Makes the folder inside `place`, or where the system keeps temporary files.
    pub(super) fn new(place: Option<&Path>) -> Result<Scratch, Failure> {
        let typed = place.is_some();
        let place = place.map_or_else(std::env::temp_dir, Path::to_owned);
        if typed && !place.is_dir() {
            return Err(Failure::refused(format!("--folder {}: there is no such folder", place.display())));
        }
        let made = tempfile::Builder::new().prefix("aureole-bench-").tempdir_in(&place);
        made.map(Scratch).map_err(|error| Failure::io(format!("{}: {}", place.display(), error.kind())))
    }

    /// Where the simulated stack goes.
    pub(super) fn stack(&self) -> PathBuf {
        self.0.path().join("stack.h5")
    }

    /// Where the results go, one over the other.
    pub(super) fn result(&self) -> PathBuf {
        self.0.path().join("patterns.h5")
    }
}
