//! Sources, plans and sinks that go wrong on purpose, or keep count.

use std::ops::{ControlFlow, Range};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::pattern::Pattern;
use crate::pipeline::{
    ChunkBuf, Plan, Rows, Sink, SinkError, Source, StackSpec, Stages, StripPlan, StripWorker, Worker,
};
use crate::plan::CpuPlan;
use crate::sums::Sums;

/// A plan whose workers panic when they meet a frame, and whose patterns start full of rubbish.
pub struct FaultyPlan<'a> {
    /// The plan behind it.
    pub plan: &'a dyn Plan,
    /// The frame at which a worker panics.
    pub panic_at: Option<usize>,
}

struct FaultyWorker<W> {
    worker: W,
    panic_at: Option<usize>,
}

impl<W> FaultyWorker<W> {
    fn look_at(&self, chunks: &[ChunkBuf]) {
        let hit = chunks.iter().find(|chunk| Some(chunk.frame) == self.panic_at);
        assert!(hit.is_none(), "a panic on purpose");
    }
}

impl Worker for FaultyWorker<Box<dyn Worker + '_>> {
    fn integrate(&mut self, chunks: &[ChunkBuf], out: &mut [Pattern]) {
        self.look_at(chunks);
        self.worker.integrate(chunks, out);
    }

    fn stages(&self) -> Stages {
        self.worker.stages()
    }
}

impl StripWorker for FaultyWorker<Box<dyn StripWorker + '_>> {
    fn accumulate(&mut self, chunks: &[ChunkBuf], strips: Range<usize>, sums: &mut [Sums]) {
        self.look_at(chunks);
        self.worker.accumulate(chunks, strips, sums);
    }

    fn stages(&self) -> Stages {
        self.worker.stages()
    }
}

impl FaultyPlan<'_> {
    fn strips_behind(&self) -> &dyn StripPlan {
        self.plan.by_strips().expect("only asked where the plan behind has strips")
    }
}

impl Plan for FaultyPlan<'_> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(FaultyWorker { worker: self.plan.worker(), panic_at: self.panic_at })
    }

    fn recipes(&self) -> usize {
        self.plan.recipes()
    }

    fn pattern(&self, recipe: usize) -> Pattern {
        let mut pattern = self.plan.pattern(recipe);
        pattern.intensity.fill(1e9);
        pattern.errors.fill(-3.0);
        pattern.signal.fill(17.0);
        pattern.variance.fill(f64::INFINITY);
        pattern
    }

    fn max_batch(&self) -> usize {
        self.plan.max_batch()
    }

    fn reads_pieces(&self) -> bool {
        self.plan.reads_pieces()
    }

    fn linear(&self) -> Option<Vec<&CpuPlan>> {
        // Whoever takes the plans behind it does not meet the panic.
        if self.panic_at.is_none() { self.plan.linear() } else { None }
    }

    fn by_strips(&self) -> Option<&dyn StripPlan> {
        self.plan.by_strips().map(|_| self as &dyn StripPlan)
    }
}

impl StripPlan for FaultyPlan<'_> {
    fn strips(&self) -> usize {
        self.strips_behind().strips()
    }

    fn sums(&self, frames: usize) -> Vec<Sums> {
        self.strips_behind().sums(frames)
    }

    fn strip_worker(&self) -> Box<dyn StripWorker + '_> {
        Box::new(FaultyWorker { worker: self.strips_behind().strip_worker(), panic_at: self.panic_at })
    }

    fn finish(&self, sums: &[Sums], frames: &[usize], out: &mut [Pattern]) {
        self.strips_behind().finish(sums, frames, out);
    }
}

/// Keeps what is pushed, checks the order, and stops or fails where it is told to.
#[derive(Debug, Default)]
pub struct Collect {
    /// The first frame pushed.
    pub first: Option<usize>,
    /// The patterns of each frame, in the order pushed.
    pub frames: Vec<Vec<Pattern>>,
    /// Break as soon as this many frames are there.
    pub stop_after: Option<usize>,
    /// Fail as soon as this many frames are there.
    pub fail_after: Option<usize>,
    /// Pushed frames, for [`Counting`].
    pub pushed: Option<std::sync::Arc<AtomicUsize>>,
}

impl Sink for Collect {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        let expected = self.first.get_or_insert(rows.first);
        assert_eq!(rows.first, *expected + self.frames.len(), "frames come in order, each once");
        let reached = |limit: Option<usize>| limit.is_some_and(|limit| self.frames.len() >= limit);
        assert!(!reached(self.stop_after) && !reached(self.fail_after), "nothing comes after Break or an error");
        self.frames.extend(rows.iter().map(|(_, patterns)| patterns.to_vec()));
        if let Some(pushed) = &self.pushed {
            pushed.fetch_add(rows.frames(), Ordering::SeqCst);
        }
        if self.fail_after.is_some_and(|limit| self.frames.len() >= limit) {
            return Err(SinkError("no space left".into()));
        }
        let stop = self.stop_after.is_some_and(|limit| self.frames.len() >= limit);
        Ok(if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }
}

/// A source that keeps count of the frames that were read and not pushed yet.
pub struct Counting<'a> {
    /// The source behind it.
    pub source: &'a dyn Source,
    /// Frames read so far.
    pub read: AtomicUsize,
    /// Frames pushed so far.
    pub pushed: std::sync::Arc<AtomicUsize>,
    /// The most that were in flight at any time.
    pub most: AtomicUsize,
}

impl Source for Counting<'_> {
    fn spec(&self) -> &StackSpec {
        self.source.spec()
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let read = self.read.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(read - self.pushed.load(Ordering::SeqCst).min(read), Ordering::SeqCst);
        self.source.read(frame, buf)
    }

    fn open(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let read = self.read.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(read - self.pushed.load(Ordering::SeqCst).min(read), Ordering::SeqCst);
        self.source.open(frame, buf)
    }
}
