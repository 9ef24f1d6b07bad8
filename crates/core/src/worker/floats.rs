//! Pixels that are summed in f64: one frame after the other, each in the order of its pixels.

use std::ops::Range;

use super::{CpuWorker, entries, mask_entry};
use crate::kernel::float::{self, FloatPixel};
use crate::plan::{CpuPlan, Slice};
use crate::sums::{Accumulator, Sums};

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

/// Adds the pixels of one frame to its sums.
fn add_frame<P: FloatPixel>(plan: &CpuPlan, slice: &Slice, frame: &[u8], lane: usize, sums: &mut Sums) {
    let layout = sums.layout();
    let Accumulator::Float(signal) = &mut sums.signal else { unreachable!("floats have f64 sums") };
    let Accumulator::Float(variance) = &mut sums.variance else { unreachable!("floats have f64 sums") };
    // Holds nothing, and takes no memory, where the frame masks nothing.
    let mut masked = Vec::new();
    float::add_frame::<P>(
        &entries(plan, slice),
        frame,
        &plan.marks,
        |bin| layout.place(bin, lane),
        (signal, variance),
        |bin, entry| masked.push((bin, entry)),
    );
    for (bin, entry) in masked {
        mask_entry(plan, sums, lane, bin, slice, entry);
    }
}
