//! Files of one image or several, by the format that their names or first bytes tell.

use std::path::Path;

use aureole_core::dtype::Dtype;

use super::stream::{Packing, Stream};
use super::{Image, ImageError, LARGEST, cbf, edf, npy, tif};

/// What all images of a file have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outline {
    /// How many there are.
    pub(crate) frames: usize,
    /// Rows and columns.
    pub(crate) shape: (usize, usize),
    pub(crate) dtype: Dtype,
}

/// A file whose headers have been read; its pixels are read when they are asked for, from any thread.
pub(crate) trait ImageFile: Send + Sync {
    fn outline(&self) -> Outline;

    /// Replaces `out` by the pixels of an image, row by row, in the machine's byte order.
    ///
    /// # Errors
    /// One sentence, without the file's name.
    fn read(&self, number: usize, out: &mut Vec<u8>) -> Result<(), String>;
}

/// The format of an image file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// NumPy.
    Npy,
    /// ESRF.
    Edf,
    /// Crystallographic binary file.
    Cbf,
    /// TIFF.
    Tif,
}

/// The formats in words, for messages.
pub(super) const KNOWN: &str = ".npy, .edf, .tif, .tiff, .cbf";

/// The format of a file, and how it is compressed as a whole: by its name, else by its first bytes. `None` for what is no image file.
fn kind(path: &Path) -> Option<(Kind, Packing)> {
    let name = path.file_name()?.to_string_lossy().to_lowercase();
    let (inner, packing) = match name.rsplit_once('.') {
        Some((inner, "gz")) => (inner, Packing::Gzip),
        Some((inner, "bz2")) => (inner, Packing::Bzip2),
        _ => (name.as_str(), Packing::None),
    };
    let by_name = match inner.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "npy" => Some(Kind::Npy),
        "edf" | "azim" => Some(Kind::Edf),
        "cbf" => Some(Kind::Cbf),
        "tif" | "tiff" => Some(Kind::Tif),
        "npz" | "h5" | "hdf5" | "nxs" => None,
        _ => by_content(path, packing),
    };
    by_name.map(|kind| (kind, packing))
}

/// True for a file that is read as images: by its name, else by its first bytes.
pub(crate) fn is_image(path: &Path) -> bool {
    kind(path).is_some()
}

/// The format that the first bytes tell.
fn by_content(path: &Path, packing: Packing) -> Option<Kind> {
    if !path.is_file() {
        return None;
    }
    let mut start = Vec::new();
    Stream::open(path, packing).ok()?.take_up_to(4096, &mut start).ok()?;
    match start.as_slice() {
        [0x93, b'N', b'U', b'M', b'P', b'Y', ..] => Some(Kind::Npy),
        [b'#', b'#', b'#', b'C', b'B', b'F', ..] => Some(Kind::Cbf),
        [b'I', b'I', 42 | 43, 0, ..] | [b'M', b'M', 0, 42 | 43, ..] => Some(Kind::Tif),
        [b'{', ..] if start.windows(5).any(|word| word == b"Dim_1") => Some(Kind::Edf),
        _ => None,
    }
}

/// Opens a file of images; what is wrong with the first one's header shows here, all else when it is read.
///
/// # Errors
/// When the file is missing, of no known format, or its header makes no sense.
pub(crate) fn open(path: &Path) -> Result<Box<dyn ImageFile>, ImageError> {
    let fail = |reason: String| ImageError::Read { file: path.to_owned(), reason };
    let opened = match kind(path) {
        Some((Kind::Npy, packing)) => npy::Npy::open(path, packing).map(boxed),
        Some((Kind::Edf, packing)) => edf::Edf::open(path, packing).map(boxed),
        Some((Kind::Cbf, packing)) => cbf::Cbf::open(path, packing).map(boxed),
        Some((Kind::Tif, Packing::None)) => tif::Tif::open(path).map(boxed),
        Some((Kind::Tif, _)) => Err("a TIFF file that is compressed as a whole; unpack it first".into()),
        None => Err(format!("of no format read here; use {KNOWN} or HDF5")),
    };
    opened.map_err(fail)
}

fn boxed(file: impl ImageFile + 'static) -> Box<dyn ImageFile> {
    Box::new(file)
}

/// The first image of a file, or the only one where the format is an array.
pub(super) fn first(path: &Path) -> Result<Image, ImageError> {
    let fail = |reason: String| ImageError::Read { file: path.to_owned(), reason };
    let file = open(path)?;
    let Outline { frames, shape, dtype } = file.outline();
    if frames != 1 && matches!(kind(path), Some((Kind::Npy, _))) {
        return Err(fail(format!("an array of {frames} x {} x {}; an image has two dimensions", shape.0, shape.1)));
    }
    let mut bytes = Vec::new();
    file.read(0, &mut bytes).map_err(fail)?;
    Ok(Image { shape, dtype, bytes })
}

/// The bytes of an image of that shape.
///
/// # Errors
/// When it has no pixels, or more than can be believed.
pub(super) fn byte_count((rows, columns): (usize, usize), dtype: Dtype) -> Result<usize, String> {
    if rows == 0 || columns == 0 {
        return Err(format!("an image of {rows} x {columns}, without pixels"));
    }
    let bytes = super::byte_count((rows, columns), dtype).filter(|bytes| *bytes <= LARGEST);
    bytes.ok_or_else(|| format!("an image of {rows} x {columns} {dtype}, too large to be true"))
}

/// Refuses an image that differs from the first one of its file.
pub(super) fn agree(number: usize, found: ((usize, usize), Dtype), first: &Outline) -> Result<(), String> {
    let words = |((rows, columns), dtype): ((usize, usize), Dtype)| format!("{rows} x {columns} {dtype}");
    let wanted = (first.shape, first.dtype);
    if found == wanted {
        return Ok(());
    }
    Err(format!("image {number} in it is {}, but the first one is {}", words(found), words(wanted)))
}
