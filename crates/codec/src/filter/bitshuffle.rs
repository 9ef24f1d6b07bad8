//! Filter 32008: bit transposes in blocks, each block compressed on its own or not at all.
//!
//! With LZ4 or Zstandard: decoded length (8 bytes, big-endian), decoded length of a block (4 bytes), then each block behind its
//! compressed length (4 bytes). Without compression: the blocks alone. The last block is cut to a multiple of 8 elements;
//! what is left of the chunk, fewer than 8 elements, follows as it is.

use std::ops::Range;

use super::scratch::{Scratch, room};
use super::{be32, be64, zstd};
use crate::bitshuffle::{GROUP, unshuffle};
use crate::{ChunkBytes, Compression, DecodeError, Isa, lz4};

/// Bytes before the first block's length.
pub(crate) const HEADER: usize = 12;

/// Checks the header of a compressed chunk against the decoded length and returns the elements of its blocks.
pub(crate) fn block_elems(chunk: &[u8], elem_size: usize, decoded: usize) -> Result<usize, DecodeError> {
    let total = be64(chunk, 0)?;
    let block = be32(chunk, 8)?;
    if total != decoded || block == 0 || block % (GROUP * elem_size) != 0 {
        return Err(DecodeError::BadHeader);
    }
    Ok(block / elem_size)
}

/// Walks the chain of compressed lengths: calls `visit` with the place of each block and returns that of the raw tail.
/// Bytes behind the tail are allowed, as the C library does.
pub(crate) fn walk(
    chunk: &[u8],
    blocks: usize,
    tail: usize,
    mut visit: impl FnMut(Range<usize>) -> Result<(), DecodeError>,
) -> Result<Range<usize>, DecodeError> {
    let mut at = HEADER;
    for _ in 0..blocks {
        let mut bytes = chunk;
        let block = next_block(&mut bytes, at)?;
        at = block.end;
        visit(block)?;
    }
    raw_tail(chunk.len(), at, tail)
}

/// The place of the block whose length stands at `at`.
pub(crate) fn next_block(chunk: &mut impl ChunkBytes, at: usize) -> Result<Range<usize>, DecodeError> {
    let start = at + 4;
    let stored = be32(chunk.part(at..start)?, 0)?;
    if stored > chunk.size() - start { Err(DecodeError::Truncated) } else { Ok(start..start + stored) }
}

/// The place of the elements that follow the last block, `bytes` bytes from `at` on, in a chunk of `size` bytes.
pub(crate) fn raw_tail(size: usize, at: usize, bytes: usize) -> Result<Range<usize>, DecodeError> {
    if bytes > size.saturating_sub(at) { Err(DecodeError::Truncated) } else { Ok(at..at + bytes) }
}

/// The start of `dst` that the chunk says it fills.
pub(crate) fn decoded_part<'a>(chunk: &[u8], dst: &'a mut [u8]) -> Result<&'a mut [u8], DecodeError> {
    dst.get_mut(..be64(chunk, 0)?).ok_or(DecodeError::BadHeader)
}

/// Decodes a compressed chunk of any block size into `dst`, which it must fill.
pub(crate) fn undo_compressed(
    isa: Isa,
    elem_size: usize,
    compression: Compression,
    chunk: &[u8],
    dst: &mut [u8],
    scratch: &mut Scratch,
) -> Result<(), DecodeError> {
    let block = block_elems(chunk, elem_size, dst.len())? * elem_size;
    let tail = dst.len() % (GROUP * elem_size);
    let (body, raw) = dst.split_at_mut(dst.len() - tail);
    let blocks = body.len().div_ceil(block);
    let mut outputs = body.chunks_mut(block);
    let tail = walk(chunk, blocks, tail, |range| {
        let out = outputs.next().ok_or(DecodeError::BadHeader)?;
        unshuffle(isa, elem_size, planes(isa, compression, &chunk[range], out.len(), scratch)?, out);
        Ok(())
    })?;
    raw.copy_from_slice(&chunk[tail]);
    Ok(())
}

/// Decompresses the `len` bytes of a block's planes.
pub(crate) fn planes<'a>(
    isa: Isa,
    compression: Compression,
    src: &[u8],
    len: usize,
    scratch: &'a mut Scratch,
) -> Result<&'a [u8], DecodeError> {
    match compression {
        Compression::Lz4 => lz4::decode(isa, src, room(&mut scratch.planes, len))?,
        Compression::Zstd => {
            let mut planes = std::mem::take(&mut scratch.planes);
            let decoded = zstd::undo(scratch, src, room(&mut planes, len));
            scratch.planes = planes;
            if decoded? != len {
                return Err(DecodeError::WrongLength);
            }
        }
        Compression::None => {
            let stored = src.get(..len).ok_or(DecodeError::Truncated)?;
            room(&mut scratch.planes, len).copy_from_slice(stored);
        }
    }
    Ok(&scratch.planes[..len])
}

/// Undoes the transposes of a chunk without compression; lengths are equal and hold whole elements.
pub(crate) fn undo_plain(isa: Isa, elem_size: usize, block_elems: usize, src: &[u8], dst: &mut [u8]) {
    let tail = dst.len() % (GROUP * elem_size);
    let body = dst.len() - tail;
    let block = block_elems.saturating_mul(elem_size);
    for (out, planes) in dst[..body].chunks_mut(block).zip(src[..body].chunks(block)) {
        unshuffle(isa, elem_size, planes, out);
    }
    dst[body..].copy_from_slice(&src[body..]);
}
