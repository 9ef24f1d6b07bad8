//! Whether a result may be written where it is meant to be: what cannot be taken again must not be replaced by it.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use aureole_core::pipeline::Source;

use super::{ATTACHED, Prepared, named_files};
use crate::sink::nexus::parts;

/// Why a result may not be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutputError {
    /// It is there already, or the folder of its parts is.
    #[error("{}: exists", .0.display())]
    Exists(PathBuf),
    /// It is one of the files that the job reads, whatever names it has.
    #[error("{}: this is an input, too", .0.display())]
    Input(PathBuf),
    /// The job has no frame in a stack of so many.
    #[error("there is nothing to integrate; the stack has {0} frames")]
    Nothing(usize),
}

impl Prepared {
    /// Refuses a result in place of one that is there, unless `force`; in place of a file that the job reads, in any case; and
    /// one of no frames. `in_parts` is for a result with a folder of parts beside it.
    ///
    /// # Errors
    /// See [`OutputError`].
    pub fn check_output(&self, output: &Path, in_parts: bool, force: bool) -> Result<(), OutputError> {
        if self.frames.is_empty() {
            return Err(OutputError::Nothing(self.stack.spec().frames));
        }
        let folder = in_parts.then(|| parts::folder(output));
        if let Some(there) = [Some(output.to_owned()), folder].into_iter().flatten().find(|place| place.exists())
            && !force
        {
            return Err(OutputError::Exists(there));
        }
        if self.files().iter().any(|file| same(file, output)) {
            return Err(OutputError::Input(output.to_owned()));
        }
        Ok(())
    }

    /// All files that the job reads.
    fn files(&self) -> Vec<PathBuf> {
        let named = self.each_recipe().flat_map(|(recipe, prepared)| {
            let named = named_files(recipe).into_iter().map(|(_, input)| input);
            named.chain(prepared.found.iter().map(|(_, input)| input.clone()))
        });
        let inputs = self.spec.inputs.iter().cloned().chain(named).filter(|input| !input.starts_with(ATTACHED));
        let mut files: Vec<PathBuf> = inputs.map(|input| crate::input::split(&input).0.to_owned()).collect();
        files.extend(self.origins().map(|origin| origin.file.clone()));
        files
    }
}

/// True for two names of one file.
fn same(a: &Path, b: &Path) -> bool {
    let (a, b) = (std::fs::metadata(a), std::fs::metadata(b));
    a.ok().zip(b.ok()).is_some_and(|(a, b)| (a.dev(), a.ino()) == (b.dev(), b.ino()))
}
