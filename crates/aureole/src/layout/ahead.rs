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

#[cfg(test)]
mod tests {
    use std::ops::Range;
    use std::sync::Mutex;

    use aureole_core::dtype::Dtype;
    use aureole_core::pipeline::{ChunkBuf, StackSpec};

    use super::*;
    use crate::source::MemorySource;

    /// Keeps what is announced.
    struct Listener(MemorySource, Mutex<Vec<Range<usize>>>);

    impl Source for Listener {
        fn spec(&self) -> &StackSpec {
            self.0.spec()
        }

        fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
            self.0.read(frame, buf)
        }

        fn will_need(&self, frames: Range<usize>) {
            self.1.lock().unwrap().push(frames);
        }
    }

    #[test]
    fn each_batch_is_announced_once_before_it_is_taken() {
        let stack = MemorySource::new((1, 1), Dtype::U8, vec![vec![0]; 11]).unwrap();
        let source = Listener(stack, Mutex::default());
        let batches = Batches::of(2..11, 2);
        let ahead = ReadAhead::new(2);
        let announced = |taken: usize| {
            ahead.taken(&source, &batches, taken);
            std::mem::take(&mut *source.1.lock().unwrap())
        };
        assert_eq!(announced(0), [2..4, 4..6, 6..8]);
        assert_eq!(announced(2), [8..10, 10..11], "another thread was faster");
        assert_eq!(announced(1), []);
        assert_eq!(announced(4), []);
    }
}
