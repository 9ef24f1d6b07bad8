//! Filter 1: zlib.

use flate2::{Decompress, FlushDecompress, Status};

use crate::DecodeError;

/// Decompresses `src` into the start of `dst` and returns the decoded length.
pub(crate) fn undo(state: &mut Decompress, src: &[u8], dst: &mut [u8]) -> Result<usize, DecodeError> {
    state.reset(true);
    let status = state.decompress(src, dst, FlushDecompress::Finish).map_err(|_| DecodeError::Corrupt)?;
    let decoded = usize::try_from(state.total_out()).map_err(|_| DecodeError::WrongLength)?;
    match status {
        Status::StreamEnd => Ok(decoded),
        _ if decoded == dst.len() => Err(DecodeError::WrongLength),
        _ => Err(DecodeError::Truncated),
    }
}
