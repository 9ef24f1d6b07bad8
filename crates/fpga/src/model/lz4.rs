//! Blocks to decoded blocks: what `lz4_decode` leaves in the block buffer.

use aureole_codec::testing::lz4::naive;

use super::header::{Format, Stored};

/// A block as the block buffer hands it on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// Elements in it.
    pub elems: usize,
    /// They are stored as they are.
    pub raw: bool,
    /// Its bytes, planes or elements, or the status: 1 LZ4 is malformed, 2 there is no block.
    pub bytes: Result<Vec<u8>, u32>,
    /// Bit p is set where plane p may hold a one.
    pub planes: u32,
}

/// Decodes a block, for a design of lanes of `width` bytes.
#[must_use]
pub fn decode(format: &Format, width: usize, block: &Stored) -> Decoded {
    let size = block.elems << format.elem_log2;
    let bytes = match &block.bytes {
        None => Err(2),
        Some(bytes) if block.raw => Ok(bytes.clone()),
        Some(bytes) => naive(bytes, size).ok_or(1),
    };
    let planes = match &bytes {
        Ok(bytes) if !block.raw && block.elems == format.block_elems => used_planes(format, width, bytes),
        _ => every_plane(format),
    };
    Decoded { elems: block.elems, raw: block.raw, bytes, planes }
}

fn every_plane(format: &Format) -> u32 {
    u32::MAX >> (32 - (8 << format.elem_log2))
}

/// The planes of a whole block that hold a one, where it can be told.
fn used_planes(format: &Format, width: usize, bytes: &[u8]) -> u32 {
    let plane = format.block_elems / 8;
    if !plane.is_power_of_two() || plane < width {
        return every_plane(format);
    }
    let used = bytes.chunks(plane).map(|plane| u32::from(plane.iter().any(|byte| *byte != 0)));
    used.enumerate().map(|(i, used)| used << i).sum()
}
