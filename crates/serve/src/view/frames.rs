//! The states of frames, and what of them is new.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use aureole::result::Look;

/// Changes that are remembered for who asks what is new.
const REMEMBERED: usize = 64;

/// Seconds over which the rate is taken.
const RATE_OVER: f64 = 4.0;

const DONE: u8 = 1;
const FAILED: u8 = 2;

/// The states of the rows of a result: 0 not done, 1 done, 2 failed.
#[derive(Clone, Debug, Default)]
pub struct Status(Arc<Vec<u8>>);

impl Status {
    /// Rows, up to the last that is not 0 where nobody knows how many will come.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True without rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The state of a row; 0 behind the last.
    #[must_use]
    pub fn of(&self, row: usize) -> u8 {
        self.0.get(row).copied().unwrap_or(0)
    }

    /// True for a row that is done.
    #[must_use]
    pub fn is_done(&self, row: usize) -> bool {
        self.of(row) == DONE
    }

    /// Done rows among some.
    #[must_use]
    pub fn count(&self, rows: Range<usize>) -> u32 {
        let rows = rows.start.min(self.len())..rows.end.min(self.len());
        self.0[rows].iter().map(|status| u32::from(*status == DONE)).sum()
    }

    /// Failed rows, from a row on.
    pub fn failed(&self, from: usize) -> impl Iterator<Item = usize> + '_ {
        let rest = self.0.get(from..).unwrap_or_default();
        rest.iter().enumerate().filter(|(_, status)| **status == FAILED).map(move |(nth, _)| from + nth)
    }
}

/// The states, their counts, and what has changed when.
#[derive(Clone, Debug, Default)]
pub struct Frames {
    status: Status,
    done: usize,
    failed: usize,
    last_done: Option<usize>,
    /// The first row that may change.
    settled: usize,
    /// Number of the last change, and the rows of the latest ones.
    number: u64,
    changes: VecDeque<(u64, Range<usize>)>,
    /// How many were done when.
    counts: VecDeque<(Instant, usize)>,
}

/// What is told to a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct News {
    /// Number of these news: ask with it the next time.
    pub number: u64,
    /// The file has another one's name when this changes.
    pub generation: u32,
    /// Rows that have a place.
    pub rows: usize,
    /// Frames that the run was for, where that is known.
    pub planned: Option<usize>,
    /// Frames done and failed.
    pub done: usize,
    /// See `done`.
    pub failed: usize,
    /// The last row that is done.
    pub last_done: Option<usize>,
    /// The run has ended.
    pub ended: bool,
    /// Frames a second, lately; `None` while nothing changes.
    pub rate: Option<f64>,
    /// Rows that have changed.
    pub changed: Range<usize>,
    /// Frames in cells that are made, and in all.
    pub covered: u64,
    /// See `covered`.
    pub covering: u64,
    /// What is wrong with the file at the moment.
    pub trouble: Option<String>,
}

