//! For tests only: a device that falls away.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::CudaError;

/// Copies to devices that still succeed.
static LEFT: AtomicUsize = AtomicUsize::new(usize::MAX);

/// Lets all copies to devices fail, after so many more.
pub fn fail_after(copies: usize) {
    LEFT.store(copies, Ordering::SeqCst);
}

/// Lets copies succeed again.
pub fn heal() {
    fail_after(usize::MAX);
}

pub(super) fn check() -> Result<(), CudaError> {
    let left = LEFT.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| Some(left.saturating_sub(1)));
    match left {
        Ok(0) => Err(CudaError::Driver { action: "copying to it", reason: "it fell away, for a test".to_owned() }),
        _ => Ok(()),
    }
}
