//! The seam: chunks come from a [`Source`], a [`Worker`] turns them into patterns, a [`Sink`] takes these in order.
//!
//! ```text
//! Source ── ChunkBuf ──► Worker ── Pattern ──► Sink
//!              (one a thread, process, stream or lane)
//! ```
//! Everything here is object-safe and crossed once a batch, never once a pixel. An [`Executor`] is one parallel layout.
//! Who calls what, and when:
//! * an executor calls `Source::read` (or `open`, where the plan's workers read by themselves) from any of its threads, for any frame, several at a time;
//! * each worker belongs to one thread at a time; its buffers are reused from batch to batch;
//! * `Sink::push` is called from the one thread that called `Executor::run`, with consecutive frames in order, each
//!   exactly once; it is not called again after it returned `Break` or an error;
//! * the executor never finishes the sink: whoever made it does, after `run` has returned.

use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use aureole_codec::ChunkFormat;

use crate::dtype::Dtype;
use crate::pattern::{Pattern, Status};
use crate::plan::CpuPlan;
use crate::sums::Sums;

/// Frames of a stack of which nobody knows how many will come.
pub const ENDLESS: usize = 1 << 40;

/// What all frames of a stack have in common.
#[derive(Clone, Debug, PartialEq)]
pub struct StackSpec {
    /// Number of frames; [`ENDLESS`] while nobody knows.
    pub frames: usize,
    /// Rows and columns of a frame.
    pub shape: (usize, usize),
    /// Element type.
    pub dtype: Dtype,
    /// How the bytes that [`Source::read`] hands out encode one frame.
    pub format: ChunkFormat,
}

/// Reads stored bytes of a frame piece by piece, from any thread.
pub trait Pieces: Send + Sync {
    /// Fills `out` with the bytes from `at` on of the chunk of a frame, by the source's own numbers.
    ///
    /// # Errors
    /// One sentence that names the file and says what is wrong.
    fn read_piece(&self, frame: usize, at: usize, out: &mut [u8]) -> Result<(), String>;
}

/// A chunk that is still to be read.
#[derive(Clone)]
pub struct Unread {
    pieces: Arc<dyn Pieces>,
    frame: usize,
    size: usize,
}

impl Unread {
    /// The chunk of `size` bytes of a frame of `pieces`.
    #[must_use]
    pub fn new(pieces: Arc<dyn Pieces>, frame: usize, size: usize) -> Unread {
        Unread { pieces, frame, size }
    }

    /// Bytes of the chunk.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Fills `out` with the bytes from `at` on.
    ///
    /// # Errors
    /// One sentence that names the file and says what is wrong.
    pub fn read(&self, at: usize, out: &mut [u8]) -> Result<(), String> {
        self.pieces.read_piece(self.frame, at, out)
    }
}

impl std::fmt::Debug for Unread {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Unread").field("frame", &self.frame).field("size", &self.size).finish_non_exhaustive()
    }
}

/// The stored bytes of one frame, in a buffer that is reused.
#[derive(Clone, Debug, Default)]
pub struct ChunkBuf {
    /// Number of the frame in the stack.
    pub frame: usize,
    /// The bytes as stored; empty when they are still to be read.
    pub bytes: Vec<u8>,
    /// Where the bytes are to be read from, for a worker that takes them piece by piece.
    pub unread: Option<Unread>,
    /// Bit `i` set: filter `i` of the format was skipped for this chunk (HDF5's chunk filter mask).
    pub filter_mask: u32,
    /// Why the frame could not be read, when it could not; its pattern is then marked as failed.
    pub error: Option<String>,
    /// The chunk of the frame's variances, from a source that has such a stack beside; with an error of its own.
    pub variance: Option<Box<ChunkBuf>>,
}

impl ChunkBuf {
    /// Stored bytes that were read for the frame, or are about to be; 0 when it could not be read.
    #[must_use]
    pub fn bytes_read(&self) -> usize {
        let there = self.unread.as_ref().map_or(self.bytes.len(), Unread::size);
        let own = if self.error.is_none() { there } else { 0 };
        own + self.variance.as_ref().map_or(0, |variance| variance.bytes_read())
    }
}

/// Where chunks come from.
pub trait Source: Sync {
    /// What all frames have in common.
    fn spec(&self) -> &StackSpec;

    /// Reads the stored bytes of one frame into `buf`: positioned, from any thread, under no global lock.
    ///
    /// # Errors
    /// One sentence that names the file and says what is wrong; the frame is then marked as failed and the run goes on.
    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String>;

    /// As [`Source::read`], but may leave the bytes to be read piece by piece.
    ///
    /// # Errors
    /// As [`Source::read`].
    fn open(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        self.read(frame, buf)
    }

    /// Says that these frames will be read soon, so that a disk may fetch them while others are integrated; may be called
    /// for frames that do not exist, and returns soon. A source that has nothing to fetch does nothing.
    fn will_need(&self, frames: Range<usize>) {
        let _ = frames;
    }
}

