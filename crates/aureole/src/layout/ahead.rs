//! Reading ahead: the disk fetches the batches to come while the threads integrate.

use std::sync::atomic::{AtomicUsize, Ordering};

use aureole_core::pipeline::Source;

use super::batches::Batches;

/// Announces batches to the source, each once and in order, some before a thread takes them.
pub(super) struct ReadAhead {
    /// Batches announced beyond the one that is taken.
    distance: usize,
    /// Batches announced so far.
    announced: AtomicUsize,
}

impl ReadAhead {
    pub(super) fn new(distance: usize) -> ReadAhead {
        ReadAhead { distance, announced: AtomicUsize::new(0) }
    }

    /// Says that a thread is about to read `batch`.
    pub(super) fn taken(&self, source: &dyn Source, batches: &Batches, batch: usize) {
        let end = (batch + 1).saturating_add(self.distance).min(batches.len());
        let from = self.announced.fetch_max(end, Ordering::Relaxed);
        (from..end).for_each(|next| source.will_need(batches.frames(next)));
    }
}
