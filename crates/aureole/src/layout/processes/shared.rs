//! What the threads that stand for worker processes share, and the one that takes their patterns to the sink.

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Job, RunError};
use crossbeam_channel::{Sender, unbounded};

use super::Processes;
use super::link::Link;
use super::memory::Memory;
use super::message::ToWorker;
use super::proxy::{Proxy, Slots};
use crate::layout::ahead::ReadAhead;
use crate::layout::batches::Batches;
use crate::layout::delivery::Delivery;
use crate::layout::order::{in_order, wait};
use crate::wire;

/// A part of the shared memory on its way.
pub(super) struct Slot {
    pub(super) number: usize,
    /// Its batch; none yet while `taken` is false.
    pub(super) batch: usize,
    pub(super) taken: bool,
    /// The process has been told of it.
    pub(super) given: bool,
    /// How the process ended that worked on it before.
    pub(super) lost: Option<String>,
    /// Bytes of the patterns.
    pub(super) bytes: usize,
}

/// What all proxies share.
pub(super) struct Shared<'a> {
    pub(super) layout: &'a Processes,
    pub(super) job: &'a Job<'a>,
    pub(super) batches: Batches,
    pub(super) ahead: ReadAhead,
    pub(super) memory: Memory,
    /// Bytes of a slot.
    pub(super) room: usize,
    pub(super) order: ToWorker,
    /// Threads on which each worker makes its plan: all of them make theirs at the same time.
    pub(super) threads_each: NonZero<usize>,
    pub(super) begun: Instant,
    /// Seconds until the first worker was ready.
    pub(super) ready: OnceLock<f64>,
    /// The next batch to take.
    pub(super) next: AtomicUsize,
    /// True when what is still under way is not wanted any more.
    pub(super) stopped: AtomicBool,
    /// Takes slots whose range was lost, until the run ends.
    pub(super) again: Mutex<Option<Sender<Slot>>>,
    /// The streams to all processes that were started.
    pub(super) links: Mutex<Vec<Link>>,
    pub(super) survived: Mutex<Vec<String>>,
    pub(super) given_up: Mutex<Vec<GivenUp>>,
}

/// Why a proxy has no process and starts no further one.
pub(super) struct GivenUp {
    pub(super) reason: String,
    /// The job was refused, or no process can be started at all.
    pub(super) refused: bool,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared<'_> {
    pub(super) fn run(
        &self,
        workers: usize,
        slots: usize,
        patterns: &mut [Pattern],
        delivery: &mut Delivery<'_>,
    ) -> Result<(), RunError> {
        let (free_sender, free) = unbounded();
        let (again_sender, again) = unbounded();
        let (report, reports) = unbounded();
        for number in 0..slots {
            let _ = free_sender.send(Slot::new(number));
        }
        *lock(&self.again) = Some(again_sender);
        let mut bytes = Vec::new();
        std::thread::scope(|scope| {
            for _ in 0..workers {
                let proxy = Proxy::new(self, Slots { again: again.clone(), free: free.clone() }, report.clone());
                scope.spawn(move || proxy.work());
            }
            drop(report);
            let end = End(self);
            let outcome = in_order(self.batches.len(), &reports, delivery, |delivery, batch, slot: Slot| {
                let flow = self.push(batch, &slot, &mut bytes, patterns, delivery)?;
                let _ = free_sender.send(Slot::new(slot.number));
                Ok(flow)
            });
            drop((end, free_sender));
            wait(reports, delivery);
            outcome.map_err(|error| self.explained(error, delivery))
        })
    }

    /// Takes the patterns of a batch from the shared memory to the sink.
    fn push(
        &self,
        batch: usize,
        slot: &Slot,
        bytes: &mut Vec<u8>,
        patterns: &mut [Pattern],
        delivery: &mut Delivery<'_>,
    ) -> Result<ControlFlow<()>, RunError> {
        let frames = self.batches.frames(batch);
        let patterns = &mut patterns[..frames.len() * self.job.plan.recipes()];
        let read = self.memory.read(self.place(slot).0, slot.bytes, bytes).map_err(|error| error.to_string());
        let integrated = read.and_then(|()| wire::decode(bytes, patterns).map_err(|error| error.to_string()));
        let integrated = integrated.map_err(|reason| RunError::Worker { frames: frames.clone(), reason })?;
        delivery.summary().bytes_in += integrated.bytes_in;
        delivery.summary().stages += integrated.stages;
        delivery.push(frames.start, patterns)
    }

    /// Where in the shared memory the patterns of a slot are, and how many bytes have room there.
    pub(super) fn place(&self, slot: &Slot) -> (u64, usize) {
        (self.room as u64 * slot.number as u64, self.room)
    }

    /// The slot with the next batch, unless it has one already; `None` when there is none left.
    pub(super) fn with_range(&self, slot: Slot) -> Option<Slot> {
        if slot.taken {
            return Some(slot);
        }
        let batch = self.next.fetch_add(1, Ordering::Relaxed);
        if batch >= self.batches.len() {
            return None;
        }
        // Pages that this process fetches are there for all of them.
        self.ahead.taken(self.job.source, &self.batches, batch);
        Some(Slot { batch, taken: true, ..slot })
    }

    /// Hands a slot with its range to whoever is next.
    pub(super) fn again(&self, slot: Slot) {
        if let Some(again) = &*lock(&self.again) {
            let _ = again.send(Slot { given: false, ..slot });
        }
    }

    /// Keeps the stream to a process, to be closed when the run ends; at once when it has.
    pub(super) fn keep(&self, link: Link) {
        let mut links = lock(&self.links);
        if self.stopped.load(Ordering::Relaxed) {
            link.close();
        }
        links.push(link);
    }

    /// What no worker was left to do is told by why there is none.
    fn explained(&self, error: RunError, delivery: &mut Delivery<'_>) -> RunError {
        match (error, lock(&self.given_up).first()) {
            (RunError::Job(_), Some(GivenUp { reason, refused: true })) if delivery.summary().frames == 0 => {
                RunError::Job(reason.clone())
            }
            (RunError::Job(_), Some(GivenUp { reason, .. })) => {
                let frames = self.job.frames.start + delivery.summary().frames..self.job.frames.end;
                RunError::Worker { frames, reason: reason.clone() }
            }
            (error, _) => error,
        }
    }
}

impl Slot {
    pub(super) fn new(number: usize) -> Slot {
        Slot { number, batch: 0, taken: false, given: false, lost: None, bytes: 0 }
    }
}

/// Ends all processes when it is dropped, in whatever way that comes; what they still finish is not wanted any more.
struct End<'a>(&'a Shared<'a>);

impl Drop for End<'_> {
    fn drop(&mut self) {
        let links = lock(&self.0.links);
        self.0.stopped.store(true, Ordering::Relaxed);
        links.iter().for_each(Link::close);
        drop(links);
        *lock(&self.0.again) = None;
    }
}
