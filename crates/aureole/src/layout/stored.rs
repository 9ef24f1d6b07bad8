//! The chunk of a frame on its way to a device: as it is stored, or decoded by the host.

use aureole_codec::{BlockIndex, ChunkFormat, Decoder, Isa};
use aureole_core::pipeline::{ChunkBuf, Unread};

/// How a chunk gets to a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// As it is stored, compressed.
    Compressed,
    /// As it is stored, pixel after pixel.
    Elements,
    /// Decoded by the host.
    Decoded,
    /// Not at all: the host integrates the frame.
    No,
}

impl Way {
    /// For a chunk of `size` bytes on which `skipped` filters were not used; `decodes` says whether the device takes the format's
    /// compressed chunks.
    pub(super) fn of(format: &ChunkFormat, skipped: u32, size: usize, decodes: bool) -> Way {
        let is_raw = format.filters().is_empty() || (skipped & 1 != 0 && format.filters().len() == 1);
        match decodes {
            _ if is_raw && size == format.bytes() => Way::Elements,
            _ if is_raw => Way::No,
            true if skipped == 0 => Way::Compressed,
            _ => Way::Decoded,
        }
    }
}

/// The stored bytes of a chunk, wherever they are.
pub(super) fn stored_bytes(chunk: &ChunkBuf) -> usize {
    chunk.unread.as_ref().map_or(chunk.bytes.len(), Unread::size)
}

/// Takes chunks to where a device finds them.
#[derive(Debug)]
pub(super) struct Carrier {
    is_blocked: bool,
    decoder: Decoder,
    index: BlockIndex,
}

impl Carrier {
    pub(super) fn new(format: &ChunkFormat, isa: Isa) -> Carrier {
        Carrier { is_blocked: format.is_blocked(), decoder: Decoder::new(format, isa), index: BlockIndex::default() }
    }

    /// Fills `to`, which has the bytes of that way; false when the chunk cannot be read, or is corrupt.
    pub(super) fn fill(&mut self, chunk: &mut ChunkBuf, way: Way, to: &mut [u8]) -> bool {
        if way == Way::Decoded { self.decode(chunk, to) } else { take(chunk, to) }
    }

    fn decode(&mut self, chunk: &mut ChunkBuf, to: &mut [u8]) -> bool {
        let ChunkBuf { unread, bytes, filter_mask, .. } = chunk;
        if let Some(unread) = unread {
            bytes.resize(unread.size(), 0);
            if unread.read(0, bytes).is_err() {
                return false;
            }
        }
        // As the layouts on the CPU, which take such formats block by block.
        let good = !self.is_blocked || self.decoder.index(&bytes[..], *filter_mask, &mut self.index).is_ok();
        good && self.decoder.decode_chunk(bytes, *filter_mask, to).is_ok()
    }
}

/// Takes the bytes of a chunk as they are; false when they cannot be read.
fn take(chunk: &ChunkBuf, to: &mut [u8]) -> bool {
    match &chunk.unread {
        Some(unread) => unread.read(0, to).is_ok(),
        None => {
            to.copy_from_slice(&chunk.bytes);
            true
        }
    }
}
