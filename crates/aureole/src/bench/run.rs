//! One layout with one number of threads and one batch, run several times.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use aureole_core::pipeline::{Rows, Sink, SinkError, Summary};

use super::line::{Line, Run};
use super::{BenchError, Cache, Floor, Request, pages};
use crate::job::Prepared;
use crate::layout::Layout;
use crate::sink::NexusSink;

/// How the work is spread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Way {
    pub(super) layout: Layout,
    pub(super) threads: NonZero<usize>,
    pub(super) batch: Option<usize>,
}

/// Runs the job as often as asked for; `None` when it was stopped before the last run had ended.
pub(super) fn line(
    prepared: &mut Prepared,
    way: &Way,
    request: &Request,
    output: &Path,
    stop: &AtomicBool,
    floor: Option<&Floor>,
) -> Result<Option<Line>, BenchError> {
    if let Some(what) = prepared.without_kernel.as_ref().filter(|_| way.layout == Layout::Gpu) {
        return Err(BenchError::Refused(format!("there is no kernel for {what}")));
    }
    prepared.threads = way.threads;
    prepared.spec.execution.threads = Some(way.threads.get());
    prepared.spec.execution.layout = way.layout;
    prepared.spec.execution.batch = way.batch;
    let mut runs = Vec::new();
    for _ in 0..request.repeat.get() {
        if request.cache == Cache::Cold {
            pages::drop_all(prepared)?;
        }
        let run = once(prepared, output, stop)?;
        if run.summary.stopped {
            return Ok(None);
        }
        runs.push(run);
    }
    let spec = aureole_core::pipeline::Source::spec(&prepared.stack);
    Ok(Line::of(way, spec, &runs, floor))
}

/// One run, from its first read to its last row on disk.
fn once(prepared: &Prepared, output: &Path, stop: &AtomicBool) -> Result<Run, BenchError> {
    let images = prepared.images()?;
    let sink = NexusSink::create(output, prepared.description(false)?, true)?;
    let mut sink = Stoppable { sink, stop };
    let start = Instant::now();
    let summary: Summary = prepared.run(images.as_ref(), &mut sink)?;
    sink.sink.finish()?;
    let seconds = start.elapsed().as_secs_f64();
    let written = std::fs::metadata(output).map_or(0, |file| file.len());
    Ok(Run { seconds, summary, written })
}

/// The result file, until the run is to stop.
struct Stoppable<'a> {
    sink: NexusSink,
    stop: &'a AtomicBool,
}

impl Sink for Stoppable<'_> {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        let flow = self.sink.push(rows)?;
        Ok(if self.stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { flow })
    }
}
