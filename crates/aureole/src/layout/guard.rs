//! A worker that panics must end the run with an error, not hang or tear it down.

use std::any::Any;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use aureole_core::pipeline::RunError;

/// Runs `work`; a panic in it becomes an error that names the frames in hand.
///
/// Whoever calls this drops the worker afterwards, so that no half-changed state is ever seen.
pub(super) fn guard<T>(frames: &Range<usize>, work: impl FnOnce() -> T) -> Result<T, RunError> {
    catch_unwind(AssertUnwindSafe(work))
        .map_err(|panic| RunError::Worker { frames: frames.clone(), reason: reason(panic.as_ref()) })
}

fn reason(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("it panicked").to_owned()
}
