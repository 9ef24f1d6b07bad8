//! Layout `serial`: one frame after the other, the strips of a frame shared among threads.
//!
//! The pattern of a frame is there as soon as its chunk is decoded, which makes this the layout of least latency. Each
//! member of the team adds a contiguous part of the strips to sums of its own; since these are integers, adding them up in
//! any order gives the same bits. Nobody waits at the end of a frame: a member goes on to the next frame that has been
//! read, and reads one itself when there is none. The number of slots bounds what is in flight.
//!
//! Frames that cannot be cut into strips (pixels summed in f64, bins looked at as a whole) are taken one by each thread.

mod member;
mod slot;

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use aureole_core::pipeline::{Executor, Job, RunError, Sink, StripPlan, Summary};
use crossbeam_channel::{Sender, unbounded};

use super::Threads;
use super::ahead::ReadAhead;
use super::batches::Batches;
use super::delivery::Delivery;
use super::guard::guard;
use super::order::{Report, in_order, wait};
use crate::machine::{Pin, Placement};
use member::{Member, Order};
use slot::{Slot, lock};

/// Frames that are announced to the source before they are read.
const AHEAD: usize = aureole_core::sums::LANES;

/// Batches under way at once: reading a frame takes as long as an eighth of what integrating it does, so that this many
/// are being read, and a few more are in the hands of the team. Each holds sums of every member.
fn slots(members: usize) -> usize {
    members / 8 + 3
}

/// Layout `serial`.
#[derive(Clone, Copy, Debug)]
pub struct Serial {
    /// Threads that share the strips of a frame.
    pub threads: NonZero<usize>,
    /// Where they run.
    pub pin: Pin,
}

/// What all members share.
struct Team<'a> {
    job: &'a Job<'a>,
    plan: &'a dyn StripPlan,
    batches: Batches,
    slots: Vec<Slot>,
    ahead: ReadAhead,
    placement: Placement,
    /// The next batch to read.
    next: AtomicUsize,
    /// True when what is still under way is not wanted any more.
    stopped: AtomicBool,
}

impl Executor for Serial {
    fn name(&self) -> &'static str {
        "serial"
    }

    fn run(&self, job: &Job<'_>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let Some(plan) = job.plan.by_strips() else {
            let one_each = Job { batch: job.batch.or(Some(1)), ..job.clone() };
            return Threads { threads: self.threads, pin: self.pin }.run(&one_each, sink);
        };
        let batches = Batches::new(job, 1)?;
        let members = self.threads.get().min(plan.strips()).max(1);
        let mut delivery = Delivery::new(sink, job, members, batches.size());
        let team = Team {
            job,
            plan,
            slots: (0..slots(members)).map(|_| Slot::new(&delivery, job.plan, members, batches.size())).collect(),
            ahead: ReadAhead::new(AHEAD.div_ceil(batches.size()).max(members)),
            placement: Placement::here(members, self.pin),
            batches,
            next: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        };
        team.run(members, &mut delivery)?;
        Ok(delivery.finish())
    }
}

impl Team<'_> {
    fn run(&self, members: usize, delivery: &mut Delivery<'_>) -> Result<(), RunError> {
        let (free_sender, free) = unbounded();
        let (report, reports) = unbounded();
        let (inboxes, orders): (Vec<_>, Vec<_>) = (0..members).map(|_| unbounded()).unzip();
        for slot in 0..self.slots.len() {
            let _ = free_sender.send(slot);
        }
        std::thread::scope(|scope| {
            let dismissal = Dismissal { stopped: &self.stopped, inboxes: &inboxes };
            for (number, orders) in orders.into_iter().enumerate() {
                let (free, report, inboxes) = (free.clone(), report.clone(), &inboxes);
                scope.spawn(move || {
                    // The first batch cannot be finished without a member that could not be made.
                    let died = report.clone();
                    match guard(&self.job.frames, || Member::new(self, number, inboxes, orders, free, report)) {
                        Ok(member) => member.work(),
                        Err(error) => drop(died.send(Report::Died(0, error))),
                    }
                });
            }
            drop(report);
            let recipes = self.job.plan.recipes();
            let outcome = in_order(self.batches.len(), &reports, delivery, |delivery, batch, slot: usize| {
                let frames = self.batches.frames(batch);
                delivery.summary().bytes_in += self.slots[slot].bytes.load(Ordering::Relaxed);
                let patterns = lock(&self.slots[slot].patterns);
                let flow = delivery.push(frames.start, &patterns[..frames.len() * recipes])?;
                drop(patterns);
                let _ = free_sender.send(slot);
                Ok(flow)
            });
            drop(dismissal);
            wait(reports, delivery);
            outcome
        })
    }
}

/// Ends the team when it is dropped, in whatever way that comes.
struct Dismissal<'a> {
    stopped: &'a AtomicBool,
    inboxes: &'a [Sender<Option<Order>>],
}

impl Drop for Dismissal<'_> {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::Relaxed);
        for inbox in self.inboxes {
            let _ = inbox.send(None);
        }
    }
}
