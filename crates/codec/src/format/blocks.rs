//! The cut of a chunk into blocks that can be decoded alone.

use std::ops::Range;

use super::{ChunkFormat, Filter};
use crate::bitshuffle::GROUP;

/// Bytes a block has where nothing else is stated: it and its decoded twin fit the first-level cache.
const TARGET_BYTES: usize = 8192;

/// Elements a block that bitshuffle makes at least, where the dataset leaves the choice to it.
const MIN_ELEMS: usize = 128;

/// Elements a block that bitshuffle takes by itself.
pub(crate) const fn default_block_elems(elem_size: usize) -> usize {
    let elems = TARGET_BYTES / elem_size / GROUP * GROUP;
    if elems < MIN_ELEMS { MIN_ELEMS } else { elems }
}

impl ChunkFormat {
    /// True when blocks of a chunk can be decoded alone: nothing but bitshuffle was applied, or nothing at all.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        matches!(self.filters(), [] | [Filter::Bitshuffle { .. }])
    }

    /// Elements a block, the last one excepted: bitshuffle's own; 8192 bytes' worth where no filter was applied; all
    /// elements of the chunk (at least 1) where blocks cannot be decoded alone.
    #[must_use]
    pub fn block_elems(&self) -> usize {
        match self.filters() {
            [] => default_block_elems(self.elem_size()),
            [filter @ Filter::Bitshuffle { .. }] => bitshuffle_block_elems(*filter, self.elem_size()),
            _ => self.elems().max(1),
        }
    }

    /// Number of blocks.
    #[must_use]
    pub fn blocks(&self) -> usize {
        self.elems().div_ceil(self.block_elems())
    }

    /// The elements of a block; fewer than 8 elements at the chunk's end, which bitshuffle stores as they are, belong to
    /// the last block and may be all that it has. Empty for a block behind the last.
    #[must_use]
    pub fn block_range(&self, block: usize) -> Range<usize> {
        let start = block.saturating_mul(self.block_elems()).min(self.elems());
        start..start.saturating_add(self.block_elems()).min(self.elems())
    }
}

/// Elements a block of the given bitshuffle filter.
pub(crate) const fn bitshuffle_block_elems(filter: Filter, elem_size: usize) -> usize {
    match filter {
        Filter::Bitshuffle { block_elems, .. } if block_elems > 0 => block_elems,
        _ => default_block_elems(elem_size),
    }
}
