//! HDF5's filters, each undone by a module of its own.

pub(crate) mod bitshuffle;
pub(crate) mod blosc;
mod blosclz;
pub(crate) mod bzip2;
pub(crate) mod deflate;
pub(crate) mod fletcher32;
pub(crate) mod lz4;
pub(crate) mod lzf;
pub(crate) mod scratch;
pub(crate) mod shuffle;
pub(crate) mod zstd;

use crate::DecodeError;

/// Takes a big-endian number of 4 bytes at `at`.
fn be32(data: &[u8], at: usize) -> Result<usize, DecodeError> {
    let bytes = data.get(at..).and_then(|rest| rest.first_chunk()).ok_or(DecodeError::Truncated)?;
    usize::try_from(u32::from_be_bytes(*bytes)).map_err(|_| DecodeError::BadHeader)
}

/// Takes a big-endian number of 8 bytes at `at`.
fn be64(data: &[u8], at: usize) -> Result<usize, DecodeError> {
    let bytes = data.get(at..).and_then(|rest| rest.first_chunk()).ok_or(DecodeError::Truncated)?;
    usize::try_from(u64::from_be_bytes(*bytes)).map_err(|_| DecodeError::BadHeader)
}
