//! The calls of the HDF5 library that its safe wrapper lacks, each behind a safe function.
//!
//! Every call runs inside [`sync`], the wrapper's own global lock.
#![allow(unsafe_code)] // The C interface: link values, virtual mappings, one private property, reads into plain bytes.

use std::ffi::{CStr, CString, c_char, c_int, c_uint, c_void};
use std::mem::MaybeUninit;
use std::path::Path;
use std::ptr;

use aureole_core::dtype::Dtype;
use hdf5_metno::sync::sync;
use hdf5_metno::{Dataset, Dataspace, Datatype, File, Group, H5Type, Hyperslab, SliceOrIndex, h5check};
use hdf5_metno_sys::h5d::{H5Dget_chunk_info_by_coord, H5Dread, H5Dwrite};
use hdf5_metno_sys::h5f::{H5F_ACC_RDONLY, H5Fopen};
use hdf5_metno_sys::h5i::hid_t;
use hdf5_metno_sys::h5l::{H5L_info2_t, H5L_type_t, H5Lget_info2, H5Lget_val, H5Lunpack_elink_val};
use hdf5_metno_sys::h5o::{H5O_COPY_SHALLOW_HIERARCHY_FLAG, H5Ocopy};
use hdf5_metno_sys::h5p::{
    H5P_CLS_OBJECT_COPY, H5P_DEFAULT, H5Pclose, H5Pcreate, H5Pget_virtual_count, H5Pget_virtual_dsetname,
    H5Pget_virtual_filename, H5Pget_virtual_srcspace, H5Pget_virtual_vspace, H5Pset, H5Pset_copy_object,
};
use hdf5_metno_sys::h5s::{H5Sget_regular_hyperslab, H5Sis_regular_hyperslab};
use hdf5_metno_sys::h5t::{H5T_order_t, H5Tclose, H5Tcopy, H5Tequal, H5Tset_order};

use super::element::memory_type;

type Result<T> = hdf5_metno::Result<T>;

/// Longest link value or name that is believed, bytes.
const LONGEST: usize = 64 * 1024;

/// What a link says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// The object is in this group.
    Hard,
    /// It is at another path of this file.
    Soft(String),
    /// It is in another file.
    External {
        /// The file as the link names it.
        file: String,
        /// The path in it.
        path: String,
    },
}

const HARD: c_int = H5L_type_t::H5L_TYPE_HARD as c_int;
const SOFT: c_int = H5L_type_t::H5L_TYPE_SOFT as c_int;
const EXTERNAL: c_int = H5L_type_t::H5L_TYPE_EXTERNAL as c_int;

/// The link `name` of a group, not followed; `None` when there is none.
pub(crate) fn link(group: &Group, name: &str) -> Result<Option<Link>> {
    if !group.link_exists(name) {
        return Ok(None);
    }
    let cname = CString::new(name).map_err(|_| "a NUL in a link's name")?;
    sync(|| {
        let mut info = MaybeUninit::<H5L_info2_t>::zeroed();
        // SAFETY: `cname` is NUL-terminated and `info` has room for the struct that the call fills.
        h5check(unsafe { H5Lget_info2(group.id(), cname.as_ptr(), info.as_mut_ptr(), H5P_DEFAULT) })?;
        // SAFETY: the field is a C int. A file may hold kinds that the enum has not, so it is never read as the enum.
        let kind = unsafe { (&raw const (*info.as_ptr()).type_).cast::<c_int>().read() };
        match kind {
            HARD => Ok(Some(Link::Hard)),
            SOFT => {
                let value = link_value(group.id(), &cname)?;
                Ok(Some(Link::Soft(text(&value))))
            }
            EXTERNAL => external(&link_value(group.id(), &cname)?).map(Some),
            _ => Err("a link of an unknown kind".into()),
        }
    })
}

/// The value of a symbolic link, with a NUL behind it.
fn link_value(group: hid_t, name: &CStr) -> Result<Vec<u8>> {
    let mut value = vec![0u8; LONGEST + 1];
    // SAFETY: the buffer has `LONGEST` bytes and one more, which stays NUL; the library writes at most the size given.
    h5check(unsafe { H5Lget_val(group, name.as_ptr(), value.as_mut_ptr().cast(), LONGEST, H5P_DEFAULT) })?;
    Ok(value)
}

