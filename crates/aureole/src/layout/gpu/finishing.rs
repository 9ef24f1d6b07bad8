//! What comes back from devices: the watcher, which waits for it, and finishers, which turn it into patterns.

use std::collections::BTreeMap;
use std::time::Instant;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{ChunkBuf, Stages, Worker};
use aureole_core::sums::LANES;
use aureole_cuda::Finisher;
use crossbeam_channel::{Receiver, Sender};

use super::reading::Started;
use super::{Shared, Slot};
use crate::layout::guard::guard;
use crate::layout::order::Report;

/// What a finisher has of its own.
struct Bench<'a> {
    shared: &'a Shared<'a>,
    finisher: Finisher<'a>,
    /// What integrates frames that a device did not, made when it is first needed.
    worker: Option<Box<dyn Worker + 'a>>,
    chunks: Vec<ChunkBuf>,
    patterns: Vec<Pattern>,
    frames: Vec<usize>,
}

impl Shared<'_> {
    /// The watcher: waits for runs in their order, and hands their batches on.
    pub(super) fn watch(&self, runs: &Receiver<Started>, tasks: &Sender<usize>, report: &Sender<Report<Slot>>) {
        let mut waiting = BTreeMap::new();
        for run in 0..self.ring.runs() {
            let started = loop {
                if let Some(started) = waiting.remove(&run) {
                    break started;
                }
                let Ok((run, started)) = runs.recv() else { return };
                waiting.insert(run, started);
            };
            let load = &self.ring.place(run).load;
            let done = started.and_then(|()| load.finish().map_err(|error| super::fell_away(&error)));
            let batches = self.ring.batches_of(run);
            if let Err(error) = done {
                let _ = report.send(Report::Died(batches.start, error));
                return;
            }
            // Without finishers, nothing is wanted any more.
            batches.for_each(|batch| tasks.send(batch).unwrap_or_default());
        }
    }

    /// A finisher: takes batches that came back until there are no more. It has room for patterns before it takes a batch, so that
    /// the earliest one is never held up by later ones.
    pub(super) fn finish(&self, free: &Receiver<Slot>, tasks: &Receiver<usize>, report: &Sender<Report<Slot>>) {
        let mut bench = Bench {
            shared: self,
            finisher: Finisher::new(&self.plans, &self.by_pixel),
            worker: None,
            chunks: Vec::new(),
            patterns: Vec::new(),
            frames: Vec::new(),
        };
        let mut seconds = 0.0;
        while let Ok(mut slot) = free.recv() {
            let Ok(batch) = tasks.recv() else { break };
            let start = Instant::now();
            let frames = self.batches.frames(batch);
            let finished = guard(&frames, || bench.finish(batch, &mut slot));
            self.ring.was_finished(self.ring.run_of(batch).0);
            seconds += start.elapsed().as_secs_f64();
            let died = finished.is_err();
            let _ = report.send(match finished {
                Ok(()) => Report::Done(batch, slot),
                Err(error) => Report::Died(batch, error),
            });
            if died {
                break;
            }
        }
        let mut stages = bench.worker.map_or_else(Stages::default, |worker| worker.stages());
        stages.accumulate = seconds - stages.decode;
        let _ = report.send(Report::Ended(stages));
    }
}

impl Bench<'_> {
    /// The patterns of a batch.
    fn finish(&mut self, batch: usize, slot: &mut Slot) {
        let shared = self.shared;
        let (run, number) = shared.ring.run_of(batch);
        let results = shared.ring.place(run).load.results();
        self.frames.clear();
        self.frames.extend(shared.batches.frames(batch));
        let recipes = shared.plans.len();
        self.finisher.finish(&results, number, &self.frames, &mut slot[..self.frames.len() * recipes]);
        let is_left = |i: &usize| !results.is_done(number * LANES + self.finisher.lane(*i));
        let left: Vec<usize> = (0..self.frames.len()).filter(is_left).collect();
        if !left.is_empty() {
            self.integrate(&left, slot);
        }
    }

    /// Integrates some frames of the batch on the CPU, as all layouts there do: those that are stored in a way of their own,
    /// mask very many pixels, or are broken, which it finds out.
    fn integrate(&mut self, left: &[usize], slot: &mut Slot) {
        let (job, recipes) = (self.shared.job, self.shared.plans.len());
        self.chunks.resize_with(left.len(), ChunkBuf::default);
        for (i, chunk) in left.iter().zip(&mut self.chunks) {
            chunk.frame = self.frames[*i];
            chunk.unread = None;
            chunk.error = job.source.open(chunk.frame, chunk).err();
        }
        let worker = self.worker.get_or_insert_with(|| job.plan.worker());
        while self.patterns.len() < left.len() * recipes {
            // Those of the slot have the sums that the sink has a use for.
            self.patterns.push(slot[self.patterns.len() % recipes].clone());
        }
        let most = job.plan.max_batch();
        let patterns = &mut self.patterns[..left.len() * recipes];
        for (chunks, patterns) in self.chunks.chunks(most).zip(patterns.chunks_mut(most * recipes)) {
            worker.integrate(chunks, patterns);
        }
        for (i, patterns) in left.iter().zip(patterns.chunks_mut(recipes)) {
            slot[i * recipes..][..recipes].swap_with_slice(patterns);
        }
    }
}
