//! A thread that stands for a worker process: it starts one, keeps it busy, and starts another where one is lost.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;

use aureole_core::pipeline::RunError;
use crossbeam_channel::{Receiver, Sender, TryRecvError, select_biased};

use super::message::{FromWorker, ToWorker};
use super::process::{Files, NotReady, Process};
use super::shared::{GivenUp, Shared, Slot, lock};
use crate::layout::order::Report;

/// Ranges that a process has been given and has not answered: one to work on, and the next, so that it never waits.
pub(super) const IN_HAND: usize = 2;

/// Processes lost in a row, none of which finished or even began a range, after which no further one is started.
const MOST_FRUITLESS: usize = 2;

/// Where slots come from.
#[derive(Clone)]
pub(super) struct Slots {
    /// Those whose range was lost with a worker; they go first.
    pub(super) again: Receiver<Slot>,
    /// Those that are free.
    pub(super) free: Receiver<Slot>,
}

pub(super) struct Proxy<'a> {
    shared: &'a Shared<'a>,
    slots: Slots,
    report: Sender<Report<Slot>>,
    /// What the process has been given, the range it works on first.
    hand: VecDeque<Slot>,
    /// Processes lost in a row that did nothing.
    fruitless: usize,
}

/// How a process came to be of no use.
enum Lost {
    /// Its stream ended.
    Ended,
    /// It did something else than it should.
    Did(String),
}

impl<'a> Proxy<'a> {
    pub(super) fn new(shared: &'a Shared<'a>, slots: Slots, report: Sender<Report<Slot>>) -> Proxy<'a> {
        Proxy { shared, slots, report, hand: VecDeque::new(), fruitless: 0 }
    }

    /// Works until the run has ended, or no process can be had.
    pub(super) fn work(mut self) {
        while !self.shared.stopped.load(Ordering::Relaxed) {
            let how = match self.start() {
                Ok(process) => match self.drive(&process) {
                    Ok(()) => return process.dismiss(),
                    Err(Lost::Ended) => process.ended(),
                    Err(Lost::Did(what)) => process.end_for(&what),
                },
                Err(NotReady::Refused(reason)) => return self.give_up(reason, true),
                Err(NotReady::Died(how)) => format!("{how} before it was ready"),
            };
            if self.shared.stopped.load(Ordering::Relaxed) {
                return;
            }
            self.lose(&how);
            if self.fruitless >= MOST_FRUITLESS {
                return self.give_up(format!("two worker processes in a row did nothing; the last one {how}"), false);
            }
        }
    }

    fn start(&self) -> Result<Process, NotReady> {
        let shared = self.shared;
        let process = Process::start(&shared.layout.launch, shared.threads_each)?;
        // Whoever ends the run closes the stream of a process that is not ready, too.
        match process.link.twin() {
            Ok(link) => shared.keep(link),
            Err(error) => return Err(NotReady::Refused(process.end_for(&format!("cannot be reached: {error}")))),
        }
        let files = Files { memory: &shared.memory, beside: shared.layout.beside.as_deref() };
        let process = process.make_ready(&shared.order, files)?;
        shared.ready.get_or_init(|| shared.begun.elapsed().as_secs_f64());
        Ok(process)
    }

    /// Gives ranges to a process and takes its answers, until there are no more.
    fn drive(&mut self, process: &Process) -> Result<(), Lost> {
        loop {
            self.fill(process);
            if self.hand.is_empty() {
                return Ok(());
            }
            match process.link.receive() {
                Ok(Some(answer)) => self.take(answer)?,
                Ok(None) => return Err(Lost::Ended),
                Err(error) => return Err(Lost::Did(format!("sent what is no answer: {error}"))),
            }
        }
    }

    /// Gives as many ranges to the process as it should have. A slot comes before a range: see `threads`.
    fn fill(&mut self, process: &Process) {
        while self.hand.len() < IN_HAND {
            let Some(slot) = self.slots.next(self.hand.is_empty()) else { return };
            let Some(mut slot) = self.shared.with_range(slot) else { continue };
            let frames = self.shared.batches.frames(slot.batch);
            let (at, room) = self.shared.place(&slot);
            let sent = process.link.send(&ToWorker::Range { frames: (frames.start, frames.end), at, room });
            slot.given = sent.is_ok();
            self.hand.push_back(slot);
            if sent.is_err() {
                // Answers that are there are still taken; then the stream ends.
                return process.link.close();
            }
        }
    }

    fn take(&mut self, answer: FromWorker) -> Result<(), Lost> {
        let Some(mut slot) = self.begun() else {
            return Err(Lost::Did(format!("said {answer:?} without having been asked")));
        };
        let (batch, room) = (slot.batch, self.shared.place(&slot).1);
        match answer {
            FromWorker::Done(bytes) if bytes <= room => {
                slot.bytes = bytes;
                let _ = self.report.send(Report::Done(batch, slot));
            }
            FromWorker::Panicked(reason) => {
                let frames = self.shared.batches.frames(batch);
                let _ = self.report.send(Report::Died(batch, RunError::Worker { frames, reason }));
            }
            other => {
                self.hand.push_front(slot);
                return Err(Lost::Did(format!("said {other:?}")));
            }
        }
        self.fruitless = 0;
        Ok(())
    }

    /// A process is lost. What it worked on goes to another once; what it had not begun does not count.
    fn lose(&mut self, how: &str) {
        let begun = self.begun();
        self.fruitless = if begun.is_some() { 0 } else { self.fruitless + 1 };
        let told = match begun {
            None => format!("a worker process {how}; it had not begun a range of frames"),
            Some(mut slot) => {
                let frames = self.shared.batches.frames(slot.batch);
                if let Some(before) = slot.lost {
                    let reason = format!("its process {how}, {}", as_before(how, &before));
                    let _ = self.report.send(Report::Died(slot.batch, RunError::Worker { frames, reason }));
                    return self.return_hand();
                }
                slot.lost = Some(how.to_owned());
                self.shared.again(slot);
                format!("a worker process {how} while it integrated frames {frames:?}, which went to another one")
            }
        };
        lock(&self.shared.survived).push(told);
        self.return_hand();
    }

    /// What the process works on.
    fn begun(&mut self) -> Option<Slot> {
        if self.hand.front()?.given { self.hand.pop_front() } else { None }
    }

    /// Hands back what the process had not begun.
    fn return_hand(&mut self) {
        self.hand.drain(..).for_each(|slot| self.shared.again(slot));
    }

    /// No process can be had here; the others go on.
    fn give_up(&self, reason: String, refused: bool) {
        lock(&self.shared.given_up).push(GivenUp { reason, refused });
    }
}

impl Slots {
    /// The next slot; `None` when the run has ended, or none is there and the caller does not `wait`.
    fn next(&self, wait: bool) -> Option<Slot> {
        match self.again.try_recv() {
            Ok(slot) => return Some(slot),
            Err(TryRecvError::Disconnected) => return None,
            Err(TryRecvError::Empty) if !wait => return self.free.try_recv().ok(),
            Err(TryRecvError::Empty) => {}
        }
        select_biased! {
            recv(self.again) -> slot => slot.ok(),
            recv(self.free) -> slot => slot.ok(),
        }
    }
}

/// `as was the one before it`.
fn as_before(how: &str, before: &str) -> String {
    match (how == before, how.starts_with("was ")) {
        (true, true) => "as was the one before it".into(),
        (true, false) => "as did the one before it".into(),
        (false, _) => format!("and the one before it {before}"),
    }
}
