//! Patterns to the sink, in order, with the rules for failed frames.

use std::ops::ControlFlow;
use std::time::Instant;

use aureole_core::pattern::{Pattern, Status};
use aureole_core::pipeline::{RunError, Sink, Summary};

/// Hands patterns to a sink and keeps the summary.
pub(super) struct Delivery<'a> {
    sink: &'a mut dyn Sink,
    strict: bool,
    summary: Summary,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(sink: &'a mut dyn Sink, strict: bool, threads: usize, batch: usize) -> Delivery<'a> {
        Delivery { sink, strict, summary: Summary { threads, batch, ..Summary::default() } }
    }

    /// Pushes the patterns of consecutive frames. In a strict run those before the first failed frame are pushed, and
    /// that frame is the error.
    pub(super) fn push(&mut self, first: usize, patterns: &[Pattern]) -> Result<ControlFlow<()>, RunError> {
        let failed = |pattern: &Pattern| matches!(pattern.status, Status::Failed(_));
        let good = if self.strict { patterns.iter().position(failed) } else { None };
        let delivered = &patterns[..good.unwrap_or(patterns.len())];
        let flow = if delivered.is_empty() { ControlFlow::Continue(()) } else { self.push_all(first, delivered)? };
        if let Some(at) = good
            && let Status::Failed(reason) = &patterns[at].status
        {
            return Err(RunError::Frame { frame: first + at, reason: reason.clone() });
        }
        Ok(flow)
    }

    fn push_all(&mut self, first: usize, patterns: &[Pattern]) -> Result<ControlFlow<()>, RunError> {
        let start = Instant::now();
        let flow = self.sink.push(first, patterns)?;
        self.summary.stages.write += start.elapsed().as_secs_f64();
        self.summary.frames += patterns.len();
        self.summary.failed += patterns.iter().filter(|p| matches!(p.status, Status::Failed(_))).count();
        self.summary.stopped = flow.is_break();
        Ok(flow)
    }

    /// The summary so far, for what only the layout knows.
    pub(super) fn summary(&mut self) -> &mut Summary {
        &mut self.summary
    }

    pub(super) fn finish(self) -> Summary {
        self.summary
    }
}
