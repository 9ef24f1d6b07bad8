//! Layout `serial`: one frame after the other, the blocks of a frame shared among threads.
//!
//! The pattern of a frame is there as soon as its chunk is decoded, which makes this the layout of least latency. Each
//! thread takes a contiguous part of the blocks and adds it to sums of its own; since these are integers, adding them
//! up in any order gives the same bits. Frames whose pixels are summed in f64 are integrated by one thread.

use std::num::NonZero;
use std::ops::Range;
use std::time::Instant;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{
    BlockPlan, BlockWorker, ChunkBuf, Executor, Job, RunError, Sink, Stages, Summary, Worker,
};
use aureole_core::sums::Sums;
use rayon::prelude::*;

use super::batches::{self, Batches};
use super::delivery::Delivery;
use super::guard::guard;

/// Layout `serial`.
#[derive(Clone, Copy, Debug)]
pub struct Serial {
    /// Threads that share the blocks of a frame.
    pub threads: NonZero<usize>,
}

impl Executor for Serial {
    fn name(&self) -> &'static str {
        "serial"
    }

    fn run(&self, job: &Job<'_>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let batches = Batches::new(job, 1)?;
        let mut integrator: Box<dyn Integrator> = match job.plan.by_blocks() {
            Some(plan) => Box::new(Team::new(plan, self.threads.get())?),
            None => Box::new(Alone(job.plan.worker())),
        };
        let mut delivery = Delivery::new(sink, job, integrator.threads(), batches.size());
        let mut chunks = Vec::new();
        let mut patterns = delivery.patterns(job.plan, batches.size());
        for frames in (0..batches.len()).map(|batch| batches.frames(batch)) {
            let start = Instant::now();
            delivery.summary().bytes_in += batches::read(job.source, false, frames.clone(), &mut chunks);
            delivery.summary().stages.read += start.elapsed().as_secs_f64();
            let out = &mut patterns[..frames.len() * job.plan.recipes()];
            guard(&frames, || integrator.integrate(&chunks, out))?;
            if delivery.push(frames.start, out)?.is_break() {
                break;
            }
        }
        delivery.summary().stages += integrator.stages();
        Ok(delivery.finish())
    }
}

trait Integrator {
    fn threads(&self) -> usize;
    fn integrate(&mut self, chunks: &[ChunkBuf], out: &mut [Pattern]);
    fn stages(&self) -> Stages;
}

/// One thread with whole frames.
struct Alone<'p>(Box<dyn Worker + 'p>);

impl Integrator for Alone<'_> {
    fn threads(&self) -> usize {
        1
    }

    fn integrate(&mut self, chunks: &[ChunkBuf], out: &mut [Pattern]) {
        self.0.integrate(chunks, out);
    }

    fn stages(&self) -> Stages {
        self.0.stages()
    }
}

/// Several threads on the blocks of the same frames.
struct Team<'p> {
    plan: &'p dyn BlockPlan,
    pool: rayon::ThreadPool,
    members: Vec<Member<'p>>,
}

struct Member<'p> {
    worker: Box<dyn BlockWorker + 'p>,
    blocks: Range<usize>,
    /// One a recipe.
    sums: Vec<Sums>,
}

impl<'p> Team<'p> {
    fn new(plan: &'p dyn BlockPlan, threads: usize) -> Result<Team<'p>, RunError> {
        let threads = threads.min(plan.blocks()).max(1);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .map_err(|error| RunError::Job(format!("{threads} threads could not be started: {error}")))?;
        let share = |i: usize| plan.blocks() * i / threads;
        let members = (0..threads)
            .map(|i| Member { worker: plan.block_worker(), blocks: share(i)..share(i + 1), sums: plan.sums(1) })
            .collect();
        Ok(Team { plan, pool, members })
    }
}

impl Integrator for Team<'_> {
    fn threads(&self) -> usize {
        self.members.len()
    }

    fn integrate(&mut self, chunks: &[ChunkBuf], out: &mut [Pattern]) {
        let Team { plan, pool, members } = self;
        pool.install(|| {
            members.par_iter_mut().with_max_len(1).for_each(|member| {
                if member.sums[0].frames() == chunks.len() {
                    member.sums.iter_mut().for_each(Sums::clear);
                } else {
                    member.sums = plan.sums(chunks.len());
                }
                member.worker.accumulate(chunks, member.blocks.clone(), &mut member.sums);
            });
        });
        if let [first, others @ ..] = &mut members[..] {
            for member in others {
                first.sums.iter_mut().zip(&member.sums).for_each(|(sums, more)| sums.merge(more));
            }
            let frames: Vec<usize> = chunks.iter().map(|chunk| chunk.frame).collect();
            plan.finish(&first.sums, &frames, out);
        }
    }

    fn stages(&self) -> Stages {
        let mut total = Stages::default();
        self.members.iter().for_each(|member| total += member.worker.stages());
        total
    }
}