/// A recipe made ready for one detector, dtype and chunk format: immutable, shared by all workers.
pub trait Plan: Sync {
    /// A new worker: scratch and accumulators for one thread.
    fn worker(&self) -> Box<dyn Worker + '_>;

    /// Recipes that a frame is integrated by, at least 1; a worker gives one pattern a frame and recipe.
    fn recipes(&self) -> usize {
        1
    }

    /// A pattern of the given recipe (below [`Plan::recipes`]), with all its buffers allocated.
    fn pattern(&self, recipe: usize) -> Pattern;

    /// The most frames a worker takes at once, at least 1.
    fn max_batch(&self) -> usize;

    /// True when its workers read chunks piece by piece themselves, if they are so given: see [`Source::open`].
    fn reads_pieces(&self) -> bool {
        false
    }

    /// The plans of sums that it consists of, one a recipe, for layouts that bring arithmetic of their own; `None` where it is of
    /// another form.
    fn linear(&self) -> Option<Vec<&CpuPlan>> {
        None
    }

    /// The same plan, cut along the strips of a frame; `None` where a frame is only integrated as a whole.
    fn by_strips(&self) -> Option<&dyn StripPlan> {
        None
    }
}

/// A plan whose frames may be shared out by strips: several threads work on one frame and add up their sums.
pub trait StripPlan: Plan {
    /// Number of strips a frame has: consecutive blocks, decoded and summed together.
    fn strips(&self) -> usize;

    /// Sums of the given number of frames (1 to [`LANES`](crate::sums::LANES)), all zero; one a recipe.
    fn sums(&self, frames: usize) -> Vec<Sums>;

    /// A new worker that adds strips to sums.
    fn strip_worker(&self) -> Box<dyn StripWorker + '_>;

    /// Turns complete sums into the patterns of the frames with the given numbers, in the order of [`Rows::patterns`].
    fn finish(&self, sums: &[Sums], frames: &[usize], out: &mut [Pattern]);
}

/// Scratch of one thread that integrates strips.
pub trait StripWorker: Send {
    /// Adds `strips` of each chunk to `sums`, one a recipe, each of which holds as many frames as there are chunks.
    ///
    /// A chunk that cannot be decoded marks its own frame in all `sums` as failed.
    fn accumulate(&mut self, chunks: &[ChunkBuf], strips: Range<usize>, sums: &mut [Sums]);

    /// Seconds spent so far, by stage.
    fn stages(&self) -> Stages;
}

/// Scratch and accumulators of one thread.
pub trait Worker: Send {
    /// Integrates `chunks`, at most [`Plan::max_batch`], into `out`, overwriting all that is there: one pattern a chunk and
    /// recipe, in the order of [`Rows::patterns`].
    ///
    /// A chunk that cannot be decoded marks its own patterns as failed and touches no other.
    fn integrate(&mut self, chunks: &[ChunkBuf], out: &mut [Pattern]);

    /// Seconds spent so far, by stage.
    fn stages(&self) -> Stages;
}

/// The patterns of consecutive frames.
#[derive(Clone, Copy, Debug)]
pub struct Rows<'a> {
    /// Number of the first frame.
    pub first: usize,
    /// Patterns a frame: one a recipe, at least 1.
    pub recipes: usize,
    /// All patterns of the first frame in the order of the recipes, then those of the next.
    pub patterns: &'a [Pattern],
}

impl<'a> Rows<'a> {
    /// Number of frames.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.patterns.len() / self.recipes
    }

    /// Each frame's number and its patterns, one a recipe.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &'a [Pattern])> + use<'a> {
        (self.first..).zip(self.patterns.chunks_exact(self.recipes))
    }
}

/// Why a frame failed: the reason of the first of its patterns that did.
#[must_use]
pub fn failure(patterns: &[Pattern]) -> Option<&str> {
    patterns.iter().find_map(|pattern| match &pattern.status {
        Status::Failed(reason) => Some(reason.as_str()),
        _ => None,
    })
}

/// Where patterns go.
pub trait Sink {
    /// Takes the patterns of consecutive frames; `Break` asks for no more.
    ///
    /// # Errors
    /// When the patterns could not be kept; the run ends with this error.
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError>;

    /// Makes what was pushed visible to others: called while no more frames are there, in runs over a stack that grows.
    ///
    /// # Errors
    /// As of [`Sink::push`].
    fn flush(&mut self) -> Result<(), SinkError> {
        Ok(())
    }

    /// Hears what the run has done so far: after each piece of runs over a stack that grows.
    fn hear(&mut self, _so_far: &Summary) {}

    /// False when no more is wanted: asked while a layout waits for patterns that others compute, so that a run can be
    /// stopped before the next of them is there.
    fn wants_more(&mut self) -> bool {
        true
    }

