//! From a device's sums to patterns.

use aureole_core::pattern::Pattern;
use aureole_core::plan::{ByPixel, CpuPlan};
use aureole_core::sums::{Accumulator, LANES, Sums, slot};

use crate::Results;

/// What a thread needs to finish batches.
pub struct Finisher<'a> {
    plans: &'a [&'a CpuPlan],
    /// One a recipe, where frames may mask pixels of their own.
    by_pixel: &'a [ByPixel],
    sums: Vec<Sums>,
}

impl<'a> Finisher<'a> {
    /// A finisher for the plans of a job, none of which has floats or all.
    #[must_use]
    pub fn new(plans: &'a [&'a CpuPlan], by_pixel: &'a [ByPixel]) -> Finisher<'a> {
        let sums = plans.iter().map(|plan| Sums::new(plan.bins(), LANES, plan.sums_floats(), plan.sums_variance()));
        Finisher { plans, by_pixel, sums: sums.collect() }
    }

    /// The lane of frame `i` of a batch: that at which its sums stand on the CPU, too.
    #[must_use]
    pub fn lane(&self, i: usize) -> usize {
        lane(self.plans[0], i)
    }

    /// Turns the sums of one batch, whose frames have the given numbers, into patterns: those of a frame side by side. What the
    /// patterns of a frame hold that the device has not done is unspecified.
    pub fn finish(&mut self, results: &Results<'_>, batch: usize, frames: &[usize], out: &mut [Pattern]) {
        for (recipe, sums) in self.sums.iter_mut().enumerate() {
            sums.clear_masks();
            let (signal, variance) = results.sums(recipe, batch);
            let (to_signal, to_variance) = sums.accumulators();
            copy(signal, to_signal);
            copy(variance, to_variance);
        }
        for i in 0..frames.len() {
            let lane = batch * LANES + self.lane(i);
            if !results.is_done(lane) {
                continue;
            }
            for marked in results.marked(lane) {
                for ((plan, by_pixel), sums) in self.plans.iter().zip(self.by_pixel).zip(&mut self.sums) {
                    plan.mask_pixel(by_pixel, sums, i, marked.elem as usize, marked.raw);
                }
            }
        }
        CpuPlan::finish_all(self.plans, &self.sums, frames, out);
    }
}

/// The lane of frame `i` of a batch of a plan.
#[must_use]
pub fn lane(plan: &CpuPlan, i: usize) -> usize {
    if plan.sums_floats() { i } else { slot(i) }
}

fn copy(from: &[u8], to: &mut Accumulator) {
    match to {
        Accumulator::Integer(to) => to.copy_from_slice(bytemuck::cast_slice(from)),
        Accumulator::Float(to) => to.copy_from_slice(bytemuck::cast_slice(from)),
    }
}
