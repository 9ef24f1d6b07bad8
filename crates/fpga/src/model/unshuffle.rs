//! Pixels out of a block's bytes, and which of them are marked.

/// The values of `elems` elements of `elem_size` bytes (1, 2 or 4) stored as bit planes: plane `k` is the bytes from `k * elems / 8` on,
/// in which pixel `p` is bit `p % 8` of byte `p / 8`. Widened to 32 bits, with the sign of signed types.
///
/// # Panics
/// When `bytes` is shorter than the elements are, or `elems` no multiple of 8.
#[must_use]
pub fn unshuffle(bytes: &[u8], elems: usize, elem_size: usize, signed: bool) -> Vec<u32> {
    assert_eq!(elems % 8, 0, "planes are whole bytes");
    let bit = |plane: usize, pixel: usize| u32::from(bytes[plane * (elems / 8) + pixel / 8] >> (pixel % 8) & 1);
    let value = |pixel| (0..8 * elem_size).map(|plane| bit(plane, pixel) << plane).sum();
    (0..elems).map(|pixel| widen(value(pixel), elem_size, signed)).collect()
}

/// The values of elements of `elem_size` bytes stored as they are, the lowest byte first.
#[must_use]
pub fn raw(bytes: &[u8], elem_size: usize, signed: bool) -> Vec<u32> {
    let value = |elem: &[u8]| elem.iter().rev().fold(0, |value, &byte| value << 8 | u32::from(byte));
    bytes.chunks_exact(elem_size).map(|elem| widen(value(elem), elem_size, signed)).collect()
}

fn widen(value: u32, elem_size: usize, signed: bool) -> u32 {
    let unused = 32 - 8 * elem_size as u32;
    if signed { ((value << unused) as i32 >> unused) as u32 } else { value }
}

/// The planes of a block that are not all zeros, a bit each.
#[must_use]
pub fn planes(bytes: &[u8], elems: usize, elem_size: usize) -> u32 {
    let plane = |k: usize| &bytes[k * (elems / 8)..(k + 1) * (elems / 8)];
    (0..8 * elem_size).filter(|&k| plane(k).iter().any(|&byte| byte != 0)).map(|k| 1 << k).sum()
}

/// Two ranges of values whose pixels are marked, as (lowest value, highest minus lowest).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// Whether there are any.
    pub on: bool,
    /// The ranges.
    pub ranges: [(u32, u32); 2],
}

impl Marks {
    /// Whether a widened value is in one of the ranges, which wrap around modulo 2^32.
    #[must_use]
    pub fn marks(&self, value: u32) -> bool {
        self.on && self.ranges.iter().any(|&(low, span)| value.wrapping_sub(low) <= span)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aureole_codec::{Isa, bitshuffle::shuffle};

    #[test]
    fn planes_are_those_of_the_codec() {
        for elem_size in [1, 2, 4] {
            let elems = 40;
            let bytes: Vec<u8> = (0..elems * elem_size).map(|i| (i * i * 29 + 7) as u8).collect();
            let mut stored = vec![0; bytes.len()];
            shuffle(Isa::SCALAR, elem_size, &bytes, &mut stored);
            for signed in [false, true] {
                assert_eq!(unshuffle(&stored, elems, elem_size, signed), raw(&bytes, elem_size, signed));
            }
        }
    }

    #[test]
    fn signs_are_kept_and_ranges_wrap() {
        assert_eq!(raw(&[0xfe, 0xff, 1, 0], 2, true), [-2_i32 as u32, 1]);
        assert_eq!(raw(&[0xfe, 0xff], 2, false), [0xfffe]);
        let marks = Marks { on: true, ranges: [(-2_i32 as u32, 3), (100, 0)] };
        let marked: Vec<i32> = (-4..200).filter(|&value| marks.marks(value as u32)).collect();
        assert_eq!(marked, [-2, -1, 0, 1, 100]);
        assert!(!Marks { on: false, ..marks }.marks(0));
    }
}
