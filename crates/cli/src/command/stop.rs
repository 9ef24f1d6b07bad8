//! Ctrl-C and a polite kill: the first one asks the run to stop, the second one ends the program.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::exit::Failure;

/// Exit code of a program ended by Ctrl-C.
const INTERRUPTED: i32 = 130;

static STOP: AtomicBool = AtomicBool::new(false);

/// From now on the first signal sets the flag that is returned.
pub(super) fn on_signal() -> Result<&'static AtomicBool, Failure> {
    let handler = || {
        if STOP.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED);
        }
    };
    ctrlc::set_handler(handler).map_err(|error| Failure::io(format!("signals cannot be handled: {error}")))?;
    Ok(&STOP)
}
