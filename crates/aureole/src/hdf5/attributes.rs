//! Attributes and datasets that hold strings, in the four ways in which programs store them, and small ones to write.

use hdf5_metno::types::{FixedAscii, FixedUnicode, TypeDescriptor, VarLenAscii, VarLenUnicode};
use hdf5_metno::{Container, Dataset, Location};

/// Longest fixed-length string that is read, bytes.
const LONGEST: usize = 1024;

/// The string in an attribute (the first one of an array); `None` when it is absent or no string.
pub(crate) fn string(at: &Location, name: &str) -> Option<String> {
    first(&*at.attr(name).ok()?)
}

/// The string in a dataset (the first one of an array); `None` when it holds none.
pub(crate) fn text(dataset: &Dataset) -> Option<String> {
    (dataset.size() <= 1).then(|| first(dataset))?
}

fn first(container: &Container) -> Option<String> {
    strings(container)?.into_iter().next().map(|text| text.trim_end_matches([' ', '\0']).to_owned())
}

fn strings(attribute: &Container) -> Option<Vec<String>> {
    match attribute.dtype().ok()?.to_descriptor().ok()? {
        TypeDescriptor::VarLenUnicode => read::<VarLenUnicode>(attribute, |text| text.as_str().to_owned()),
        TypeDescriptor::VarLenAscii => read::<VarLenAscii>(attribute, |text| text.as_str().to_owned()),
        TypeDescriptor::FixedAscii(length) if length <= LONGEST => {
            read::<FixedAscii<LONGEST>>(attribute, |text| text.as_str().to_owned())
        }
        TypeDescriptor::FixedUnicode(length) if length <= LONGEST => {
            read::<FixedUnicode<LONGEST>>(attribute, |text| text.as_str().to_owned())
        }
        _ => None,
    }
}

fn read<T: hdf5_metno::H5Type>(attribute: &Container, text: impl Fn(&T) -> String) -> Option<Vec<String>> {
    Some(attribute.read_raw::<T>().ok()?.iter().map(text).collect())
}

/// Writes a string attribute.
pub(crate) fn put(at: &Location, name: &str, value: &str) -> hdf5_metno::Result<()> {
    at.new_attr::<VarLenUnicode>().create(name)?.write_scalar(&unicode(value))
}

/// Writes an attribute that holds an array of strings.
pub(crate) fn put_all(at: &Location, name: &str, values: &[&str]) -> hdf5_metno::Result<()> {
    let values: Vec<VarLenUnicode> = values.iter().map(|value| unicode(value)).collect();
    at.new_attr::<VarLenUnicode>().shape([values.len()]).create(name)?.write_raw(&values)
}

/// A string as HDF5 keeps it; it ends at the first NUL, which HDF5 cannot hold.
pub(crate) fn unicode(text: &str) -> VarLenUnicode {
    let text = text.split('\0').next().unwrap_or_default();
    text.parse().unwrap_or_default()
}
