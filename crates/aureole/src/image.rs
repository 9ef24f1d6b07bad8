//! Images: masks, dark and flat fields, and the frames of series of image files, from NumPy, EDF, TIFF, CBF and HDF5 files.

mod cbf;
mod edf;
mod error;
mod file;
mod h5;
mod npy;
mod stream;
mod tif;

use std::path::Path;

use aureole_core::dtype::Dtype;

use crate::hdf5::Reach;
pub use error::ImageError;
use file::KNOWN;
pub(crate) use file::{ImageFile, Outline, is_image, open};
pub(crate) use h5::{LARGEST, is_written};

/// One image.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// Rows and columns.
    pub shape: (usize, usize),
    /// Element type; booleans are read as `uint8`.
    pub dtype: Dtype,
    /// The pixels row by row, in the machine's byte order.
    pub bytes: Vec<u8>,
}

impl Image {
    /// The pixels as `f64`, row by row: exact but for 64-bit integers beyond 2^53, which are rounded.
    #[must_use]
    pub fn to_f64(&self) -> Vec<f64> {
        self.bytes.chunks_exact(self.dtype.size()).map(|bytes| to_f64(self.dtype, bytes)).collect()
    }

    /// True where a pixel is not zero, row by row; NaN is not zero.
    #[must_use]
    pub fn nonzero(&self) -> Vec<bool> {
        match self.dtype {
            // A negative zero has a set bit.
            Dtype::F32 | Dtype::F64 => self.to_f64().iter().map(|value| *value != 0.0).collect(),
            _ => self.bytes.chunks_exact(self.dtype.size()).map(|bytes| bytes.iter().any(|b| *b != 0)).collect(),
        }
    }
}

/// Reads `FILE` (`.npy`, `.edf`, `.tif`, `.tiff`, `.cbf`; the first image of a file of several) or `FILE::/path` in an HDF5 file,
/// where leading dimensions of 1 are dropped.
///
/// # Errors
/// When the file cannot be read, is of another format, or does not hold one image of plain numbers.
pub fn read_image(input: &str) -> Result<Image, ImageError> {
    read_image_within(input, Reach::default())
}

/// As [`read_image`], of an HDF5 file whose links may lead as far as `reach` says.
///
/// # Errors
/// See [`read_image`].
pub fn read_image_within(input: &str, reach: Reach) -> Result<Image, ImageError> {
    let (file, dataset) = crate::input::split(input);
    let fail = |reason: String| ImageError::Read { file: file.to_owned(), reason };
    let is_hdf5 = crate::hdf5::open::is_hdf5(file).map_err(|e| fail(crate::hdf5::open::describe_io(&e)))?;
    if is_hdf5 {
        return h5::read(file, dataset, reach);
    }
    if dataset.is_some() {
        return Err(fail("not an HDF5 file, so there is no dataset to choose in it".into()));
    }
    match extension(file).as_str() {
        "npz" => Err(fail("an npz file holds several arrays; save the one you mean as .npy".into())),
        other if !is_image(file) => Err(fail(format!("{other:?} is not a format read here; use {KNOWN} or HDF5"))),
        _ => file::first(file),
    }
}

/// Reads a mask: its shape (rows, columns), and true where the pixel is not zero, that is masked.
///
/// # Errors
/// See [`read_image`].
pub fn read_mask(input: &str, reach: Reach) -> Result<((usize, usize), Vec<bool>), ImageError> {
    let image = read_image_within(input, reach)?;
    Ok((image.shape, image.nonzero()))
}

/// The file name's ending in lower case, without the dot.
pub(crate) fn extension(file: &Path) -> String {
    file.extension().map(|ending| ending.to_string_lossy().to_lowercase()).unwrap_or_default()
}

/// Turns stored elements into the machine's byte order.
fn swap(bytes: &mut [u8], elem_size: usize, big_endian: bool) {
    if big_endian != cfg!(target_endian = "big") {
        bytes.chunks_exact_mut(elem_size).for_each(<[u8]>::reverse);
    }
}

/// The bytes of `shape` elements, if that many are believable; `None` on overflow.
fn byte_count(shape: (usize, usize), dtype: Dtype) -> Option<usize> {
    shape.0.checked_mul(shape.1)?.checked_mul(dtype.size())
}

fn to_f64(dtype: Dtype, bytes: &[u8]) -> f64 {
    fn fixed<const N: usize>(bytes: &[u8]) -> [u8; N] {
        let mut fixed = [0; N];
        fixed.copy_from_slice(bytes);
        fixed
    }
    match dtype {
        Dtype::U8 => u8::from_ne_bytes(fixed(bytes)).into(),
        Dtype::U16 => u16::from_ne_bytes(fixed(bytes)).into(),
        Dtype::U32 => u32::from_ne_bytes(fixed(bytes)).into(),
        Dtype::U64 => u64::from_ne_bytes(fixed(bytes)) as f64,
        Dtype::I8 => i8::from_ne_bytes(fixed(bytes)).into(),
        Dtype::I16 => i16::from_ne_bytes(fixed(bytes)).into(),
        Dtype::I32 => i32::from_ne_bytes(fixed(bytes)).into(),
        Dtype::I64 => i64::from_ne_bytes(fixed(bytes)) as f64,
        Dtype::F32 => f32::from_ne_bytes(fixed(bytes)).into(),
        Dtype::F64 => f64::from_ne_bytes(fixed(bytes)),
    }
}

/// One row, dimensions of 1 dropped.
fn series_shape(full: &[usize]) -> Option<(usize, usize)> {
    let mut long = full.iter().filter(|length| **length != 1);
    let length = *long.next().unwrap_or(&1);
    long.next().is_none().then_some((1, length))
}

/// Reads a series of numbers, such as a monitor with one value a frame: a `.npy` array or `FILE::/path` of an HDF5 dataset,
/// of one dimension, not counting those of length 1.
///
/// # Errors
/// When the file or the dataset cannot be read, or it has more dimensions.
pub fn read_series(input: &str, reach: Reach) -> Result<Vec<f64>, ImageError> {
    let (file, dataset) = crate::input::split(input);
    if dataset.is_none() && extension(file) == "npy" {
        return Ok(npy::read_series(file)?.to_f64());
    }
    Ok(h5::read_series(file, dataset, reach)?.to_f64())
}
