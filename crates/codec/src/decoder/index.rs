//! Where the blocks of a chunk lie.

use std::ops::Range;

use crate::bitshuffle::GROUP;
use crate::filter::bitshuffle::{block_elems, walk};
use crate::{ChunkFormat, Compression, DecodeError, Filter};

/// Where each block of a chunk lies. Reused from chunk to chunk, it allocates for the first one only.
#[derive(Clone, Debug, Default)]
pub struct BlockIndex {
    stored: Stored,
    blocks: Vec<Range<usize>>,
    tail: Range<usize>,
    filter_mask: u32,
}

/// What the stored bytes of a block are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stored {
    /// The elements themselves.
    Raw,
    /// Transposed bits.
    Planes,
    /// Transposed bits, compressed with LZ4.
    Lz4,
    /// The only block is the chunk, to be decoded as a whole.
    #[default]
    Whole,
}

impl BlockIndex {
    pub(super) fn build(&mut self, format: &ChunkFormat, chunk: &[u8], filter_mask: u32) -> Result<(), DecodeError> {
        self.blocks.clear();
        self.filter_mask = filter_mask;
        self.stored = match format.filters() {
            [] => Stored::Raw,
            [Filter::Bitshuffle { .. }] if filter_mask & 1 != 0 => Stored::Raw,
            [Filter::Bitshuffle { compression: Compression::None, .. }] => Stored::Planes,
            [Filter::Bitshuffle { compression: Compression::Lz4, .. }] => Stored::Lz4,
            _ => Stored::Whole,
        };
        match self.stored {
            Stored::Raw | Stored::Planes => super::stages::same_length(chunk.len(), format.bytes()),
            Stored::Lz4 => self.build_lz4(format, chunk),
            Stored::Whole => Ok(()),
        }
    }

    fn build_lz4(&mut self, format: &ChunkFormat, chunk: &[u8]) -> Result<(), DecodeError> {
        let elem_size = format.elem_size();
        if block_elems(chunk, elem_size, format.bytes())? != format.block_elems() {
            return Err(DecodeError::BlockSize);
        }
        let tail = format.elems() % GROUP;
        let count = (format.elems() - tail).div_ceil(format.block_elems());
        self.tail = walk(chunk, count, tail * elem_size, |range| {
            self.blocks.push(range);
            Ok(())
        })?;
        Ok(())
    }

    pub(super) const fn stored(&self) -> Stored {
        self.stored
    }

    pub(super) fn block(&self, block: usize) -> Option<Range<usize>> {
        self.blocks.get(block).cloned()
    }

    pub(super) fn tail(&self) -> Range<usize> {
        self.tail.clone()
    }

    pub(super) const fn filter_mask(&self) -> u32 {
        self.filter_mask
    }
}
