//! TIFF: one grey channel of integers or floats a page, as detectors write it.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use aureole_core::dtype::Dtype;
use tiff::ColorType;
use tiff::decoder::{Decoder, DecodingResult, Limits};
use tiff::tags::Tag;

use super::file::{ImageFile, Outline, agree, byte_count};
use crate::hdf5::open::describe_io;

/// No compression of TIFF makes more bytes of one.
const RATIO: usize = 4096;

/// Most pages of a file.
const MOST: usize = 1 << 20;

/// A TIFF file, and which of its pages are images.
pub(super) struct Tif {
    path: PathBuf,
    outline: Outline,
    pages: Vec<usize>,
}

impl Tif {
    /// Looks at all pages; those that are smaller copies of others are left out.
    pub(super) fn open(path: &Path) -> Result<Tif, String> {
        let mut decoder = decoder(path)?;
        let (mut first, mut pages, mut page) = (None, Vec::new(), 0);
        loop {
            let kind: Option<u32> = decoder.find_tag_unsigned(Tag::NewSubfileType).map_err(broken)?;
            if kind.is_none_or(|kind| kind & 1 == 0) {
                if first.is_none() {
                    first = Some(describe(&mut decoder)?);
                }
                pages.push(page);
            }
            if !decoder.more_images() {
                break;
            }
            if page == MOST {
                return Err(format!("more than {MOST} pages; divide it"));
            }
            decoder.next_image().map_err(broken)?;
            page += 1;
        }
        let (shape, dtype) = first.ok_or("a TIFF file without a page of full size")?;
        Ok(Tif { path: path.to_owned(), outline: Outline { frames: pages.len(), shape, dtype }, pages })
    }
}

impl ImageFile for Tif {
    fn outline(&self) -> Outline {
        self.outline
    }

    fn read(&self, number: usize, out: &mut Vec<u8>) -> Result<(), String> {
        let page = *self.pages.get(number).ok_or_else(|| format!("there is no image {number} in it"))?;
        let mut decoder = decoder(&self.path)?;
        if page > 0 {
            decoder.seek_to_image(page).map_err(broken)?;
        }
        let (shape, dtype) = describe(&mut decoder)?;
        agree(number, (shape, dtype), &self.outline)?;
        let mut pixels = decoder.read_image().map_err(broken)?;
        if decoded_dtype(&pixels) != Some(dtype) || pixels.as_buffer(0).byte_len() != byte_count(shape, dtype)? {
            return Err(format!("{} x {} {dtype} stated, but something else found", shape.0, shape.1));
        }
        out.clear();
        out.extend_from_slice(pixels.as_buffer(0).as_bytes());
        Ok(())
    }
}

/// A decoder that makes no more room than the bytes of the file could fill.
fn decoder(path: &Path) -> Result<Decoder<BufReader<File>>, String> {
    let file = File::open(path).map_err(|error| describe_io(&error))?;
    let length = file.metadata().map_err(|error| describe_io(&error))?.len();
    let mut limits = Limits::default();
    let possible = usize::try_from(length).unwrap_or(usize::MAX).saturating_mul(RATIO);
    limits.decoding_buffer_size = possible.min(1 << 30);
    limits.intermediate_buffer_size = possible.min(1 << 30);
    Ok(Decoder::new(BufReader::new(file)).map_err(broken)?.with_limits(limits))
}

#[allow(clippy::needless_pass_by_value)] // It is what `map_err` hands over.
fn broken(error: tiff::TiffError) -> String {
    format!("not a TIFF image that can be read ({error})")
}

/// Shape and type of the page that the decoder is at.
fn describe(decoder: &mut Decoder<BufReader<File>>) -> Result<((usize, usize), Dtype), String> {
    let (columns, rows) = decoder.dimensions().map_err(broken)?;
    let colour = decoder.colortype().map_err(broken)?;
    let ColorType::Gray(bits) = colour else {
        return Err(format!("an image of colours ({colour:?}); one grey channel is wanted"));
    };
    let format: Option<Vec<u16>> = decoder.find_tag_unsigned_vec(Tag::SampleFormat).map_err(broken)?;
    let kind = match format.as_deref().and_then(|formats| formats.first()) {
        None | Some(1 | 4) => "uint",
        Some(2) => "int",
        Some(3) => "float",
        Some(other) => return Err(format!("pixels of TIFF's sample format {other}, which is not supported")),
    };
    let dtype = Dtype::from_name(&format!("{kind}{bits}"));
    let dtype = dtype.ok_or_else(|| format!("{bits}-bit {kind} pixels, which are not supported"))?;
    let shape = (rows as usize, columns as usize);
    byte_count(shape, dtype)?;
    Ok((shape, dtype))
}

fn decoded_dtype(pixels: &DecodingResult) -> Option<Dtype> {
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
