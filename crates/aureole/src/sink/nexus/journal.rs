//! The journal beside a result, `RESULT.journal`: what takes a change of the file's structure back that was not ended.
//!
//! HDF5 writes a change of structure (rows that are allocated, a dataset that is added, a string) as many pieces, and a program
//! killed between two of them leaves a file that may not open. So all bytes that such a change may touch are kept in the journal
//! before it begins, and the journal is emptied when it is through: bytes of the file that are no patterns. Patterns are never kept
//! twice. A journal that is torn itself was not ended, so nothing was changed yet.
//!
//! ```text
//! "AUREJRNL", u32 version, u64 length of the result, then for each piece: u64 start, u64 length, u64 1 and the bytes, or 0 for zeros;
//! 32 bytes SHA-256 of all before. Little endian. Empty between changes.
//! ```
//! The file is there, and locked, as long as a run writes the result; a lock ends with its process.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FallocateFlags, FlockOperation, OFlags, fallocate, flock};
use rustix::io::Errno;
use rustix::process::{Resource, getrlimit};
use sha2::{Digest, Sha256};

const MAGIC: &[u8; 12] = b"AUREJRNL\x01\0\0\0";

/// Bytes of a SHA-256.
const DIGEST: usize = 32;

/// Bytes that are looked at together for whether they are zeros.
const PAGE: usize = 4096;

/// The place of the journal of a result.
#[must_use]
pub fn place(result: &Path) -> PathBuf {
    let mut name = result.file_name().unwrap_or_default().to_owned();
    name.push(".journal");
    result.with_file_name(name)
}

/// True when a change of the result was broken off, so that the file may not open before it is taken back.
#[must_use]
pub fn is_pending(result: &Path) -> bool {
    std::fs::read(place(result)).is_ok_and(|bytes| Kept::parse(&bytes).is_some())
}

/// The journal of a result that this process writes, and nobody else meanwhile.
pub(super) struct Journal {
    place: PathBuf,
    file: File,
    /// The result, once it is there.
    result: Option<File>,
    /// A change is under way.
    changing: bool,
}

impl Journal {
    /// Takes the journal of a result into possession.
    ///
    /// # Errors
    /// When another process has it, or the folder cannot be written.
    pub(super) fn lock(result: &Path) -> Result<Journal, String> {
        let place = place(result);
        let fail = |error: io::Error| format!("{}: {error}", place.display());
        loop {
            let mut options = OpenOptions::new();
            options.read(true).write(true).create(true).truncate(false);
            let file = options.custom_flags(OFlags::NOFOLLOW.bits().cast_signed()).open(&place).map_err(fail)?;
            // A file system that has no locks is no reason to have no result.
            if flock(&file, FlockOperation::NonBlockingLockExclusive) == Err(Errno::WOULDBLOCK) {
                return Err("another run is writing it".into());
            }
            // The run before may have removed it between the two calls.
            let there = std::fs::metadata(&place).map(|there| (there.dev(), there.ino())).ok();
            let own = file.metadata().map_err(fail)?;
            if there == Some((own.dev(), own.ino())) {
                return Ok(Journal { place, file, result: None, changing: false });
            }
        }
    }

    /// Empties it: what it may hold belongs to another file of the result's name.
    pub(super) fn forget(&self) -> io::Result<()> {
        self.file.set_len(0)
    }

    /// The result that it goes with from now on.
    pub(super) fn attach(&mut self, result: File) {
        self.result = Some(result);
    }

    /// A change was begun and not ended.
    pub(super) fn is_changing(&self) -> bool {
        self.changing
    }

    /// Takes back a change that was not ended, if there is one; true when there was.
    pub(super) fn take_back(&mut self) -> io::Result<bool> {
        let Some(result) = &self.result else { return Ok(false) };
        let (mut bytes, mut at) = (Vec::new(), &self.file);
        at.seek(SeekFrom::Start(0))?;
        at.read_to_end(&mut bytes)?;
        let Some(kept) = Kept::parse(&bytes) else { return Ok(false) };
        for (range, piece) in &kept.pieces {
            match piece {
                Some(bytes) => result.write_all_at(bytes, range.start)?,
                None => clear(result, range)?,
            }
        }
        result.set_len(kept.length)?;
        Ok(true)
    }

    /// Keeps all of the result but `patterns` (byte ranges in order), and makes sure that the disk has room for `room` bytes more.
    pub(super) fn begin(&mut self, patterns: &[Range<u64>], room: u64) -> io::Result<()> {
        let Some(result) = &self.result else { return Ok(()) };
        let kept = keep(result, patterns)?;
        self.file.set_len(0)?;
        let written = self.file.write_all_at(&kept, 0).and_then(|()| reserve(result, room));
        if let Err(error) = written {
            // Nothing is changed yet; a journal that cannot be emptied takes nothing back then.
            let _ = self.file.set_len(0);
            return Err(error);
        }
        self.changing = true;
        Ok(())
    }

