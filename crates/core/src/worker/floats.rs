//! Pixels that are summed in f64: one frame after the other, each in the order of its pixels.

use super::{CpuWorker, Part, entries, mask_entry};
use crate::kernel::float::{self, FloatPixel};
use crate::plan::CpuPlan;
use crate::sums::{Accumulator, Sums};

impl CpuWorker<'_> {
    pub(super) fn add_floats<P: FloatPixel>(&self, part: &Part, sums: &mut [Sums]) {
        let bytes = self.bytes(part);
        for (plan, sums) in self.plans.iter().zip(sums) {
            for lane in 0..sums.frames() {
                if sums.failed[lane].is_none() {
                    add_frame::<P>(plan, part, &self.pixels.of(lane)[bytes.clone()], lane, sums);
                }
            }
        }
    }
}

/// Adds the pixels of one frame to its sums.
fn add_frame<P: FloatPixel>(plan: &CpuPlan, part: &Part, frame: &[u8], lane: usize, sums: &mut Sums) {
    let slice = part.of(plan);
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
