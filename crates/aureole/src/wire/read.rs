//! Taking words, text and numbers from bytes of which nothing is known.

use bytemuck::{Pod, cast_slice_mut};

use super::{MOST_REASON, WireError};

/// The bytes that are left.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    taken: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, taken: 0 }
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], WireError> {
        let left = &self.bytes[self.taken..];
        let taken = left
            .get(..count)
            .ok_or_else(|| WireError::Short { there: self.bytes.len(), needed: count - left.len() })?;
        self.taken += count;
        Ok(taken)
    }

    pub(super) fn words<const N: usize>(&mut self) -> Result<[u64; N], WireError> {
        let mut words = [0; N];
        self.fill(&mut words)?;
        Ok(words)
    }

    /// Overwrites `values`.
    pub(super) fn fill<T: Pod>(&mut self, values: &mut [T]) -> Result<(), WireError> {
        let bytes: &mut [u8] = cast_slice_mut(values);
        bytes.copy_from_slice(self.take(bytes.len())?);
        Ok(())
    }

    pub(super) fn text(&mut self, length: u64) -> Result<&'a str, WireError> {
        let most = usize::try_from(length).ok().filter(|length| *length <= MOST_REASON);
        let length = most.ok_or(WireError::Value("a reason of this length,", length))?;
        std::str::from_utf8(self.take(length)?).map_err(|_| WireError::Text)
    }

    pub(super) fn finish(self) -> Result<(), WireError> {
        match self.bytes.len() - self.taken {
            0 => Ok(()),
            left => Err(WireError::Trailing(left)),
        }
    }
}
