//! The room for one batch on its way through the team.

use std::sync::atomic::{AtomicU64, AtomicUsize};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock};

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{ChunkBuf, Plan};
use aureole_core::sums::Sums;

use super::super::delivery::Delivery;

/// One batch: written by the member that reads it, then seen by all, then finished by the last of them.
pub(super) struct Slot {
    pub(super) chunks: RwLock<Vec<ChunkBuf>>,
    /// The sums of each member's part of the strips, one a recipe.
    pub(super) parts: Vec<Mutex<Vec<Sums>>>,
    /// Members whose part is not there yet.
    pub(super) missing: AtomicUsize,
    pub(super) patterns: Mutex<Vec<Pattern>>,
    /// Stored bytes read.
    pub(super) bytes: AtomicU64,
}

impl Slot {
    pub(super) fn new(delivery: &Delivery<'_>, plan: &dyn Plan, members: usize, frames: usize) -> Slot {
        Slot {
            chunks: RwLock::default(),
            parts: (0..members).map(|_| Mutex::default()).collect(),
            missing: AtomicUsize::new(members),
            patterns: Mutex::new(delivery.patterns(plan, frames)),
            bytes: AtomicU64::new(0),
        }
    }
}

/// Locks what no two threads want at once. Where a panic left it half changed, its batch is not delivered, and whoever has
/// it next overwrites it.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
