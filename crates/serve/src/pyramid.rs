//! A stack at several scales: the lowest and the highest value of each bin over 2^k consecutive frames, so that no spike is lost
//! however many frames share a row of the screen.
//!
//! The lowest level that is kept is as fine as memory allows; what is finer is read from the file (`tile.rs`). A cell is made anew
//! when another number of its frames is done, which a stack that grows, or is resumed, needs alike.

use std::ops::Range;

/// Bytes that a pyramid takes at most.
pub const BUDGET: usize = 52 << 20;

/// Which of the two values of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The lowest.
    Low,
    /// The highest.
    High,
}

/// The levels of a stack.
pub struct Pyramid {
    width: usize,
    budget: usize,
    /// Frames of a cell of the first level are 2 to this power.
    base: u32,
    levels: Vec<Level>,
    /// Frames that were done when a cell of the first level was made.
    covered: Vec<u32>,
}

/// Cells of one size, in the order of their frames, `width` values each.
#[derive(Default)]
struct Level {
    low: Vec<f32>,
    high: Vec<f32>,
}

/// The extremes of some lines. Values that are not finite do not count; where there is none, the lowest is above the highest.
#[derive(Clone, Debug, PartialEq)]
pub struct Extremes {
    /// The lowest value of each bin.
    pub low: Vec<f32>,
    /// The highest.
    pub high: Vec<f32>,
}

impl Extremes {
    /// Of no line.
    #[must_use]
    pub fn none(width: usize) -> Extremes {
        Extremes { low: vec![f32::INFINITY; width], high: vec![f32::NEG_INFINITY; width] }
    }

    /// Takes a line in.
    pub fn add(&mut self, line: &[f32]) {
        for (low, value) in self.low.iter_mut().zip(line) {
            // Written so that NaN is left out, and infinity, which would hide all others.
            *low = if *value < *low && *value > f32::NEG_INFINITY { *value } else { *low };
        }
        for (high, value) in self.high.iter_mut().zip(line) {
            *high = if *value > *high && *value < f32::INFINITY { *value } else { *high };
        }
    }

    /// One of the two.
    #[must_use]
    pub fn which(&self, which: Which) -> &[f32] {
        match which {
            Which::Low => &self.low,
            Which::High => &self.high,
        }
    }
}

impl Pyramid {
    /// An empty one for lines of `width` values, which will take no more than about `budget` bytes.
    #[must_use]
    pub fn new(width: usize, budget: usize) -> Pyramid {
        Pyramid { width, budget, base: 0, levels: vec![Level::default()], covered: Vec::new() }
    }

    /// Log2 of the frames in a cell of the first level.
    #[must_use]
    pub fn base(&self) -> u32 {
        self.base
    }

    /// Makes room for so many frames; the cells become coarser where memory would not do.
    pub fn make_room(&mut self, frames: usize) {
        while self.base < 40 && self.bytes(frames) > self.budget {
            self.coarsen();
        }
        let mut cells = frames.div_ceil(1 << self.base);
        self.covered.resize(cells.max(self.covered.len()), 0);
        for nth in 0.. {
            let new = self.levels.len() <= nth;
            if new {
                self.levels.push(Level::default());
            }
            let (level, values) = (&mut self.levels[nth], cells * self.width);
            if level.low.len() < values {
                level.low.reserve_exact(values - level.low.len());
                level.high.reserve_exact(values - level.high.len());
                level.low.resize(values, f32::INFINITY);
                level.high.resize(values, f32::NEG_INFINITY);
            }
            if new {
                self.make(nth, 0..cells);
            }
            if cells <= 1 {
                break;
            }
            cells = cells.div_ceil(2);
        }
    }

    /// Bytes of all levels for so many frames: twice those of the first one.
    fn bytes(&self, frames: usize) -> usize {
        frames.div_ceil(1 << self.base).saturating_mul(self.width).saturating_mul(2 * 2 * size_of::<f32>())
    }

    /// Drops the first level.
    fn coarsen(&mut self) {
        self.levels.remove(0);
        if self.levels.is_empty() {
            self.levels.push(Level::default());
        }
        self.base += 1;
        self.covered = self.covered.chunks(2).map(|pair| pair.iter().sum()).collect();
    }

    /// Frames of a cell of the first level that were done when it was made.
    #[must_use]
    pub fn covered(&self, cell: usize) -> u32 {
        self.covered.get(cell).copied().unwrap_or(0)
    }

    /// Frames in all cells that are made.
    #[must_use]
    pub fn all_covered(&self) -> u64 {
        self.covered.iter().copied().map(u64::from).sum()
    }

    /// Puts consecutive cells of the first level in, and makes those above them. A cell that is not there is left out.
    pub fn put(&mut self, first: usize, cells: &[(Extremes, u32)]) {
        let mut end = first;
        for (extremes, covered) in cells.iter().take(self.covered.len().saturating_sub(first)) {
            let at = end * self.width..(end + 1) * self.width;
            self.levels[0].low[at.clone()].copy_from_slice(&extremes.low);
            self.levels[0].high[at].copy_from_slice(&extremes.high);
            self.covered[end] = *covered;
            end += 1;
        }
        let mut made = first..end;
        for nth in 1..self.levels.len() {
            if !made.is_empty() {
                made = made.start / 2..made.end.div_ceil(2);
                self.make(nth, made.clone());
            }
        }
    }

    /// Makes cells of a level of those below them.
    fn make(&mut self, nth: usize, cells: Range<usize>) {
        let (below, level) = self.levels.split_at_mut(nth);
        let (Some(below), Some(level)) = (below.last(), level.first_mut()) else { return };
        for cell in cells {
            let mut extremes = Extremes::none(self.width);
            for child in [2 * cell, 2 * cell + 1] {
                let at = child * self.width..(child + 1) * self.width;
                if let Some((low, high)) = below.low.get(at.clone()).zip(below.high.get(at)) {
                    extremes.add(low);
                    extremes.add(high);
                }
            }
            let at = cell * self.width..(cell + 1) * self.width;
            level.low[at.clone()].copy_from_slice(&extremes.low);
            level.high[at].copy_from_slice(&extremes.high);
        }
    }

    /// The values of a cell of 2^level frames; `None` where the level is finer than what is kept, or there is no such cell.
    #[must_use]
    pub fn cell(&self, level: u32, cell: usize, which: Which) -> Option<&[f32]> {
        let nth = usize::try_from(level.checked_sub(self.base)?).ok()?;
        // Above the last level there is one cell, which is the same.
        let level = self.levels.get(nth).or(self.levels.last().filter(|_| cell == 0))?;
        let values = if which == Which::Low { &level.low } else { &level.high };
        values.get(cell.checked_mul(self.width)?..cell.checked_add(1)?.checked_mul(self.width)?)
    }
}

#[cfg(test)]
mod tests;
