//! What a run tells of itself while it goes, beside what its file says.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A run that is shown while it goes.
#[derive(Debug, Default)]
pub struct Run(Mutex<Told>);

/// What it has told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Told {
    /// What it does, in words, such as `waiting for scan.h5`.
    pub phase: String,
    /// What it runs on, such as `threads: 16 cores, avx512`.
    pub header: String,
    /// Seconds spent in each stage by all workers, where that is known.
    pub stages: Vec<(&'static str, f64)>,
    /// Frames a second of the whole run, once it has ended.
    pub rate: Option<f64>,
    /// It has ended.
    pub ended: bool,
}

impl Run {
    /// Changes what is told.
    pub fn tell(&self, change: impl FnOnce(&mut Told)) {
        change(&mut self.lock());
    }

    /// What was told last.
    #[must_use]
    pub fn told(&self) -> Told {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
