//! The stored bytes of a chunk, in memory or still to be read.

use std::ops::Range;

use crate::DecodeError;
use crate::prefetch::prefetch;

/// The stored bytes of a chunk, which need not all be in memory at once: blocks that are decoded in their order ask for parts
/// in theirs.
pub trait ChunkBytes {
    /// Number of bytes of the chunk.
    fn size(&self) -> usize;

    /// A part of the chunk.
    ///
    /// # Errors
    /// `Truncated` when the chunk ends before the part does, `Unread` when it cannot be read.
    fn part(&mut self, range: Range<usize>) -> Result<&[u8], DecodeError>;

    /// Says that a part, or about that, is soon asked for.
    fn expect(&self, range: Range<usize>) {
        let _ = range;
    }
}

impl ChunkBytes for &[u8] {
    fn size(&self) -> usize {
        self.len()
    }

    fn part(&mut self, range: Range<usize>) -> Result<&[u8], DecodeError> {
        self.get(range).ok_or(DecodeError::Truncated)
    }

    fn expect(&self, range: Range<usize>) {
        prefetch(self, range);
    }
}