    /// True when it has a use for the sums of a pattern (its signal and variance); else they may be left empty.
    fn wants_sums(&self) -> bool {
        true
    }
}

/// Why a sink could not keep a pattern, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SinkError(pub String);

/// One run: which frames of which source, by which plan.
#[derive(Clone)]
pub struct Job<'a> {
    /// Where the chunks come from.
    pub source: &'a dyn Source,
    /// What to compute.
    pub plan: &'a dyn Plan,
    /// The frames to integrate.
    pub frames: Range<usize>,
    /// Frames a worker takes at once; `None` for the layout's own choice.
    pub batch: Option<usize>,
    /// Stop at the first frame that fails instead of marking it.
    pub strict: bool,
}

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// A frame failed and the job is strict; all frames before it were delivered.
    #[error("frame {frame}: {reason}")]
    Frame {
        /// Number of the frame.
        frame: usize,
        /// Why it failed.
        reason: String,
    },
    /// The sink refused a pattern.
    #[error(transparent)]
    Sink(#[from] SinkError),
    /// A worker panicked or its process died: a defect of the program, reported and not hidden.
    #[error("a worker died while it integrated frames {frames:?}: {reason}")]
    Worker {
        /// The frames it held.
        frames: Range<usize>,
        /// What is known about it.
        reason: String,
    },
    /// The job itself cannot be run.
    #[error("{0}")]
    Job(String),
    /// What does the work, elsewhere or on a device, is gone; what was pushed before is kept.
    #[error("{0}")]
    Engine(String),
}

/// Seconds spent in each stage, summed over all workers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stages {
    /// Reading stored bytes, by the layout or piece by piece by workers.
    pub read: f64,
    /// Decompression and bit transposes.
    pub decode: f64,
    /// Summing pixels into bins.
    pub accumulate: f64,
    /// Inside the sink.
    pub write: f64,
}

impl std::ops::AddAssign for Stages {
    fn add_assign(&mut self, other: Stages) {
        self.read += other.read;
        self.decode += other.decode;
        self.accumulate += other.accumulate;
        self.write += other.write;
    }
}

/// What a run did.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Frames delivered to the sink, failed ones included.
    pub frames: usize,
    /// Of these, the frames marked as failed.
    pub failed: usize,
    /// Stored bytes read.
    pub bytes_in: u64,
    /// Where the time went, summed over all workers.
    pub stages: Stages,
    /// Threads that integrated, or worker processes.
    pub threads: usize,
    /// Frames a worker took at once.
    pub batch: usize,
    /// True when the sink asked to stop early.
    pub stopped: bool,
    /// Worker processes that were lost and what became of their frames, a sentence each; the run went on without them.
    pub survived: Vec<String>,
    /// Seconds until the first worker process, or all GPUs, were ready to integrate; 0 where workers are threads.
    pub start: f64,
    /// Energy that GPUs drew meanwhile, in joules, where they count it.
    pub joules: Option<f64>,
    /// What the cycles of a design in hardware went into, where one integrated.
    pub hardware: Option<HardwareCycles>,
}

impl Summary {
    /// Adds what a further run of the same layout did.
    pub fn add(&mut self, next: Summary) {
        self.frames += next.frames;
        self.failed += next.failed;
        self.bytes_in += next.bytes_in;
        self.stages += next.stages;
        self.threads = self.threads.max(next.threads);
        self.batch = self.batch.max(next.batch);
        self.stopped |= next.stopped;
        self.survived.extend(next.survived);
        self.start += next.start;
        self.joules = next.joules.map(|joules| self.joules.unwrap_or(0.0) + joules).or(self.joules);
        self.hardware = next.hardware.or(self.hardware.take());
    }
}

/// Cycles of a design in hardware, those of all its lanes added up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HardwareCycles {
    /// Frames that it takes at once.
    pub lanes: usize,
    /// All cycles in which frames were in work.
    pub all: u64,
    /// Those in which it waited, and for what.
    pub lost: Vec<(&'static str, u64)>,
    /// Cycles a second at which the design was placed and routed, or what was of it.
    pub clock: f64,
    /// For which part, and what was routed.
    pub part: &'static str,
}

/// One parallel layout.
///
/// Every layout keeps the contract that `testing::executor_contract` checks: the same rows as any other layout for any
/// range and batch; order; the first failing frame is the one reported and all before it are delivered; `Break` stops
/// promptly; a sink's error and a worker's panic are errors, never hangs; frames in flight are bounded; it runs twice.
pub trait Executor {
    /// The layout's name, as `--layout` takes it.
    fn name(&self) -> &'static str;

    /// Integrates the job's frames and pushes their patterns in order.
    ///
    /// # Errors
    /// See [`RunError`]; what was pushed before the error stays valid.
    fn run(&self, job: &Job<'_>, sink: &mut dyn Sink) -> Result<Summary, RunError>;
}
