//! NumPy's `.npy`: booleans, integers and floats, both byte orders; images rows or columns first, and stacks of them.

use std::path::{Path, PathBuf};

use aureole_core::dtype::Dtype;

use super::file::{ImageFile, Outline, byte_count};
use super::stream::{Packing, Stream};
use super::{Image, ImageError, swap};

/// Longest header that is believed, bytes.
const LONGEST: usize = 1 << 16;

/// An array of two dimensions or more; all but the last two count images.
pub(super) struct Npy {
    path: PathBuf,
    packing: Packing,
    outline: Outline,
    big_endian: bool,
    columns_first: bool,
    /// Where the elements begin.
    start: u64,
}

/// What a header says of the elements behind it.
struct Header {
    shape: Vec<usize>,
    dtype: Dtype,
    big_endian: bool,
    columns_first: bool,
}

impl Npy {
    /// Reads the header.
    pub(super) fn open(path: &Path, packing: Packing) -> Result<Npy, String> {
        let mut stream = Stream::open(path, packing)?;
        let Header { shape, dtype, big_endian, columns_first } = header(&mut stream)?;
        let rule = || format!("an array of shape {shape:?}; an image has two dimensions, a stack of them more");
        let (leading, &[rows, columns]) = shape.split_last_chunk::<2>().ok_or_else(rule)?;
        let frames = leading.iter().try_fold(1usize, |product, length| product.checked_mul(*length));
        let bytes = byte_count((rows, columns), dtype)?;
        let frames = frames.filter(|frames| frames.checked_mul(bytes).is_some()).ok_or_else(rule)?;
        if columns_first && frames > 1 {
            return Err(format!("a stack of shape {shape:?} in Fortran order; save it in C order"));
        }
        let outline = Outline { frames, shape: (rows, columns), dtype };
        Ok(Npy { path: path.to_owned(), packing, outline, big_endian, columns_first, start: stream.at() })
    }
}

impl ImageFile for Npy {
    fn outline(&self) -> Outline {
        self.outline
    }

    fn read(&self, number: usize, out: &mut Vec<u8>) -> Result<(), String> {
        let Outline { frames, shape, dtype } = self.outline;
        if number >= frames {
            return Err(format!("there is no image {number} in it"));
        }
        let bytes = byte_count(shape, dtype)?;
        let short = || format!("too short for image {number} of {} x {} {dtype}", shape.0, shape.1);
        let mut stream = Stream::open(&self.path, self.packing)?;
        let start = self.start.checked_add(number as u64 * bytes as u64).ok_or_else(short)?;
        stream.skip(start)?.then_some(()).ok_or_else(short)?;
        out.clear();
        if stream.take_up_to(bytes, out)? < bytes {
            return Err(short());
        }
        stream.finish()?;
        swap(out, dtype.size(), self.big_endian);
        if self.columns_first {
            *out = rows_first(out, shape, dtype.size());
        }
        Ok(())
    }
}

/// Reads an array of one dimension as a row; dimensions of 1 are dropped.
pub(super) fn read_series(path: &Path) -> Result<Image, ImageError> {
    let fail = |reason: String| ImageError::Read { file: path.to_owned(), reason };
    let mut stream = Stream::open(path, Packing::None).map_err(fail)?;
    let Header { shape: full, dtype, big_endian, .. } = header(&mut stream).map_err(fail)?;
    let shape = super::series_shape(&full);
    let shape = shape.ok_or_else(|| fail(format!("an array of shape {full:?}; a series has one dimension")))?;
    let mut bytes = Vec::new();
    let size = byte_count(shape, dtype).map_err(fail)?;
    stream.fill(size, &mut bytes).map_err(fail)?;
    swap(&mut bytes, dtype.size(), big_endian);
    Ok(Image { shape, dtype, bytes })
}

/// Reads up to the elements: a magic word, the version, the length of a text, and the text, a dictionary as Python writes it.
fn header(stream: &mut Stream) -> Result<Header, String> {
    let mut start = Vec::new();
    stream.take_up_to(10, &mut start)?;
    let Some((b"\x93NUMPY", &[version, _, low, high])) = start.split_first_chunk::<6>() else {
        return Err("not a .npy file: it does not start as one".into());
    };
    let mut length = vec![low, high];
    if version > 1 {
        stream.fill(2, &mut length)?;
    }
    let length = length.iter().rev().fold(0, |length, byte| length << 8 | usize::from(*byte));
    if version == 0 || version > 3 || length > LONGEST {
        return Err(format!("a .npy file of version {version} with a header of {length} bytes, which is not known"));
    }
    let mut text = Vec::new();
    stream.fill(length, &mut text)?;
    understand(&String::from_utf8_lossy(&text))
}

fn understand(text: &str) -> Result<Header, String> {
    let after = |key: &str| {
        let rest = text.split_once(&format!("'{key}':")).map(|(_, rest)| rest.trim_start());
        rest.ok_or_else(|| format!("no {key} in the .npy header"))
    };
    let descr = after("descr")?;
    let stored = descr.strip_prefix('\'').and_then(|rest| rest.split_once('\'')).map(|(stored, _)| stored);
    let stored = stored.ok_or("an array of records; numbers are wanted")?;
    let dtype = dtype(stored).ok_or_else(|| format!("elements of type {stored}; numbers are wanted"))?;
    let columns_first = match after("fortran_order")? {
        order if order.starts_with("True") => true,
        order if order.starts_with("False") => false,
        _ => return Err("a fortran_order in the .npy header that is neither True nor False".into()),
    };
    let shape = after("shape")?.strip_prefix('(').and_then(|rest| rest.split_once(')')).map(|(shape, _)| shape);
    let lengths = shape.unwrap_or_default().split(',').map(str::trim).filter(|length| !length.is_empty());
    let lengths: Option<Vec<usize>> = lengths.map(|length| length.trim_end_matches('L').parse().ok()).collect();
    let shape = lengths.filter(|_| shape.is_some()).ok_or("a shape in the .npy header that cannot be read")?;
    Ok(Header { shape, dtype, big_endian: stored.starts_with('>'), columns_first })
}

/// NumPy's `<u2` and the like.
fn dtype(stored: &str) -> Option<Dtype> {
    let (kind, bytes) = stored.trim_start_matches(['<', '>', '|', '=']).split_at_checked(1)?;
    let kind = match kind {
        "b" | "?" if matches!(bytes, "1" | "") => return Some(Dtype::U8),
        "u" => "uint",
        "i" => "int",
        "f" => "float",
        _ => return None,
    };
    let bytes: u32 = bytes.parse().ok().filter(|bytes| *bytes <= 8)?;
    Dtype::from_name(&format!("{kind}{}", bytes * 8))
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
