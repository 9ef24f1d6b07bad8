//! Files that are about to be written.

use std::path::Path;

use aureole::sink::nexus;

use crate::exit::Failure;

/// Refuses a name that no file can have: that of a folder, or one in a folder that is not there; and one that is a symbolic link.
/// `option` names it.
pub(crate) fn check(option: &str, file: &Path) -> Result<(), Failure> {
    let shown = file.display();
    if file.is_dir() {
        return Err(Failure::refused(format!("{option}{shown}: a folder; the name of a file is needed")));
    }
    if file.exists() && !file.is_file() {
        return Err(Failure::refused(format!("{option}{shown}: a device or a pipe; the name of a file is needed")));
    }
    nexus::refuse_link(file).map_err(|why| Failure::refused(format!("{option}{why}")))?;
    match file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        Some(folder) => Err(Failure::refused(format!("{option}{shown}: there is no folder {}", folder.display()))),
        None => Ok(()),
    }
}
