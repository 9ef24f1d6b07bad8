//! Runs that follow a stack while it is written, or sent.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aureole::job::{self, Given, JobSpec, Prepared};
use aureole::source::{self, Stream, is_stream};
use aureole_core::pipeline::Summary;

use crate::args::integrate::Meant;
use crate::exit::Failure;
use crate::print;

/// Between two looks for the first frame.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until the stack that the job follows is there: what the job is given then, or nothing when the run was stopped
/// meanwhile.
pub(super) fn wait(meant: &Meant, stop: &AtomicBool) -> Result<Option<Given>, Failure> {
    let job = &meant.job;
    if job.inputs.iter().any(|input| is_stream(input)) {
        let stream = listen(job, meant.first_within, stop)?;
        return stream
            .map(|stream| Ok(Given { stack: Some(stream.into_stack().map_err(Failure::refused)?), ..Given::default() }))
            .transpose();
    }
    Ok(appears(job, stop)?.then(Given::default))
}

/// Waits for the first image of a series, by default as long as it takes; what is wrong already is refused before.
fn listen(job: &JobSpec, most: Option<u64>, stop: &AtomicBool) -> Result<Option<Stream>, Failure> {
    job::check_ahead(job).map_err(Failure::refused)?;
    let stream = Stream::listen(&job.inputs, job.execution.stream_options()).map_err(Failure::refused)?;
    let (start, mut told) = (Instant::now(), String::new());
    while !stream.begun(2 * PAUSE).map_err(Failure::refused)? {
        let why = stream.waits_for();
        if stop.load(Ordering::Relaxed) {
            return Ok(None);
        }
        if most.is_some_and(|seconds| start.elapsed() > Duration::from_secs(seconds)) {
            let (name, seconds) = (job.inputs.join(", "), most.unwrap_or(0));
            return Err(Failure::refused(format!("{name}: no frame came for {seconds} s ({why})")));
        }
        if why != told {
            print::stderr(&format!("waiting for {} ({why})", job.inputs.join(", ")));
            told = why;
        }
    }
    Ok(Some(stream))
}

/// Waits until the file is there; false when the run was stopped meanwhile.
fn appears(job: &JobSpec, stop: &AtomicBool) -> Result<bool, Failure> {
    let Some(seconds) = job.execution.follow else { return Ok(true) };
    let (start, mut told) = (Instant::now(), false);
    while let Err(error) = source::is_there(&job.inputs, job.execution.reach()) {
        if !source::may_come(&error) || start.elapsed() > Duration::from_secs(seconds) {
            return Err(Failure::refused(error));
        }
        if !told {
            print::stderr(&format!("waiting for {} ({error})", job.inputs.join(", ")));
            told = true;
        }
        if stop.load(Ordering::Relaxed) {
            return Ok(false);
        }
        std::thread::sleep(PAUSE);
    }
    Ok(true)
}

/// What is to be said when frames that were expected did not come.
pub(super) fn missing(prepared: &Prepared, summary: &Summary) -> Option<String> {
    let expected = prepared.stack.grows().and(prepared.expected())?;
    let came = summary.frames;
    (came < expected && !summary.stopped)
        .then(|| format!("failed: {} of {expected} frames never came", expected - came))
}
