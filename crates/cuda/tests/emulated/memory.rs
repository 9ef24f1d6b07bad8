//! What a device holds during a launch, in the memory of the host, and launches on it.

use aureole_core::dtype::Dtype;
use aureole_cuda::Tables;
use aureole_cuda::kernels::{
    FIND_BLOCKS, FIND_BLOCKS_SHARED, FIND_BLOCKS_THREADS, Frame, Integrator, Kind, Launch, Marked, Pair, Quad, Recipe,
};

use crate::guarded::Guarded;
use crate::machine::{Grid, Machine};

/// Frames whose sums lie side by side.
pub(crate) const LANES: usize = 16;

/// Frames that a block of threads takes where it tries to hold pixels of 32 bits narrow.
pub(crate) fn narrow_frames() -> usize {
    Integrator::of(Dtype::U32, false).expect("a kernel").frames
}

/// Marked pixels of a frame that have room.
pub(crate) const MARKED_ROOM: usize = 48;

/// Bytes behind the last chunk that may be read.
const SLACK: usize = 64;

/// A frame of a launch.
#[derive(Clone, Debug)]
pub(crate) enum Stored {
    /// There is none.
    Absent,
    /// A chunk as it is stored.
    Chunk(Vec<u8>),
    /// Pixel after pixel.
    Elements(Vec<u8>),
}

/// True for orders of threads in which the second kernel takes all blocks.
pub(crate) fn is_all(order: u64) -> bool {
    order >= 4
}

/// The tables of a recipe and its sums.
struct RecipeMemory {
    entries: Guarded<Quad>,
    squares: Guarded<Pair>,
    pixels: Guarded<u32>,
    runs: Guarded<Pair>,
    first_run: Guarded<u32>,
    signal: Guarded<u64>,
    variance: Guarded<u64>,
}

/// All buffers of a launch; those of results begin full of rubbish where kernels do not need zeros.
pub(crate) struct Memory<'t> {
    tables: &'t Tables,
    batches: usize,
    bytes: Guarded<u8>,
    frames: Guarded<Frame>,
    status: Guarded<u32>,
    starts: Guarded<u32>,
    recipes: Vec<RecipeMemory>,
    headers: Guarded<Recipe>,
    used: Guarded<u8>,
    wide: Guarded<u32>,
    wide_count: Guarded<u32>,
    marked: Guarded<Marked>,
    marked_count: Guarded<u32>,
}

impl<'t> Memory<'t> {
    /// Buffers for frames, a multiple of [`LANES`].
    pub(crate) fn new(tables: &'t Tables, frames: &[Stored]) -> Memory<'t> {
        assert!(frames.len().is_multiple_of(LANES), "whole batches");
        let (lanes, blocks, batches) = (frames.len(), tables.cut.blocks(), frames.len() / LANES);
        let (bytes, frames) = lay_out(frames);
        let mut recipes: Vec<_> = tables.recipes.iter().map(|recipe| RecipeMemory::new(recipe, lanes)).collect();
        let headers: Vec<_> =
            recipes.iter_mut().zip(&tables.recipes).map(|(memory, recipe)| memory.header(recipe.bins)).collect();
        Memory {
            tables,
            batches,
            bytes: Guarded::new(&bytes),
            frames: Guarded::new(&frames),
            status: Guarded::new(&vec![0; lanes]),
            starts: Guarded::dirty(lanes * (blocks + 1)),
            recipes,
            headers: Guarded::new(&headers),
            used: Guarded::new(&tables.used),
            wide: Guarded::dirty(blocks * lanes / narrow_frames()),
            wide_count: Guarded::new(&[0]),
            marked: Guarded::dirty(lanes * MARKED_ROOM),
            marked_count: Guarded::new(&vec![0; lanes]),
        }
    }

    /// A launch whose tiles have the given number of rows.
    pub(crate) fn launch(&mut self, rows: usize) -> Launch {
        let Tables { cut, marks, .. } = self.tables;
        let [first, second] = marks.unwrap_or_default();
        Launch {
            bytes: self.bytes.address(),
            frames: self.frames.address(),
            status: self.status.address(),
            starts: self.starts.address(),
            recipes: self.headers.address(),
            used: self.used.address(),
            wide: self.wide.address(),
            wide_count: self.wide_count.address(),
            marked: self.marked.address(),
            marked_count: self.marked_count.address(),
            marked_room: MARKED_ROOM as u32,
            marks: u32::from(marks.is_some()),
            mark_low: [first.0, second.0],
            mark_span: [first.1, second.1],
            recipe_count: self.recipes.len() as u32,
            batches: self.batches as u32,
            elems: cut.elems as u32,
            elem_size: cut.dtype.size() as u32,
            block_elems: cut.block_elems as u32,
            blocks: cut.blocks() as u32,
            stride: cut.stride(rows) as u32,
            all: 0,
        }
    }

    /// Integrates all frames of integers; the second kernel does so alone where [`is_all`] says so.
    pub(crate) fn integrate(&mut self, machine: &Machine, variance: bool, order: u64) {
        let Tables { cut, .. } = self.tables;
        let lanes = self.batches * LANES;
        let launch = self.launch(cut.rows());
        let grid = Grid { blocks: lanes, threads: FIND_BLOCKS_THREADS, shared: FIND_BLOCKS_SHARED };
        machine.run(FIND_BLOCKS, grid, &launch, order);
        let kernel = Integrator::of(cut.dtype, variance).expect("a kernel for integers");
        let grid = |kernel: &Integrator, blocks| Grid {
            blocks,
            threads: 32 * kernel.frames,
            shared: kernel.frames * cut.stride(kernel.rows),
        };
        assert_eq!(kernel.rows, cut.rows(), "rows of {}", kernel.name);
        let rest = Integrator::of_rest(cut.dtype, variance);
        let all = u32::from(rest.is_some() && is_all(order));
        if all == 0 {
            machine.run(kernel.name, grid(&kernel, cut.blocks() * lanes / kernel.frames), &launch, order);
        }
        if let Some(rest) = rest {
            // Fewer blocks of threads than blocks of frames, so that some take several.
            machine.run(rest.name, grid(&rest, 3), &Launch { all, ..self.launch(rest.rows) }, order);
        }
        self.check();
    }

    /// Integrates all frames of floats.
    pub(crate) fn gather(&mut self, machine: &Machine) {
        let lanes = self.batches * LANES;
        let marks = self.tables.float_marks;
        let (gather, report) = match self.tables.cut.dtype {
            Dtype::F32 => ("gather_f32", "report_f32"),
            _ => ("gather_f64", "report_f64"),
        };
        let grid = |threads: usize| Grid { blocks: threads.div_ceil(96), threads: 96, shared: 0 };
        let launch = self.launch(self.tables.cut.rows());
        for (number, recipe) in self.tables.recipes.iter().enumerate() {
            machine.run_floats(gather, grid(recipe.bins * lanes), &launch, &marks, Some(number as u32));
        }
        machine.run_floats(report, grid(self.tables.cut.elems * lanes), &launch, &marks, None);
        self.check();
    }

    /// Checks that what kernels only read is as it was, and nothing around it was written.
    fn check(&self) {
        assert_eq!(self.used.values(), self.tables.used);
        for (memory, recipe) in self.recipes.iter().zip(&self.tables.recipes) {
            assert_eq!(memory.entries.values(), recipe.entries);
            assert_eq!(memory.squares.values(), recipe.squares);
            assert_eq!(memory.pixels.values(), recipe.pixels);
            assert_eq!(memory.runs.values(), recipe.runs);
            assert_eq!(memory.first_run.values(), recipe.first_run);
        }
        self.bytes.check();
        self.frames.check();
        self.starts.check();
        self.headers.check();
    }
}

impl Memory<'_> {
    /// True where the host has to integrate a frame.
    pub(crate) fn is_left(&self, lane: usize) -> bool {
        self.status.values()[lane] != 0
    }

