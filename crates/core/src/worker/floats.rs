//! Pixels that are summed in f64: one frame after the other, each in the order of its pixels.

use std::ops::Range;

use super::{CpuWorker, entries, mask_entry};
use crate::kernel::float::{self, FloatPixel};
use crate::plan::{CpuPlan, Slice};
use crate::sums::{Accumulator, LANES, Sums};

impl CpuWorker<'_> {
    /// Adds the pixels of a slice, which lie at `elems` of each lane.
    pub(super) fn add_floats<P: FloatPixel>(&self, slice: usize, elems: Range<usize>, sums: &mut [Sums]) {
        let bytes = elems.start * size_of::<P>()..elems.end * size_of::<P>();
        for (plan, sums) in self.plans.iter().zip(sums) {
            for lane in 0..sums.frames() {
                if sums.failed[lane].is_none() {
                    let frame = &self.pixels.of(lane)[bytes.clone()];
                    add_frame::<P>(plan, &plan.table.slices[slice], frame, lane, sums);
                }
            }
        }
    }
}

impl CpuWorker<'_> {
    /// Adds the tile of a slice of 32-bit floats to the sums of its frames.
    pub(super) fn add_float_tile(&mut self, slice: usize, sums: &mut [Sums]) {
        let CpuWorker { plans, tile, masked, .. } = self;
        for (plan, sums) in plans.iter().zip(sums) {
            let slice = &plan.table.slices[slice];
            let entries = entries(plan, slice);
            masked.clear();
            float::tile::add_tile(plan.isa, &entries, tile, &plan.marks, floats(sums), masked);
            for (bin, entry) in masked.iter().copied() {
                let pixels = &tile[usize::from(entries.pixels[entry]) * LANES..][..sums.frames()];
                for (lane, raw) in pixels.iter().enumerate() {
                    if sums.failed[lane].is_none() && plan.marks.masks_float(f64::from(f32::from_bits(*raw))) {
                        mask_entry(plan, sums, lane, bin, slice, entry);
                    }
                }
            }
        }
    }
}

/// The sums of signal and variance.
fn floats(sums: &mut Sums) -> (&mut [f64], &mut [f64]) {
    match (&mut sums.signal, &mut sums.variance) {
        (Accumulator::Float(signal), Accumulator::Float(variance)) => (signal, variance),
        _ => unreachable!("floats have f64 sums"),
    }
}

/// Adds the pixels of one frame to its sums.
fn add_frame<P: FloatPixel>(plan: &CpuPlan, slice: &Slice, frame: &[u8], lane: usize, sums: &mut Sums) {
    let layout = sums.layout();
    // Holds nothing, and takes no memory, where the frame masks nothing.
    let mut masked = Vec::new();
    float::add_frame::<P>(
        &entries(plan, slice),
        frame,
        &plan.marks,
        |bin| layout.place(bin, lane),
        floats(sums),
        |bin, entry| masked.push((bin, entry)),
    );
    for (bin, entry) in masked {
        mask_entry(plan, sums, lane, bin, slice, entry);
    }
}
