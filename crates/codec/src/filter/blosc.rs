//! Filter 32001: Blosc 1, a container of blocks that are shuffled and compressed on their own.
//!
//! Version, version of the compressor, flags, bytes an element (a byte each), decoded length, length of a block, stored length (4 bytes
//! each, little-endian); then where each block starts (4 bytes). A block is one stream, or one for each byte of an element, each behind
//! its length; one that could not be shrunk is stored as it is, which its length tells.

use super::scratch::{Scratch, room};
use super::{bitshuffle, blosclz, deflate, shuffle, zstd};
use crate::bitshuffle::GROUP;
use crate::{DecodeError, Isa, lz4};

const HEADER: usize = 16;

/// Later versions are Blosc 2.
const LAST_VERSION: u8 = 2;

/// Blocks of fewer elements, and elements of more bytes, are not split into streams.
const LEAST_ELEMS: usize = 128;
const MOST_STREAMS: usize = 16;

const SHUFFLED: u8 = 1;
const STORED: u8 = 2;
const BIT_SHUFFLED: u8 = 4;
const NOT_SPLIT: u8 = 16;

/// What stands before the blocks.
struct Header {
    flags: u8,
    elem_size: usize,
    decoded: usize,
    block: usize,
}

/// Decodes a chunk into the start of `dst` and returns the decoded length.
pub(crate) fn undo(isa: Isa, scratch: &mut Scratch, src: &[u8], dst: &mut [u8]) -> Result<usize, DecodeError> {
    let header = header(src)?;
    let Header { flags, decoded, block, .. } = header;
    let dst = dst.get_mut(..decoded).ok_or(DecodeError::BadHeader)?;
    if flags & STORED != 0 {
        dst.copy_from_slice(src.get(HEADER..HEADER + decoded).ok_or(DecodeError::Truncated)?);
        return Ok(decoded);
    }
    let mut buffer = std::mem::take(&mut scratch.block);
    let result = dst.chunks_mut(block).enumerate().try_for_each(|(number, out)| {
        let start = le32(src, HEADER + 4 * number)?;
        if header.is_filtered(out.len()) {
            let between = room(&mut buffer, out.len());
            header.decompress(isa, scratch, src, start, between)?;
            header.unfilter(isa, between, out)
        } else {
            header.decompress(isa, scratch, src, start, out)
        }
    });
    scratch.block = buffer;
    result.map(|()| decoded)
}

fn header(src: &[u8]) -> Result<Header, DecodeError> {
    let &[version, _, flags, elem_size] = src.first_chunk::<4>().ok_or(DecodeError::Truncated)?;
    let (decoded, block, stored) = (le32(src, 4)?, le32(src, 8)?, le32(src, 12)?);
    if stored > src.len() {
        return Err(DecodeError::Truncated);
    }
    if version == 0 || version > LAST_VERSION || elem_size == 0 || block == 0 {
        return Err(DecodeError::BadHeader);
    }
    Ok(Header { flags, elem_size: elem_size.into(), decoded, block })
}

impl Header {
    /// True when the bytes of a block of that length were put in another order.
    fn is_filtered(&self, len: usize) -> bool {
        let by_bytes = self.flags & SHUFFLED != 0 && self.elem_size > 1;
        // Blocks of other lengths are left as they are.
        let by_bits = self.flags & BIT_SHUFFLED != 0 && (len / self.elem_size).is_multiple_of(GROUP);
        by_bytes || by_bits
    }

    /// Streams of a block of that length; the last block, where it is shorter than all others, has one.
    fn streams(&self, len: usize) -> usize {
        let split = self.flags & NOT_SPLIT == 0
            && self.elem_size <= MOST_STREAMS
            && self.block / self.elem_size >= LEAST_ELEMS
            && len == self.block
            && len.is_multiple_of(self.elem_size);
        if split { self.elem_size } else { 1 }
    }

    /// Decompresses the block that starts at `at`, which fills `out`.
    fn decompress(
        &self,
        isa: Isa,
        scratch: &mut Scratch,
        src: &[u8],
        mut at: usize,
        out: &mut [u8],
    ) -> Result<(), DecodeError> {
        let stream = out.len() / self.streams(out.len());
        for out in out.chunks_mut(stream.max(1)) {
            let stored = le32(src, at)?;
            let data = src.get(at + 4..).and_then(|rest| rest.get(..stored)).ok_or(DecodeError::Truncated)?;
            at += 4 + stored;
            if stored == out.len() {
                out.copy_from_slice(data);
                continue;
            }
            let decoded = match self.flags >> 5 {
                0 => blosclz::undo(data, out)?,
                1 => lz4::decode(isa, data, out).map(|()| out.len())?,
                3 => deflate::undo(scratch.inflate(), data, out)?,
                4 => zstd::undo(scratch, data, out)?,
                _ => return Err(DecodeError::Unsupported),
            };
            if decoded != out.len() {
                return Err(DecodeError::WrongLength);
            }
        }
        Ok(())
    }

    /// Puts the bytes of a block in order.
    fn unfilter(&self, isa: Isa, src: &[u8], out: &mut [u8]) -> Result<(), DecodeError> {
        if self.flags & BIT_SHUFFLED == 0 {
            shuffle::undo(self.elem_size, src, out);
            return Ok(());
        }
        if self.elem_size > 8 {
            return Err(DecodeError::Unsupported);
        }
        bitshuffle::undo_plain(isa, self.elem_size, usize::MAX / GROUP * GROUP, src, out);
        Ok(())
    }
}

/// Takes a little-endian number of 4 bytes at `at`.
fn le32(data: &[u8], at: usize) -> Result<usize, DecodeError> {
    let bytes = data.get(at..).and_then(|rest| rest.first_chunk()).ok_or(DecodeError::Truncated)?;
    usize::try_from(u32::from_le_bytes(*bytes)).map_err(|_| DecodeError::BadHeader)
}
