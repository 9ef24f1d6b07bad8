//! The page cache: filled before the runs, or emptied before each.

use std::fs::File;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};

use aureole_core::pipeline::{ChunkBuf, Source};
use rustix::fs::{Advice, fadvise};

use super::BenchError;
use crate::hdf5::open::describe_io;
use crate::job::Prepared;

/// Reads all frames once, so that their bytes are in the page cache as far as it has room; returns how many bytes they are.
/// Frames that cannot be read fail in the runs, too, and are counted there.
pub(super) fn warm(source: &dyn Source, frames: Range<usize>, stop: &AtomicBool) -> u64 {
    let mut chunk = ChunkBuf::default();
    let mut bytes = 0;
    for frame in frames.take_while(|_| !stop.load(Ordering::Relaxed)) {
        if source.read(frame, &mut chunk).is_ok() {
            bytes += chunk.bytes.len() as u64;
        }
    }
    bytes
}

/// Asks the system to drop the pages of all files that frames are read from. It keeps those that others have mapped, and
/// a file system in memory keeps all.
pub(super) fn drop_all(prepared: &Prepared) -> Result<(), BenchError> {
    for origin in prepared.origins() {
        let fail = |error: &std::io::Error| BenchError::Pages { file: origin.to_string(), reason: describe_io(error) };
        let file = File::open(&origin.file).map_err(|error| fail(&error))?;
        // Pages that are not on disk yet cannot be dropped.
        file.sync_all().map_err(|error| fail(&error))?;
        fadvise(&file, 0, None, Advice::DontNeed).map_err(|error| fail(&error.into()))?;
    }
    Ok(())
}