fn external(value: &[u8]) -> Result<Link> {
    let (mut file, mut path): (*const c_char, *const c_char) = (ptr::null(), ptr::null());
    let flags: *mut c_uint = ptr::null_mut();
    // SAFETY: the value is that of an external link, zero-padded; on success both pointers point into it, to
    // NUL-terminated strings, and it outlives their use here.
    unsafe {
        h5check(H5Lunpack_elink_val(value.as_ptr().cast(), LONGEST, flags, &raw mut file, &raw mut path))?;
        Ok(Link::External {
            file: CStr::from_ptr(file).to_string_lossy().into_owned(),
            path: CStr::from_ptr(path).to_string_lossy().into_owned(),
        })
    }
}

fn text(value: &[u8]) -> String {
    let end = value.iter().position(|byte| *byte == 0).unwrap_or(value.len());
    String::from_utf8_lossy(&value[..end]).into_owned()
}

/// Opens a file read-only, without locks and past the mark of a writer that never closed it. The file is not changed:
/// the mark is cleared in memory, by the property that HDF5's own tool `h5clear` uses.
pub(crate) fn open_unmarked(path: &Path) -> Result<File> {
    open_with(path, c"clear_status_flags")
}

/// Opens a file read-only and without locks that is shorter than it says, by the other property of `h5clear`. What lies beyond
/// its end cannot be read.
pub(crate) fn open_cut_off(path: &Path) -> Result<File> {
    open_with(path, c"skip_eof_check")
}

/// Opens a file read-only and without locks, with a property of the library's own tools set.
fn open_with(path: &Path, property: &CStr) -> Result<File> {
    let name = path.to_str().and_then(|path| CString::new(path).ok()).ok_or("a file name that HDF5 cannot take")?;
    let access = hdf5_metno::file::FileAccess::build().file_locking(false).finish()?;
    let mut set: u8 = 1;
    sync(|| {
        let value: *mut c_void = (&raw mut set).cast();
        // SAFETY: both properties are a C `bool`, one byte, which the library copies; the name is NUL-terminated.
        h5check(unsafe { H5Pset(access.id(), property.as_ptr(), value) })?;
        // SAFETY: `name` is NUL-terminated and `access` is a live file access list; the new id is owned by the result.
        unsafe { hdf5_metno::from_id(h5check(H5Fopen(name.as_ptr(), H5F_ACC_RDONLY, access.id()))?) }
    })
}

/// A regular selection of a dataspace: `count` blocks of `block` elements every `stride`, in each dimension.
///
/// Without dimensions it is everything: a file does not say of how much.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Regular {
    start: Vec<u64>,
    stride: Vec<u64>,
    count: Vec<u64>,
    block: Vec<u64>,
}

impl Regular {
    /// True when it can be a selection of a dataset of that many dimensions.
    pub(crate) fn has_rank(&self, rank: usize) -> bool {
        self.start.is_empty() || self.start.len() == rank
    }

    /// True when it takes all of a dimension of the given length.
    pub(crate) fn takes_all(&self, dimension: usize, length: usize) -> bool {
        self.start.is_empty() || {
            let (count, block) = (self.count[dimension], self.block[dimension]);
            let one_run = count == 1 || self.stride[dimension] == block;
            self.start[dimension] == 0 && one_run && count.checked_mul(block) == Some(length as u64)
        }
    }

    /// The indices below `length` that it has in one dimension, in order.
    pub(crate) fn indices(&self, dimension: usize, length: usize) -> Vec<usize> {
        if self.start.is_empty() {
            return (0..length).collect();
        }
        let (start, stride) = (self.start[dimension], self.stride[dimension].max(1));
        let blocks = (0..self.count[dimension]).map(|index| start.saturating_add(index.saturating_mul(stride)));
        let blocks = blocks.take_while(|first| *first < length as u64);
        let inside = blocks.flat_map(|first| (0..self.block[dimension]).map(move |at| first.saturating_add(at)));
        inside.take_while(|index| *index < length as u64).map(|index| index as usize).collect()
    }
}

