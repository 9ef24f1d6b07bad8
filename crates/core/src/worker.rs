//! One thread's share of plans that need sums only: decodes a block of each frame it has in hand, then runs the slices of
//! that block of every plan over all of them while the pixels are in cache.

mod floats;
mod integers;
mod lanes;
mod plan;

use std::ops::Range;
use std::time::Instant;

use aureole_codec::{BlockIndex, Decoder};

use crate::dtype::Dtype;
use crate::kernel::Entries;
use crate::pattern::Pattern;
use crate::pipeline::{BlockPlan, BlockWorker, ChunkBuf, Stages, Worker};
use crate::plan::{CpuPlan, Slice};
use crate::sums::{LANES, Sums};
use lanes::Lanes;

/// Scratch of one thread; allocates nothing once every buffer has been used.
pub struct CpuWorker<'p> {
    /// One a recipe, at least one, all for the same frames.
    plans: Vec<&'p CpuPlan>,
    decoder: Decoder,
    /// Where the blocks of each chunk lie.
    indexes: Vec<BlockIndex>,
    /// Decoded pixels of one block of each frame, or of whole frames where the format has no blocks.
    pixels: Lanes,
    /// The pixels of a slice with the frames side by side.
    tile: Vec<u32>,
    /// One a plan.
    sums: Vec<Sums>,
    frames: Vec<usize>,
    stages: Stages,
}

impl<'p> CpuWorker<'p> {
    pub(crate) fn new(plans: Vec<&'p CpuPlan>) -> CpuWorker<'p> {
        let decoder = plans[0].decoder();
        CpuWorker {
            plans,
            decoder,
            indexes: Vec::new(),
            pixels: Lanes::default(),
            tile: Vec::new(),
            sums: Vec::new(),
            frames: Vec::new(),
            stages: Stages::default(),
        }
    }

    /// Makes every chunk ready for [`CpuWorker::decode`].
    fn open(&mut self, chunks: &[ChunkBuf], sums: &mut [Sums]) {
        let format = &self.plans[0].format;
        // A dataset may state blocks larger than its chunks.
        let elems = if format.is_blocked() { format.block_elems().min(format.elems()) } else { format.elems() };
        let len = elems * format.elem_size();
        self.indexes.resize_with(chunks.len().max(self.indexes.len()), BlockIndex::default);
        self.pixels.reserve(chunks.len(), len);
        for (lane, chunk) in chunks.iter().enumerate() {
            if let Some(reason) = &chunk.error {
                Sums::fail(sums, lane, reason);
            } else if let Err(error) = if format.is_blocked() {
                self.decoder.index(&chunk.bytes, chunk.filter_mask, &mut self.indexes[lane])
            } else {
                self.decoder.decode_chunk(&chunk.bytes, chunk.filter_mask, self.pixels.of_mut(lane))
            } {
                Sums::fail(sums, lane, &error.to_string());
            }
        }
    }

    /// Decodes one block of every chunk; a frame that failed is left as it is and no longer looked at.
    fn decode(&mut self, chunks: &[ChunkBuf], block: usize, sums: &mut [Sums]) {
        let format = &self.plans[0].format;
        if !format.is_blocked() {
            return;
        }
        let len = format.block_range(block).len() * format.elem_size();
        for (lane, chunk) in chunks.iter().enumerate() {
            if sums[0].failed[lane].is_some() {
                continue;
            }
            let out = &mut self.pixels.of_mut(lane)[..len];
            if let Err(error) = self.decoder.decode_block(&chunk.bytes, &mut self.indexes[lane], block, out) {
                Sums::fail(sums, lane, &format!("block {block}: {error}"));
            }
        }
    }

    fn add(&mut self, block: usize, sums: &mut [Sums]) {
        // The cut into slices follows from the format, so that all plans have the same.
        let plan = self.plans[0];
        let first = plan.format.block_range(block).start;
        for (nth, slice) in plan.table.slices_of(block).iter().enumerate() {
            let part = Part { block, nth, elems: slice.elems.start - first..slice.elems.end - first };
            match plan.dtype {
                Dtype::U8 => self.add_integers::<u8>(&part, sums),
                Dtype::U16 => self.add_integers::<u16>(&part, sums),
                Dtype::U32 => self.add_integers::<u32>(&part, sums),
                Dtype::I8 => self.add_integers::<i8>(&part, sums),
                Dtype::I16 => self.add_integers::<i16>(&part, sums),
                Dtype::I32 => self.add_integers::<i32>(&part, sums),
                Dtype::F32 => self.add_floats::<f32>(&part, sums),
                Dtype::F64 => self.add_floats::<f64>(&part, sums),
                Dtype::U64 => self.add_floats::<u64>(&part, sums),
                Dtype::I64 => self.add_floats::<i64>(&part, sums),
            }
        }
    }

    /// The decoded bytes of a part of a block.
    fn bytes(&self, part: &Part) -> Range<usize> {
        let size = self.plans[0].format.elem_size();
        part.elems.start * size..part.elems.end * size
    }
}

/// One slice of a block, which every plan has.
struct Part {
    block: usize,
    /// Its number among the slices of the block.
    nth: usize,
    /// Its elements, counted from the start of the block.
    elems: Range<usize>,
}

impl Part {
    fn of<'p>(&self, plan: &'p CpuPlan) -> &'p Slice {
        &plan.table.slices_of(self.block)[self.nth]
    }
}

