//! Opening HDF5 files for reading, those included that are being written or were never closed.

use std::fs;
use std::io::Read;
use std::path::Path;

use hdf5_metno::{File, OpenMode};

use super::{Hdf5Error, raw};

/// Room for decoded chunks a dataset: where chunks hold several frames, each is then decoded once, not once a frame.
const CHUNK_CACHE: usize = 64 << 20;

/// How often what a writer may be changing is read until its checksum is right. HDF5 waits twice as long each time, from a
/// nanosecond on: this is an eighth of a second in all, and its own 100 times would never end.
const SWMR_ATTEMPTS: u32 = 27;

/// The eight bytes every HDF5 file starts with, at 0 or behind a user block of a power of two from 512.
const SIGNATURE: [u8; 8] = *b"\x89HDF\r\n\x1a\n";

/// A file open for reading, and what has to be said about how it was opened.
pub(crate) struct Opened {
    pub(crate) file: File,
    pub(crate) notice: Option<String>,
}

/// Opens a file for reading only: plainly, else as one that another program is writing (SWMR), else without locks and
/// past the mark of a writer that never closed it, else as one that is cut short.
///
/// # Errors
/// [`Hdf5Error::Open`] when the file is missing, is no HDF5 file or is damaged.
pub(crate) fn open(path: &Path) -> Result<Opened, Hdf5Error> {
    let fail = |reason: String| Hdf5Error::Open { file: path.to_owned(), reason };
    check(path)?;
    let plain = match open_as(path, OpenMode::Read) {
        Ok(file) => return Ok(Opened { file, notice: None }),
        Err(error) => error,
    };
    if lets_read(path).unwrap_or(false)
        && let Ok(file) = open_as(path, OpenMode::ReadSWMR)
    {
        let notice = format!("{} is cut short or still being written; only what is there is read", path.display());
        let notice = Some(notice);
        return Ok(Opened { file, notice });
    }
    if let Ok(file) = raw::open_unmarked(path) {
        let notice = format!("{} is locked or marked as open for writing; read without a lock", path.display());
        return Ok(Opened { file, notice: Some(notice) });
    }
    if let Ok(file) = raw::open_cut_off(path) {
        let notice = format!("{} is cut short; only what is there is read", path.display());
        return Ok(Opened { file, notice: Some(notice) });
    }
    Err(fail(format!("HDF5 cannot open it ({plain})")))
}

/// Opens a file that others may be writing, without a lock: for as long as they write as one that lets others read (SWMR), else
/// past the mark that they left in it.
///
/// # Errors
/// As of [`open`].
pub(crate) fn open_growing(path: &Path, closed: bool) -> Result<File, Hdf5Error> {
    check(path)?;
    if !closed
        && lets_read(path).unwrap_or(false)
        && let Ok(file) = open_as(path, OpenMode::ReadSWMR)
    {
        return Ok(file);
    }
    raw::open_unmarked(path)
        .map_err(|error| Hdf5Error::Open { file: path.to_owned(), reason: format!("HDF5 cannot open it ({error})") })
}

/// True when the file says that nobody is writing it: formats from HDF5 1.10 on do, in their superblock.
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn is_closed(path: &Path) -> std::io::Result<bool> {
    Ok(marks(path)?.is_some_and(|marks| marks == 0))
}

/// True when the file says that who writes it lets others read (SWMR).
///
/// # Errors
/// When the file cannot be read.
pub(crate) fn lets_read(path: &Path) -> std::io::Result<bool> {
    Ok(marks(path)?.is_some_and(|marks| marks & 4 != 0))
}

/// The marks of a file of the superblock's version 3 (HDF5 File Format Specification, II.A: file consistency flags): 1 open for
/// writing, 4 for SWMR. Files behind a user block are taken for those without marks.
fn marks(path: &Path) -> std::io::Result<Option<u8>> {
    let mut bytes = [0; 12];
    let there = fs::File::open(path)?.read_exact(&mut bytes);
    Ok((there.is_ok() && bytes[..8] == SIGNATURE && bytes[8] >= 3).then(|| bytes[11] & 5))
}

/// Refuses a file that is missing or does not start as an HDF5 file does.
fn check(path: &Path) -> Result<(), Hdf5Error> {
    let reason = match is_hdf5(path) {
        Ok(true) => return Ok(()),
        Ok(false) => "not an HDF5 file".into(),
        Err(error) => describe_io(&error),
    };
    Err(Hdf5Error::Open { file: path.to_owned(), reason })
}

/// True when the file starts as an HDF5 file does.
///
/// # Errors
/// When the file cannot be read at all.
pub(crate) fn is_hdf5(path: &Path) -> std::io::Result<bool> {
    use std::io::{Seek, SeekFrom};
    let mut file = fs::File::open(path)?;
    let length = file.metadata()?.len();
    let mut start = 0;
    while start + 8 <= length {
        let mut bytes = [0; 8];
        file.seek(SeekFrom::Start(start))?;
        file.read_exact(&mut bytes)?;
        if bytes == SIGNATURE {
            return Ok(true);
        }
        start = if start == 0 { 512 } else { start * 2 };
    }
    Ok(false)
}

/// An I/O error in plain words.
pub(crate) fn describe_io(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file".into(),
        std::io::ErrorKind::PermissionDenied => "no permission to read it".into(),
        std::io::ErrorKind::IsADirectory => "a folder, not a file".into(),
        _ => format!("cannot be read ({error})"),
    }
}

fn open_as(path: &Path, mode: OpenMode) -> hdf5_metno::Result<File> {
    let mut options = File::with_options();
    options.with_fapl(|fapl| fapl.chunk_cache(12421, CHUNK_CACHE, 1.0));
    if mode == OpenMode::ReadSWMR {
        options.with_fapl(|fapl| fapl.metadata_read_attempts(SWMR_ATTEMPTS));
    }
    options.open_as(path, mode)
}
