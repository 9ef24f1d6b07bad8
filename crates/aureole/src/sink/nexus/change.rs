//! Changes of the file's structure, each of which is in the file as a whole or not at all.

use std::collections::BTreeSet;
use std::ops::Range;

use hdf5_metno::Result;

use super::NexusSink;
use super::journal::Journal;

/// Room for what a change needs beside its rows: the index of chunks, headers, short strings. Bytes.
const MARGIN: usize = 256 << 10;

impl NexusSink {
    /// Makes a change of the file's structure, which needs about `room` bytes. A program that is killed meanwhile leaves a journal that
    /// takes it back; on a full disk it is not begun. Changes do not lie in each other.
    ///
    /// # Errors
    /// When it cannot be made; the file is then put back to what it was once it is closed, and takes no more.
    pub(super) fn change<T>(&mut self, room: usize, make: impl FnOnce(&mut NexusSink) -> Result<T>) -> Result<T> {
        // So that all that is not patterns is in the file as it is now.
        self.file.flush()?;
        if self.journal.is_some() {
            let patterns = self.patterns()?;
            let room = u64::try_from(room.saturating_add(MARGIN)).unwrap_or(u64::MAX).min(i64::MAX as u64 / 2);
            let begun = self.journal.as_mut().map_or(Ok(()), |journal| journal.begin(&patterns, room));
            begun.map_err(|error| error.to_string())?;
        }
        let made = make(self)?;
        self.file.flush()?;
        let ended = self.journal.as_mut().map_or(Ok(()), Journal::end);
        ended.map_err(|error| error.to_string())?;
        Ok(made)
    }

    /// Leaves so many rows, or makes room for them; what the others took on the disk is given back, though the file keeps its length.
    pub(super) fn cut_off(&mut self, rows: usize) -> Result<()> {
        if rows >= self.allocated {
            return if rows == self.allocated { Ok(()) } else { self.resize(rows) };
        }
        let mut unused = self.patterns()?;
        self.change(0, |sink| sink.set_rows(rows))?;
        let kept: BTreeSet<u64> = self.patterns()?.into_iter().map(|range| range.start).collect();
        unused.retain(|range| !kept.contains(&range.start));
        // HDF5 may put what comes next there, so now or never.
        self.journal.iter().for_each(|journal| journal.release(&unused));
        Ok(())
    }

    /// True once a change has failed.
    pub(super) fn is_torn(&self) -> bool {
        self.journal.as_ref().is_some_and(Journal::is_changing)
    }

    /// The bytes of the file that are patterns, in order.
    fn patterns(&self) -> Result<Vec<Range<u64>>> {
        let mut places = Vec::new();
        self.columns.recipes.iter().try_for_each(|recipe| recipe.places(&mut places))?;
        places.sort_unstable_by_key(|range| range.start);
        Ok(places)
    }
}

#[cfg(test)]
mod tests;
