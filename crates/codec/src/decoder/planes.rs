//! A decompressed block whose bits are still transposed.
//!
//! The planes tell what a block holds before its elements are laid out: where all but the lowest planes are empty, elements
//! need half of their bytes or less.

use crate::Isa;
use crate::bitshuffle::{GROUP, unshuffle};

/// Bytes of every plane that are looked at together, so that they stay in registers.
const COLUMN: usize = 64;

/// The bit planes of a block: those of the lowest bit first, one bit an element each.
#[derive(Clone, Copy, Debug)]
pub struct Planes<'a> {
    pub(super) isa: Isa,
    pub(super) elem_size: usize,
    pub(super) bytes: &'a [u8],
}

impl Planes<'_> {
    /// Number of elements, a multiple of 8.
    #[must_use]
    pub fn elems(&self) -> usize {
        self.bytes.len() / self.elem_size
    }

    /// True when the elements of interest are smaller than `2^bits`: `used` has a bit for each element, that of the first
    /// one lowest in the first byte. Elements are taken as unsigned, so that a negative one is never small.
    ///
    /// # Panics
    /// When `used` has another number of bits than there are elements.
    #[must_use]
    pub fn fit(&self, bits: usize, used: &[u8]) -> bool {
        assert_eq!(used.len() * GROUP, self.elems(), "one bit an element");
        let high = self.bytes.get(bits * used.len()..).unwrap_or_default();
        #[cfg(target_arch = "x86_64")]
        if self.isa.has_avx2() {
            // SAFETY: an `Isa` with AVX2 exists only on a CPU that has it.
            #[allow(unsafe_code)]
            return unsafe { are_unused_avx2(high, used) };
        }
        are_unused(high, used)
    }

    /// Lays out the lowest two bytes of every element, or the only one it has; `out` has as many bytes.
    ///
    /// # Panics
    /// When `out` has another length.
    pub fn narrow(&self, out: &mut [u8]) {
        let size = self.elem_size.min(2);
        unshuffle(self.isa, size, &self.bytes[..self.elems() * size], out);
    }
}

/// True when no plane of `planes` has a bit that `used` has, too.
#[inline(always)]
#[expect(clippy::inline_always, reason = "it takes on the instructions of its caller")]
fn are_unused(planes: &[u8], used: &[u8]) -> bool {
    let len = used.len();
    let mut columns = used.chunks_exact(COLUMN);
    let mut found = 0;
    for (column, used) in columns.by_ref().enumerate() {
        let mut any = [0; COLUMN];
        for plane in planes.chunks_exact(len) {
            let bytes = &plane[column * COLUMN..][..COLUMN];
            any.iter_mut().zip(bytes).for_each(|(any, byte)| *any |= byte);
        }
        found |= any.iter().zip(used).fold(0, |found, (any, used)| found | any & used);
    }
    let rest = len - columns.remainder().len();
    for plane in planes.chunks_exact(len) {
        found |= plane[rest..].iter().zip(columns.remainder()).fold(0, |found, (byte, used)| found | byte & used);
    }
    found == 0
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn are_unused_avx2(planes: &[u8], used: &[u8]) -> bool {
    are_unused(planes, used)
}
