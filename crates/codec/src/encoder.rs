//! Frames to chunks, for simulated stacks and for tests.

use crate::bitshuffle::{GROUP, shuffle};
use crate::{ChunkFormat, Compression, Filter, Isa, lz4};

/// Why a chunk cannot be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EncodeError {
    /// Chunks are written uncompressed, or with bitshuffle or bitshuffle-LZ4 alone.
    #[error("chunks are written uncompressed or with bitshuffle(-LZ4) alone")]
    Format,
    /// LZ4 and the chunk's header set a bound to the size of a block.
    #[error("blocks of {0} bytes; at most {max} are allowed", max = lz4::Compressor::MAX_BYTES)]
    BlockSize(usize),
    /// The data do not have the format's length.
    #[error("{0} bytes of data; a chunk of this format has {1}")]
    WrongLength(usize, usize),
}

/// Encodes the chunks of one format, with scratch that is reused.
#[derive(Clone, Debug)]
pub struct Encoder {
    format: ChunkFormat,
    compression: Option<Compression>,
    isa: Isa,
    planes: Vec<u8>,
    lz4: lz4::Compressor,
}

impl Encoder {
    /// An encoder of chunks of the given format.
    ///
    /// # Errors
    /// When the format has filters other than bitshuffle, or blocks that are too large to be compressed.
    pub fn new(format: &ChunkFormat, isa: Isa) -> Result<Self, EncodeError> {
        let compression = match format.filters() {
            [] => None,
            [Filter::Bitshuffle { compression: compression @ (Compression::None | Compression::Lz4), .. }] => {
                Some(*compression)
            }
            _ => return Err(EncodeError::Format),
        };
        let block = format.block_elems().saturating_mul(format.elem_size());
        if compression == Some(Compression::Lz4) && block > lz4::Compressor::MAX_BYTES {
            return Err(EncodeError::BlockSize(block));
        }
        let lz4 = lz4::Compressor::default();
        Ok(Encoder { format: format.clone(), compression, isa, planes: Vec::new(), lz4 })
    }

    /// Encodes the elements of a chunk into `out`, which is overwritten.
    ///
    /// # Errors
    /// When `data` does not have the format's number of bytes.
    pub fn encode_chunk(&mut self, data: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if data.len() != self.format.bytes() {
            return Err(EncodeError::WrongLength(data.len(), self.format.bytes()));
        }
        out.clear();
        let Some(compression) = self.compression else {
            out.extend_from_slice(data);
            return Ok(());
        };
        let elem_size = self.format.elem_size();
        let block = self.format.block_elems().saturating_mul(elem_size);
        if compression == Compression::Lz4 {
            out.extend_from_slice(&(data.len() as u64).to_be_bytes());
            out.extend_from_slice(&(block as u32).to_be_bytes());
        }
        let (body, tail) = data.split_at(data.len() - data.len() % (GROUP * elem_size));
        for elements in body.chunks(block) {
            self.encode_block(compression, elements, out);
        }
        out.extend_from_slice(tail);
        Ok(())
    }

    fn encode_block(&mut self, compression: Compression, elements: &[u8], out: &mut Vec<u8>) {
        if self.planes.len() < elements.len() {
            self.planes.resize(elements.len(), 0);
        }
        let planes = &mut self.planes[..elements.len()];
        shuffle(self.isa, self.format.elem_size(), elements, planes);
        match compression {
            Compression::None | Compression::Zstd => out.extend_from_slice(planes),
            Compression::Lz4 => {
                let length = out.len();
                out.extend_from_slice(&[0; 4]);
                self.lz4.compress(planes, out);
                let stored = (out.len() - length - 4) as u32;
                out[length..length + 4].copy_from_slice(&stored.to_be_bytes());
            }
        }
    }
}
