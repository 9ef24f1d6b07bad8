//! NumPy's `.npy`: booleans, integers and floats, both byte orders, rows or columns first.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use aureole_core::dtype::Dtype;
use npyz::{DType, Endianness, NpyHeader, Order, TypeChar, TypeStr};

use super::{Image, ImageError, byte_count, swap};
use crate::hdf5::open::describe_io;

/// Reads an array of two dimensions; leading dimensions of 1 are dropped.
pub(super) fn read(path: &Path) -> Result<Image, ImageError> {
    read_as(path, "an image has two dimensions", shape)
}

/// Reads an array of one dimension as a row; dimensions of 1 are dropped.
pub(super) fn read_series(path: &Path) -> Result<Image, ImageError> {
    read_as(path, "a series has one dimension", |shape| {
        let lengths: Option<Vec<usize>> = shape.iter().map(|length| usize::try_from(*length).ok()).collect();
        super::series_shape(&lengths?)
    })
}

fn read_as(path: &Path, rule: &str, shape: impl Fn(&[u64]) -> Option<(usize, usize)>) -> Result<Image, ImageError> {
    let fail = |reason: String| ImageError::Read { file: path.to_owned(), reason };
    let file = File::open(path).map_err(|error| fail(describe_io(&error)))?;
    let length = file.metadata().map_err(|error| fail(describe_io(&error)))?.len();
    let mut reader = BufReader::new(file);
    let header = NpyHeader::from_reader(&mut reader).map_err(|error| fail(format!("not a .npy file ({error})")))?;
    let DType::Plain(stored) = header.dtype() else {
        return Err(fail("an array of records; numbers are wanted".into()));
    };
    let dtype = dtype(&stored).ok_or_else(|| fail(format!("elements of type {stored}; numbers are wanted")))?;
    let shape = shape(header.shape()).ok_or_else(|| fail(format!("an array of shape {:?}; {rule}", header.shape())))?;
    let bytes = byte_count(shape, dtype).filter(|bytes| *bytes as u64 <= length);
    let mut bytes = vec![0; bytes.ok_or_else(|| fail(format!("too short for {} x {} {dtype}", shape.0, shape.1)))?];
    reader.read_exact(&mut bytes).map_err(|_| fail(format!("too short for {} x {} {dtype}", shape.0, shape.1)))?;
    swap(&mut bytes, dtype.size(), stored.endianness() == Endianness::Big);
    if header.order() == Order::Fortran {
        bytes = rows_first(&bytes, shape, dtype.size());
    }
    Ok(Image { shape, dtype, bytes })
}

fn shape(shape: &[u64]) -> Option<(usize, usize)> {
    let (leading, last) = shape.split_at_checked(shape.len().checked_sub(2)?)?;
    let fits = leading.iter().all(|length| *length == 1);
    fits.then_some((usize::try_from(last[0]).ok()?, usize::try_from(last[1]).ok()?))
}

fn dtype(stored: &TypeStr) -> Option<Dtype> {
    let kind = match stored.type_char() {
        TypeChar::Bool => return Some(Dtype::U8),
        TypeChar::Uint => "uint",
        TypeChar::Int => "int",
        TypeChar::Float => "float",
        _ => return None,
    };
    Dtype::from_name(&format!("{kind}{}", stored.size_field() * 8))
}

/// Transposes an array that is stored column by column.
fn rows_first(bytes: &[u8], (rows, columns): (usize, usize), elem_size: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    for row in 0..rows {
        for column in 0..columns {
            let at = (column * rows + row) * elem_size;
            out.extend_from_slice(&bytes[at..at + elem_size]);
        }
    }
    out
}
