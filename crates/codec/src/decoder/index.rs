//! Where the blocks of a chunk lie.
//!
//! Each block follows its own length, so that finding one means to read the lengths of all before it: one load after the other,
//! each from memory that no cache holds yet. They are read as blocks are asked for, when the block itself is about to be decoded.

use std::ops::Range;

use crate::bitshuffle::GROUP;
use crate::filter::bitshuffle::{HEADER, block_elems, next_block, raw_tail};
use crate::{ChunkBytes, ChunkFormat, Compression, DecodeError, Filter};

/// Where the blocks of a chunk lie, as far as they have been asked for. Reused from chunk to chunk, it allocates for the first one
/// only.
#[derive(Clone, Debug, Default)]
pub struct BlockIndex {
    stored: Stored,
    blocks: Vec<Range<usize>>,
    /// Where the length of the next block stands.
    next: usize,
    filter_mask: u32,
}

/// What the stored bytes of a block are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Stored {
    /// The elements themselves.
    Raw,
    /// Transposed bits.
    Planes,
    /// Transposed bits, compressed.
    Compressed(Compression),
    /// The only block is the chunk, to be decoded as a whole.
    #[default]
    Whole,
}

impl BlockIndex {
    pub(super) fn build(
        &mut self,
        format: &ChunkFormat,
        chunk: &mut impl ChunkBytes,
        filter_mask: u32,
    ) -> Result<(), DecodeError> {
        self.blocks.clear();
        self.filter_mask = filter_mask;
        self.stored = match format.filters() {
            [] => Stored::Raw,
            [Filter::Bitshuffle { .. }] if filter_mask & 1 != 0 => Stored::Raw,
            [Filter::Bitshuffle { compression: Compression::None, .. }] => Stored::Planes,
            [Filter::Bitshuffle { compression, .. }] => Stored::Compressed(*compression),
            _ => Stored::Whole,
        };
        match self.stored {
            Stored::Raw | Stored::Planes => super::stages::same_length(chunk.size(), format.bytes()),
            Stored::Compressed(_) => self.build_compressed(format, chunk),
            Stored::Whole => Ok(()),
        }
    }

    fn build_compressed(&mut self, format: &ChunkFormat, chunk: &mut impl ChunkBytes) -> Result<(), DecodeError> {
        if block_elems(chunk.part(0..HEADER)?, format.elem_size(), format.bytes())? != format.block_elems() {
            return Err(DecodeError::BlockSize);
        }
        self.next = HEADER;
        Ok(())
    }

    pub(super) const fn stored(&self) -> Stored {
        self.stored
    }

    /// The place of a compressed block, which the format must have.
    pub(super) fn block(&mut self, chunk: &mut impl ChunkBytes, block: usize) -> Result<Range<usize>, DecodeError> {
        while self.blocks.len() <= block {
            let place = next_block(chunk, self.next)?;
            self.next = place.end;
            self.blocks.push(place);
        }
        Ok(self.blocks[block].clone())
    }

    /// The place of the elements behind the last block, fewer than [`GROUP`].
    pub(super) fn tail(
        &mut self,
        format: &ChunkFormat,
        chunk: &mut impl ChunkBytes,
    ) -> Result<Range<usize>, DecodeError> {
        let tail = format.elems() % GROUP;
        let blocks = (format.elems() - tail).div_ceil(format.block_elems());
        let at = match blocks.checked_sub(1) {
            Some(last) => self.block(chunk, last)?.end,
            None => HEADER,
        };
        raw_tail(chunk.size(), at, tail * format.elem_size())
    }

    pub(super) const fn filter_mask(&self) -> u32 {
        self.filter_mask
    }
}
