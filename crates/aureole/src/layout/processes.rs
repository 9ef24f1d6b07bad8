//! Layout `processes`: workers are processes of their own, which read, decode and integrate batches of frames.
//!
//! A worker that crashes takes nobody with it: what it worked on goes to another one, once. The run starts its own program
//! again as a worker, tells it the job, and hands out ranges of frames over a stream that is the worker's standard
//! input; patterns come back through shared memory ([`wire`]). A thread stands for each process and keeps two
//! ranges in its hands. Slots of the shared memory travel as those of `threads` do: one is taken before a range is, so that the
//! earliest range under way always has one, and their number bounds what is in flight.

mod launch;
mod link;
mod memory;
mod message;
mod process;
mod proxy;
mod shared;
mod work;

use std::fs::File;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Instant;

use aureole_core::pipeline::{Executor, Job, RunError, Sink, Summary};

use super::ahead::ReadAhead;
use super::batches::{self, Batches};
use super::delivery::Delivery;
use crate::machine::Topology;
use crate::wire;
pub use launch::Launch;
pub(crate) use memory::Memory;
use message::ToWorker;
use shared::{Shared, lock};
pub use work::WorkerEnd;

/// Slots begin at pages of their own.
const PAGE: usize = 4096;

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
    /// A file that each of them is handed beside the job, such as what all would else make alike.
    pub beside: Option<Arc<File>>,
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
                beside: self.beside.is_some(),
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
