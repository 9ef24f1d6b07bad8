//! Layouts `dask` and `joblib`: an engine of others spreads ranges of frames over workers, this process puts their patterns in
//! order and pushes them.
//!
//! The engine ([`Engine`]) knows nothing of frames, and this file nothing of engines. Frames in flight are bounded since
//! an engine has only a few ranges a worker under way until one of them is pushed.

mod engine;
mod piece;
mod ranges;

use std::ops::{ControlFlow, Range};

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Executor, Job, Plan, RunError, Sink, Summary};

use super::batches::Batches;
use super::delivery::Delivery;
use crate::wire;
pub use engine::{Answers, Engine, EngineError, Engines, IN_HAND, Order, Settings};
pub use piece::{integrate, integrate_into};

/// A layout whose workers are those of an engine.
pub struct Elsewhere<'e> {
    /// The engine.
    pub engine: Box<dyn Engine + 'e>,
    /// Frames a task; chosen from their number and that of the workers if nothing is said.
    pub range: Option<usize>,
    /// Workers leave the patterns in files, see [`parts`](crate::sink::nexus::parts), and hand back what is known of the frames.
    pub parts: bool,
    /// Seconds that it took to start its workers, for the summary.
    pub start: f64,
}

impl Elsewhere<'_> {
    /// The ranges that a job with so many frames is cut into.
    #[must_use]
    pub fn ranges(&self, frames: &Range<usize>, plan: &dyn Plan, sums: bool) -> Vec<Range<usize>> {
        let pattern = |recipe| if sums { plan.pattern(recipe) } else { plan.pattern(recipe).without_sums() };
        let of_a_frame: Vec<Pattern> = (0..plan.recipes()).map(pattern).collect();
        ranges::cut(frames, self.range, self.engine.workers(), &of_a_frame)
    }
}

impl Executor for Elsewhere<'_> {
    fn name(&self) -> &'static str {
        self.engine.name()
    }

    fn run(&self, job: &Job<'_>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        // Of those a worker makes its batches; here they are what is pushed at once.
        let batch = Batches::new(job, job.plan.max_batch())?.size();
        let workers = self.engine.workers().max(1);
        let ranges = self.ranges(&job.frames, job.plan, sink.wants_sums());
        let longest = ranges.first().map_or(0, Range::len);
        let mut delivery = Delivery::new(sink, job, workers, longest);
        delivery.summary().start = self.start;
        let mut patterns = delivery.patterns(job.plan, longest);
        if self.parts {
            patterns.iter_mut().for_each(|pattern| *pattern = piece::without_numbers(pattern));
        }
        let Some(first) = ranges.first() else { return Ok(delivery.finish()) };
        let order = Order { ranges: ranges.clone(), batch: job.batch, sums: delivery.wants_sums() };
        let mut answers = self.engine.start(&order).map_err(|error| error.at(first))?;
        for frames in &ranges {
            let Some(bytes) = wait(answers.as_mut(), frames, &mut delivery)? else { break };
            let patterns = &mut patterns[..frames.len() * job.plan.recipes()];
            take((*bytes).as_ref(), frames, patterns, &mut delivery)?;
            if push(frames, batch, patterns, &mut delivery)?.is_break() {
                break;
            }
        }
        Ok(delivery.finish())
    }
}

/// The bytes of the next range; `None` when no more is wanted.
fn wait(
    answers: &mut dyn Answers,
    frames: &Range<usize>,
    delivery: &mut Delivery<'_>,
) -> Result<Option<Box<dyn AsRef<[u8]>>>, RunError> {
    loop {
        if let Some(bytes) = answers.next().map_err(|error| error.at(frames))? {
            return Ok(Some(bytes));
        }
        if !delivery.wants_more() {
            return Ok(None);
        }
    }
}

fn take(
    bytes: &[u8],
    frames: &Range<usize>,
    patterns: &mut [Pattern],
    delivery: &mut Delivery<'_>,
) -> Result<(), RunError> {
    let integrated = wire::decode(bytes, patterns)
        .map_err(|error| RunError::Worker { frames: frames.clone(), reason: error.to_string() })?;
    delivery.summary().bytes_in += integrated.bytes_in;
    delivery.summary().stages += integrated.stages;
    Ok(())
}

/// Pushes the patterns of a range a batch at a time, so that a sink that wants no more gets no more.
fn push(
    frames: &Range<usize>,
    batch: usize,
    patterns: &[Pattern],
    delivery: &mut Delivery<'_>,
) -> Result<ControlFlow<()>, RunError> {
    let recipes = patterns.len() / frames.len();
    for (start, patterns) in frames.clone().step_by(batch).zip(patterns.chunks(batch * recipes)) {
        if delivery.push(start, patterns)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// Stands for a layout whose engine is not there: it refuses to run.
#[derive(Clone, Copy, Debug)]
pub struct Missing(pub &'static str);

impl Executor for Missing {
    fn name(&self) -> &'static str {
        self.0
    }

    fn run(&self, _: &Job<'_>, _: &mut dyn Sink) -> Result<Summary, RunError> {
        Err(RunError::Job(format!("layout {}: needs an engine, and none was given", self.0)))
    }
}
