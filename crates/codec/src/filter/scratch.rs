//! What filters need beside input and output, kept from chunk to chunk.

use flate2::Decompress;
use zstd::bulk::Decompressor;

use crate::DecodeError;

/// Scratch of one thread: states of decompressors are made when they are first needed.
#[derive(Default)]
pub(crate) struct Scratch {
    /// Transposed bits of a block.
    pub(crate) planes: Vec<u8>,
    /// A block before its bytes are put in order.
    pub(crate) block: Vec<u8>,
    inflate: Option<Box<Decompress>>,
    zstd: Option<Decompressor<'static>>,
}

impl Scratch {
    /// The decompressor of zlib streams.
    pub(crate) fn inflate(&mut self) -> &mut Decompress {
        self.inflate.get_or_insert_with(|| Box::new(Decompress::new(true)))
    }

    /// The decompressor of Zstandard frames.
    pub(crate) fn zstd(&mut self) -> Result<&mut Decompressor<'static>, DecodeError> {
        if self.zstd.is_none() {
            self.zstd = Some(Decompressor::new().map_err(|_| DecodeError::Corrupt)?);
        }
        self.zstd.as_mut().ok_or(DecodeError::Corrupt)
    }
}

impl std::fmt::Debug for Scratch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scratch").field("planes", &self.planes.len()).finish_non_exhaustive()
    }
}

/// `count` bytes of a buffer that only grows.
pub(crate) fn room(buffer: &mut Vec<u8>, count: usize) -> &mut [u8] {
    if buffer.len() < count {
        buffer.resize(count, 0);
    }
    &mut buffer[..count]
}