impl Frames {
    /// Reads the states of rows that may have changed; true when some have. All of them with `anew`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn update(&mut self, look: &Look, anew: bool) -> Result<bool, String> {
        let rows = look.rows();
        if anew {
            self.settled = 0;
            self.status = Status::default();
        }
        let Some(stored) = &look.status else {
            let changed = self.status.len() != rows;
            return Ok(changed && self.take(0, vec![DONE; rows]));
        };
        let rows = rows.min(stored.rows());
        let start = self.settled.min(rows);
        let mut fresh = vec![0; rows - start];
        stored.read(start, &mut fresh)?;
        if look.planned.is_none() || fresh.len() + start > look.planned.unwrap_or(usize::MAX) {
            // Rows are made ahead of the frames.
            let end = look.planned.unwrap_or(0).saturating_sub(start);
            let last = fresh.iter().rposition(|status| *status != 0).map_or(0, |last| last + 1);
            fresh.truncate(last.max(end.min(fresh.len())));
        }
        Ok(self.take(start, fresh))
    }

    /// Takes the states from row `start` on.
    fn take(&mut self, start: usize, fresh: Vec<u8>) -> bool {
        let known = self.status.0.get(start..).unwrap_or_default();
        let first = fresh.iter().zip(known).position(|(fresh, known)| fresh != known);
        let first = first.unwrap_or(known.len().min(fresh.len()));
        if first == fresh.len() && fresh.len() == known.len() {
            return false;
        }
        let same = fresh.iter().rev().zip(known.iter().rev()).take_while(|(fresh, known)| fresh == known).count();
        let same = if fresh.len() == known.len() { same } else { 0 };
        let changed = start + first..start + (fresh.len() - same).max(first);
        let status = Arc::make_mut(&mut self.status.0);
        status.truncate(start);
        status.extend(fresh);
        self.done = status.iter().filter(|status| **status == DONE).count();
        self.failed = status.iter().filter(|status| **status == FAILED).count();
        self.last_done = status.iter().rposition(|status| *status == DONE);
        self.settled = status.iter().position(|status| *status == 0).unwrap_or(status.len());
        self.number += 1;
        self.changes.push_back((self.number, changed));
        if self.changes.len() > REMEMBERED {
            self.changes.pop_front();
        }
        self.counts.push_back((Instant::now(), self.done + self.failed));
        while self.counts.len() > 2 && self.counts[1].0.elapsed().as_secs_f64() > RATE_OVER {
            self.counts.pop_front();
        }
        true
    }

    /// The states.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status.clone()
    }

    /// Every row has its state, as far as rows have a place.
    pub(super) fn is_full(&self) -> bool {
        self.settled >= self.status.len()
    }

    pub(super) fn news(&self, since: u64, look: &Look) -> News {
        let newer = self.changes.iter().filter(|(number, _)| *number > since);
        let remembered = self.changes.front().is_none_or(|(oldest, _)| *oldest <= since + 1);
        let span = newer.fold(None, |span: Option<Range<usize>>, (_, rows)| {
            Some(span.map_or(rows.clone(), |span| span.start.min(rows.start)..span.end.max(rows.end)))
        });
        let changed = if remembered { span.unwrap_or(0..0) } else { 0..self.status.len() };
        News {
            number: self.number,
            rows: self.status.len(),
            planned: look.planned,
            done: self.done,
            failed: self.failed,
            last_done: self.last_done,
            ended: !look.ended.is_empty(),
            rate: self.rate(),
            changed,
            ..News::default()
        }
    }

    fn rate(&self) -> Option<f64> {
        let ((start, before), (_, now)) = (self.counts.front()?, self.counts.back()?);
        let (seconds, frames) = (start.elapsed().as_secs_f64(), now.checked_sub(*before)?);
        let lately = self.counts.back()?.0.elapsed().as_secs_f64() < RATE_OVER;
        (self.counts.len() > 1 && lately && frames > 0 && seconds > 0.2).then_some(frames as f64 / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_changed_since_the_last_news_is_one_range_of_rows() {
        let mut frames = Frames::default();
        assert!(frames.take(0, vec![1, 1, 0, 0, 0]));
        assert_eq!((frames.done, frames.settled, frames.number), (2, 2, 1));
        assert!(frames.take(2, vec![1, 2, 0]));
        assert_eq!(frames.changes.back(), Some(&(2, 2..4)));
        assert!(!frames.take(4, vec![0]));
        assert!(frames.take(4, vec![1, 1]));
        assert_eq!((frames.done, frames.failed, frames.last_done), (5, 1, Some(5)));
        assert_eq!(frames.changes.back(), Some(&(3, 4..6)));
        assert!(frames.take(0, vec![1, 1]), "rows were cut off");
        assert_eq!((frames.done, frames.failed), (2, 0));
    }

    #[test]
    fn failed_rows_are_found_from_any_row_on() {
        let status = Status(Arc::new(vec![1, 2, 0, 2]));
        assert_eq!(status.failed(0).collect::<Vec<_>>(), [1, 3]);
        assert_eq!(status.failed(2).collect::<Vec<_>>(), [3]);
        assert_eq!(status.failed(9).count(), 0);
        assert_eq!((status.count(0..9), status.of(9)), (1, 0));
    }
}
