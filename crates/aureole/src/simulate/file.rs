//! The HDF5 file of a simulated stack: encoded frames go into it as they are.
#![allow(unsafe_code)] // HDF5's direct chunk write and filters without an encoder are reached through its C interface only.

use std::path::{Path, PathBuf};

use hdf5_metno::sync::sync;
use hdf5_metno::types::{IntSize, TypeDescriptor, VarLenUnicode};
use hdf5_metno::{Dataset, Datatype, File, Group};
use hdf5_metno_sys::h5d::{H5Dclose, H5Dcreate2, H5Dwrite_chunk};
use hdf5_metno_sys::h5i::hid_t;
use hdf5_metno_sys::h5p::{H5P_CLS_DATASET_CREATE, H5P_DEFAULT, H5Pclose, H5Pcreate, H5Pset_chunk, H5Pset_filter};
use hdf5_metno_sys::h5s::{H5Sclose, H5Screate_simple};
use hdf5_metno_sys::h5z::H5Z_FLAG_OPTIONAL;

use aureole_core::dtype::Dtype;

use super::{SimulateError, Simulation};

/// A stack that is being written.
pub(super) struct StackFile {
    path: PathBuf,
    file: File,
    data: Dataset,
}

impl StackFile {
    /// Creates the file with an empty dataset `/entry/data/data` of the stack's frames.
    pub(super) fn create(path: &Path, stack: &Simulation, shape: (usize, usize)) -> Result<StackFile, SimulateError> {
        let failed = |reason: String| SimulateError::Write { file: path.to_owned(), reason };
        // The system's own message is clearer than HDF5's.
        std::fs::File::create(path).map_err(|error| failed(error.to_string()))?;
        let build = || {
            let file = File::create(path)?;
            let entry = group(&file, "entry", "NXentry", "default", "data")?;
            let data = group(&entry, "data", "NXdata", "signal", "data")?;
            let dims = [stack.frames as u64, shape.0 as u64, shape.1 as u64];
            create_dataset(&data, dims, stack.dtype)?;
            let data = data.dataset("data")?;
            Ok((file, data))
        };
        let (file, data) = build().map_err(|error: hdf5_metno::Error| failed(error.to_string()))?;
        Ok(StackFile { path: path.to_owned(), file, data })
    }

    /// Stores the encoded bytes of a frame below the number of frames.
    pub(super) fn push(&mut self, frame: usize, chunk: &[u8]) -> Result<(), SimulateError> {
        let offset = [frame as u64, 0, 0];
        let id = self.data.id();
        // SAFETY: `id` is an open dataset of three dimensions, `offset` has three numbers, and `chunk` its own length.
        let status =
            sync(|| unsafe { H5Dwrite_chunk(id, H5P_DEFAULT, 0, offset.as_ptr(), chunk.len(), chunk.as_ptr().cast()) });
        if status < 0 { Err(self.failed(format!("frame {frame} could not be written"))) } else { Ok(()) }
    }

    /// Writes what HDF5 still holds back.
    pub(super) fn finish(self) -> Result<(), SimulateError> {
        self.file.flush().map_err(|error| self.failed(error.to_string()))
    }

    fn failed(&self, reason: String) -> SimulateError {
        SimulateError::Write { file: self.path.clone(), reason }
    }
}

/// A group with its NeXus class and one more attribute.
fn group(parent: &Group, name: &str, class: &str, key: &str, value: &str) -> hdf5_metno::Result<Group> {
    let group = parent.create_group(name)?;
    for (key, value) in [("NX_class", class), (key, value)] {
        let text: VarLenUnicode = value.parse().map_err(|_| format!("{value}: not an attribute"))?;
        group.new_attr::<VarLenUnicode>().create(key)?.write_scalar(&text)?;
    }
    Ok(group)
}

/// Creates the dataset `data`, one frame a chunk, bitshuffle-LZ4. The filter is optional: the chunks are
/// written as they are, and the library is never asked to encode one.
fn create_dataset(group: &Group, dims: [u64; 3], dtype: Dtype) -> hdf5_metno::Result<()> {
    let datatype = Datatype::from_descriptor(&descriptor(dtype))?;
    // Version 0.4 of the format, bytes an element, the default block, LZ4.
    let stored = [0, 4, dtype.size() as u32, 0, 2];
    // A plug-in puts the first three in front itself.
    let parameters = if crate::hdf5::plugin::register() { &stored[..] } else { &stored[3..] };
    let chunk = [1, dims[1], dims[2]];
    // SAFETY: every pointer is to an array of the stated length that outlives the call; identifiers are used while open
    // and closed once, after the last use.
    let created = sync(|| unsafe {
        let space = H5Screate_simple(3, dims.as_ptr(), std::ptr::null());
        let plist = H5Pcreate(*H5P_CLS_DATASET_CREATE);
        let prepared = H5Pset_chunk(plist, 3, chunk.as_ptr()) >= 0
            && H5Pset_filter(plist, 32008, H5Z_FLAG_OPTIONAL, parameters.len(), parameters.as_ptr()) >= 0;
        let id: hid_t = if prepared {
            H5Dcreate2(group.id(), c"data".as_ptr(), datatype.id(), space, H5P_DEFAULT, plist, H5P_DEFAULT)
        } else {
            -1
        };
        H5Pclose(plist);
        H5Sclose(space);
        id >= 0 && H5Dclose(id) >= 0
    });
    if created { Ok(()) } else { Err("the dataset could not be created".into()) }
}

/// HDF5's description of an integer type.
fn descriptor(dtype: Dtype) -> TypeDescriptor {
    let size = match dtype.size() {
        1 => IntSize::U1,
        2 => IntSize::U2,
        4 => IntSize::U4,
        _ => IntSize::U8,
    };
    if dtype.is_signed() { TypeDescriptor::Integer(size) } else { TypeDescriptor::Unsigned(size) }
}
