//! A job that leaves open how it is spread takes what `aureole bench --retune` learned of the machine.

use std::num::NonZero;
use std::path::Path;

use aureole_core::pipeline::Plan;

use super::Prepared;
use crate::layout::Layout;
use crate::tuned::{Machine, Tuned};

impl Prepared {
    /// Takes layout, threads and batch from `file`, where the job says nothing of any of them and has at least as many frames
    /// as are then in hand at once. Returns a sentence for the user where the file was used, or is there and cannot be.
    ///
    /// No bit of the result depends on it.
    pub fn tune(&mut self, file: &Path) -> Option<String> {
        let execution = &self.spec.execution;
        if execution.layout != Layout::Auto || execution.threads.is_some() || execution.batch.is_some() {
            return None;
        }
        let rule = self.layout().name();
        let tuned = match Tuned::load(file, &Machine::here()) {
            Ok(tuned) => tuned?,
            Err(reason) => return Some(format!("layout {rule}: by the rule; what was measured is not used, {reason}")),
        };
        if self.frames.len() < tuned.threads.saturating_mul(tuned.batch.unwrap_or(1)) {
            return None;
        }
        if tuned.layout == Layout::Gpu && self.layout() != Layout::Gpu {
            // Too short, without a kernel, or there is no GPU any more.
            return None;
        }
        self.threads = NonZero::new(tuned.threads)?;
        self.spec.execution.layout = tuned.layout;
        self.spec.execution.batch = tuned.batch.map(|batch| batch.clamp(1, self.plans.max_batch()));
        let date = tuned.date.split('T').next().unwrap_or_default();
        Some(format!("layout {}: as measured by aureole bench --retune on {date}", tuned.layout.name()))
    }
}
