//! The inner loop for small pixels: two of them in one 32-bit value.
//!
//! A pair holds pixels `2 k` and `2 k + 1` in its low and its high half, and a tile of pairs has half the size of one of
//! pixels. Coefficients are cut into two *pieces* of [`Pieces::bits`] bits, `C = C₀ + C₁·2^bits`, so that one 16-bit multiplication
//! of a pair with a pair of pieces, and one addition to a sum of 32 bits, serve two pixels of each of sixteen frames. Runs are so
//! short that these sums hold all that comes; they are put together and added to those of 64 bits when a run ends. All of it is exact:
//! the sums are those of [`add_tile`](super::add_tile), to the last bit.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;

use aureole_codec::Isa;

use super::Run;
use crate::sums::{LANES, slot};

/// The most entries of a run.
pub const MOST_IN_RUN: usize = 32;

/// How coefficients are cut.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pieces {
    /// Bits of the lower piece.
    pub bits: u32,
}

impl Pieces {
    /// The cut for coefficients of at most `2^fraction_bits`, into halves as good as equal.
    #[must_use]
    pub const fn of(fraction_bits: u32) -> Pieces {
        Pieces { bits: fraction_bits.div_ceil(2) }
    }

    /// Bits that a pixel may have: [`MOST_IN_RUN`] times two products of it and a piece (at most `2^bits`) stay below `2³¹`, and
    /// it has no sign as a 16-bit integer.
    #[must_use]
    pub const fn pixel_bits(self) -> usize {
        let room = 31 - MOST_IN_RUN.ilog2() - 1 - self.bits;
        if room < 15 { room as usize } else { 15 }
    }

    /// Both pieces of two coefficients, those of the second one in the high half: the lower pieces, then the higher ones.
    #[must_use]
    pub const fn cut(self, coefficients: [u32; 2]) -> (u32, u32) {
        let low = (1 << self.bits) - 1;
        let [first, second] = coefficients;
        (first & low | (second & low) << 16, first >> self.bits | second >> self.bits << 16)
    }
}

/// The part of a plan's table of pairs that belongs to one slice.
#[derive(Clone, Copy, Debug)]
pub struct PairEntries<'a> {
    /// How the coefficients are cut.
    pub pieces: Pieces,
    /// Bins and the number of entries in each, at most [`MOST_IN_RUN`]; a bin may have several runs.
    pub runs: &'a [Run],
    /// Pair of each entry, counted from the start of the slice.
    pub pairs: &'a [u16],
    /// Lower and higher pieces of the coefficients of its two pixels.
    pub coefficients: &'a [(u32, u32)],
    /// The same for the coefficients of the variance; empty without an error model.
    pub squares: &'a [(u32, u32)],
}

impl PairEntries<'_> {
    /// Checks what the vector code relies on, as [`Entries::are_sound`](super::Entries::are_sound) does.
    #[must_use]
    pub fn are_sound(&self, pairs: usize, bins: usize) -> bool {
        let entries: usize = self.runs.iter().map(|run| run.len as usize).sum();
        entries == self.pairs.len()
            && entries == self.coefficients.len()
            && (self.squares.is_empty() || self.squares.len() == entries)
            && self.pairs.iter().all(|pair| usize::from(*pair) < pairs)
            && self.runs.iter().all(|run| (run.bin as usize) < bins && run.len as usize <= MOST_IN_RUN)
    }
}

/// Adds a tile of pairs to the sums of sixteen frames, as [`add_tile`](super::add_tile) does one of pixels. Every pixel with a
/// coefficient has to be below `2^pixel_bits`.
///
/// # Panics
/// In debug builds, when the entries are not sound for the tile and the sums.
pub fn add_pairs(isa: Isa, entries: &PairEntries<'_>, tile: &[u32], signal: &mut [u64], variance: &mut [u64]) {
    debug_assert!(entries.are_sound(tile.len() / LANES, signal.len() / LANES));
    debug_assert!(entries.squares.is_empty() || variance.len() == signal.len());
    #[cfg(target_arch = "x86_64")]
    if isa.has_avx512() {
        return avx512::add_pairs(isa, entries, tile, signal, variance);
    } else if isa.has_avx2() {
        return avx2::add_pairs(isa, entries, tile, signal, variance);
    }
    #[cfg(target_arch = "aarch64")]
    if isa.has_neon() {
        return neon::add_pairs(isa, entries, tile, signal, variance);
    }
    let _ = isa;
    add_scalar(entries, tile, signal, variance);
}

/// The portable kernel, and the twin of the vector ones.
fn add_scalar(entries: &PairEntries<'_>, tile: &[u32], signal: &mut [u64], variance: &mut [u64]) {
    let mut entry = 0;
    for run in entries.runs {
        for _ in 0..run.len {
            let pair = &tile[usize::from(entries.pairs[entry]) * LANES..][..LANES];
            for (lane, pair) in pair.iter().enumerate() {
                let place = run.bin as usize * LANES + slot(lane);
                let pixels = [pair & 0xffff, pair >> 16];
                signal[place] =
                    signal[place].wrapping_add(product(entries.pieces, entries.coefficients[entry], pixels));
                if let Some(square) = entries.squares.get(entry) {
                    let pixels = pixels.map(|pixel| pixel.max(1));
                    variance[place] = variance[place].wrapping_add(product(entries.pieces, *square, pixels));
                }
            }
            entry += 1;
        }
    }
}

