//! The table for small pixels: entries of two neighbouring pixels put together, see [`crate::kernel::pairs`].

use std::ops::Range;

use rayon::prelude::*;

use super::{Slice, Table};
use crate::kernel::Run;
use crate::kernel::pairs::{MOST_IN_RUN, PairEntries, Pieces};

/// A [`Table`] whose entries are pairs of pixels, cut into the same slices.
#[derive(Clone, Debug, Default)]
pub struct PairTable {
    pieces: Pieces,
    /// The runs and the entries of each slice.
    slices: Vec<(Range<usize>, Range<usize>)>,
    runs: Vec<Run>,
    pairs: Vec<u16>,
    coefficients: Vec<(u32, u32)>,
    squares: Vec<(u32, u32)>,
    /// A bit for each element that has an entry, that of the first one lowest in the first byte.
    used: Vec<u8>,
}

/// One entry: its pair, and the coefficients of the two pixels with their squares.
type Entry = (u16, [u32; 2], [u32; 2]);

impl PairTable {
    pub(super) fn new(table: &Table) -> PairTable {
        let pieces = Pieces::of(table.fraction_bits);
        let parts: Vec<(Vec<Run>, Vec<Entry>)> = table.slices.par_iter().map(|slice| part(table, slice)).collect();
        let (runs, entries) =
            parts.iter().fold((0, 0), |(runs, entries), part| (runs + part.0.len(), entries + part.1.len()));
        let mut pairs = PairTable { pieces, used: used(table), ..PairTable::default() };
        pairs.runs.reserve_exact(runs);
        pairs.pairs.reserve_exact(entries);
        pairs.coefficients.reserve_exact(entries);
        pairs.squares.reserve_exact(if table.squares.is_empty() { 0 } else { entries });
        for (runs, entries) in parts {
            let (first_run, first_entry) = (pairs.runs.len(), pairs.pairs.len());
            pairs.runs.extend(runs);
            pairs.pairs.extend(entries.iter().map(|(pair, ..)| *pair));
            pairs.coefficients.extend(entries.iter().map(|(_, coefficients, _)| pieces.cut(*coefficients)));
            if !table.squares.is_empty() {
                pairs.squares.extend(entries.iter().map(|(.., squares)| pieces.cut(*squares)));
            }
            pairs.slices.push((first_run..pairs.runs.len(), first_entry..pairs.pairs.len()));
        }
        pairs
    }

    /// Bits that the pixels may have.
    pub(crate) fn pixel_bits(&self) -> usize {
        self.pieces.pixel_bits()
    }

    /// A bit for each of the frame's elements (those of the last byte that go beyond them are zero): set where it has an entry.
    pub(crate) fn used(&self) -> &[u8] {
        &self.used
    }

    /// The entries of a slice, with their squares if asked for.
    pub(crate) fn entries(&self, slice: usize, squares: bool) -> PairEntries<'_> {
        let (runs, entries) = self.slices[slice].clone();
        PairEntries {
            pieces: self.pieces,
            runs: &self.runs[runs],
            pairs: &self.pairs[entries.clone()],
            coefficients: &self.coefficients[entries.clone()],
            squares: &self.squares[if squares { entries } else { 0..0 }],
        }
    }
}

/// The runs and entries of one slice: runs of one length behind each other, as in the table of pixels.
fn part(table: &Table, slice: &Slice) -> (Vec<Run>, Vec<Entry>) {
    let mut bins: Vec<(u32, Vec<Entry>)> = Vec::new();
    let mut entry = slice.entries.start;
    for run in &table.runs[slice.runs.clone()] {
        let entries = entry..entry + run.len as usize;
        entry = entries.end;
        bins.extend(paired(table, entries).chunks(MOST_IN_RUN).map(|entries| (run.bin, entries.to_vec())));
    }
    bins.sort_by_key(|(_, entries)| entries.len());
    let runs = bins.iter().map(|(bin, entries)| Run { bin: *bin, len: entries.len() as u32 }).collect();
    (runs, bins.into_iter().flat_map(|(_, entries)| entries).collect())
}

/// The entries of one run, in the order of their pixels, put together in pairs.
fn paired(table: &Table, entries: Range<usize>) -> Vec<Entry> {
    let mut paired: Vec<Entry> = Vec::with_capacity(entries.len());
    for entry in entries {
        let pixel = table.pixels[entry];
        let (pair, side) = (pixel / 2, usize::from(pixel % 2));
        if paired.last().is_none_or(|(last, coefficients, _)| *last != pair || coefficients[side] != 0) {
            paired.push((pair, [0; 2], [0; 2]));
        }
        if let Some((_, coefficients, squares)) = paired.last_mut() {
            coefficients[side] = table.coefficients[entry];
            squares[side] = table.squares.get(entry).copied().unwrap_or(0);
        }
    }
    paired
}

/// See [`PairTable::used`].
fn used(table: &Table) -> Vec<u8> {
    let elems = table.slices.last().map_or(0, |slice| slice.elems.end);
    let mut used = vec![0; elems.div_ceil(8)];
    for slice in &table.slices {
        for pixel in &table.pixels[slice.entries.clone()] {
            let elem = slice.elems.start + usize::from(*pixel);
            used[elem / 8] |= 1 << (elem % 8);
        }
    }
    used
}
