//! A decompressed block whose bits are still transposed.
//!
//! The planes tell what a block holds before its elements are laid out: where all but the lowest planes are empty, elements
//! need half of their bytes or less.

#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(target_arch = "x86_64")]
mod x86;

use crate::Isa;
use crate::bitshuffle::{GROUP, unshuffle};

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
        if used.is_empty() || high.is_empty() {
            return true;
        }
        #[cfg(target_arch = "x86_64")]
        let done = x86::columns(self.isa, high, used);
        #[cfg(target_arch = "aarch64")]
        let done = neon::columns(self.isa, high, used);
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let done = Some(0);
        done.is_some_and(|done| are_unused(high, used, done))
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

/// True when no plane of `planes` has a bit that `used` has, too, from byte `first` of each on.
fn are_unused(planes: &[u8], used: &[u8], first: usize) -> bool {
    let mut found = 0;
    for plane in planes.chunks_exact(used.len()) {
        for (byte, used) in plane[first..].iter().zip(&used[first..]) {
            found |= byte & used;
        }
    }
    found == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_fit_when_no_used_one_has_a_higher_bit_whatever_the_others_hold() {
        for isa in Isa::available() {
            for (elem_size, elems) in [(1, 8), (2, 512), (4, 2048), (4, 8 * 131), (8, 1024 + 8)] {
                let used: Vec<u8> = (0..elems / 8).map(|i| (i * 37) as u8 & 0xee).collect();
                let is_used = |elem: usize| used[elem / 8] >> (elem % 8) & 1 != 0;
                for bits in [0, 1, 7, 13, 15, 8 * elem_size] {
                    for elem in [0, 3, elems / 2 + 1, elems - 8, elems - 5, elems - 1] {
                        // All ones below the limit everywhere, and one bit above it.
                        let mut bytes = vec![0; elem_size * elems];
                        bytes[..(bits * elems / 8).min(elem_size * elems)].fill(255);
                        let above = bits < 8 * elem_size;
                        if above {
                            bytes[(8 * elem_size - 1) * elems / 8 + elem / 8] |= 1 << (elem % 8);
                        }
                        let planes = Planes { isa, elem_size, bytes: &bytes };
                        let what = format!("{isa}: {elems} of {elem_size} bytes, {bits} bits, element {elem}");
                        assert_eq!(planes.fit(bits, &used), !(above && is_used(elem)), "{what}");
                    }
                }
            }
        }
    }

    #[test]
    fn narrow_elements_are_the_lowest_bytes_of_all() {
        for isa in Isa::available() {
            for elem_size in [1, 2, 4, 8] {
                let elems: Vec<u8> = (0..elem_size * 1032).map(|i| (i * 7 + i / 256) as u8).collect();
                let mut bytes = vec![0; elems.len()];
                crate::bitshuffle::shuffle(isa, elem_size, &elems, &mut bytes);
                let kept = elem_size.min(2);
                let mut narrow = vec![9; 1032 * kept];
                Planes { isa, elem_size, bytes: &bytes }.narrow(&mut narrow);
                let expected: Vec<u8> = elems.chunks(elem_size).flat_map(|elem| elem[..kept].to_vec()).collect();
                assert_eq!(narrow, expected, "{isa}, {elem_size} bytes");
            }
        }
    }
}
