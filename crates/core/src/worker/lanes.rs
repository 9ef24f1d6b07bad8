//! Decoded pixels of the frames in hand, side by side in one buffer.

/// Bytes by which the frames are farther apart than they are long. Lengths are powers of two, and so are the distances at which
/// addresses share a set of the first-level cache: without it the 16 frames of a batch would push each other out.
const APART: usize = 256;

/// Bytes of a cache line.
const LINE: usize = 64;

/// One buffer for the same bytes of each frame.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    bytes: Vec<u8>,
    len: usize,
    stride: usize,
}

impl Lanes {
    /// Makes room for `lanes` frames of `len` bytes each; allocates only where there is too little.
    pub(super) fn reserve(&mut self, lanes: usize, len: usize) {
        (self.len, self.stride) = (len, len.next_multiple_of(LINE) + APART);
        if self.bytes.len() < lanes * self.stride {
            self.bytes.resize(lanes * self.stride, 0);
        }
    }

    /// The bytes of one frame.
    pub(super) fn of(&self, lane: usize) -> &[u8] {
        &self.bytes[lane * self.stride..][..self.len]
    }

    /// The bytes of one frame, to be overwritten.
    pub(super) fn of_mut(&mut self, lane: usize) -> &mut [u8] {
        &mut self.bytes[lane * self.stride..][..self.len]
    }
}
