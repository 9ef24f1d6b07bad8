//! Layout `threads`: each thread takes batches of frames, reads, decodes and integrates them on its own.
//!
//! Patterns travel in slots. A thread takes a free slot before it takes the next batch, so that the earliest batch
//! under way always has one and is never held up by later ones; the number of slots bounds what is in flight. The
//! calling thread puts finished slots in order, pushes them to the sink and frees them. Workers and buffers are made in
//! the threads that use them, after these went to their places.

use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Executor, Job, RunError, Sink, Stages, Summary};
use crossbeam_channel::{Receiver, Sender, unbounded};

use super::ahead::ReadAhead;
use super::batches::{self, Batches};
use super::delivery::Delivery;
use super::guard::guard;
use super::order::{Report, in_order, wait};
use crate::machine::{Pin, Placement};

/// Batches a thread that are announced to the source before they are read.
const AHEAD: usize = 2;

/// Layout `threads`.
#[derive(Clone, Copy, Debug)]
pub struct Threads {
    /// Threads that integrate.
    pub threads: NonZero<usize>,
    /// Where they run.
    pub pin: Pin,
}

/// The patterns of one batch on their way.
struct Slot {
    patterns: Vec<Pattern>,
    bytes: u64,
}

/// What all threads share.
struct Shared<'a> {
    job: &'a Job<'a>,
    batches: Batches,
    ahead: ReadAhead,
    placement: Placement,
    /// The next batch to take.
    next: AtomicUsize,
}

impl Executor for Threads {
    fn name(&self) -> &'static str {
        "threads"
    }

    fn run(&self, job: &Job<'_>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let batches = Batches::new(job, batches::fair_share(job.frames.len(), self.threads.get()))?;
        let threads = self.threads.get().min(batches.len()).max(1);
        let mut delivery = Delivery::new(sink, job, threads, batches.size());
        let (free_sender, free) = unbounded();
        let (report, reports) = unbounded();
        for _ in 0..2 * threads + 1 {
            let patterns = delivery.patterns(job.plan, batches.size());
            let _ = free_sender.send(Slot { patterns, bytes: 0 });
        }
        let shared = Shared {
            job,
            batches,
            ahead: ReadAhead::new(AHEAD * threads),
            placement: Placement::here(threads, self.pin),
            next: AtomicUsize::new(0),
        };
        let Shared { batches, next, .. } = &shared;
        std::thread::scope(|scope| {
            for number in 0..threads {
                let (shared, free, report) = (&shared, free.clone(), report.clone());
                scope.spawn(move || {
                    shared.placement.bind(number);
                    shared.work(&free, &report);
                });
            }
            drop(report);
            let outcome = in_order(batches.len(), &reports, &mut delivery, |delivery, batch, slot: Slot| {
                let frames = batches.frames(batch);
                delivery.summary().bytes_in += slot.bytes;
                let flow = delivery.push(frames.start, &slot.patterns[..frames.len() * job.plan.recipes()])?;
                let _ = free_sender.send(slot);
                Ok(flow)
            });
            // Without free slots and batches the threads end; what they still finish is not wanted any more.
            next.store(batches.len(), Ordering::Relaxed);
            drop(free_sender);
            wait(reports, &mut delivery);
            outcome
        })?;
        Ok(delivery.finish())
    }
}

impl Shared<'_> {
    /// A thread: takes batches until there are no more.
    fn work(&self, free: &Receiver<Slot>, report: &Sender<Report<Slot>>) {
        let Shared { job, batches, ahead, next, .. } = self;
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
                ahead.taken(job.source, batches, batch);
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
}
