//! What a worker elsewhere does with a range of frames.

use std::num::NonZero;
use std::ops::ControlFlow;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Executor, Job, Rows, RunError, Sink, SinkError, Summary};

use crate::layout::Threads;
use crate::machine::Pin;
use crate::wire::{self, Integrated};

/// Integrates a job's frames in one thread; the bytes of their patterns, as [`wire`] encodes them.
///
/// # Errors
/// See [`RunError`].
pub fn integrate(job: &Job<'_>, sums: bool) -> Result<Vec<u8>, RunError> {
    let mut kept = Kept { patterns: Vec::new(), sums };
    let summary = run(job, &mut kept)?;
    let integrated = Integrated { bytes_in: summary.bytes_in, stages: summary.stages };
    let mut bytes = Vec::new();
    wire::encode(&integrated, &kept.patterns, &mut bytes);
    Ok(bytes)
}

/// In one thread, wherever the system puts it: neighbours on this machine may be workers of the same engine.
pub(super) fn run(job: &Job<'_>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
    Threads { threads: NonZero::<usize>::MIN, pin: Pin::Off }.run(job, sink)
}

/// Keeps all patterns.
struct Kept {
    patterns: Vec<Pattern>,
    sums: bool,
}

impl Sink for Kept {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        self.patterns.extend_from_slice(rows.patterns);
        Ok(ControlFlow::Continue(()))
    }

    fn wants_sums(&self) -> bool {
        self.sums
    }
}
