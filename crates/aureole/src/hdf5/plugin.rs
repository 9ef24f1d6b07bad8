//! Our decoders as filters of the HDF5 library, for what it reads itself: virtual datasets and odd chunks.
#![allow(unsafe_code)] // A filter is a C callback.

use std::ffi::{c_int, c_uint, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;
use std::sync::OnceLock;

use aureole_codec::{ChunkFormat, Compression, Decoder, Filter, Isa};
use hdf5_metno::sync::sync;
use hdf5_metno_sys::h5::{H5allocate_memory, H5free_memory};
use hdf5_metno_sys::h5z::{H5Z_CLASS_T_VERS, H5Z_FLAG_REVERSE, H5Z_class2_t, H5Zfilter_avail, H5Zregister};

/// Most bytes LZ4 makes of one.
const LZ4_RATIO: u64 = 255;

/// Makes bitshuffle (32008) and LZ4 (32004) known to the library, once, unless it has them from a plug-in. Returns true
/// when bitshuffle is ours and not a plug-in's.
pub(crate) fn register() -> bool {
    static OURS: OnceLock<bool> = OnceLock::new();
    *OURS.get_or_init(|| {
        sync(|| {
            let ours = register_one(32008, c"aureole bitshuffle", undo_bitshuffle);
            register_one(32004, c"aureole LZ4", undo_lz4);
            ours
        })
    })
}

type Callback = unsafe extern "C" fn(c_uint, usize, *const c_uint, usize, *mut usize, *mut *mut c_void) -> usize;

fn register_one(id: c_int, name: &'static std::ffi::CStr, callback: Callback) -> bool {
    let class = H5Z_class2_t {
        version: H5Z_CLASS_T_VERS as c_int,
        id,
        // Else HDF5 refuses to create datasets with it; to encode, the callback fails, which an optional filter may.
        encoder_present: 1,
        decoder_present: 1,
        name: name.as_ptr(),
        can_apply: None,
        set_local: None,
        filter: Some(callback),
    };
    // SAFETY: the library copies the class; the name and the callback live as long as the program.
    unsafe { H5Zfilter_avail(id) <= 0 && H5Zregister((&raw const class).cast()) >= 0 }
}

/// Safety: as HDF5 calls a filter, see [`filter`].
unsafe extern "C" fn undo_bitshuffle(
    flags: c_uint,
    count: usize,
    values: *const c_uint,
    length: usize,
    size: *mut usize,
    buffer: *mut *mut c_void,
) -> usize {
    // SAFETY: passed on as received.
    unsafe { filter(flags, (values, count), length, size, buffer, bitshuffle_format) }
}

/// Safety: as HDF5 calls a filter, see [`filter`].
unsafe extern "C" fn undo_lz4(
    flags: c_uint,
    count: usize,
    values: *const c_uint,
    length: usize,
    size: *mut usize,
    buffer: *mut *mut c_void,
) -> usize {
    // SAFETY: passed on as received.
    unsafe { filter(flags, (values, count), length, size, buffer, lz4_format) }
}

/// Replaces the buffer by its decoded bytes; 0 tells the library that it failed.
///
/// # Safety
/// `values` has the stated count; `*buffer` is a buffer of the library with at least `length` bytes, `*size` its size.
unsafe fn filter(
    flags: c_uint,
    (values, count): (*const c_uint, usize),
    length: usize,
    size: *mut usize,
    buffer: *mut *mut c_void,
    format: fn(&[c_uint], &[u8]) -> Option<ChunkFormat>,
) -> usize {
    if flags & H5Z_FLAG_REVERSE == 0 {
        return 0;
    }
    // SAFETY: by the caller's promise; a null pointer is not dereferenced.
    let (values, input) = unsafe {
        let values = if values.is_null() { &[] } else { slice::from_raw_parts(values, count) };
        (values, slice::from_raw_parts((*buffer).cast::<u8>(), length))
    };
    let Ok(Some(format)) = catch_unwind(|| format(values, input)) else { return 0 };
    let decoded = format.bytes();
    // SAFETY: the library's memory, zeroed; null when there is not enough.
    let new = unsafe { H5allocate_memory(decoded.max(1), 1) };
    if new.is_null() {
        return 0;
    }
    // SAFETY: the new buffer has that many bytes, all of them initialised, and nobody else knows it yet.
    let out = unsafe { slice::from_raw_parts_mut(new.cast::<u8>(), decoded) };
    let done =
        catch_unwind(AssertUnwindSafe(|| Decoder::new(&format, Isa::best()).decode_chunk(input, 0, out).is_ok()));
    let good = matches!(done, Ok(true));
    // SAFETY: both buffers are the library's own; the one that is not freed here is the one it goes on with.
    unsafe {
        H5free_memory(if good { *buffer } else { new });
        if !good {
            return 0;
        }
        *buffer = new;
        *size = decoded;
    }
    decoded
}

/// The format of a bitshuffle chunk; its decoded length is in its header, or is its own where nothing is compressed.
fn bitshuffle_format(values: &[c_uint], input: &[u8]) -> Option<ChunkFormat> {
    let elem_size = *values.get(2)? as usize;
    let block_elems = values.get(3).copied().unwrap_or(0) as usize;
    let (compression, bytes) = match values.get(4).copied().unwrap_or(0) {
        0 => (Compression::None, input.len()),
        2 => (Compression::Lz4, stated_length(input)?),
        _ => return None,
    };
    let filter = Filter::Bitshuffle { block_elems, compression };
    let whole = elem_size > 0 && bytes % elem_size == 0;
    whole.then(|| ChunkFormat::new(vec![filter], elem_size, bytes / elem_size).ok())?
}

fn lz4_format(_: &[c_uint], input: &[u8]) -> Option<ChunkFormat> {
    ChunkFormat::new(vec![Filter::Lz4], 1, stated_length(input)?).ok()
}

/// The decoded length that a chunk states, if LZ4 can make that much of it.
fn stated_length(input: &[u8]) -> Option<usize> {
    let stated = u64::from_be_bytes(*input.first_chunk::<8>()?);
    (stated <= LZ4_RATIO * input.len() as u64).then(|| usize::try_from(stated).ok())?
}
