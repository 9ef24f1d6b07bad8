//! `--resume`: the frames that an earlier run has left.

use std::ops::Range;

use aureole::job::{Prepared, ResumeError, Resumed};
use aureole::sink::NexusSink;

use crate::args::integrate::Meant;
use crate::exit::{Exit, Failure};
use crate::print;

/// What a run is to do.
pub(super) struct Task {
    pub(super) sink: NexusSink,
    /// The frames to integrate, in ranges.
    pub(super) frames: Vec<Range<usize>>,
    /// Frames that failed in an earlier run, and stay so.
    pub(super) failed_before: usize,
}

/// The rest of a result that is there; or, where there is none left, how the run ends, which is then said.
pub(super) fn task(meant: &Meant, prepared: &Prepared) -> Result<Result<Task, Exit>, Failure> {
    let shown = meant.output.display();
    match prepared.resume(&meant.output, meant.sums, meant.retry_failed)? {
        Resumed::Complete { frames, failed } => {
            let exit = if failed > 0 { Exit::FramesFailed } else { Exit::Done };
            let failed = if failed > 0 { format!(", {failed} of them failed") } else { String::new() };
            print::stderr(&format!(
                "note: {shown} is complete: {}{failed}; nothing to do",
                print::count(frames, "frame")
            ));
            Ok(Err(exit))
        }
        Resumed::GoesOn { sink, remaining, done, failed, notices } => {
            for notice in &notices {
                print::stderr(&format!("note: {notice}"));
            }
            let left = print::count(remaining.iter().map(Range::len).sum(), "frame");
            let done = print::thousands(done as u64);
            let failed_then = if failed > 0 { format!(", {failed} failed") } else { String::new() };
            print::stderr(&format!("note: goes on with {shown}: {done} done{failed_then}, {left} left"));
            Ok(Ok(Task { sink: *sink, frames: remaining, failed_before: failed }))
        }
    }
}

impl From<ResumeError> for Failure {
    fn from(error: ResumeError) -> Failure {
        match error {
            ResumeError::Sink(error) => Failure::io(error),
            ResumeError::Differs { .. } => {
                Failure::refused(format!("--resume {error}; type what it was begun with, or --force to begin anew"))
            }
            error => Failure::refused(format!("--resume {error}")),
        }
    }
}
