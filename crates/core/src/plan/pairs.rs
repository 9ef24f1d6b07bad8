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

/// One slice's entries before they are put behind each other.
#[derive(Default)]
struct Part {
    runs: Vec<Run>,
    pairs: Vec<u16>,
    coefficients: Vec<(u32, u32)>,
    squares: Vec<(u32, u32)>,
}

impl PairTable {
    pub(super) fn new(table: &Table) -> PairTable {
        let pieces = Pieces::of(table.fraction_bits);
        let parts: Vec<Part> = table.slices.par_iter().map(|slice| part(table, slice, pieces)).collect();
        let runs = parts.iter().map(|part| part.runs.len()).sum();
        let entries = parts.iter().map(|part| part.pairs.len()).sum();
        let mut pairs = PairTable {
            pieces,
            slices: Vec::with_capacity(parts.len()),
            runs: Vec::with_capacity(runs),
            pairs: Vec::with_capacity(entries),
            coefficients: Vec::with_capacity(entries),
            squares: Vec::with_capacity(if table.squares.is_empty() { 0 } else { entries }),
            used: used(table),
        };
        for part in parts {
            let (first_run, first_entry) = (pairs.runs.len(), pairs.pairs.len());
            pairs.runs.extend(part.runs);
            pairs.pairs.extend(part.pairs);
            pairs.coefficients.extend(part.coefficients);
            pairs.squares.extend(part.squares);
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
fn part(table: &Table, slice: &Slice, pieces: Pieces) -> Part {
    let mut bins: Vec<(u32, Vec<Entry>)> = Vec::new();
    let mut entry = slice.entries.start;
    for run in &table.runs[slice.runs.clone()] {
        let entries = entry..entry + run.len as usize;
        entry = entries.end;
        bins.extend(paired(table, entries).chunks(MOST_IN_RUN).map(|entries| (run.bin, entries.to_vec())));
    }
    bins.sort_by_key(|(_, entries)| entries.len());
    let mut part = Part::default();
    for (bin, entries) in bins {
        part.runs.push(Run { bin, len: entries.len() as u32 });
        for (pair, coefficients, squares) in entries {
            part.pairs.push(pair);
            part.coefficients.push(pieces.cut(coefficients));
            if !table.squares.is_empty() {
                part.squares.push(pieces.cut(squares));
            }
        }
    }
    part
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
