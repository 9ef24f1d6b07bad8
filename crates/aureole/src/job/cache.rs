//! Binnings kept in a folder from run to run, named by a digest of all that they depend on.
//!
//! A file is `magic, version, key, binning, SHA-256 of all before`. It is written under a name of its own and renamed once
//! it is whole, so that any number of processes may share the folder; one that is torn or altered is noticed and made anew.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::SystemTime;

use aureole_core::binning::{self, Binning, BinningSpec};
use aureole_core::geometry::Geometry;
use sha2::{Digest, Sha256};

use super::JobError;
use crate::hdf5::open::describe_io;

const MAGIC: [u8; 8] = *b"AUREBINS";
/// Changes whenever the bytes, or the binning that is made of the same request, do.
const VERSION: u32 = 1;
const DIGEST: usize = 32;
/// Bytes around the binning.
const AROUND: u64 = (MAGIC.len() + size_of::<u32>() + 2 * DIGEST) as u64;

type Key = [u8; DIGEST];

/// Bins the pixels, or takes the same binning from `folder`, where it is kept for the next time; with a notice that says
/// which.
///
/// # Errors
/// When the folder is none, or the pixels cannot be binned. A cache that cannot be read or written is no error.
pub(super) fn bin(
    folder: Option<&Path>,
    geometry: &Geometry,
    mask: Option<&[bool]>,
    spec: &BinningSpec,
) -> Result<(Binning, Option<String>), JobError> {
    let Some(folder) = folder else { return Ok((binning::bin(geometry, mask, spec)?, None)) };
    check(folder)?;
    let key = key(geometry, mask, spec);
    let path = folder.join(file_name(&key));
    let why = match load(&path, &key) {
        Ok(Some(binning)) => {
            return Ok((binning, Some(format!("--plan-cache: the plan's bins come from {}", path.display()))));
        }
        Ok(None) => "the plan was not there".to_owned(),
        Err(reason) => format!("{} is not used, {reason}: the plan", path.display()),
    };
    let binning = binning::bin(geometry, mask, spec)?;
    let kept = match save(&path, &key, &binning) {
        Ok(()) => format!("its bins are kept in {}", path.display()),
        Err(error) => format!("its bins could not be kept in {} ({})", folder.display(), describe_io(&error)),
    };
    Ok((binning, Some(format!("--plan-cache: {why}, it was made, and {kept}"))))
}

/// Makes the folder unless it is there.
fn check(folder: &Path) -> Result<(), JobError> {
    let refuse = |reason: &str| {
        let reason = format!("{}: {reason}; a folder to keep plans in is needed", folder.display());
        Err(JobError::Option { option: "--plan-cache", reason })
    };
    match fs::metadata(folder) {
        Ok(found) if found.is_dir() => Ok(()),
        Ok(_) => refuse("not a folder"),
        Err(_) => fs::create_dir_all(folder).or_else(|error| refuse(&describe_io(&error))),
    }
}

/// The digest of all that decides a binning: where pixels lie, which are masked, the request, and the program.
fn key(geometry: &Geometry, mask: Option<&[bool]>, spec: &BinningSpec) -> Key {
    let mut digest = Sha256::new();
    let program = (VERSION, env!("CARGO_PKG_VERSION"), std::env::consts::ARCH);
    digest.update(format!("{program:?}\n"));
    spec.identify(&mut |piece| digest.update(piece));
    geometry.identify(&mut |piece| digest.update(piece));
    digest.update(format!("mask {:?}\n", mask.map(<[bool]>::len)));
    for piece in mask.unwrap_or_default().chunks(1 << 16) {
        digest.update(piece.iter().map(|masked| u8::from(*masked)).collect::<Vec<u8>>());
    }
    digest.finalize().into()
}

fn file_name(key: &Key) -> String {
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hex}.bins")
}

/// The binning in a file; `None` where there is no file.
fn load(path: &Path, key: &Key) -> Result<Option<Binning>, String> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(describe_io(&error)),
    };
    let len = file.metadata().map_err(|error| describe_io(&error))?.len();
    let len = len.checked_sub(AROUND).ok_or("it is cut off")?;
    read(&mut Digesting::new(file), len, key).map(Some).map_err(|reason| format!("which is damaged ({reason})"))
}

fn read(input: &mut Digesting<File>, len: u64, key: &Key) -> Result<Binning, String> {
    let mut head = [0; MAGIC.len() + size_of::<u32>() + DIGEST];
    input.read_exact(&mut head).map_err(|error| error.to_string())?;
    if head != header(key).as_slice() {
        return Err("it begins as no plan of this name does".into());
    }
    let binning = Binning::read_from(input, len).map_err(|error| error.to_string())?;
    let (expected, mut found) = (input.digest.clone().finalize(), [0; DIGEST]);
    input.read_exact(&mut found).map_err(|error| error.to_string())?;
    if expected.as_slice() == found { Ok(binning) } else { Err("its checksum is wrong".into()) }
}

fn header(key: &Key) -> Vec<u8> {
    [&MAGIC[..], &VERSION.to_le_bytes(), key].concat()
}

/// Writes a file under a name that nobody else has, then gives it its own.
fn save(path: &Path, key: &Key, binning: &Binning) -> io::Result<()> {
    static SAVED: AtomicUsize = AtomicUsize::new(0);
    let now = SystemTime::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_nanos());
    let unique = format!("{}-{now}-{}.tmp", std::process::id(), SAVED.fetch_add(1, Ordering::Relaxed));
    let unfinished = Unfinished(path.with_extension(unique));
    let mut out = Digesting::new(File::create_new(&unfinished.0)?);
    out.write_all(&header(key))?;
    binning.write_to(&mut out)?;
    let digest = out.digest.clone().finalize();
    out.inner.write_all(&digest)?;
    fs::rename(&unfinished.0, path)
}

/// A file that is removed unless it was renamed.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Takes the digest of all that passes.
struct Digesting<T> {
    inner: T,
    digest: Sha256,
}

impl<T> Digesting<T> {
    fn new(inner: T) -> Digesting<T> {
        Digesting { inner, digest: Sha256::new() }
    }
}

impl<T: Read> Read for Digesting<T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(bytes)?;
        self.digest.update(&bytes[..count]);
        Ok(count)
    }
}

impl<T: Write> Write for Digesting<T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.inner.write(bytes)?;
        self.digest.update(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests;
