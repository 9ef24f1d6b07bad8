//! Filter 32015: Zstandard.

use crate::DecodeError;
use crate::filter::scratch::Scratch;

/// The decoded length that a Zstandard frame states in its header, where it does.
#[must_use]
pub fn stated_length(frame: &[u8]) -> Option<u64> {
    zstd::zstd_safe::get_frame_content_size(frame).ok().flatten()
}

/// Decompresses `src` into the start of `dst` and returns the decoded length.
pub(crate) fn undo(scratch: &mut Scratch, src: &[u8], dst: &mut [u8]) -> Result<usize, DecodeError> {
    scratch.zstd()?.decompress_to_buffer(src, dst).map_err(|_| DecodeError::Corrupt)
}
