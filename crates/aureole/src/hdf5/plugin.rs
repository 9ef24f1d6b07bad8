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

/// Makes bitshuffle (32008), LZ4 (32004), Zstandard (32015), Blosc (32001) and LZF (32000) known to the library, once, unless it has
/// them from a plug-in. Returns true
/// when bitshuffle is ours and not a plug-in's.
pub(crate) fn register() -> bool {
    static OURS: OnceLock<bool> = OnceLock::new();
    *OURS.get_or_init(|| {
        sync(|| {
            let ours = register_one(32008, c"aureole bitshuffle", undo_bitshuffle);
            register_one(32004, c"aureole LZ4", undo_lz4);
            register_one(32015, c"aureole Zstandard", undo_zstd);
            register_one(32001, c"aureole Blosc", undo_blosc);
            register_one(32000, c"aureole LZF", undo_lzf);
            ours
        })
    })
}

/// Most bytes that the other compressors make of one, more than they ever do.
const RATIO: u64 = 1 << 16;

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

/// A callback of the library that decodes chunks of the format that a function finds.
macro_rules! callback {
    ($name:ident, $format:path) => {
        /// Safety: as HDF5 calls a filter, see [`filter`].
        unsafe extern "C" fn $name(
            flags: c_uint,
            count: usize,
            values: *const c_uint,
            length: usize,
            size: *mut usize,
            buffer: *mut *mut c_void,
        ) -> usize {
            // SAFETY: passed on as received.
            unsafe { filter(flags, (values, count), length, size, buffer, $format) }
        }
    };
}

callback!(undo_bitshuffle, bitshuffle_format);
callback!(undo_lz4, lz4_format);
callback!(undo_zstd, zstd_format);
callback!(undo_blosc, blosc_format);
callback!(undo_lzf, lzf_format);

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
        3 => (Compression::Zstd, believable(u64::from_be_bytes(*input.first_chunk()?), input)?),
        _ => return None,
    };
    let filter = Filter::Bitshuffle { block_elems, compression };
    let whole = elem_size > 0 && bytes % elem_size == 0;
    whole.then(|| ChunkFormat::new(vec![filter], elem_size, bytes / elem_size).ok())?
}

fn lz4_format(_: &[c_uint], input: &[u8]) -> Option<ChunkFormat> {
    ChunkFormat::new(vec![Filter::Lz4], 1, stated_length(input)?).ok()
}

/// The length stands in the header, where the compressor was told it.
fn zstd_format(_: &[c_uint], input: &[u8]) -> Option<ChunkFormat> {
    let stated = aureole_codec::zstd_stated_length(input)?;
    ChunkFormat::new(vec![Filter::Zstd], 1, believable(stated, input)?).ok()
}

fn blosc_format(_: &[c_uint], input: &[u8]) -> Option<ChunkFormat> {
    let stated = u32::from_le_bytes(*input.get(4..)?.first_chunk()?);
    ChunkFormat::new(vec![Filter::Blosc], 1, believable(stated.into(), input)?).ok()
}

/// h5py keeps the length of a chunk with the dataset.
fn lzf_format(values: &[c_uint], input: &[u8]) -> Option<ChunkFormat> {
    let stated = believable((*values.get(2)?).into(), input)?;
    ChunkFormat::new(vec![Filter::Lzf], 1, stated).ok()
}

/// A length that the other compressors can make of the input.
fn believable(stated: u64, input: &[u8]) -> Option<usize> {
    (stated <= RATIO.saturating_mul(input.len() as u64)).then(|| usize::try_from(stated).ok())?
}

/// The decoded length that a chunk states, if LZ4 can make that much of it.
fn stated_length(input: &[u8]) -> Option<usize> {
    let stated = u64::from_be_bytes(*input.first_chunk::<8>()?);
    (stated <= LZ4_RATIO * input.len() as u64).then(|| usize::try_from(stated).ok())?
}
