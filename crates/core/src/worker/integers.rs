//! Integer pixels: the fast kernel adds every pixel; what a frame masks by its value is then taken back, exactly.

use aureole_codec::Isa;

use super::{CpuWorker, Part, entries, mask_entry};
use crate::kernel::pixel::{poisson_variance, product};
use crate::kernel::{self, Entries, IntegerPixel, Seen, scalar};
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
    pub(super) fn add_integers<P: IntegerPixel>(&mut self, part: &Part, sums: &mut [Sums]) {
        let bytes = self.bytes(part);
        let frames = sums[0].frames();
        if frames > 1 {
            let mut lanes: [&[u8]; LANES] = [&[]; LANES];
            lanes[..frames]
                .iter_mut()
                .enumerate()
                .for_each(|(lane, pixels)| *pixels = &self.pixels.of(lane)[bytes.clone()]);
            self.tile.resize(part.elems.len() * LANES, 0);
            kernel::fill_tile::<P>(self.plans[0].isa, &lanes[..frames], part.elems.len(), &mut self.tile);
        }
        for (plan, sums) in self.plans.iter().zip(sums) {
            let slice = part.of(plan);
            let entries = entries(plan, slice);
            let seen = self.sum::<P>(plan.isa, &entries, &self.pixels.of(0)[bytes.clone()], sums);
            let Some(marked) = Marked::new(plan) else { continue };
            for (lane, seen) in seen.into_iter().enumerate().take(frames) {
                if marked.may_be_in(seen) && sums.failed[lane].is_none() {
                    let frame = &self.pixels.of(lane)[bytes.clone()];
                    take_back::<P>(plan, slice, &entries, frame, marked, lane, sums);
                }
            }
        }
    }

    /// Adds the tile to the sums of its frames, or `alone` to those of the only one.
    fn sum<P: IntegerPixel>(&self, isa: Isa, entries: &Entries<'_>, alone: &[u8], sums: &mut Sums) -> Seen {
        let frames = sums.frames();
        let Accumulator::Integer(signal) = &mut sums.signal else { unreachable!("integers have integer sums") };
        let Accumulator::Integer(variance) = &mut sums.variance else { unreachable!("integers have integer sums") };
        if frames > 1 {
            return kernel::add_tile(isa, P::SIGNED, entries, &self.tile, signal, variance);
        }
        let mut seen = [0; LANES];
        seen[0] = scalar::add_frame::<P>(entries, alone, signal, variance);
        seen
    }
}

/// Subtracts the marked pixels of one frame from its sums, and their shares from its constants.
fn take_back<P: IntegerPixel>(
    plan: &CpuPlan,
    slice: &Slice,
    entries: &Entries<'_>,
    frame: &[u8],
    marked: Marked,
    lane: usize,
    sums: &mut Sums,
) {
    let runs = entries.runs.iter().flat_map(|run| std::iter::repeat_n(run.bin as usize, run.len as usize));
    for (entry, bin) in runs.enumerate() {
        let pixel = usize::from(entries.pixels[entry]);
        let raw = P::widened(frame, pixel);
        if !marked.has(raw) {
            continue;
        }
        let (place, coefficient) = (sums.place(bin, lane), entries.coefficients[entry]);
        subtract(&mut sums.signal, place, product(P::SIGNED, coefficient, raw));
        if let Some(square) = entries.squares.get(entry) {
            subtract(&mut sums.variance, place, product(P::SIGNED, *square, poisson_variance(P::SIGNED, raw)));
        }
        mask_entry(plan, sums, lane, bin, slice, entry);
    }
}

fn subtract(sums: &mut Accumulator, place: usize, value: u64) {
    if let Accumulator::Integer(sums) = sums {
        sums[place] = sums[place].wrapping_sub(value);
    }
}
