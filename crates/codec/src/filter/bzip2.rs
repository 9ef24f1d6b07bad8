//! Filter 307: bzip2.

use bzip2::{Decompress, Status};

use crate::DecodeError;

/// Decompresses `src` into the start of `dst` and returns the decoded length.
pub(crate) fn undo(src: &[u8], dst: &mut [u8]) -> Result<usize, DecodeError> {
    let mut state = Decompress::new(false);
    let status = state.decompress(src, dst).map_err(|_| DecodeError::Corrupt)?;
    let decoded = usize::try_from(state.total_out()).map_err(|_| DecodeError::WrongLength)?;
    match status {
        Status::StreamEnd => Ok(decoded),
        _ if state.total_in() < src.len() as u64 => Err(DecodeError::WrongLength),
        _ => Err(DecodeError::Truncated),
    }
}
