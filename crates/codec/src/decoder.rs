//! Chunks and blocks of one format, decoded into buffers of the caller.

mod index;
mod planes;
mod stages;

pub use index::BlockIndex;
pub use planes::Planes;

use crate::bitshuffle::{GROUP, unshuffle};
use crate::filter::bitshuffle;
use crate::filter::scratch::Scratch;
use crate::{ChunkBytes, ChunkFormat, Compression, DecodeError, Isa};
use index::Stored;
use stages::Stages;

/// Decodes the chunks of one format: the scratch of one thread, without allocations once it has seen a chunk.
#[derive(Debug)]
pub struct Decoder {
    format: ChunkFormat,
    isa: Isa,
    scratch: Scratch,
    stages: Stages,
}

impl Decoder {
    /// A decoder of chunks of the given format.
    #[must_use]
    pub fn new(format: &ChunkFormat, isa: Isa) -> Self {
        Decoder { format: format.clone(), isa, scratch: Scratch::default(), stages: Stages::default() }
    }

    /// The format it decodes.
    #[must_use]
    pub const fn format(&self) -> &ChunkFormat {
        &self.format
    }

    /// Makes ready to decode the blocks of a chunk; `index` is overwritten. Bit `i` of `filter_mask` says that filter `i`
    /// was skipped. A format that is not blocked gets one block, the whole chunk. What is wrong with a block shows when it
    /// is decoded.
    ///
    /// # Errors
    /// When the chunk has no whole header, its header contradicts the format, or (`BlockSize`) its blocks have another size
    /// than the format's: `decode_chunk` decodes such a chunk.
    pub fn index(
        &self,
        mut chunk: impl ChunkBytes,
        filter_mask: u32,
        index: &mut BlockIndex,
    ) -> Result<(), DecodeError> {
        index.build(&self.format, &mut chunk, filter_mask)
    }

    /// Decodes one block of the chunk that `index` was made from; `out` has exactly the bytes of the block. In whatever
    /// order: blocks in their order, each is found where the last one ended.
    ///
    /// # Errors
    /// When the block is corrupt, `out` has another length (`WrongLength`), or there is no such block or a length before it
    /// goes beyond the chunk (`Truncated`). What `out` holds afterwards is unspecified.
    pub fn decode_block(
        &mut self,
        mut chunk: impl ChunkBytes,
        index: &mut BlockIndex,
        block: usize,
        out: &mut [u8],
    ) -> Result<(), DecodeError> {
        let (isa, elem_size) = (self.isa, self.format.elem_size());
        let elems = self.format.block_range(block);
        if elems.is_empty() {
            return Err(DecodeError::Truncated);
        }
        if out.len() != elems.len() * elem_size {
            return Err(DecodeError::WrongLength);
        }
        let bytes = elems.start * elem_size..elems.end * elem_size;
        let (body, tail) = out.split_at_mut(elems.len() / GROUP * GROUP * elem_size);
        match index.stored() {
            Stored::Raw => {
                out.copy_from_slice(chunk.part(bytes)?);
            }
            Stored::Planes => {
                let (planes, raw) = chunk.part(bytes)?.split_at(body.len());
                unshuffle(isa, elem_size, planes, body);
                tail.copy_from_slice(raw);
            }
            Stored::Compressed(compression) => {
                if !body.is_empty() {
                    let planes = self.decompress(compression, &mut chunk, index, block, body.len())?;
                    unshuffle(isa, elem_size, planes, body);
                }
                if !tail.is_empty() {
                    let place = index.tail(&self.format, &mut chunk)?;
                    tail.copy_from_slice(chunk.part(place)?);
                }
            }
            Stored::Whole => {
                let all = 0..chunk.size();
                self.decode_chunk(chunk.part(all)?, index.filter_mask(), out)?;
            }
        }
        Ok(())
    }

    /// Decompresses one block as far as its bit planes, see [`Decoder::decode_block`]; `None` where not all of its elements are
    /// stored as planes.
    ///
    /// # Errors
    /// When the block is corrupt, or there is no such block or a length before it goes beyond the chunk (`Truncated`).
    pub fn decode_planes(
        &mut self,
        mut chunk: impl ChunkBytes,
        index: &mut BlockIndex,
        block: usize,
    ) -> Result<Option<Planes<'_>>, DecodeError> {
        let (isa, elem_size) = (self.isa, self.format.elem_size());
        let elems = self.format.block_range(block);
        if elems.is_empty() {
            return Err(DecodeError::Truncated);
        }
        if !elems.len().is_multiple_of(GROUP) {
            return Ok(None);
        }
        let bytes = match index.stored() {
            Stored::Planes => {
                let planes = &mut self.scratch.planes;
                planes.clear();
                planes.extend_from_slice(chunk.part(elems.start * elem_size..elems.end * elem_size)?);
                planes
            }
            Stored::Compressed(compression) => {
                self.decompress(compression, &mut chunk, index, block, elems.len() * elem_size)?
            }
            Stored::Raw | Stored::Whole => return Ok(None),
        };
        Ok(Some(Planes { isa, elem_size, bytes }))
    }

    /// Decompresses the `len` bytes of a block's planes.
    fn decompress(
        &mut self,
        compression: Compression,
        chunk: &mut impl ChunkBytes,
        index: &mut BlockIndex,
        block: usize,
        len: usize,
    ) -> Result<&[u8], DecodeError> {
        let place = index.block(chunk, block)?;
        // The next block of this chunk has a turn once all other chunks of a batch have had theirs: time enough to fetch what
        // will about be its bytes.
        chunk.expect(place.end..place.end + place.len());
        bitshuffle::planes(self.isa, compression, chunk.part(place)?, len, &mut self.scratch)
    }

    /// Decodes a whole chunk, whatever its filters and the size of its blocks; `out` has exactly the format's bytes. Bit `i`
    /// of `filter_mask` says that filter `i` was skipped.
    ///
    /// # Errors
    /// When the chunk is too short or corrupt, its header contradicts the format, a checksum does not match, or `out` has
    /// another length (`WrongLength`). What `out` holds afterwards is unspecified.
    pub fn decode_chunk(&mut self, chunk: &[u8], filter_mask: u32, out: &mut [u8]) -> Result<(), DecodeError> {
        if out.len() != self.format.bytes() {
            return Err(DecodeError::WrongLength);
        }
        self.stages.undo(&self.format, self.isa, chunk, filter_mask, out, &mut self.scratch)
    }
}

impl Clone for Decoder {
    /// A decoder of the same format with scratch of its own.
    fn clone(&self) -> Self {
        Decoder::new(&self.format, self.isa)
    }
}