    /// Gives the disk back what the file has no use for any more: bytes that are part of nothing.
    pub(super) fn release(&self, unused: &[Range<u64>]) {
        for range in unused {
            let flags = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
            // Not all file systems can, and nothing but room is lost.
            let _ = self.result.as_ref().map(|result| fallocate(result, flags, range.start, range.end - range.start));
        }
    }

    /// Says that the change is in the file.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.file.set_len(0)?;
        if let Some(result) = &self.result {
            // Gives back what was set aside and not needed.
            result.set_len(result.metadata()?.len())?;
        }
        self.changing = false;
        Ok(())
    }
}

impl Drop for Journal {
    /// After a change that failed its result is put back to what it was, as far as that can be, and the journal stays: HDF5 may still
    /// write when the process ends.
    fn drop(&mut self) {
        if self.changing {
            let _ = self.take_back();
        } else {
            let _ = std::fs::remove_file(&self.place);
        }
    }
}

/// The journal of a change that is about to begin.
fn keep(result: &File, patterns: &[Range<u64>]) -> io::Result<Vec<u8>> {
    let length = result.metadata()?.len();
    let mut kept = MAGIC.to_vec();
    kept.extend(length.to_le_bytes());
    let mut from = 0;
    for range in patterns.iter().cloned().chain(std::iter::once(length..length)) {
        keep_pieces(result, from..range.start.min(length), &mut kept)?;
        from = from.max(range.end);
    }
    let digest = Sha256::digest(&kept);
    kept.extend(digest);
    Ok(kept)
}

/// Keeps a range: pages of zeros, of which space that nothing uses is made, as their number alone.
fn keep_pieces(result: &File, range: Range<u64>, kept: &mut Vec<u8>) -> io::Result<()> {
    let (mut at, mut page) = (range.start, vec![0; PAGE]);
    // Where the length of the last piece stands, and whether it is one of zeros.
    let mut last: Option<(usize, bool)> = None;
    while at < range.end {
        let size = (PAGE - (at as usize % PAGE)).min(usize::try_from(range.end - at).unwrap_or(PAGE));
        let page = &mut page[..size];
        result.read_exact_at(page, at)?;
        let zeros = page.iter().all(|byte| *byte == 0);
        let place = match last.filter(|(_, of_zeros)| *of_zeros == zeros) {
            Some((place, _)) => place,
            None => {
                kept.extend(at.to_le_bytes());
                kept.extend(0u64.to_le_bytes());
                kept.extend(u64::from(!zeros).to_le_bytes());
                kept.len() - 16
            }
        };
        last = Some((place, zeros));
        let length = kept[place..].first_chunk().map_or(0, |length| u64::from_le_bytes(*length)) + size as u64;
        kept[place..place + 8].copy_from_slice(&length.to_le_bytes());
        if !zeros {
            kept.extend_from_slice(page);
        }
        at += size as u64;
    }
    Ok(())
}

/// Fills a range with zeros, without writing where there are zeros already.
fn clear(result: &File, range: &Range<u64>) -> io::Result<()> {
    let (mut at, zeros, mut page) = (range.start, vec![0; PAGE], vec![0; PAGE]);
    while at < range.end {
        let size = PAGE.min(usize::try_from(range.end - at).unwrap_or(PAGE));
        let there = result.read_exact_at(&mut page[..size], at);
        if there.is_err() || page[..size] != zeros[..size] {
            result.write_all_at(&zeros[..size], at)?;
        }
        at += size as u64;
    }
    Ok(())
}

/// Makes the disk set aside the next bytes behind the file, so that it is full before a change begins and not in the middle of it.
fn reserve(result: &File, room: u64) -> io::Result<()> {
    let length = result.metadata()?.len();
    if getrlimit(Resource::Fsize).current.is_some_and(|most| length.saturating_add(room) > most) {
        return Err(Errno::FBIG.into());
    }
    match fallocate(result, FallocateFlags::KEEP_SIZE, length, room.max(1)) {
        Err(error @ (Errno::NOSPC | Errno::DQUOT | Errno::FBIG)) => Err(error.into()),
        // Not all file systems can.
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What a journal has kept.
struct Kept<'a> {
    length: u64,
    /// Bytes by their place; `None` for zeros.
    pieces: Vec<(Range<u64>, Option<&'a [u8]>)>,
}

impl Kept<'_> {
    /// Reads a journal; `None` for one that is empty, torn or none at all.
    fn parse(bytes: &[u8]) -> Option<Kept<'_>> {
        let (content, digest) = bytes.split_at_checked(bytes.len().checked_sub(DIGEST)?)?;
        if Sha256::digest(content)[..] != *digest {
            return None;
        }
        let mut rest = content.strip_prefix(MAGIC)?;
        let length = number(&mut rest)?;
        let mut pieces = Vec::new();
        while !rest.is_empty() {
            let (start, size, has_bytes) = (number(&mut rest)?, number(&mut rest)?, number(&mut rest)? != 0);
            let end = start.checked_add(size).filter(|end| *end <= length)?;
            let (piece, behind) = rest.split_at_checked(if has_bytes { usize::try_from(size).ok()? } else { 0 })?;
            pieces.push((start..end, has_bytes.then_some(piece)));
            rest = behind;
        }
        Some(Kept { length, pieces })
    }
}