/// The sum of two pixels times their coefficients.
fn product(pieces: Pieces, (low, high): (u32, u32), pixels: [u32; 2]) -> u64 {
    let coefficient =
        |shift: u32| u64::from(low >> shift & 0xffff) + (u64::from(high >> shift & 0xffff) << pieces.bits);
    coefficient(0) * u64::from(pixels[0]) + coefficient(16) * u64::from(pixels[1])
}

/// Makes a tile of pairs one of pixels: pair `k` becomes pixels `2 k` and `2 k + 1`.
///
/// # Panics
/// When the tile has no room for as many pixels.
pub fn widen_tile(tile: &mut [u32], pairs: usize) {
    assert!(tile.len() >= 2 * pairs * LANES);
    for pair in (0..pairs).rev() {
        let mut both = [0; LANES];
        both.copy_from_slice(&tile[pair * LANES..][..LANES]);
        let (first, second) = tile[2 * pair * LANES..][..2 * LANES].split_at_mut(LANES);
        for (lane, both) in both.into_iter().enumerate() {
            (first[lane], second[lane]) = (both & 0xffff, both >> 16);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::Random;

    /// Pixels and coefficients of the largest values allowed, and random ones; runs of every length.
    fn check(isa: Isa, fraction_bits: u32, largest: bool, squares: bool) {
        let pieces = Pieces::of(fraction_bits);
        let mut random = Random::new(u64::from(fraction_bits));
        let mut below = |most: u64| if largest { most - 1 } else { random.below(most as usize) as u64 } as u32;
        let runs: Vec<Run> = (0..=MOST_IN_RUN as u32).map(|len| Run { bin: len % 7, len }).collect();
        let entries: u32 = runs.iter().map(|run| run.len).sum();
        let tile: Vec<u32> =
            (0..50 * LANES).map(|_| below(1 << pieces.pixel_bits()) | below(1 << pieces.pixel_bits()) << 16).collect();
        let mut cut = || pieces.cut([below((1 << fraction_bits) + 1), below((1 << fraction_bits) + 1)]);
        let coefficients: Vec<(u32, u32)> = (0..entries).map(|_| cut()).collect();
        let entries = PairEntries {
            pieces,
            runs: &runs,
            pairs: &(0..entries).map(|entry| (entry * 13 % 50) as u16).collect::<Vec<_>>(),
            coefficients: &coefficients,
            squares: if squares { &coefficients } else { &[] },
        };
        let dirty = |len: usize| (0..len as u64).map(|i| i << 60 | i).collect::<Vec<_>>();
        let (mut signal, mut variance) = (dirty(7 * LANES), dirty(if squares { 7 * LANES } else { 0 }));
        let (mut twin, mut twin_variance) = (signal.clone(), variance.clone());
        add_scalar(&entries, &tile, &mut twin, &mut twin_variance);
        add_pairs(isa, &entries, &tile, &mut signal, &mut variance);
        assert_eq!((signal, variance), (twin, twin_variance), "{isa}, {fraction_bits} bits");
    }

    #[test]
    fn no_sum_of_a_run_overflows_and_all_instructions_agree() {
        for isa in Isa::available() {
            for fraction_bits in 1..=24 {
                for (largest, squares) in [(true, true), (false, true), (false, false)] {
                    check(isa, fraction_bits, largest, squares);
                }
            }
        }
    }

    #[test]
    fn pieces_put_together_are_the_coefficient() {
        for fraction_bits in 1..=24 {
            let pieces = Pieces::of(fraction_bits);
            for coefficient in [0, 1, (1 << fraction_bits) - 1, 1 << fraction_bits] {
                assert_eq!(product(pieces, pieces.cut([coefficient, 0]), [3, 5]), 3 * u64::from(coefficient));
                assert_eq!(product(pieces, pieces.cut([0, coefficient]), [3, 5]), 5 * u64::from(coefficient));
            }
        }
    }

    #[test]
    fn a_widened_tile_holds_the_pixels_of_its_pairs() {
        let pairs: Vec<u32> = (0..5 * LANES as u32).map(|i| i | (i + 1000) << 16).collect();
        let mut tile = pairs.clone();
        tile.resize(2 * pairs.len(), 77);
        widen_tile(&mut tile, 5);
        for (i, pair) in pairs.iter().enumerate() {
            let (row, lane) = (i / LANES, i % LANES);
            assert_eq!([tile[2 * row * LANES + lane], tile[(2 * row + 1) * LANES + lane]], [pair & 0xffff, pair >> 16]);
        }
    }
}
