//! What kernels are handed, as `kernels/job.cuh` declares it, and their names.

use aureole_core::dtype::Dtype;
use bytemuck::{Pod, Zeroable};

/// The kernels, as PTX for the driver to compile.
pub const PTX: &str = include_str!("../kernels/aureole.ptx");

/// Two numbers that kernels read together.
#[repr(C, align(8))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Pair {
    /// The first.
    pub x: u32,
    /// The second.
    pub y: u32,
}

/// Four numbers that kernels read together.
#[repr(C, align(16))]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[expect(missing_docs, reason = "their meaning is that of the table they are in")]
pub struct Quad {
    pub x: u32,
    pub y: u32,
    pub z: u32,
    pub w: u32,
}

/// How the bytes of a frame are stored.
#[repr(u32)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is none: a lane of a batch that is not full, or a frame that the host integrates.
    Absent = 0,
    /// Bit planes of each block, compressed with LZ4.
    BitshuffleLz4 = 1,
    /// Pixel after pixel.
    Elements = 2,
}

/// Where a frame lies among the bytes of a launch.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Frame {
    /// Its first byte.
    pub at: u64,
    /// Its bytes.
    pub size: u32,
    /// A [`Kind`].
    pub kind: u32,
}

/// One recipe; pointers are those of the device.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Recipe {
    /// [`RecipeTable::entries`](crate::RecipeTable::entries).
    pub entries: u64,
    /// [`RecipeTable::squares`](crate::RecipeTable::squares), or 0.
    pub squares: u64,
    /// [`RecipeTable::pixels`](crate::RecipeTable::pixels).
    pub pixels: u64,
    /// [`RecipeTable::runs`](crate::RecipeTable::runs).
    pub runs: u64,
    /// [`RecipeTable::first_run`](crate::RecipeTable::first_run).
    pub first_run: u64,
    /// The sums of the signal: 16 a bin, for one batch after the other.
    pub signal: u64,
    /// Those of the variance, where pixels give variances.
    pub variance: u64,
    /// Number of bins.
    pub bins: u64,
}

/// A pixel that a frame masks by its value.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Marked {
    /// Its number in the frame.
    pub elem: u32,
    /// Its value, widened to 32 bits; 0 for floats.
    pub raw: u32,
}

/// What one launch works on; pointers are those of the device.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
#[expect(missing_docs, reason = "described in kernels/job.cuh")]
pub struct Launch {
    pub bytes: u64,
    pub frames: u64,
    pub status: u64,
    pub starts: u64,
    pub recipes: u64,
    pub used: u64,
    pub wide: u64,
    pub wide_count: u64,
    pub marked: u64,
    pub marked_count: u64,
    pub marked_room: u32,
    pub marks: u32,
    pub mark_low: [u32; 2],
    pub mark_span: [u32; 2],
    pub recipe_count: u32,
    pub batches: u32,
    pub elems: u32,
    pub elem_size: u32,
    pub block_elems: u32,
    pub blocks: u32,
    pub stride: u32,
    pub all: u32,
}

/// What marks a float; limits that none meets where there is nothing.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
pub struct FloatMarks {
    /// The value that marks a pixel.
    pub dummy: f64,
    /// How far from it a pixel is still marked.
    pub delta: f64,
    /// The least value that marks a pixel.
    pub saturation: f64,
}

/// A kernel that integrates blocks: its name, the rows of its tiles, and the frames that a block of threads takes, a warp each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Integrator {
    /// Name of the entry point.
    pub name: &'static str,
    /// Rows of a tile.
    pub rows: usize,
    /// Frames of a block of threads.
    pub frames: usize,
}

/// Where the blocks of frames begin.
pub const FIND_BLOCKS: &str = "find_blocks";

/// Threads of a block of [`FIND_BLOCKS`], of which there is one a lane: a warp that walks, and those that fetch.
pub const FIND_BLOCKS_THREADS: usize = 9 * 32;

/// Bytes that such a block shares.
pub const FIND_BLOCKS_SHARED: usize = 4 * 8192;

impl Integrator {
    /// The kernel for pixels of a type, with their variances or without; `None` for types that are summed in f64.
    #[must_use]
    pub fn of(dtype: Dtype, variance: bool) -> Option<Integrator> {
        let (name, rows, frames) = match (dtype, variance) {
            (Dtype::U32 | Dtype::I32, false) => ("integrate_narrow32", 16, 4),
            (Dtype::U32 | Dtype::I32, true) => ("integrate_narrow32_poisson", 16, 4),
            (Dtype::U16 | Dtype::I16, false) => ("integrate_narrow16", 8, 4),
            (Dtype::U16 | Dtype::I16, true) => ("integrate_narrow16_poisson", 8, 4),
            (Dtype::U8, false) => ("integrate_u8", 8, 8),
            (Dtype::U8, true) => ("integrate_u8_poisson", 8, 8),
            (Dtype::I8, false) => ("integrate_i8", 8, 8),
            (Dtype::I8, true) => ("integrate_i8_poisson", 8, 8),
            _ => return None,
        };
        Some(Integrator { name, rows, frames })
    }

    /// The kernel for blocks that the first one leaves, since values do not fit its tile.
    #[must_use]
    pub fn of_rest(dtype: Dtype, variance: bool) -> Option<Integrator> {
        let name = match (dtype, variance) {
            (Dtype::U32, false) => "rest_u32",
            (Dtype::U32, true) => "rest_u32_poisson",
            (Dtype::I32, false) => "rest_i32",
            (Dtype::I32, true) => "rest_i32_poisson",
            (Dtype::U16, false) => "rest_u16",
            (Dtype::U16, true) => "rest_u16_poisson",
            (Dtype::I16, false) => "rest_i16",
            (Dtype::I16, true) => "rest_i16_poisson",
            _ => return None,
        };
        Some(Integrator { name, rows: 8 * dtype.size(), frames: 4 })
    }
}
