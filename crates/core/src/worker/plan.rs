//! What a plan of sums hands to the layouts: workers, sums and patterns.

use super::CpuWorker;
use crate::pattern::Pattern;
use crate::pipeline::{Plan, StripPlan, StripWorker, Worker};
use crate::plan::CpuPlan;
use crate::sums::{LANES, Sums};

/// Bytes of decoded pixels that one worker may hold: formats that only decode as a whole take fewer frames at once.
const WORKER_BYTES: usize = 48 << 20;

impl Plan for CpuPlan {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(CpuWorker::new(vec![self]))
    }

    fn pattern(&self, _recipe: usize) -> Pattern {
        Pattern::of_bins(self.bins(), self.has_errors())
    }

    fn max_batch(&self) -> usize {
        if self.format.is_blocked() { LANES } else { (WORKER_BYTES / self.format.bytes().max(1)).clamp(1, LANES) }
    }

    fn reads_pieces(&self) -> bool {
        true
    }

    fn linear(&self) -> Option<Vec<&CpuPlan>> {
        Some(vec![self])
    }

    fn by_strips(&self) -> Option<&dyn StripPlan> {
        // Sums in f64 keep the order of the pixels, so one worker takes all of a frame.
        if self.sums_floats() { None } else { Some(self) }
    }
}

impl StripPlan for CpuPlan {
    fn strips(&self) -> usize {
        self.table.strips.len()
    }

    fn sums(&self, frames: usize) -> Vec<Sums> {
        vec![Sums::new(self.bins(), frames, self.sums_floats(), self.sums_variance())]
    }

    fn strip_worker(&self) -> Box<dyn StripWorker + '_> {
        Box::new(CpuWorker::new(vec![self]))
    }

    fn finish(&self, sums: &[Sums], frames: &[usize], out: &mut [Pattern]) {
        CpuPlan::finish_all(&[self], sums, frames, out);
    }
}
