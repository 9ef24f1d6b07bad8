//! How frames are cut on a device.

use aureole_codec::{ChunkFormat, Compression, Filter};
use aureole_core::dtype::Dtype;

use crate::kernels::Kind;

/// The most bytes that a block may have: what a block of threads then holds of a few frames fits into shared memory.
const MOST_BLOCK_BYTES: usize = 8192;

/// The most blocks that a frame may have: tables and launches are not meant for more, which only a strange choice of their size gives.
const MOST_BLOCKS: usize = 1 << 16;

/// Bytes of the elements that make up a group of planes.
const GROUP: usize = 8;

/// The cut of the frames of one stack into blocks, and how pixels lie in the tile of a block (`kernels/tile.cuh`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cut {
    /// Element type.
    pub dtype: Dtype,
    /// Elements a frame.
    pub elems: usize,
    /// Elements a block, the last one excepted.
    pub block_elems: usize,
    /// How chunks reach the device: as they are stored, or decoded by the host.
    pub kind: Kind,
}

impl Cut {
    /// The cut for a stack; `None` where a device has no kernel for its element type, or a frame has too many elements to be
    /// numbered.
    #[must_use]
    pub fn new(dtype: Dtype, format: &ChunkFormat) -> Option<Cut> {
        let is_compressed = matches!(format.filters(), [Filter::Bitshuffle { compression: Compression::Lz4, .. }]);
        let fits = format.blocks() <= MOST_BLOCKS && format.block_elems() * dtype.size() <= MOST_BLOCK_BYTES;
        let kind = if is_compressed && fits && !dtype.is_float() { Kind::BitshuffleLz4 } else { Kind::Elements };
        let block_elems = match kind {
            Kind::BitshuffleLz4 => format.block_elems(),
            _ => MOST_BLOCK_BYTES / dtype.size(),
        };
        let has_kernel = dtype.is_float() || dtype.size() <= 4;
        let elems = format.elems();
        (has_kernel && elems > 0 && elems < 1 << 31).then_some(Cut { dtype, elems, block_elems, kind })
    }

    /// Number of blocks.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.elems.div_ceil(self.block_elems)
    }

    /// Rows of the tile that pixels are tried to be held in first: half of their bits where these are more than 8.
    #[must_use]
    pub fn rows(&self) -> usize {
        if self.dtype.size() == 1 { 8 } else { 4 * self.dtype.size() }
    }

    /// Bytes from the tile of one frame to that of the next: a word more than it has, so that the same pixel of several frames
    /// lies in several banks of the memory. Narrow tiles hold a plane more while they are filled.
    #[must_use]
    pub fn stride(&self, rows: usize) -> usize {
        let planes = if rows < 8 * self.dtype.size() { rows + 1 } else { rows };
        4 * (planes * self.block_elems.div_ceil(32) + GROUP + 1)
    }

    /// The place of a pixel in a tile of [`Cut::rows`], in bytes; `pixel` is counted from the start of `block`.
    #[must_use]
    pub fn place(&self, block: usize, pixel: usize) -> usize {
        let elems = self.block_elems.min(self.elems - block * self.block_elems);
        let body = elems / GROUP * GROUP;
        let (rows, words) = (self.rows(), body.div_ceil(32));
        if pixel >= body {
            return 4 * (rows * words + pixel - body);
        }
        4 * (pixel % 32 % rows * words + pixel / 32) + pixel % 32 / rows * (rows / 8)
    }
}
