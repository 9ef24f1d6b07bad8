//! A job cut into batches, and the reading of one.

use std::ops::Range;

use aureole_core::pipeline::{ChunkBuf, Job, RunError, Source};

/// Frames a worker takes at once unless told otherwise: the vector lanes of the kernel.
const BATCH: usize = aureole_core::sums::LANES;

/// Frames a batch when there are too few for full batches in the hands of every worker.
pub(super) fn fair_share(frames: usize, workers: usize) -> usize {
    frames.div_ceil(workers).clamp(1, BATCH)
}

/// The batches of a job, numbered from 0.
#[derive(Clone, Debug)]
pub(super) struct Batches {
    frames: Range<usize>,
    size: usize,
}

impl Batches {
    /// Cuts a job into batches of its own size, or else of `default` frames.
    pub(super) fn new(job: &Job<'_>, default: usize) -> Result<Batches, RunError> {
        let there = job.source.spec().frames;
        if job.frames.start > job.frames.end || job.frames.end > there {
            return Err(RunError::Job(format!("frames {:?} asked for; the stack has {there}", job.frames)));
        }
        let most = job.plan.max_batch();
        let size = job.batch.unwrap_or(default.min(most));
        if size == 0 || size > most {
            return Err(RunError::Job(format!("batches of {size} frames; 1 to {most} fit here")));
        }
        Ok(Batches::of(job.frames.clone(), size))
    }

    /// Frames in batches of `size`, at least 1.
    pub(super) fn of(frames: Range<usize>, size: usize) -> Batches {
        Batches { frames, size }
    }

    /// Frames of a full batch.
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.frames.len().div_ceil(self.size)
    }

    /// The frames of a batch; the last one may be shorter.
    pub(super) fn frames(&self, batch: usize) -> Range<usize> {
        let start = self.frames.start + batch * self.size;
        start..self.frames.end.min(start + self.size)
    }
}

/// Reads frames into buffers that are reused, or only makes them ready to be read `in_pieces` by the worker; returns the stored bytes.
pub(super) fn read(source: &dyn Source, in_pieces: bool, frames: Range<usize>, chunks: &mut Vec<ChunkBuf>) -> u64 {
    chunks.resize_with(frames.len(), ChunkBuf::default);
    for (frame, chunk) in frames.zip(chunks.iter_mut()) {
        chunk.frame = frame;
        chunk.unread = None;
        chunk.error = if in_pieces { source.open(frame, chunk) } else { source.read(frame, chunk) }.err();
    }
    chunks.iter().map(|chunk| chunk.bytes_read() as u64).sum()
}
