//! One thread of the team.

use std::ops::Range;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;
use std::time::Instant;

use aureole_core::pipeline::{Stages, StripWorker};
use aureole_core::sums::Sums;
use crossbeam_channel::{Receiver, Sender, select_biased};

use super::super::batches;
use super::super::guard::guard;
use super::super::order::Report;
use super::Team;
use super::slot::lock;

/// A batch that has been read.
#[derive(Clone, Copy)]
pub(super) struct Order {
    batch: usize,
    slot: usize,
}

/// What a member does next.
enum Task {
    /// Read the next batch into this slot.
    Read(usize),
    /// Add its own strips of a batch.
    Add(Order),
}

/// A member: takes part in each batch, with its own part of the strips.
pub(super) struct Member<'a> {
    team: &'a Team<'a>,
    number: usize,
    strips: Range<usize>,
    worker: Box<dyn StripWorker + 'a>,
    inboxes: &'a [Sender<Option<Order>>],
    orders: Receiver<Option<Order>>,
    free: Receiver<usize>,
    report: Sender<Report<usize>>,
    /// Seconds.
    read: f64,
}

impl<'a> Member<'a> {
    /// To be called in the member's own thread, whose memory its scratch is to be.
    pub(super) fn new(
        team: &'a Team<'a>,
        number: usize,
        inboxes: &'a [Sender<Option<Order>>],
        orders: Receiver<Option<Order>>,
        free: Receiver<usize>,
        report: Sender<Report<usize>>,
    ) -> Member<'a> {
        team.placement.bind(number);
        let share = |i: usize| team.plan.strips() * i / inboxes.len();
        let (strips, worker) = (share(number)..share(number + 1), team.plan.strip_worker());
        Member { team, number, strips, worker, inboxes, orders, free, report, read: 0.0 }
    }

    pub(super) fn work(mut self) {
        while let Some(task) = self.next() {
            match task {
                Task::Read(slot) => self.read(slot),
                Task::Add(order) => self.add(order),
            }
        }
        let _ = self.report.send(Report::Ended(Stages { read: self.read, ..self.worker.stages() }));
    }

    /// What has been read comes first; `None` when the team is dismissed.
    fn next(&self) -> Option<Task> {
        if self.team.next.load(Ordering::Relaxed) >= self.team.batches.len() {
            return self.orders.recv().ok()?.map(Task::Add);
        }
        select_biased! {
            recv(self.orders) -> order => order.ok()?.map(Task::Add),
            recv(self.free) -> slot => slot.ok().map(Task::Read),
        }
    }

    fn read(&mut self, slot: usize) {
        let Team { job, batches, slots, ahead, next, .. } = self.team;
        let batch = next.fetch_add(1, Ordering::Relaxed);
        if batch >= batches.len() {
            return;
        }
        let (frames, start) = (batches.frames(batch), Instant::now());
        let read = guard(&frames, || {
            ahead.taken(job.source, batches, batch);
            let mut chunks = slots[slot].chunks.write().unwrap_or_else(PoisonError::into_inner);
            let bytes = batches::read(job.source, false, frames.clone(), &mut chunks);
            slots[slot].bytes.store(bytes, Ordering::Relaxed);
            slots[slot].missing.store(self.inboxes.len(), Ordering::Relaxed);
        });
        self.read += start.elapsed().as_secs_f64();
        if let Err(error) = read {
            let _ = self.report.send(Report::Died(batch, error));
            return;
        }
        for inbox in self.inboxes {
            let _ = inbox.send(Some(Order { batch, slot }));
        }
    }

    fn add(&mut self, Order { batch, slot }: Order) {
        if self.team.stopped.load(Ordering::Relaxed) {
            return;
        }
        let frames = self.team.batches.frames(batch);
        match guard(&frames, || self.accumulate(slot)) {
            Ok(false) => {}
            Ok(true) => drop(self.report.send(Report::Done(batch, slot))),
            Err(error) => {
                // The batches before this one are still wanted, from a worker that has not seen a panic.
                self.worker = self.team.plan.strip_worker();
                let _ = self.report.send(Report::Died(batch, error));
            }
        }
    }

    /// Adds the member's own strips; true when those of all others were there already and the patterns are finished.
    fn accumulate(&mut self, slot: usize) -> bool {
        let (plan, slot) = (self.team.plan, &self.team.slots[slot]);
        let chunks = slot.chunks.read().unwrap_or_else(PoisonError::into_inner);
        let mut sums = lock(&slot.parts[self.number]);
        if sums.first().is_some_and(|sums| sums.frames() == chunks.len()) {
            sums.iter_mut().for_each(Sums::clear);
        } else {
            *sums = plan.sums(chunks.len());
        }
        self.worker.accumulate(&chunks, self.strips.clone(), &mut sums);
        drop(sums);
        if slot.missing.fetch_sub(1, Ordering::AcqRel) > 1 {
            return false;
        }
        // In the order of the strips, so that the first reason for a failure stays.
        let mut all = lock(&slot.parts[0]);
        for part in &slot.parts[1..] {
            all.iter_mut().zip(lock(part).iter()).for_each(|(sums, more)| sums.merge(more));
        }
        let numbers: Vec<usize> = chunks.iter().map(|chunk| chunk.frame).collect();
        let mut patterns = lock(&slot.patterns);
        plan.finish(&all, &numbers, &mut patterns[..numbers.len() * plan.recipes()]);
        true
    }
}
