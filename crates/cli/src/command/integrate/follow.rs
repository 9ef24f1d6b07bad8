//! Runs that follow a stack while it is written.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use aureole::job::{JobSpec, Prepared};
use aureole::source;
use aureole_core::pipeline::Summary;

use crate::exit::Failure;
use crate::print;

/// Between two looks for the first frame.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until the stack that the job follows is there; false when the run was stopped meanwhile.
pub(super) fn wait(job: &JobSpec, stop: &AtomicBool) -> Result<bool, Failure> {
    let Some(seconds) = job.execution.follow else { return Ok(true) };
    let (start, mut told) = (Instant::now(), false);
    while let Err(error) = source::is_there(&job.inputs) {
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