fn number(rest: &mut &[u8]) -> Option<u64> {
    let (number, behind) = rest.split_first_chunk()?;
    *rest = behind;
    Some(u64::from_le_bytes(*number))
}

#[cfg(test)]
#[allow(clippy::single_range_in_vec_init)] // Ranges are what is meant.
mod tests {
    use super::*;

    fn result_of(bytes: &[u8]) -> (tempfile::TempDir, PathBuf, File) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.h5");
        std::fs::write(&path, bytes).unwrap();
        let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
        (folder, path, file)
    }

    #[test]
    fn all_but_patterns_is_put_back_and_the_length_too() {
        for (patterns, left) in [(vec![2..4, 4..6], "abXXXXghij"), (vec![], "abcdefghij"), (vec![8..99], "abcdefghXX")]
        {
            let (_folder, path, file) = result_of(b"abcdefghij");
            let mut journal = Journal::lock(&path).unwrap();
            journal.attach(file.try_clone().unwrap());
            journal.begin(&patterns, 10).unwrap();
            assert!(is_pending(&path));
            file.write_all_at(b"XXXXXXXXXXXXXXX", 0).unwrap();
            drop(journal);
            assert_eq!(std::fs::read_to_string(&path).unwrap(), left);
            assert!(is_pending(&path), "kept, since HDF5 may write once more");
        }
    }

    #[test]
    fn space_that_nothing_uses_takes_no_room_in_the_journal_and_is_zeros_again() {
        let mut bytes = vec![7; 10_000];
        bytes.resize(400_000, 0);
        bytes.extend([9; 5000]);
        let (_folder, path, file) = result_of(&bytes);
        let mut journal = Journal::lock(&path).unwrap();
        journal.attach(file.try_clone().unwrap());
        journal.begin(&[5000..6000], 1).unwrap();
        assert!(std::fs::metadata(place(&path)).unwrap().len() < 30_000);
        file.write_all_at(&[1; 4000], 200_000).unwrap();
        file.write_all_at(&[1; 9000], 404_000).unwrap();
        file.set_len(404_500).unwrap();
        drop(journal);
        assert!(std::fs::read(&path).unwrap() == bytes);
    }

    #[test]
    fn a_change_that_was_ended_stays_and_no_journal_with_it() {
        let (_folder, path, file) = result_of(b"abc");
        let mut journal = Journal::lock(&path).unwrap();
        journal.attach(file.try_clone().unwrap());
        journal.begin(&[], 1).unwrap();
        file.write_all_at(b"XYZ!", 0).unwrap();
        journal.end().unwrap();
        assert!(!journal.take_back().unwrap() && !is_pending(&path));
        drop(journal);
        assert_eq!(std::fs::read(&path).unwrap(), b"XYZ!");
        assert!(!place(&path).exists());
    }

    #[test]
    fn a_torn_or_altered_journal_takes_nothing_back() {
        let (_folder, path, file) = result_of(b"abcdefghij");
        let mut journal = Journal::lock(&path).unwrap();
        journal.attach(file);
        journal.begin(&[3..7], 1).unwrap();
        let whole = std::fs::read(place(&path)).unwrap();
        for length in 0..whole.len() {
            assert!(Kept::parse(&whole[..length]).is_none(), "{length}");
        }
        for at in 0..whole.len() {
            let mut altered = whole.clone();
            altered[at] ^= 1;
            assert!(Kept::parse(&altered).is_none(), "{at}");
        }
    }

    #[test]
    fn one_run_at_a_time_writes_a_result() {
        let (_folder, path, _) = result_of(b"");
        let journal = Journal::lock(&path).unwrap();
        assert_eq!(Journal::lock(&path).err().as_deref(), Some("another run is writing it"));
        drop(journal);
        assert!(Journal::lock(&path).is_ok());
    }
}
