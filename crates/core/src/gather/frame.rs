//! A frame decoded as a whole, its pixels as f64.

use aureole_codec::{ChunkFormat, Decoder, Isa};

use crate::dtype::Dtype;
use crate::kernel::float::FloatPixel;
use crate::pipeline::ChunkBuf;
use crate::recipe::Marks;

/// The frame that a worker has in hand.
pub(super) struct Frame {
    decoder: Decoder,
    dtype: Dtype,
    bytes: Vec<u8>,
    /// Values of the pixels, NaN where the frame masks one.
    pub(super) values: Vec<f64>,
}

impl Frame {
    /// Room for frames of the given format.
    pub(super) fn new(format: &ChunkFormat, dtype: Dtype, isa: Isa) -> Frame {
        let (bytes, values) = (vec![0; format.bytes()], vec![0.0; format.elems()]);
        Frame { decoder: Decoder::new(format, isa), dtype, bytes, values }
    }

    /// Decodes a chunk; pixels that are marked or not finite become NaN.
    pub(super) fn decode(&mut self, chunk: &ChunkBuf, marks: &Marks) -> Result<(), String> {
        if let Some(reason) = &chunk.error {
            return Err(reason.clone());
        }
        let decoded = self.decoder.decode_chunk(&chunk.bytes, chunk.filter_mask, &mut self.bytes);
        decoded.map_err(|error| error.to_string())?;
        match self.dtype {
            Dtype::U8 => self.read::<u8>(marks),
            Dtype::U16 => self.read::<u16>(marks),
            Dtype::U32 => self.read::<u32>(marks),
            Dtype::U64 => self.read::<u64>(marks),
            Dtype::I8 => self.read::<i8>(marks),
            Dtype::I16 => self.read::<i16>(marks),
            Dtype::I32 => self.read::<i32>(marks),
            Dtype::I64 => self.read::<i64>(marks),
            Dtype::F32 => self.read::<f32>(marks),
            Dtype::F64 => self.read::<f64>(marks),
        }
        Ok(())
    }

    fn read<P: FloatPixel>(&mut self, marks: &Marks) {
        for (pixel, value) in self.values.iter_mut().enumerate() {
            let raw = P::read(&self.bytes, pixel);
            *value = if raw.is_masked(marks) { f64::NAN } else { raw.value() };
        }
    }
}
