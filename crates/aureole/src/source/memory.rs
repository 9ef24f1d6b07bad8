//! Frames that are in memory already.

use aureole_codec::ChunkFormat;
use aureole_core::dtype::Dtype;
use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};

/// A stack in memory: uncompressed frames, or chunks as a file would hold them.
#[derive(Clone, Debug)]
pub struct MemorySource {
    spec: StackSpec,
    chunks: Vec<Vec<u8>>,
}

impl MemorySource {
    /// A stack of uncompressed frames of the given rows and columns, in the machine's byte order; `None` when a frame
    /// has not `rows * columns` elements or the shape is empty.
    #[must_use]
    pub fn new(shape: (usize, usize), dtype: Dtype, frames: Vec<Vec<u8>>) -> Option<MemorySource> {
        let elems = shape.0.checked_mul(shape.1).filter(|elems| *elems > 0)?;
        let format = ChunkFormat::new(Vec::new(), dtype.size(), elems).ok()?;
        let bytes = elems.checked_mul(dtype.size())?;
        frames.iter().all(|frame| frame.len() == bytes).then_some(())?;
        Some(MemorySource { spec: StackSpec { frames: frames.len(), shape, dtype, format }, chunks: frames })
    }

    /// A stack of chunks encoded by `format`; `None` when the format is not that of a frame of the given shape.
    #[must_use]
    pub fn encoded(
        shape: (usize, usize),
        dtype: Dtype,
        format: ChunkFormat,
        chunks: Vec<Vec<u8>>,
    ) -> Option<MemorySource> {
        let fits = format.elem_size() == dtype.size() && Some(format.elems()) == shape.0.checked_mul(shape.1);
        fits.then_some(MemorySource { spec: StackSpec { frames: chunks.len(), shape, dtype, format }, chunks })
    }
}

impl Source for MemorySource {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let chunk = self.chunks.get(frame).ok_or_else(|| format!("there is no frame {frame}"))?;
        buf.frame = frame;
        buf.filter_mask = 0;
        buf.error = None;
        buf.bytes.clear();
        buf.bytes.extend_from_slice(chunk);
        Ok(())
    }
}