/// One mapping of a virtual dataset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mapping {
    /// The source file as the mapping names it; `.` is the file itself.
    pub(crate) file: String,
    /// The source dataset.
    pub(crate) dataset: String,
    /// The part of the virtual dataset; `None` when it is not regular.
    pub(crate) target: Option<Regular>,
    /// The part of the source; `None` when it is not regular.
    pub(crate) source: Option<Regular>,
}

/// The mappings of a virtual dataset.
pub(crate) fn mappings(dataset: &Dataset) -> Result<Vec<Mapping>> {
    let plist = dataset.create_plist()?;
    sync(|| {
        let mut count = 0;
        // SAFETY: `plist` is a live dataset creation list and `count` outlives the call.
        h5check(unsafe { H5Pget_virtual_count(plist.id(), &raw mut count) })?;
        (0..count).map(|index| mapping(plist.id(), index)).collect()
    })
}

fn mapping(plist: hid_t, index: usize) -> Result<Mapping> {
    let (mut file, mut dataset) = (vec![0u8; LONGEST], vec![0u8; LONGEST]);
    // SAFETY: both buffers have `LONGEST` bytes, the library writes at most that and terminates with NUL; the two
    // dataspaces are new ids, owned by the results.
    let (target, source): (Dataspace, Dataspace) = unsafe {
        h5check(H5Pget_virtual_filename(plist, index, file.as_mut_ptr().cast(), LONGEST))?;
        h5check(H5Pget_virtual_dsetname(plist, index, dataset.as_mut_ptr().cast(), LONGEST))?;
        (
            hdf5_metno::from_id(h5check(H5Pget_virtual_vspace(plist, index))?)?,
            hdf5_metno::from_id(h5check(H5Pget_virtual_srcspace(plist, index))?)?,
        )
    };
    Ok(Mapping { file: text(&file), dataset: text(&dataset), target: regular(&target), source: regular(&source) })
}

/// The selection of a dataspace when it is regular; a selection of everything is.
fn regular(space: &Dataspace) -> Option<Regular> {
    let shape: Vec<u64> = space.shape().iter().map(|&length| length as u64).collect();
    let rank = shape.len();
    let (mut start, mut stride, mut count, mut block) = (vec![0; rank], vec![1; rank], vec![1; rank], shape);
    if space.selection_size() == space.size() && space.size() > 0 {
        return Some(Regular { start, stride, count, block });
    }
    // SAFETY: the four buffers have one value a dimension, as the call wants.
    let found = unsafe {
        H5Sis_regular_hyperslab(space.id()) > 0
            && H5Sget_regular_hyperslab(
                space.id(),
                start.as_mut_ptr(),
                stride.as_mut_ptr(),
                count.as_mut_ptr(),
                block.as_mut_ptr(),
            ) >= 0
    };
    found.then_some(Regular { start, stride, count, block })
}

/// Where the chunk is that starts at `offset` (one value a dimension): its address, bytes and filter mask; `None` where it was not
/// written.
pub(crate) fn chunk_at(dataset: &Dataset, offset: &[u64]) -> Result<Option<(u64, u64, u32)>> {
    if offset.len() != dataset.ndim() {
        return Err("an offset of the wrong number of dimensions".into());
    }
    let (mut mask, mut address, mut size): (c_uint, u64, u64) = (0, u64::MAX, 0);
    sync(|| {
        let (dataset, offset) = (dataset.id(), offset.as_ptr());
        // SAFETY: `offset` has a value for each dimension, and the three results outlive the call.
        h5check(unsafe { H5Dget_chunk_info_by_coord(dataset, offset, &raw mut mask, &raw mut address, &raw mut size) })
    })?;
    Ok((address != u64::MAX && size > 0).then_some((address, size, mask)))
}

/// True when a type is `memory`, of the machine's byte order, in the other one.
pub(crate) fn is_reversed(memory: &Datatype, stored: &Datatype) -> bool {
    let other = if cfg!(target_endian = "big") { H5T_order_t::H5T_ORDER_LE } else { H5T_order_t::H5T_ORDER_BE };
    sync(|| {
        // SAFETY: both are types that are open; the copy is closed once it was compared.
        unsafe {
            let copy = H5Tcopy(memory.id());
            if copy < 0 {
                return false;
            }
            let same = H5Tset_order(copy, other) >= 0 && H5Tequal(copy, stored.id()) > 0;
            H5Tclose(copy);
            same
        }
    })
}

