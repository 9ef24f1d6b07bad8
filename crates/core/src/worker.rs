//! One thread's share of plans that need sums only: decodes the blocks of a strip for each frame it has in hand, then runs the
//! slices of that strip of every plan over all of them while the pixels are in cache.

mod blocks;
mod floats;
mod integers;
mod lanes;
mod narrow;
mod plan;
mod window;

use std::ops::Range;
use std::time::Instant;

use aureole_codec::{BlockIndex, ChunkBytes, Decoder};

use crate::dtype::Dtype;
use crate::kernel::Entries;
use crate::pattern::Pattern;
use crate::pipeline::{ChunkBuf, Stages, StripPlan, StripWorker, Worker};
use crate::plan::{CpuPlan, Slice, Strip};
use crate::sums::{LANES, Sums};
use lanes::Lanes;
use narrow::{Narrow, Width};
use window::Window;

/// Scratch of one thread; allocates nothing once every buffer has been used.
pub struct CpuWorker<'p> {
    /// One a recipe, at least one, all for the same frames.
    plans: Vec<&'p CpuPlan>,
    /// When pixels count as small; `None` where there is no way for small ones.
    narrow: Option<Narrow>,
    decoder: Decoder,
    /// Where the blocks of each chunk lie.
    indexes: Vec<BlockIndex>,
    /// What is in memory of each chunk that is still to be read.
    windows: Vec<Window>,
    /// Decoded pixels of each frame: of one block where several frames go into a tile, of a strip else.
    pixels: Lanes,
    /// The pixels of a slice with the frames side by side, or pairs of them.
    tile: Vec<u32>,
    /// One a plan.
    sums: Vec<Sums>,
    frames: Vec<usize>,
    /// Bin and entry of each pixel of a slice of floats that some frame masks.
    masked: Vec<(usize, usize)>,
    stages: Stages,
}

impl<'p> CpuWorker<'p> {
    pub(crate) fn new(plans: Vec<&'p CpuPlan>) -> CpuWorker<'p> {
        CpuWorker {
            narrow: Narrow::of(&plans),
            decoder: plans[0].decoder(),
            plans,
            indexes: Vec::new(),
            windows: Vec::new(),
            pixels: Lanes::default(),
            tile: Vec::new(),
            sums: Vec::new(),
            frames: Vec::new(),
            masked: Vec::new(),
            stages: Stages::default(),
        }
    }

    /// The strips, which follow from the format, so that all plans have the same.
    fn strip(&self, strip: usize) -> &'p Strip {
        &self.plans[0].table.strips[strip]
    }

    /// The slice of the given number, which covers the same pixels in every plan.
    fn slice(&self, slice: usize) -> &'p Slice {
        &self.plans[0].table.slices[slice]
    }

    /// The elements of a strip.
    fn elems(&self, strip: &Strip) -> Range<usize> {
        self.slice(strip.slices.start).elems.start..self.slice(strip.slices.end - 1).elems.end
    }

    /// True when the frames' pixels go into a tile.
    fn is_tiled(&self, frames: usize) -> bool {
        let plan = self.plans[0];
        frames > 1 && (!plan.sums_floats() || plan.dtype == Dtype::F32)
    }

    /// Makes every chunk ready to be decoded.
    fn open(&mut self, chunks: &[ChunkBuf], sums: &mut [Sums]) {
        let format = &self.plans[0].format;
        let strips = &self.plans[0].table.strips;
        let elems = strips.iter().map(|strip| self.elems(strip).len()).max().unwrap_or(0);
        self.indexes.resize_with(chunks.len().max(self.indexes.len()), BlockIndex::default);
        self.windows.resize_with(chunks.len().max(self.windows.len()), Window::default);
        self.pixels.reserve(chunks.len(), elems * format.elem_size());
        for (lane, chunk) in chunks.iter().enumerate() {
            self.windows[lane].reset();
            if let Some(reason) = &chunk.error {
                Sums::fail(sums, lane, reason);
                continue;
            }
            let mut stored = self.windows[lane].over(chunk);
            let opened = if format.is_blocked() {
                self.decoder.index(stored, chunk.filter_mask, &mut self.indexes[lane])
            } else {
                let all = 0..stored.size();
                let out = self.pixels.of_mut(lane);
                stored.part(all).and_then(|bytes| self.decoder.decode_chunk(bytes, chunk.filter_mask, out))
            };
            if let Err(error) = opened {
                let unread = self.windows[lane].error.clone();
                Sums::fail(sums, lane, &unread.unwrap_or_else(|| error.to_string()));
            }
        }
    }

    /// Seconds that the windows spent reading so far.
    fn seconds_read(&self) -> f64 {
        self.windows.iter().map(|window| window.seconds).sum()
    }

    /// Decodes and sums a strip.
    fn take(&mut self, chunks: &[ChunkBuf], strip: &Strip, sums: &mut [Sums]) {
        let tiled = self.is_tiled(chunks.len());
        let start = self.elems(strip).start;
        let mut width = if tiled && self.narrow.is_some() { Width::Narrow } else { Width::Wide };
        for block in strip.blocks.clone() {
            let began = Instant::now();
            let elems = self.plans[0].format.block_range(block);
            let at = if tiled { 0 } else { elems.start - start };
            let before = width;
            width = self.decode(chunks, block, at, width, sums);
            let decoded = Instant::now();
            for slice in strip.slices.clone() {
                let cut = Cut::of(self.slice(slice), slice, &elems);
                if cut.elems.is_empty() {
                    continue;
                }
                if tiled {
                    self.lay_out(&cut, before, width, chunks.len());
                }
                if cut.is_last {
                    self.add(slice, width, start, sums);
                }
            }
            self.stages.decode += (decoded - began).as_secs_f64();
            self.stages.accumulate += decoded.elapsed().as_secs_f64();
        }
    }
}