/// The part of the plan's table that belongs to a slice.
fn entries<'a>(plan: &'a CpuPlan, slice: &Slice) -> Entries<'a> {
    let squares = if plan.sums_variance() { slice.entries.clone() } else { 0..0 };
    Entries {
        runs: &plan.table.runs[slice.runs.clone()],
        pixels: &plan.table.pixels[slice.entries.clone()],
        coefficients: &plan.table.coefficients[slice.entries.clone()],
        squares: &plan.table.squares[squares],
    }
}

/// Takes from the constants of frame `lane` what the pixel behind the slice's entry `entry` gave to `bin`.
fn mask_entry(plan: &CpuPlan, sums: &mut Sums, lane: usize, bin: usize, slice: &Slice, entry: usize) {
    let (table, entry) = (&plan.table, slice.entries.start + entry);
    let pixel = slice.elems.start + usize::from(table.pixels[entry]);
    let square = table.squares.get(entry).copied().unwrap_or(0);
    let masked = sums.masked_mut(lane, &plan.constants().weights);
    masked.give(bin, &plan.pixels, pixel, table.coefficients[entry], square);
}

impl BlockWorker for CpuWorker<'_> {
    fn accumulate(&mut self, chunks: &[ChunkBuf], blocks: Range<usize>, sums: &mut [Sums]) {
        assert!(
            sums.len() == self.plans.len() && sums.iter().all(|sums| sums.frames() == chunks.len()),
            "one sum a chunk"
        );
        let mut start = Instant::now();
        self.open(chunks, sums);
        for block in blocks {
            self.decode(chunks, block, sums);
            let decoded = Instant::now();
            self.add(block, sums);
            let added = Instant::now();
            self.stages.decode += (decoded - start).as_secs_f64();
            self.stages.accumulate += (added - decoded).as_secs_f64();
            start = added;
        }
    }

    fn stages(&self) -> Stages {
        self.stages
    }
}

impl Worker for CpuWorker<'_> {
    fn integrate(&mut self, chunks: &[ChunkBuf], out: &mut [Pattern]) {
        assert_eq!(chunks.len() * self.plans.len(), out.len(), "one pattern a chunk and recipe");
        if chunks.is_empty() {
            return;
        }
        assert!(chunks.len() <= LANES, "{} frames at once; at most {LANES} fit", chunks.len());
        let mut sums = std::mem::take(&mut self.sums);
        if sums.first().is_some_and(|sums| sums.frames() == chunks.len()) {
            sums.iter_mut().for_each(Sums::clear);
        } else {
            sums = self.plans.iter().flat_map(|plan| plan.sums(chunks.len())).collect();
        }
        self.accumulate(chunks, 0..self.plans[0].format.blocks(), &mut sums);
        self.frames.clear();
        self.frames.extend(chunks.iter().map(|chunk| chunk.frame));
        CpuPlan::finish_all(&self.plans, &sums, &self.frames, out);
        self.sums = sums;
    }

    fn stages(&self) -> Stages {
        self.stages
    }
}
