//! Filter 32004: LZ4 in blocks.
//!
//! Decoded length (8 bytes, big-endian), decoded length of a block (4 bytes), then each block behind its stored length
//! (4 bytes); a block that LZ4 could not shrink is stored as it is, which its length tells.

use super::{be32, be64};
use crate::{DecodeError, Isa, lz4};

const HEADER: usize = 12;

/// Decodes a chunk into the start of `dst` and returns the decoded length.
pub(crate) fn undo(isa: Isa, src: &[u8], dst: &mut [u8]) -> Result<usize, DecodeError> {
    let total = be64(src, 0)?;
    let block = be32(src, 8)?;
    let dst = dst.get_mut(..total).ok_or(DecodeError::BadHeader)?;
    if block == 0 && total > 0 {
        return Err(DecodeError::BadHeader);
    }
    let mut rest = &src[HEADER..];
    for out in dst.chunks_mut(block.max(1)) {
        let stored = be32(rest, 0)?;
        let (data, next) = rest[4..].split_at_checked(stored).ok_or(DecodeError::Truncated)?;
        if stored == out.len() {
            out.copy_from_slice(data);
        } else {
            lz4::decode(isa, data, out)?;
        }
        rest = next;
    }
    Ok(total)
}
