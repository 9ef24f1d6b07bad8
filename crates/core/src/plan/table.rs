//! The matrix in the order in which the kernel reads it: slice by slice, and inside a slice bin by bin.

use std::ops::Range;

use aureole_codec::ChunkFormat;
use rayon::prelude::*;

use super::PixelConstants;
use crate::binning::Matrix;
use crate::fixed;
use crate::kernel::Run;

/// The most pixels a slice covers, where the sums of the plan with the most bins stay in a core's caches: so do 16 frames of that
/// many pixels. Where they do not, as those of cakes, long slices fetch each sum less often.
const fn most_slice_pixels(most_bins: usize) -> usize {
    if most_bins < 1 << 15 { 4096 } else { 1 << 15 }
}

/// What is decoded before its slices are summed: as many blocks as one slice has room for, or a block with several slices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Strip {
    /// Its blocks.
    pub blocks: Range<usize>,
    /// Its slices in [`Table::slices`].
    pub slices: Range<usize>,
}

/// A part of a frame and its part of the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// The elements of the frame that it covers.
    pub elems: Range<usize>,
    /// Its runs in [`Table::runs`].
    pub runs: Range<usize>,
    /// Its entries in [`Table::pixels`] and beside.
    pub entries: Range<usize>,
}

/// The matrix in fixed point, cut into slices.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Fraction bits `F` of the coefficients.
    pub fraction_bits: u32,
    /// The strips, in the order of the frame's elements.
    pub strips: Vec<Strip>,
    /// The slices of all strips.
    pub slices: Vec<Slice>,
    /// The runs of all slices.
    pub runs: Vec<Run>,
    /// Pixel of an entry, counted from the start of its slice.
    pub pixels: Vec<u16>,
    /// Coefficient `C = round(c·2^F)` of an entry.
    pub coefficients: Vec<u32>,
    /// `round(C²/2^F)` of an entry; empty without an error model.
    pub squares: Vec<u32>,
}

/// One slice's entries before they are put behind each other.
struct Part {
    runs: Vec<Run>,
    pixels: Vec<u16>,
    coefficients: Vec<u32>,
}

impl Table {
    pub(super) fn new(
        matrix: &Matrix,
        constants: &PixelConstants,
        format: &ChunkFormat,
        fraction_bits: u32,
        squares: bool,
        most_bins: usize,
    ) -> Table {
        let (strips, cuts) = cut(format, most_slice_pixels(most_bins));
        let parts: Vec<Part> =
            cuts.par_iter().map(|elems| part(matrix, constants, elems.clone(), fraction_bits)).collect();
        let mut table = Table { fraction_bits, strips, ..Table::default() };
        for (elems, part) in cuts.into_iter().zip(parts) {
            let (runs, entries) = (table.runs.len(), table.pixels.len());
            table.runs.extend(part.runs);
            table.pixels.extend(part.pixels);
            table.coefficients.extend(part.coefficients);
            table.slices.push(Slice { elems, runs: runs..table.runs.len(), entries: entries..table.pixels.len() });
        }
        if squares {
            table.squares = table.coefficients.iter().map(|c| square(*c, fraction_bits)).collect();
        }
        table
    }

    /// The entries of a slice: bin, pixel counted from the start of the slice, place among all entries.
    pub fn entries_of(&self, slice: &Slice) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        let runs = &self.runs[slice.runs.clone()];
        runs.iter()
            .flat_map(|run| std::iter::repeat_n(run.bin as usize, run.len as usize))
            .zip(slice.entries.clone())
            .map(|(bin, entry)| (bin, usize::from(self.pixels[entry]), entry))
    }

    /// All entries, slice by slice: element of the frame, bin, place among all entries.
    pub fn all_entries(&self) -> impl Iterator<Item = (usize, usize, usize)> + '_ {
        let of = |slice| self.entries_of(slice).map(|(bin, pixel, entry)| (slice.elems.start + pixel, bin, entry));
        self.slices.iter().flat_map(of)
    }
}

/// `round(C²/2^F)`: the coefficient of the variance, 1 where `C` is.
fn square(coefficient: u32, fraction_bits: u32) -> u32 {
    let half = (1u64 << fraction_bits) >> 1;
    ((u64::from(coefficient) * u64::from(coefficient) + half) >> fraction_bits) as u32
}

/// Cuts the frame into strips of whole blocks, and these into slices of at most `most` pixels; returns what elements each slice covers.
fn cut(format: &ChunkFormat, most: usize) -> (Vec<Strip>, Vec<Range<usize>>) {
    let together = (most / format.block_elems()).max(1);
    let (mut strips, mut slices) = (Vec::new(), Vec::new());
    for first in (0..format.blocks()).step_by(together) {
        let blocks = first..format.blocks().min(first + together);
        let elems = format.block_range(first).start..format.block_range(blocks.end - 1).end;
        let before = slices.len();
        let slice = |start| start..elems.end.min(start + most);
        slices.extend(elems.clone().step_by(most).map(slice));
        strips.push(Strip { blocks, slices: before..slices.len() });
    }
    (strips, slices)
}

fn part(matrix: &Matrix, constants: &PixelConstants, elems: Range<usize>, fraction_bits: u32) -> Part {
    // Bin and pixel in one word sort faster than two.
    let mut entries: Vec<(u64, u32)> = Vec::new();
    let (bin_of, pixel_of) = (|key: u64| (key >> 16) as u32, |key: u64| key as u16);
    let mut one = Vec::new();
    for pixel in elems.clone().filter(|pixel| !constants.is_masked(*pixel)) {
        one.clear();
        fixed::quantise(matrix.entries_of(pixel), matrix.is_whole(pixel), fraction_bits, &mut one);
        let place = (pixel - elems.start) as u64;
        entries.extend(one.iter().map(|(bin, coefficient)| (u64::from(*bin) << 16 | place, *coefficient)));
    }
    // By bin, then by pixel: sums of a bin stay in registers, and sums in f64 keep the order of the pixels.
    entries.sort_unstable_by_key(|(key, _)| *key);
    let same_bin = |a: &(u64, u32), b: &(u64, u32)| bin_of(a.0) == bin_of(b.0);
    let mut bins: Vec<&[(u64, u32)]> = entries.chunk_by(same_bin).collect();
    // Runs of one length behind each other: the processor then foresees where each ends.
    bins.sort_by_key(|run| run.len());
    let in_order = || bins.iter().copied().flatten();
    Part {
        runs: bins.iter().map(|run| Run { bin: bin_of(run[0].0), len: run.len() as u32 }).collect(),
        pixels: in_order().map(|entry| pixel_of(entry.0)).collect(),
        coefficients: in_order().map(|entry| entry.1).collect(),
    }
}
