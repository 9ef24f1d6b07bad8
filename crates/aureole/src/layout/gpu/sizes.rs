//! How much goes through a device at once.

use aureole_core::pipeline::{ChunkBuf, Job};
use aureole_core::sums::LANES;
use aureole_cuda::Tables;
use aureole_cuda::kernels::Kind;

use crate::layout::batches::Batches;

/// Loads that go round: one is filled, one runs, one is finished, and one is there for whichever takes longer.
const LOADS: usize = 4;

/// Bytes that the sums of a load may have, on the device and in pinned memory of the host; a batch of cakes has 46 MB.
const MOST_SUMS: usize = 256 << 20;

/// Frames whose chunks are looked at to guess how large all are.
const SAMPLES: usize = 16;

/// The sizes of what is in flight.
pub(super) struct Sizes {
    /// Loads that go round, over all devices.
    pub(super) loads: usize,
    /// Batches of a load.
    pub(super) batches: usize,
    /// Batches of patterns.
    pub(super) slots: usize,
    /// Bytes that the chunk of a frame is thought to have at most.
    pub(super) chunk: usize,
    /// Bytes that the chunk of a whole frame can have at all: one with more is left to the host, whatever it holds.
    pub(super) most_chunk: usize,
}

impl Sizes {
    /// For so many threads: together with the slots, loads hold three batches a thread and one more at most.
    pub(super) fn of(job: &Job<'_>, tables: &Tables, threads: usize, batches: &Batches) -> Sizes {
        let loads = LOADS.min(2 * threads);
        let together = (2 * threads / loads).min(batches.len().div_ceil(loads)).max(1);
        let bytes = tables.cut.elems * tables.cut.dtype.size();
        // What LZ4 adds to bytes that it cannot make fewer, a length for each block, the header.
        let most_chunk = (bytes + bytes / 255 + 32 * tables.cut.blocks() + 64).min(i32::MAX as usize);
        let chunk = match tables.cut.kind {
            Kind::BitshuffleLz4 => (largest_chunk(job) / 4 * 5 + 4096).min(most_chunk),
            _ => bytes,
        };
        let sums_of = |recipe: &aureole_cuda::RecipeTable| {
            recipe.bins * LANES * size_of::<u64>() * if recipe.squares.is_empty() { 1 } else { 2 }
        };
        let sums: usize = tables.recipes.iter().map(sums_of).sum();
        let together = together.min(MOST_SUMS / sums.max(1)).max(1);
        Sizes { loads, batches: together, slots: threads + 1, chunk, most_chunk }
    }

    /// Bytes of the chunks of a load of so many batches.
    pub(super) fn bytes(&self, batches: usize, frames: usize) -> usize {
        batches * frames * self.chunk
    }
}

/// The largest of some chunks that are spread over the job.
fn largest_chunk(job: &Job<'_>) -> usize {
    let mut chunk = ChunkBuf::default();
    let step = job.frames.len().div_ceil(SAMPLES).max(1);
    let size = |frame| {
        chunk.error = job.source.open(frame, &mut chunk).err();
        chunk.bytes_read()
    };
    job.frames.clone().step_by(step).map(size).max().unwrap_or(0)
}
