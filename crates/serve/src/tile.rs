//! What a screen shows of a waterfall, in tiles of 2^level frames a row and 2^bin_level bins a column.

use std::ops::Range;

use crate::lines::Lines;
use crate::pyramid::{Extremes, Pyramid, Which};

/// Rows of a tile.
pub const ROWS: usize = 128;

/// Columns of a tile, at most.
pub const COLUMNS: usize = 2048;

/// Levels above this are not asked for: a cell then has more frames than a file can hold.
pub const MOST_LEVEL: u32 = 27;

/// Bytes that are read from the file for one tile, at most; beyond it the tile is made of a part of its frames.
const MOST_READ: usize = 96 << 20;

/// Bytes that are read at once.
const AT_ONCE: usize = 1 << 20;

/// Which tile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Log2 of the frames in a row.
    pub level: u32,
    /// The tile's number along the frames.
    pub row: usize,
    /// Log2 of the bins in a column.
    pub bin_level: u32,
    /// The tile's number along the bins.
    pub column: usize,
    /// What is kept of the values that share a place.
    pub which: Which,
}

/// A tile. A value is the upper half of an f32, NaN where nothing is.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Rows.
    pub rows: usize,
    /// Columns.
    pub columns: usize,
    /// Some rows are made of a part of their frames only, for now.
    pub sampled: bool,
    /// The values, a row after the other.
    pub values: Vec<u16>,
}

/// What is known of a stack when a tile is made.
pub struct Stack<'a> {
    /// Its lines.
    pub lines: &'a dyn Lines,
    /// The extremes that are kept of them.
    pub pyramid: &'a Pyramid,
    /// One flag a frame: it is done.
    pub done: &'a dyn Fn(usize) -> bool,
    /// Number of done frames among some.
    pub count: &'a dyn Fn(Range<usize>) -> u32,
    /// Frames that have a row.
    pub frames: usize,
}

impl Stack<'_> {
    /// Makes a tile; `None` where there is none.
    ///
    /// # Errors
    /// When lines cannot be read.
    pub fn tile(&self, asked: Asked) -> Result<Option<Tile>, String> {
        let cells = part(self.frames, asked.level, asked.row, ROWS);
        let columns = part(self.lines.width(), asked.bin_level, asked.column, COLUMNS);
        let Some((cells, columns)) = cells.zip(columns) else { return Ok(None) };
        let shape = (cells.len(), columns.len());
        let mut tile = Tile { rows: shape.0, columns: shape.1, sampled: false, values: Vec::new() };
        tile.values.reserve_exact(shape.0 * shape.1);
        let spent = (cells.len() << asked.level).saturating_mul(self.lines.bytes());
        let whole = spent <= MOST_READ;
        let mut buffer = Vec::new();
        for cell in cells {
            let frames = cell << asked.level..((cell + 1) << asked.level).min(self.frames);
            // Where too much would have to be read, the finest cells that are kept stand for those within them.
            let finest = if whole { asked.level } else { asked.level.max(self.pyramid.base()) };
            if let Some(kept) = self.kept(finest, cell >> (finest - asked.level), asked.which) {
                tile.put(kept, &columns, asked);
                continue;
            }
            let all = whole && asked.level < self.pyramid.base();
            tile.sampled |= !all && frames.len() > 1;
            let extremes = self.read(if all { frames } else { self.sample(frames) }, &mut buffer)?;
            tile.put(extremes.which(asked.which), &columns, asked);
        }
        Ok(Some(tile))
    }

    /// A cell of the pyramid, where all frames that are done are in it.
    fn kept(&self, level: u32, cell: usize, which: Which) -> Option<&[f32]> {
        let base = self.pyramid.base();
        let values = self.pyramid.cell(level, cell, which)?;
        let frames = cell << level..((cell + 1) << level).min(self.frames);
        let below = frames.start >> base..frames.end.div_ceil(1 << base);
        let covered: u32 = below.map(|cell| self.pyramid.covered(cell)).sum();
        (covered >= (self.count)(frames)).then_some(values)
    }

    /// One of the frames that are done, in the place of all.
    fn sample(&self, frames: Range<usize>) -> Range<usize> {
        let middle = usize::midpoint(frames.start, frames.end);
        let mut near = (middle..frames.end).chain(frames.start..middle).take(4096);
        near.find(|frame| (self.done)(*frame)).map_or(frames.start..frames.start, |frame| frame..frame + 1)
    }

    /// The extremes of the done among some frames, from the file.
    fn read(&self, frames: Range<usize>, buffer: &mut Vec<f32>) -> Result<Extremes, String> {
        extremes(self.lines, frames, self.done, buffer).map(|(extremes, _)| extremes)
    }
}

/// The extremes of the done among some frames, and how many those are.
///
/// # Errors
/// When lines cannot be read.
pub fn extremes(
    lines: &dyn Lines,
    frames: Range<usize>,
    done: &dyn Fn(usize) -> bool,
    buffer: &mut Vec<f32>,
) -> Result<(Extremes, u32), String> {
    let width = lines.width();
    let (mut extremes, mut count) = (Extremes::none(width), 0);
    let step = (AT_ONCE / (4 * width.max(1))).max(1);
    let mut start = frames.start;
    while start < frames.end {
        let end = frames.end.min(start + step);
        buffer.resize((end - start) * width, 0.0);
        lines.read(start..end, buffer)?;
        for (_, line) in (start..end).zip(buffer.chunks_exact(width)).filter(|(frame, _)| done(*frame)) {
            extremes.add(line);
            count += 1;
        }
        start = end;
    }
    Ok((extremes, count))
}

/// The cells of a tile along one direction; `None` behind the last.
fn part(length: usize, level: u32, tile: usize, most: usize) -> Option<Range<usize>> {
    let cells = length.div_ceil(1usize.checked_shl(level)?);
    let start = tile.checked_mul(most).filter(|start| *start < cells)?;
    Some(start..cells.min(start + most))
}

impl Tile {
    /// Puts the next row in.
    fn put(&mut self, line: &[f32], columns: &Range<usize>, asked: Asked) {
        let (size, low) = (1usize << asked.bin_level, asked.which == Which::Low);
        for column in columns.clone() {
            let bins = &line[column * size..((column + 1) * size).min(line.len())];
            let start = if low { f32::INFINITY } else { f32::NEG_INFINITY };
            let value = bins.iter().fold(start, |kept, value| {
                // An empty cell has its lowest value above its highest; both are infinite.
                if value.is_finite() && (if low { *value < kept } else { *value > kept }) { *value } else { kept }
            });
            self.values.push(half(value));
        }
    }
}

/// The upper half of an f32, rounded to nearest; NaN for what is not finite.
fn half(value: f32) -> u16 {
    if !value.is_finite() {
        return 0x7fc0;
    }
    let bits = value.to_bits();
    let rounded = bits + 0x7fff + ((bits >> 16) & 1);
    // The largest values would round to infinity.
    let kept = if rounded & 0x7f80_0000 == 0x7f80_0000 { bits } else { rounded };
    (kept >> 16) as u16
}

#[cfg(test)]
mod tests;