    /// What the narrow kernel left: the number of a block, and the first of the frames that a block of threads takes.
    pub(crate) fn wide(&self) -> Vec<(usize, usize)> {
        let count = self.wide_count.values()[0] as usize;
        let groups = self.batches * LANES / narrow_frames();
        self.wide.values()[..count]
            .iter()
            .map(|wide| (*wide as usize / groups, *wide as usize % groups * narrow_frames()))
            .collect()
    }

    /// The marked pixels of a frame that had room, and how many there are.
    pub(crate) fn marked(&self, lane: usize) -> (Vec<(u32, u32)>, usize) {
        let count = self.marked_count.values()[lane] as usize;
        let there = &self.marked.values()[lane * MARKED_ROOM..][..count.min(MARKED_ROOM)];
        (there.iter().map(|marked| (marked.elem, marked.raw)).collect(), count)
    }

    /// The sums of a frame, signal and variance: a number a bin.
    pub(crate) fn sums(&self, recipe: usize, lane: usize) -> (Vec<u64>, Vec<u64>) {
        let bins = self.tables.recipes[recipe].bins;
        let of = |sums: &Guarded<u64>| {
            let sums = sums.values().chunks(LANES * bins).nth(lane / LANES).unwrap_or_default();
            sums.iter().skip(lane % LANES).step_by(LANES).copied().collect()
        };
        (of(&self.recipes[recipe].signal), of(&self.recipes[recipe].variance))
    }
}

impl RecipeMemory {
    fn new(recipe: &aureole_cuda::RecipeTable, lanes: usize) -> RecipeMemory {
        let variances = if recipe.squares.is_empty() { 0 } else { recipe.bins * lanes };
        RecipeMemory {
            entries: Guarded::new(&recipe.entries),
            squares: Guarded::new(&recipe.squares),
            pixels: Guarded::new(&recipe.pixels),
            runs: Guarded::new(&recipe.runs),
            first_run: Guarded::new(&recipe.first_run),
            signal: Guarded::new(&vec![0; recipe.bins * lanes]),
            variance: Guarded::new(&vec![0; variances]),
        }
    }

    fn header(&mut self, bins: usize) -> Recipe {
        let squares = if self.squares.values().is_empty() { 0 } else { self.squares.address() };
        Recipe {
            entries: self.entries.address(),
            squares,
            pixels: self.pixels.address(),
            runs: self.runs.address(),
            first_run: self.first_run.address(),
            signal: self.signal.address(),
            variance: self.variance.address(),
            bins: bins as u64,
        }
    }
}

/// Puts frames behind each other, each where a load puts it: at a multiple of 16 bytes.
fn lay_out(frames: &[Stored]) -> (Vec<u8>, Vec<Frame>) {
    let mut bytes = Vec::new();
    let headers = frames.iter().enumerate().map(|(lane, frame)| {
        let (kind, stored): (_, &[u8]) = match frame {
            Stored::Absent => (Kind::Absent, &[]),
            Stored::Chunk(chunk) => (Kind::BitshuffleLz4, chunk),
            Stored::Elements(elements) => (Kind::Elements, elements),
        };
        // Now close to the one before, now further away.
        let gap = bytes.len().next_multiple_of(16) - bytes.len() + lane % 2 * 16;
        bytes.extend(std::iter::repeat_n(0xEE, gap));
        let at = bytes.len() as u64;
        bytes.extend_from_slice(stored);
        Frame { at, size: stored.len() as u32, kind: kind as u32 }
    });
    let headers = headers.collect();
    bytes.extend([0xEE; SLACK]);
    (bytes, headers)
}
