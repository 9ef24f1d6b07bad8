//! Files that are there as a whole or not at all.

use std::fs::File;
use std::io::Write;
use std::path::Path;

use crate::exit::Failure;

/// Writes a file under another name in its folder and renames it: nobody sees half of it, and one that it replaces stays until then.
pub(crate) fn write(file: &Path, content: &[u8]) -> Result<(), Failure> {
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let written = File::create_new(&beside)
        .and_then(|mut new| new.write_all(content).and_then(|()| new.sync_all()))
        .and_then(|()| std::fs::rename(&beside, file));
    written.map_err(|error| {
        let _ = std::fs::remove_file(&beside);
        Failure::io(format!("{}: {error}", file.display()))
    })
}
