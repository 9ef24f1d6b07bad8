//! Frames that wait, by their rows: the number of the image where one receiver gets all of a series, the order of arrival where
//! several share it.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use aureole_core::pipeline::ENDLESS;

/// What a frame takes beside its bytes.
const OVERHEAD: usize = 128;

/// No series skips more images than this at once.
const LONGEST_GAP: usize = 100_000;

/// An image that has not come once so many later ones have will not come any more,
const PATIENT_FRAMES: usize = 64;
/// nor one that later images have waited for so long.
const PATIENCE: Duration = Duration::from_secs(1);

/// One image as it came.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) image_id: Option<u64>,
    /// The message, or the part of it that is of use.
    pub(super) bytes: Vec<u8>,
    /// Where in the bytes the image lies.
    pub(super) image: Range<usize>,
    /// The image is not compressed though those of its series are.
    pub(super) unfiltered: bool,
    /// Why it cannot be integrated.
    pub(super) fault: Option<String>,
}

/// The frames of a series that were not forgotten yet.
#[derive(Debug)]
pub(super) struct Rows {
    /// Rows are given in the order of arrival.
    pub(super) shared: bool,
    /// Rows that the series will have.
    pub(super) expected: usize,
    /// The first row that was not forgotten.
    first: usize,
    /// One past the last row that was given.
    end: usize,
    /// Those of rows `first` to `end`.
    slots: VecDeque<Option<Arc<Frame>>>,
    /// Bytes that they take.
    held: usize,
    /// Rows that were said to be there: what is missing among them stays so.
    shown: usize,
    news: Instant,
}

impl Rows {
    pub(super) fn new(shared: bool) -> Rows {
        let (first, end, held, shown) = (0, 0, 0, 0);
        Rows { shared, expected: ENDLESS, first, end, slots: VecDeque::new(), held, shown, news: Instant::now() }
    }

    pub(super) fn held(&self) -> usize {
        self.held
    }

    pub(super) fn end(&self) -> usize {
        self.end
    }

    /// Keeps a frame, or says why it is left out.
    pub(super) fn place(&mut self, frame: Frame) -> Result<(), String> {
        let row = if self.shared { self.end } else { self.row(&frame)? };
        self.news = Instant::now();
        let bytes = frame.bytes.capacity();
        let frame = Some(Arc::new(frame));
        if row < self.end {
            match self.slots.get_mut(row.wrapping_sub(self.first)) {
                Some(slot @ None) if row >= self.shown => {
                    *slot = frame;
                    self.held += bytes;
                    return Ok(());
                }
                // Rows that nobody asked for.
                None if row >= self.shown => return Ok(()),
                _ => return Err(format!("image {row} came twice, or after later ones; it was left out")),
            }
        }
        while self.end <= row {
            let slot = if self.end == row { frame.clone() } else { None };
            if self.end >= self.first {
                self.held += OVERHEAD + slot.as_ref().map_or(0, |_| bytes);
                self.slots.push_back(slot);
            }
            self.end += 1;
        }
        Ok(())
    }

    /// The row of an image that is one of all.
    fn row(&self, frame: &Frame) -> Result<usize, String> {
        let Some(id) = frame.image_id else {
            let fault = frame.fault.as_deref().unwrap_or("it has no image_id");
            return Err(format!("an image without a number was left out: {fault}"));
        };
        let row = usize::try_from(id).unwrap_or(usize::MAX);
        if row >= self.expected {
            return Err(format!("image {id} is beyond the {} that were announced; it was left out", self.expected));
        }
        if row - row.min(self.end) > LONGEST_GAP {
            return Err(format!("image {id} cannot follow image {}; it was left out", self.end.saturating_sub(1)));
        }
        Ok(row)
    }

    /// Rows from the first one on that can be read, when those before `known` were told already: so many that they hold not more
    /// than `share` bytes. All are there once the series has `ended`.
    pub(super) fn ready(&mut self, known: usize, share: usize, ended: bool) -> usize {
        let full = self.held >= share || self.news.elapsed() > PATIENCE;
        let (mut row, mut bytes) = (known.max(self.first), 0);
        while row < self.end && bytes < share {
            match &self.slots[row - self.first] {
                Some(frame) => bytes += frame.bytes.capacity(),
                None if ended || full || self.end - row > PATIENT_FRAMES => {}
                None => break,
            }
            row += 1;
        }
        let ready = if row > known { row } else { known.min(self.end) };
        self.shown = self.shown.max(ready);
        ready
    }

