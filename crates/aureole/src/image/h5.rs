//! An image, or a series of numbers, in an HDF5 file.

use std::path::Path;

use aureole_core::dtype::Dtype;
use hdf5_metno::Dataset;

use super::{Image, ImageError, byte_count};
use crate::hdf5::element::element;
use crate::hdf5::place::Place;
use crate::hdf5::{Hdf5Error, Reach};
use crate::hdf5::{plugin, raw, virtuals};

/// Most bytes an image may have when decoded; what a file states is believed up to here.
pub(crate) const LARGEST: usize = 4 << 30;

/// Reads the image at `path`; the only dataset when no path is given.
pub(super) fn read(file: &Path, path: Option<&str>, reach: Reach) -> Result<Image, ImageError> {
    read_as((file, path, reach), "an image has two dimensions", image_shape)
}

/// Reads a series, as an image of one row.
pub(super) fn read_series(file: &Path, path: Option<&str>, reach: Reach) -> Result<Image, ImageError> {
    read_as((file, path, reach), "a series has one dimension", super::series_shape)
}

/// Rows and columns, leading dimensions of 1 dropped.
fn image_shape(full: &[usize]) -> Option<(usize, usize)> {
    match full {
        [leading @ .., rows, columns] if leading.iter().all(|length| *length == 1) => Some((*rows, *columns)),
        _ => None,
    }
}

fn read_as(
    (file, path, reach): (&Path, Option<&str>, Reach),
    rule: &str,
    shape: fn(&[usize]) -> Option<(usize, usize)>,
) -> Result<Image, ImageError> {
    let root = Place::open(file, reach)?;
    let place = match path {
        Some(path) => root.find(path)?,
        None => only_dataset(&root)?,
    };
    let Some(dataset) = place.dataset() else {
        return Err(place.fail("a group; name a dataset in it").into());
    };
    virtuals::check(&place)?;
    plugin::register();
    let full = dataset.shape();
    let shape = shape(&full).ok_or_else(|| place.fail(format!("shape {full:?}; {rule}")))?;
    Ok(read_dataset(&place, dataset, shape)?)
}

fn read_dataset(place: &Place, dataset: &Dataset, shape: (usize, usize)) -> Result<Image, Hdf5Error> {
    if !is_written(place, dataset) {
        return Err(place.fail("never written, or not as a whole"));
    }
    let unreadable = |error: hdf5_metno::Error| place.fail(format!("cannot be read ({error})"));
    let element = dataset.dtype().map_err(unreadable).and_then(|datatype| {
        element(&datatype).map_err(|name| place.fail(format!("elements of type {name}; numbers are wanted")))
    })?;
    let size = byte_count(shape, element.dtype).filter(|size| *size <= LARGEST);
    let size = size.ok_or_else(|| place.fail(format!("shape {:?} is too large to read at once", dataset.shape())))?;
    let mut bytes = vec![0; size];
    let full = dataset.shape();
    // Booleans are stored as signed bytes, which a file may set to anything: all but 0 are true.
    let stored = if element.boolean { Dtype::I8 } else { element.dtype };
    raw::read_block(dataset, &vec![0; full.len()], &full, stored, &mut bytes).map_err(unreadable)?;
    if element.boolean {
        bytes.iter_mut().for_each(|byte| *byte = u8::from(*byte != 0));
    }
    Ok(Image { shape, dtype: element.dtype, bytes })
}

/// False when HDF5 would read some of it as fill values.
pub(crate) fn is_written(place: &Place, dataset: &Dataset) -> bool {
    let Some(chunk) = dataset.chunk() else { return virtuals::is_virtual(place) || dataset.storage_size() > 0 };
    let chunks: usize = dataset.shape().iter().zip(chunk).map(|(length, chunk)| length.div_ceil(chunk)).product();
    dataset.num_chunks() == Some(chunks)
}

fn only_dataset(root: &Place) -> Result<Place, Hdf5Error> {
    let names = root.members();
    match names.as_slice() {
        [name] => root.find(name),
        _ => Err(root.fail(format!("say which dataset by FILE::/path; there is {}", names.join(", ")))),
    }
}
