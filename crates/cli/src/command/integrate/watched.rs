//! A sink that shows progress, counts, and stops the run when asked to.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use aureole::sink::NexusSink;
use aureole_core::pipeline::{Rows, Sink, SinkError, Summary, failure};

use super::shown::Shown;
use crate::progress::Progress;

/// The result file, watched.
pub(super) struct Watched<'a> {
    sink: NexusSink,
    progress: &'a Progress,
    stop: &'a AtomicBool,
    shown: &'a Shown,
    frames: usize,
    failed: usize,
    reasons: Vec<String>,
}

/// Failed frames of which the reason is told; the others are in the result file.
const REASONS_TOLD: usize = 3;

impl<'a> Watched<'a> {
    pub(super) fn new(sink: NexusSink, progress: &'a Progress, stop: &'a AtomicBool, shown: &'a Shown) -> Watched<'a> {
        Watched { sink, progress, stop, shown, frames: 0, failed: 0, reasons: Vec::new() }
    }

    /// What was pushed so far.
    pub(super) fn pushed(&self) -> Summary {
        Summary { frames: self.frames, failed: self.failed, ..Summary::default() }
    }

    /// Why the first of the failed frames failed, a sentence each.
    pub(super) fn reasons(&self) -> &[String] {
        &self.reasons
    }

    pub(super) fn into_sink(self) -> NexusSink {
        self.sink
    }
}

impl Sink for Watched<'_> {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        let flow = self.sink.push(rows)?;
        self.frames += rows.frames();
        for (frame, patterns) in rows.iter() {
            let Some(reason) = failure(patterns) else { continue };
            self.failed += 1;
            if self.failed <= REASONS_TOLD {
                self.reasons.push(format!("frame {frame}: {reason}"));
            }
        }
        self.progress.at(self.frames as u64);
        Ok(if self.stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { flow })
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        self.sink.flush()
    }

    fn hear(&mut self, so_far: &Summary) {
        self.shown.stages(so_far);
    }

    fn wants_more(&mut self) -> bool {
        !self.stop.load(Ordering::Relaxed)
    }

    fn wants_sums(&self) -> bool {
        self.sink.wants_sums()
    }
}
