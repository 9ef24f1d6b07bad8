//! Layout `threads`: each thread takes batches of frames, reads, decodes and integrates them on its own.
//!
//! Patterns travel in slots. A thread takes a free slot before it takes the next batch, so that the earliest batch
//! under way always has one and is never held up by later ones; the number of slots bounds what is in flight. The
//! calling thread puts finished slots in order, pushes them to the sink and frees them.

use std::collections::BTreeMap;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Executor, Job, RunError, Sink, Stages, Summary};
use crossbeam_channel::{Receiver, Sender, unbounded};

use super::batches::{self, Batches};
use super::delivery::Delivery;
use super::guard::guard;

/// Frames a thread takes at once unless told otherwise: the vector lanes of the kernel.
const BATCH: usize = aureole_core::sums::LANES;

/// Layout `threads`.
#[derive(Clone, Copy, Debug)]
pub struct Threads {
    /// Threads that integrate.
    pub threads: NonZero<usize>,
}

/// The patterns of one batch on their way.
struct Slot {
    patterns: Vec<Pattern>,
    bytes: u64,
}

/// What a thread has to say.
enum Report {
    /// A batch is integrated.
    Done(usize, Slot),
    /// A batch ended in a panic.
    Died(usize, RunError),
    /// The thread has ended.
    Ended(Stages),
}

impl Executor for Threads {
    fn name(&self) -> &'static str {
        "threads"
    }

    fn run(&self, job: &Job<'_>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let batches = Batches::new(job, fair_share(job.frames.len(), self.threads.get()))?;
        let threads = self.threads.get().min(batches.len()).max(1);
        let mut delivery = Delivery::new(sink, job, threads, batches.size());
        let (free_sender, free) = unbounded();
        let (report, reports) = unbounded();
        for _ in 0..2 * threads + 1 {
            let patterns = delivery.patterns(job.plan, batches.size());
            let _ = free_sender.send(Slot { patterns, bytes: 0 });
        }
        let next = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let (free, report) = (free.clone(), report.clone());
                let (batches, next) = (&batches, &next);
                scope.spawn(move || work(job, batches, next, &free, &report));
            }
            drop(report);
            let outcome = deliver(job, &batches, &reports, &free_sender, &mut delivery);
            // Without free slots and batches the threads end; what they still finish is not wanted any more.
            next.store(batches.len(), Ordering::Relaxed);
            drop(free_sender);
            for last in reports {
                if let Report::Ended(stages) = last {
                    delivery.summary().stages += stages;
                }
            }
            outcome
        })?;
        Ok(delivery.finish())
    }
}

/// Frames a batch when there are too few for full batches in every thread.
fn fair_share(frames: usize, threads: usize) -> usize {
    frames.div_ceil(threads).clamp(1, BATCH)
}

/// A thread: takes batches until there are no more.
fn work(job: &Job<'_>, batches: &Batches, next: &AtomicUsize, free: &Receiver<Slot>, report: &Sender<Report>) {
    let (mut worker, recipes) = (job.plan.worker(), job.plan.recipes());
    let (mut chunks, mut read) = (Vec::new(), 0.0);
    while let Ok(mut slot) = free.recv() {
        let batch = next.fetch_add(1, Ordering::Relaxed);
        if batch >= batches.len() {
            break;
        }
        let frames = batches.frames(batch);
        let start = Instant::now();
        let integrated = guard(&frames, || {
            slot.bytes = batches::read(job.source, job.plan.reads_pieces(), frames.clone(), &mut chunks);
            read += start.elapsed().as_secs_f64();
            worker.integrate(&chunks, &mut slot.patterns[..frames.len() * recipes]);
        });
        let died = integrated.is_err();
        let _ = report.send(match integrated {
            Ok(()) => Report::Done(batch, slot),
            Err(error) => Report::Died(batch, error),
        });
        if died {
            return;
        }
    }
    let stages = worker.stages();
    let _ = report.send(Report::Ended(Stages { read: read + stages.read, ..stages }));
}

/// Puts batches in order and pushes them, until all are pushed or something ends the run.
fn deliver(
    job: &Job<'_>,
    batches: &Batches,
    reports: &Receiver<Report>,
    free: &Sender<Slot>,
    delivery: &mut Delivery<'_>,
) -> Result<(), RunError> {
    let mut waiting: BTreeMap<usize, Result<Slot, RunError>> = BTreeMap::new();
    let mut wanted = 0;
    while wanted < batches.len() {
        match reports.recv() {
            Ok(Report::Done(batch, slot)) => drop(waiting.insert(batch, Ok(slot))),
            Ok(Report::Died(batch, error)) => drop(waiting.insert(batch, Err(error))),
            Ok(Report::Ended(stages)) => delivery.summary().stages += stages,
            Err(_) => return Err(RunError::Job("all threads ended before the frames did".into())),
        }
        while let Some(slot) = waiting.remove(&wanted) {
            let slot = slot?;
            let frames = batches.frames(wanted);
            delivery.summary().bytes_in += slot.bytes;
            if delivery.push(frames.start, &slot.patterns[..frames.len() * job.plan.recipes()])?.is_break() {
                return Ok(());
            }
            let _ = free.send(slot);
            wanted += 1;
        }
    }
    Ok(())
}
