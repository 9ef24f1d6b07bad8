//! Patterns to the sink, in order, with the rules for failed frames.

use std::ops::ControlFlow;
use std::time::Instant;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Job, Plan, Rows, RunError, Sink, Summary, failure};

/// Hands patterns to a sink and keeps the summary.
pub(super) struct Delivery<'a> {
    sink: &'a mut dyn Sink,
    strict: bool,
    recipes: usize,
    summary: Summary,
}

impl<'a> Delivery<'a> {
    pub(super) fn new(sink: &'a mut dyn Sink, job: &Job<'_>, threads: usize, batch: usize) -> Delivery<'a> {
        let summary = Summary { threads, batch, ..Summary::default() };
        Delivery { sink, strict: job.strict, recipes: job.plan.recipes(), summary }
    }

    /// True when the sink has a use for the sums of a pattern.
    pub(super) fn wants_sums(&self) -> bool {
        self.sink.wants_sums()
    }

    /// Patterns for the given number of frames, with all the buffers that the sink has a use for.
    pub(super) fn patterns(&self, plan: &dyn Plan, frames: usize) -> Vec<Pattern> {
        let sums = self.wants_sums();
        let pattern = |recipe| if sums { plan.pattern(recipe) } else { plan.pattern(recipe).without_sums() };
        (0..frames).flat_map(|_| (0..plan.recipes()).map(pattern)).collect()
    }

    /// Pushes the patterns of consecutive frames. In a strict run those before the first failed frame are pushed, and
    /// that frame is the error.
    pub(super) fn push(&mut self, first: usize, patterns: &[Pattern]) -> Result<ControlFlow<()>, RunError> {
        let rows = Rows { first, recipes: self.recipes, patterns };
        let failed = if self.strict {
            rows.iter().find_map(|(frame, patterns)| Some((frame, failure(patterns)?.to_owned())))
        } else {
            None
        };
        let good = failed.as_ref().map_or(rows.frames(), |(frame, _)| frame - first);
        let good = Rows { patterns: &patterns[..good * self.recipes], ..rows };
        let flow = if good.frames() == 0 { ControlFlow::Continue(()) } else { self.push_all(&good)? };
        match failed {
            Some((frame, reason)) => Err(RunError::Frame { frame, reason }),
            None => Ok(flow),
        }
    }

    fn push_all(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, RunError> {
        let start = Instant::now();
        let flow = self.sink.push(rows)?;
        self.summary.stages.write += start.elapsed().as_secs_f64();
        self.summary.frames += rows.frames();
        self.summary.failed += rows.iter().filter(|(_, patterns)| failure(patterns).is_some()).count();
        self.summary.stopped = flow.is_break();
        Ok(flow)
    }

    /// Asks the sink whether it wants more; the run is stopped when it does not.
    pub(super) fn wants_more(&mut self) -> bool {
        self.summary.stopped = !self.sink.wants_more();
        !self.summary.stopped
    }

    /// The summary so far, for what only the layout knows.
    pub(super) fn summary(&mut self) -> &mut Summary {
        &mut self.summary
    }

    pub(super) fn finish(self) -> Summary {
        self.summary
    }
}
