//! Integer pixels: the fast kernel adds every pixel; what a frame masks by its value is then taken back, exactly.

use std::ops::Range;

use super::narrow::Width;
use super::{CpuWorker, Cut, entries, mask_entry};
use crate::dtype::Dtype;
use crate::kernel::pixel::{BytePair, poisson_variance, product};
use crate::kernel::{self, Entries, IntegerPixel, pairs, scalar};
use crate::plan::{CpuPlan, Slice};
use crate::sums::{Accumulator, LANES, Sums};

/// The integers that mark a pixel, as widened 32-bit pixels: two ranges, the same one twice where there is only one.
#[derive(Clone, Copy)]
struct Marked {
    ranges: [(u32, u32); 2],
    /// No pixel is marked where the OR of all pixels is smaller than this.
    least_seen: u32,
}

impl Marked {
    fn new(plan: &CpuPlan) -> Option<Marked> {
        // Two's complement puts the negative numbers above all others, so only a range across zero has no least member.
        let least = |(low, high): (i128, i128)| if low < 0 && high >= 0 { 0 } else { low as u32 };
        let range = |(low, high): (i128, i128)| (low as u32, (high - low) as u32);
        let mut ranges = plan.marks.integers(plan.dtype);
        let first = ranges.next()?;
        let second = ranges.next().unwrap_or(first);
        Some(Marked { ranges: [range(first), range(second)], least_seen: least(first).min(least(second)) })
    }

    fn may_be_in(self, seen: u32) -> bool {
        seen >= self.least_seen
    }

    fn has(self, raw: u32) -> bool {
        self.ranges.iter().any(|(low, span)| raw.wrapping_sub(*low) <= *span)
    }
}

impl CpuWorker<'_> {
    /// Lays the decoded pixels of a block out in the tile of their slice. `before` says how what the tile holds of the blocks
    /// before it is laid out.
    pub(super) fn lay_out(&mut self, cut: &Cut, before: Width, width: Width, frames: usize) {
        let plan = self.plans[0];
        self.tile.resize(self.slice(cut.slice).elems.len() * LANES, 0);
        if before != width {
            pairs::widen_tile(&mut self.tile, cut.at / 2);
        }
        match (width, plan.dtype.size()) {
            (Width::Narrow, 1) => self.fill::<BytePair>(cut, 2, frames),
            (Width::Narrow, _) => self.fill::<u32>(cut, 2, frames),
            (Width::Wide, _) => match plan.dtype {
                Dtype::U8 => self.fill::<u8>(cut, 1, frames),
                Dtype::U16 => self.fill::<u16>(cut, 1, frames),
                Dtype::I8 => self.fill::<i8>(cut, 1, frames),
                Dtype::I16 => self.fill::<i16>(cut, 1, frames),
                _ => self.fill::<u32>(cut, 1, frames),
            },
        }
    }

    /// Lays out values of `P`, each of which holds `pixels` pixels.
    fn fill<P: IntegerPixel>(&mut self, cut: &Cut, pixels: usize, frames: usize) {
        let values = cut.elems.start / pixels..cut.elems.end / pixels;
        let bytes = values.start * size_of::<P>()..values.end * size_of::<P>();
        let mut lanes: [&[u8]; LANES] = [&[]; LANES];
        for (lane, bytes_of) in lanes[..frames].iter_mut().enumerate() {
            *bytes_of = &self.pixels.of(lane)[bytes.clone()];
        }
        let tile = &mut self.tile[cut.at / pixels * LANES..][..values.len() * LANES];
        kernel::fill_tile::<P>(self.plans[0].isa, &lanes[..frames], values.len(), tile);
    }

    /// Adds the tile of a slice to the sums of its frames.
    pub(super) fn add_tile(&self, slice: usize, width: Width, sums: &mut [Sums]) {
        for (plan, sums) in self.plans.iter().zip(sums) {
            match (width, &plan.pairs) {
                (Width::Narrow, Some(pairs)) => {
                    let (signal, variance) = integers(sums);
                    let entries = pairs.entries(slice, plan.sums_variance());
                    let tile = &self.tile[..self.tile.len() / 2];
                    pairs::add_pairs(plan.isa, &entries, tile, signal, variance);
                }
                _ => self.add_wide(plan, &plan.table.slices[slice], sums),
            }
        }
    }

    fn add_wide(&self, plan: &CpuPlan, slice: &Slice, sums: &mut Sums) {
        let (entries, signed) = (entries(plan, slice), plan.dtype.is_signed());
        let (signal, variance) = integers(sums);
        let seen = kernel::add_tile(plan.isa, signed, &entries, &self.tile, signal, variance);
        let Some(marked) = Marked::new(plan) else { return };
        for (lane, seen) in seen.into_iter().enumerate().take(sums.frames()) {
            if marked.may_be_in(seen) && sums.failed[lane].is_none() {
                let raw = |pixel| self.tile[pixel * LANES + lane];
                take_back(plan, slice, &entries, raw, marked, lane, sums);
            }
        }
    }

    /// Adds the pixels of the only frame to its sums.
    pub(super) fn add_alone<P: IntegerPixel>(&self, slice: usize, elems: Range<usize>, sums: &mut [Sums]) {
        let frame = &self.pixels.of(0)[elems.start * size_of::<P>()..elems.end * size_of::<P>()];
        for (plan, sums) in self.plans.iter().zip(sums) {
            let slice = &plan.table.slices[slice];
            let entries = entries(plan, slice);
            let (signal, variance) = integers(sums);
            let seen = scalar::add_frame::<P>(&entries, frame, signal, variance);
            let Some(marked) = Marked::new(plan) else { continue };
            if marked.may_be_in(seen) && sums.failed[0].is_none() {
                take_back(plan, slice, &entries, |pixel| P::widened(frame, pixel), marked, 0, sums);
            }
        }
    }
}

/// The sums of signal and variance.
fn integers(sums: &mut Sums) -> (&mut [u64], &mut [u64]) {
    match (&mut sums.signal, &mut sums.variance) {
        (Accumulator::Integer(signal), Accumulator::Integer(variance)) => (signal, variance),
        _ => unreachable!("integers have integer sums"),
    }
}

/// Subtracts the marked pixels of one frame from its sums, and their shares from its constants.
fn take_back(
    plan: &CpuPlan,
    slice: &Slice,
    entries: &Entries<'_>,
    raw: impl Fn(usize) -> u32,
    marked: Marked,
    lane: usize,
    sums: &mut Sums,
) {
    let signed = plan.dtype.is_signed();
    let runs = entries.runs.iter().flat_map(|run| std::iter::repeat_n(run.bin as usize, run.len as usize));
    for (entry, bin) in runs.enumerate() {
        let raw = raw(usize::from(entries.pixels[entry]));
        if !marked.has(raw) {
            continue;
        }
        let (place, coefficient) = (sums.place(bin, lane), entries.coefficients[entry]);
        subtract(&mut sums.signal, place, product(signed, coefficient, raw));
        if let Some(square) = entries.squares.get(entry) {
            subtract(&mut sums.variance, place, product(signed, *square, poisson_variance(signed, raw)));
        }
        mask_entry(plan, sums, lane, bin, slice, entry);
    }
}

fn subtract(sums: &mut Accumulator, place: usize, value: u64) {
    if let Accumulator::Integer(sums) = sums {
        sums[place] = sums[place].wrapping_sub(value);
    }
}
