//! What a worker elsewhere does with a range of frames.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::path::Path;

use aureole_core::pattern::{OwnConstants, Pattern};
use aureole_core::pipeline::{Executor, Job, Rows, RunError, Sink, SinkError, Summary};

use crate::layout::Threads;
use crate::machine::Pin;
use crate::sink::NexusSink;
use crate::sink::nexus::Description;
use crate::wire::{self, Integrated};

/// Integrates a job's frames in one thread into the file `path`, a result of its own, which is there as a whole or not at all;
/// what is known of the frames, without their numbers, as [`wire`] encodes it.
///
/// # Errors
/// See [`RunError`].
pub fn integrate_into(job: &Job<'_>, description: Description, path: &Path) -> Result<Vec<u8>, RunError> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    // Two workers may have the same range, when one of them was thought to be lost.
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let unique = format!(".{name}.{}.{}.{:?}", host.trim(), std::process::id(), std::thread::current().id());
    let place = path.with_file_name(unique);
    let sink = NexusSink::create_alone(&place, description)?;
    let mut told = Told { sink, patterns: Vec::new() };
    let written = run(job, &mut told).and_then(|summary| {
        told.sink.finish()?;
        std::fs::rename(&place, path).map_err(|error| SinkError(format!("{}: {error}", path.display())))?;
        Ok(summary)
    });
    let summary = written.inspect_err(|_| drop(std::fs::remove_file(&place)))?;
    Ok(encoded(&summary, &told.patterns))
}

/// Integrates a job's frames in one thread; the bytes of their patterns, as [`wire`] encodes them.
///
/// # Errors
/// See [`RunError`].
pub fn integrate(job: &Job<'_>, sums: bool) -> Result<Vec<u8>, RunError> {
    let mut kept = Kept { patterns: Vec::new(), sums };
    let summary = run(job, &mut kept)?;
    Ok(encoded(&summary, &kept.patterns))
}

fn encoded(summary: &Summary, patterns: &[Pattern]) -> Vec<u8> {
    let integrated = Integrated { bytes_in: summary.bytes_in, stages: summary.stages };
    let mut bytes = Vec::new();
    wire::encode(&integrated, patterns, &mut bytes);
    bytes
}

/// What is known of a pattern without its numbers: its status, and whether its frame masks pixels of its own.
pub(super) fn without_numbers(pattern: &Pattern) -> Pattern {
    let own = pattern.own.as_ref().map(|_| OwnConstants::default());
    Pattern { status: pattern.status.clone(), own, ..Pattern::default() }
}

/// A result file, and what is told of its frames.
struct Told {
    sink: NexusSink,
    patterns: Vec<Pattern>,
}

impl Sink for Told {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        self.patterns.extend(rows.patterns.iter().map(without_numbers));
        self.sink.push(rows)
    }

    fn wants_sums(&self) -> bool {
        self.sink.wants_sums()
    }
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
