//! Sums of a frame's bins.

use super::plan::Word;

/// A pixel as `accumulate` finds it: its value of 32 bits and whether it is marked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pixel {
    /// The value, with its sign for signed types.
    pub value: u32,
    /// Whether its value is one of those that are masked.
    pub marked: bool,
}

/// A block as `accumulate` finds it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Block {
    /// 0, or why there are no pixels: 1 or 2.
    pub status: u8,
    /// Pixels, as many as words of the plan ask for.
    pub pixels: Vec<Pixel>,
}

/// What comes out for a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sums {
    /// 0, or why the sums mean nothing: 1, 2 or 3.
    pub status: u8,
    /// By bin, modulo 2^64.
    pub bins: Vec<u64>,
}

/// The sums of a frame by a plan whose words are those of all its blocks, in order. `bad`: the chunk was cut off or did not fit.
/// Entries whose bin is `bins` or more, and words for blocks with a status, have no effect.
///
/// # Panics
/// When the words' `last` do not end as many blocks as there are, or an entry names a pixel that its block does not have.
#[must_use]
pub fn accumulate(words: &[Word], blocks: &[Block], bins: usize, signed: bool, bad: bool) -> Sums {
    let mut sums = vec![0_u64; bins];
    let mut marked = false;
    let mut block = 0;
    for word in words {
        let slots = word.entries.len();
        for (slot, entry) in word.entries.iter().enumerate() {
            let Some(entry) = entry.filter(|entry| blocks[block].status == 0 && usize::from(entry.bin) < bins) else {
                continue;
            };
            let pixel = blocks[block].pixels[usize::from(entry.line) * slots + slot];
            let value = if signed { i64::from(pixel.value as i32) } else { i64::from(pixel.value) };
            let value = if entry.variance { value.max(1) } else { value };
            let sum = &mut sums[usize::from(entry.bin)];
            *sum = sum.wrapping_add((value as u64).wrapping_mul(u64::from(entry.coefficient)));
            marked |= pixel.marked;
        }
        block += usize::from(word.last);
    }
    assert_eq!(block, blocks.len(), "every block has words");
    let of_blocks = blocks.iter().map(|block| block.status);
    let of_frame = [if bad { 2 } else { 0 }, if marked { 3 } else { 0 }];
    let status = of_blocks.chain(of_frame).filter(|&status| status != 0).min().unwrap_or(0);
    Sums { status, bins: sums }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plan::Entry;

    fn word(coefficient: u32, line: u16, variance: bool, last: bool) -> Word {
        Word { entries: vec![None, Some(Entry { coefficient, bin: 1, line, variance })], last }
    }

    fn block(status: u8, values: [i32; 4], marked: bool) -> Block {
        Block { status, pixels: values.map(|value| Pixel { value: value as u32, marked }).to_vec() }
    }

    #[test]
    fn products_are_added_with_their_signs() {
        let words = [word(10, 0, false, false), word(3, 1, true, true), word(1, 0, false, true)];
        let blocks = [block(0, [7, -5, 7, -9], false), block(0, [7, 2, 7, 7], false)];
        assert_eq!(accumulate(&words, &blocks, 2, true, false), Sums { status: 0, bins: vec![0, -45_i64 as u64] });
        assert_eq!(accumulate(&words, &blocks, 1, true, false).bins, [0]);
        let unsigned = accumulate(&words, &blocks, 2, false, false).bins[1];
        assert_eq!(unsigned, 10 * u64::from(-5_i32 as u32) + 3 * u64::from(-9_i32 as u32) + 2);
    }

    #[test]
    fn the_lowest_status_wins() {
        let words = [word(1, 0, false, true), word(1, 0, false, true)];
        let frame = |first: u8, marked: bool, bad: bool| {
            accumulate(&words, &[block(first, [1; 4], marked), block(0, [1; 4], false)], 2, false, bad)
        };
        assert_eq!(frame(1, false, true), Sums { status: 1, bins: vec![0, 1] });
        assert_eq!(frame(2, false, false).status, 2);
        assert_eq!(frame(0, true, true).status, 2);
        assert_eq!(frame(0, true, false).status, 3);
        // A bad block has no pixels that could be marked.
        assert_eq!(frame(2, true, false).status, 2);
        assert_eq!(frame(0, false, false).status, 0);
    }
}
