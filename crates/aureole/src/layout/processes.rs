//! Layout `processes`: workers are processes of their own, which read, decode and integrate batches of frames.
//!
//! A worker that crashes takes nobody with it: what it worked on goes to another one, once. The run starts its own program
//! again as a worker, tells it the job, and hands out ranges of frames over a stream that is the worker's standard
//! input; patterns come back through shared memory ([`wire`](crate::wire)). A thread stands for each process and keeps two
//! ranges in its hands. Slots of the shared memory travel as those of `threads` do: one is taken before a range is, so that the
//! earliest range under way always has one, and their number bounds what is in flight.

mod launch;
mod link;
mod memory;
mod message;
mod process;
mod proxy;
mod work;

use std::num::NonZero;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Executor, Job, RunError, Sink, Summary};
use crossbeam_channel::{Sender, unbounded};

use super::ahead::ReadAhead;
use super::batches::{self, Batches};
use super::delivery::Delivery;
use super::order::{in_order, wait};
use crate::machine::Topology;
use crate::wire;
pub use launch::Launch;
use link::Link;
use memory::Memory;
use message::ToWorker;
use proxy::{Proxy, Slots};
pub use work::WorkerEnd;

/// Batches a worker that are announced to the source before they are read.
const AHEAD: usize = 3;

/// Layout `processes`.
#[derive(Clone, Debug)]
pub struct Processes {
    /// Processes that integrate, one thread each.
    pub workers: NonZero<usize>,
    /// How one is started.
    pub launch: Launch,
    /// What it is told to do, in words that it understands: enough to open the same stack and make the same plan.
    pub job: String,
}

/// A part of the shared memory on its way.
struct Slot {
    number: usize,
    /// Its batch; none yet while `taken` is false.
    batch: usize,
    taken: bool,
    /// The process has been told of it.
    given: bool,
    /// How the process ended that worked on it before.
    lost: Option<String>,
    /// Bytes of the patterns.
    bytes: usize,
}

/// What all proxies share.
struct Shared<'a> {
    layout: &'a Processes,
    job: &'a Job<'a>,
    batches: Batches,
    ahead: ReadAhead,
    memory: Memory,
    /// Bytes of a slot.
    room: usize,
    order: ToWorker,
    /// Threads on which each worker makes its plan: all of them make theirs at the same time.
    threads_each: NonZero<usize>,
    begun: Instant,
    /// Seconds until the first worker was ready.
    ready: OnceLock<f64>,
    /// The next batch to take.
    next: AtomicUsize,
    /// True when what is still under way is not wanted any more.
    stopped: AtomicBool,
    /// Takes slots whose range was lost, until the run ends.
    again: Mutex<Option<Sender<Slot>>>,
    /// The streams to all processes that were started.
    links: Mutex<Vec<Link>>,
    survived: Mutex<Vec<String>>,
    given_up: Mutex<Vec<GivenUp>>,
}

/// Why a proxy has no process and starts no further one.
struct GivenUp {
    reason: String,
    /// The job was refused, or no process can be started at all.
    refused: bool,
}

impl Executor for Processes {
    fn name(&self) -> &'static str {
        "processes"
    }

    fn run(&self, job: &Job<'_>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let begun = Instant::now();
        let batches = Batches::new(job, batches::fair_share(job.frames.len(), self.workers.get()))?;
        let workers = self.workers.get().min(batches.len());
        let mut delivery = Delivery::new(sink, job, workers.max(1), batches.size());
        if workers == 0 {
            return Ok(delivery.finish());
        }
        let mut patterns = delivery.patterns(job.plan, batches.size());
        let slots = proxy::IN_HAND * workers + workers + 1;
        let room = wire::most_bytes(&patterns).next_multiple_of(PAGE);
        let memory = Memory::new(room as u64 * slots as u64)
            .map_err(|error| RunError::Job(format!("layout processes: there is no shared memory: {error}")))?;
        let shared = Shared {
            layout: self,
            job,
            ahead: ReadAhead::new(AHEAD * workers),
            batches,
            memory,
            room,
            order: ToWorker::Order {
                program: env!("CARGO_PKG_VERSION").into(),
                job: self.job.clone(),
                sums: delivery.wants_sums(),
            },
            threads_each: NonZero::new(Topology::here().workers() / workers).unwrap_or(NonZero::<usize>::MIN),
            begun,
            ready: OnceLock::new(),
            next: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
            again: Mutex::default(),
            links: Mutex::default(),
            survived: Mutex::default(),
            given_up: Mutex::default(),
        };
        shared.run(workers, slots, &mut patterns, &mut delivery)?;
        let summary = delivery.summary();
        summary.start = shared.ready.get().copied().unwrap_or_default();
        summary.survived.append(&mut lock(&shared.survived));
        summary.survived.extend(lock(&shared.given_up).drain(..).map(|given_up| given_up.reason));
        Ok(delivery.finish())
    }
}

/// Slots begin at pages of their own.
const PAGE: usize = 4096;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared<'_> {
    fn run(
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
    fn place(&self, slot: &Slot) -> (u64, usize) {
        (self.room as u64 * slot.number as u64, self.room)
    }

    /// The slot with the next batch, unless it has one already; `None` when there is none left.
    fn with_range(&self, slot: Slot) -> Option<Slot> {
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
    fn again(&self, slot: Slot) {
        if let Some(again) = &*lock(&self.again) {
            let _ = again.send(Slot { given: false, ..slot });
        }
    }

    /// Keeps the stream to a process, to be closed when the run ends; at once when it has.
    fn keep(&self, link: Link) {
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
    fn new(number: usize) -> Slot {
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