/// Reads a block of a dataset, from `start` and of `shape` (one value a dimension), converted to `dtype`, into `out`.
///
/// # Errors
/// When the library cannot read it, or `out` has not exactly the bytes of the block.
pub(crate) fn read_block(
    dataset: &Dataset,
    start: &[usize],
    shape: &[usize],
    dtype: Dtype,
    out: &mut [u8],
) -> Result<()> {
    let bytes = shape.iter().try_fold(dtype.size(), |bytes, length| bytes.checked_mul(*length));
    if bytes != Some(out.len()) {
        return Err("a buffer of the wrong length".into());
    }
    let slices: Vec<SliceOrIndex> =
        start.iter().zip(shape).map(|(start, length)| SliceOrIndex::from(*start..start + length)).collect();
    let file = dataset.space()?.select(Hyperslab::from(slices))?;
    // Of the selection's own shape: between different shapes HDF5 goes element by element.
    let (memory, space) = (memory_type(dtype)?, Dataspace::try_new(shape)?);
    if file.selection_size() != space.size() {
        return Err("a block that is not in the dataset".into());
    }
    sync(|| {
        let (memory, space, file) = (memory.id(), space.id(), file.id());
        // SAFETY: `out` has room for all elements of the block, of a plain type that needs no alignment here.
        h5check(unsafe { H5Dread(dataset.id(), memory, space, file, H5P_DEFAULT, out.as_mut_ptr().cast()) })
    })?;
    Ok(())
}

/// Copies an object of a group, with all that is in it, to the same name in another group, which may be in another file; of a group, where
/// `shallow`, what is in its groups is left out.
///
/// # Errors
/// When the library cannot copy it, or the name is taken there.
pub(crate) fn copy(from: &Group, name: &str, into: &Group, shallow: bool) -> Result<()> {
    let name = CString::new(name).map_err(|_| "a name with a NUL in it")?;
    sync(|| {
        // SAFETY: both groups are open, the name ends with a NUL, and the list of properties is closed after its only use.
        unsafe {
            let plist = H5Pcreate(*H5P_CLS_OBJECT_COPY);
            let chosen = !shallow || H5Pset_copy_object(plist, H5O_COPY_SHALLOW_HIERARCHY_FLAG) >= 0;
            let copied = if chosen {
                H5Ocopy(from.id(), name.as_ptr(), into.id(), name.as_ptr(), plist, H5P_DEFAULT)
            } else {
                -1
            };
            H5Pclose(plist);
            h5check(copied)
        }
    })?;
    Ok(())
}

/// Writes whole rows (all of a dataset but its first dimension) from row `first` on.
///
/// # Errors
/// When the library cannot write them, or the values do not make whole rows.
pub(crate) fn write_rows<T: H5Type>(dataset: &Dataset, first: usize, values: &[T]) -> Result<()> {
    let shape = dataset.shape();
    let width: usize = shape.iter().skip(1).product();
    if width == 0 || !values.len().is_multiple_of(width) {
        return Err("values that do not make whole rows".into());
    }
    let mut slices = vec![SliceOrIndex::from(first..first + values.len() / width)];
    slices.extend(shape.iter().skip(1).map(|length| SliceOrIndex::from(0..*length)));
    let file = dataset.space()?.select(Hyperslab::from(slices))?;
    // Of the selection's own shape: between different shapes HDF5 goes element by element.
    let mut block = shape;
    block[0] = values.len() / width;
    let (memory, space) = (Datatype::from_type::<T>()?, Dataspace::try_new(block)?);
    sync(|| {
        // SAFETY: `values` has as many elements as both selections, of the type that `memory` describes.
        h5check(unsafe {
            H5Dwrite(dataset.id(), memory.id(), space.id(), file.id(), H5P_DEFAULT, values.as_ptr().cast())
        })
    })?;
    Ok(())
}
