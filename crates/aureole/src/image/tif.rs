//! TIFF: one grey channel of integers or floats, as detectors write it; the first image of a file of several.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;

use aureole_core::dtype::Dtype;
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult};

use super::{Image, ImageError};
use crate::hdf5::open::describe_io;

/// Reads the first image of a TIFF file.
pub(super) fn read(path: &Path) -> Result<Image, ImageError> {
    let fail = |reason: String| ImageError::Read { file: path.to_owned(), reason };
    let broken = |error: tiff::TiffError| fail(format!("not a TIFF image that can be read ({error})"));
    let file = File::open(path).map_err(|error| fail(describe_io(&error)))?;
    let mut decoder = Decoder::new(BufReader::new(file)).map_err(broken)?;
    let (columns, rows) = decoder.dimensions().map_err(broken)?;
    let colour = decoder.colortype().map_err(broken)?;
    if !matches!(colour, ColorType::Gray(_)) {
        return Err(fail(format!("an image of colours ({colour:?}); one grey channel is wanted")));
    }
    let mut pixels = decoder.read_image().map_err(broken)?;
    let shape = (rows as usize, columns as usize);
    let dtype = dtype(&pixels).ok_or_else(|| fail("16-bit floats, which are not supported".into()))?;
    let bytes = pixels.as_buffer(0).as_bytes().to_vec();
    if super::byte_count(shape, dtype) != Some(bytes.len()) {
        return Err(fail(format!("{rows} x {columns} {dtype} stated, but {} bytes found", bytes.len())));
    }
    Ok(Image { shape, dtype, bytes })
}

fn dtype(pixels: &DecodingResult) -> Option<Dtype> {
    Some(match pixels {
        DecodingResult::U8(_) => Dtype::U8,
        DecodingResult::U16(_) => Dtype::U16,
        DecodingResult::U32(_) => Dtype::U32,
        DecodingResult::U64(_) => Dtype::U64,
        DecodingResult::I8(_) => Dtype::I8,
        DecodingResult::I16(_) => Dtype::I16,
        DecodingResult::I32(_) => Dtype::I32,
        DecodingResult::I64(_) => Dtype::I64,
        DecodingResult::F32(_) => Dtype::F32,
        DecodingResult::F64(_) => Dtype::F64,
        DecodingResult::F16(_) => return None,
    })
}