    pub(super) fn get(&self, row: usize) -> Result<Arc<Frame>, String> {
        let slot = row.checked_sub(self.first).and_then(|at| self.slots.get(at));
        let slot = slot.ok_or_else(|| format!("frame {row} is not there any more"))?;
        slot.clone().ok_or_else(|| format!("image {row} never came"))
    }

    pub(super) fn forget(&mut self, before: usize) {
        while self.first < before {
            if let Some(slot) = self.slots.pop_front() {
                self.held -= OVERHEAD + slot.map_or(0, |frame| frame.bytes.capacity());
            }
            self.first += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(image_id: u64, bytes: usize) -> Frame {
        Frame { image_id: Some(image_id), bytes: vec![0; bytes], ..Frame::default() }
    }

    fn with(ids: &[u64]) -> Rows {
        let mut rows = Rows::new(false);
        ids.iter().for_each(|id| rows.place(frame(*id, 10)).unwrap());
        rows
    }

    #[test]
    fn images_that_change_places_are_put_in_order() {
        let mut rows = with(&[0, 2]);
        assert_eq!(rows.ready(0, 1 << 20, false), 1, "image 1 may still come");
        rows.place(frame(1, 10)).unwrap();
        assert_eq!(rows.ready(1, 1 << 20, false), 3);
        assert_eq!((0..3).map(|row| rows.get(row).unwrap().image_id).collect::<Vec<_>>(), [Some(0), Some(1), Some(2)]);
    }

    #[test]
    fn an_image_that_never_came_is_told_at_the_end_and_after_many_others() {
        let mut rows = with(&[0, 2]);
        assert_eq!(rows.ready(1, 1 << 20, true), 3);
        assert_eq!(rows.get(1).unwrap_err(), "image 1 never came");
        assert!(rows.place(frame(1, 10)).unwrap_err().contains("image 1 came twice, or after later ones"));
        let mut rows = with(&(1..=64).collect::<Vec<_>>());
        assert_eq!(rows.ready(0, 1 << 20, false), 65);
    }

    #[test]
    fn hostile_numbers_of_images_cost_nothing() {
        let mut rows = with(&[0]);
        for id in [LONGEST_GAP as u64 + 2, 1 << 39, u64::MAX] {
            assert!(rows.place(frame(id, 10)).unwrap_err().contains("left out"), "{id}");
        }
        assert_eq!((rows.end(), rows.held()), (1, OVERHEAD + 10));
        assert!(rows.place(Frame::default()).unwrap_err().contains("no image_id"));
    }

    #[test]
    fn what_is_forgotten_frees_its_bytes_even_before_it_comes() {
        let mut rows = with(&[0, 1, 2]);
        rows.forget(2);
        assert_eq!(rows.held(), OVERHEAD + 10);
        rows.forget(5);
        assert_eq!((rows.held(), rows.ready(5, 1 << 20, false)), (0, 3));
        (3..7).for_each(|id| rows.place(frame(id, 10)).unwrap());
        assert_eq!(rows.held(), 2 * (OVERHEAD + 10));
        assert_eq!(rows.ready(5, 1 << 20, false), 7);
        assert_eq!(rows.get(5).unwrap().image_id, Some(5));
    }

    #[test]
    fn no_more_is_told_at_once_than_a_share_of_the_memory() {
        let mut rows = with(&[0, 1, 2, 3]);
        assert_eq!(rows.ready(0, 15, false), 2);
        assert_eq!(rows.ready(2, 15, false), 4);
    }

    #[test]
    fn receivers_that_share_a_series_number_rows_by_arrival() {
        let mut rows = Rows::new(true);
        [5, 3, 9].iter().for_each(|id| rows.place(frame(*id, 10)).unwrap());
        assert_eq!(rows.ready(0, 1 << 20, false), 3);
        assert_eq!(rows.get(1).unwrap().image_id, Some(3));
    }
}