impl CpuWorker<'_> {
    /// Adds a slice whose pixels are all decoded; the lanes begin at element `start` of the frame, unless there is a tile.
    fn add(&mut self, slice: usize, width: Width, start: usize, sums: &mut [Sums]) {
        if self.is_tiled(sums[0].frames()) {
            return match self.plans[0].dtype {
                Dtype::F32 => self.add_float_tile(slice, sums),
                _ => self.add_tile(slice, width, sums),
            };
        }
        let elems = &self.slice(slice).elems;
        let elems = elems.start - start..elems.end - start;
        match self.plans[0].dtype {
            Dtype::U8 => self.add_alone::<u8>(slice, elems, sums),
            Dtype::U16 => self.add_alone::<u16>(slice, elems, sums),
            Dtype::U32 => self.add_alone::<u32>(slice, elems, sums),
            Dtype::I8 => self.add_alone::<i8>(slice, elems, sums),
            Dtype::I16 => self.add_alone::<i16>(slice, elems, sums),
            Dtype::I32 => self.add_alone::<i32>(slice, elems, sums),
            Dtype::F32 => self.add_floats::<f32>(slice, elems, sums),
            Dtype::F64 => self.add_floats::<f64>(slice, elems, sums),
            Dtype::U64 => self.add_floats::<u64>(slice, elems, sums),
            Dtype::I64 => self.add_floats::<i64>(slice, elems, sums),
        }
    }
}

/// What a block has of a slice.
struct Cut {
    /// The number of the slice.
    slice: usize,
    /// Its elements, counted from the start of the block.
    elems: Range<usize>,
    /// Where they begin in the slice.
    at: usize,
    /// True when the slice ends with them.
    is_last: bool,
}

impl Cut {
    fn of(slice: &Slice, number: usize, block: &Range<usize>) -> Cut {
        let (start, end) = (slice.elems.start.max(block.start), slice.elems.end.min(block.end));
        Cut {
            slice: number,
            elems: start - block.start..end.max(start) - block.start,
            at: start - slice.elems.start,
            is_last: end == slice.elems.end,
        }
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

impl StripWorker for CpuWorker<'_> {
    fn accumulate(&mut self, chunks: &[ChunkBuf], strips: Range<usize>, sums: &mut [Sums]) {
        assert!(
            sums.len() == self.plans.len() && sums.iter().all(|sums| sums.frames() == chunks.len()),
            "one sum a chunk"
        );
        let (start, read) = (Instant::now(), self.seconds_read());
        self.open(chunks, sums);
        self.stages.decode += start.elapsed().as_secs_f64();
        for strip in strips {
            self.take(chunks, self.strip(strip), sums);
        }
        // Windows read while blocks are decoded.
        let read = self.seconds_read() - read;
        self.stages.read += read;
        self.stages.decode -= read;
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
        self.accumulate(chunks, 0..self.plans[0].table.strips.len(), &mut sums);
        self.frames.clear();
        self.frames.extend(chunks.iter().map(|chunk| chunk.frame));
        CpuPlan::finish_all(&self.plans, &sums, &self.frames, out);
        self.sums = sums;
    }

    fn stages(&self) -> Stages {
        self.stages
    }
}
