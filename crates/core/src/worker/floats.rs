//! Pixels that are summed in f64: one frame after the other, each in the order of its pixels.

use super::{CpuWorker, entries, mask_entry};
use crate::kernel::float::{self, FloatPixel};
use crate::plan::Slice;
use crate::sums::{Accumulator, Sums};

impl CpuWorker<'_> {
    pub(super) fn add_floats<P: FloatPixel>(&mut self, slice: &Slice, first: usize, sums: &mut Sums) {
        let (plan, bytes) = (self.plan, self.bytes(slice, first));
        let entries = entries(plan, slice);
        let mut masked = Vec::new();
        for lane in 0..sums.frames() {
            if sums.failed[lane].is_some() {
                continue;
            }
            let frame = &self.pixels[lane][bytes.clone()];
            let layout = sums.layout();
            let Accumulator::Float(signal) = &mut sums.signal else { unreachable!("floats have f64 sums") };
            let Accumulator::Float(variance) = &mut sums.variance else { unreachable!("floats have f64 sums") };
            float::add_frame::<P>(
                &entries,
                frame,
                &plan.marks,
                |bin| layout.place(bin, lane),
                (signal, variance),
                |bin, entry| masked.push((bin, entry)),
            );
            for (bin, entry) in masked.drain(..) {
                mask_entry(plan, sums, lane, bin, slice, entry);
            }
        }
    }
}
