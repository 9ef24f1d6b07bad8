//! Sixteen pairs in two 256-bit registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, __m256i, _mm_cvtsi32_si128, _mm256_add_epi32, _mm256_add_epi64, _mm256_and_si256, _mm256_loadu_si256,
    _mm256_madd_epi16, _mm256_max_epu16, _mm256_set1_epi16, _mm256_set1_epi32, _mm256_set1_epi64x,
    _mm256_setzero_si256, _mm256_sll_epi64, _mm256_srli_epi64, _mm256_storeu_si256,
};

use aureole_codec::Isa;

use super::PairEntries;
use crate::sums::LANES;

/// Pairs, and so frames, of one register.
const HALF: usize = LANES / 2;

/// The sums of both pieces, those of eight frames each.
type Sums = [[__m256i; 2]; 2];

/// See [`super::add_pairs`]; `isa` has AVX2.
pub(super) fn add_pairs(isa: Isa, entries: &PairEntries<'_>, tile: &[u32], signal: &mut [u64], variance: &mut [u64]) {
    assert!(isa.has_avx2());
    // SAFETY: an `Isa` with AVX2 exists only on a CPU that has it.
    unsafe {
        if entries.squares.is_empty() {
            add::<false>(entries, tile, signal, variance);
        } else {
            add::<true>(entries, tile, signal, variance);
        }
    }
}

#[target_feature(enable = "avx2")]
fn add<const SQUARES: bool>(entries: &PairEntries<'_>, tile: &[u32], signal: &mut [u64], variance: &mut [u64]) {
    let bits = _mm_cvtsi32_si128(entries.pieces.bits.cast_signed());
    let one = _mm256_set1_epi16(1);
    let mut rest = (entries.pairs, entries.coefficients, entries.squares);
    for run in entries.runs {
        let len = run.len as usize;
        let (pairs, later_pairs) = rest.0.split_at(len);
        let (coefficients, later_coefficients) = rest.1.split_at(len);
        let (squares, later_squares) = rest.2.split_at(if SQUARES { len } else { 0 });
        rest = (later_pairs, later_coefficients, later_squares);
        let mut sum = [[_mm256_setzero_si256(); 2]; 2];
        let mut square = sum;
        for (entry, (pair, coefficient)) in pairs.iter().zip(coefficients).enumerate() {
            let pixels = load_pairs(tile, *pair);
            sum = multiply_add(sum, pixels, *coefficient);
            if SQUARES {
                square = multiply_add(square, pixels.map(|pixels| _mm256_max_epu16(pixels, one)), squares[entry]);
            }
        }
        let bin = run.bin as usize * LANES..(run.bin as usize + 1) * LANES;
        flush(&mut signal[bin.clone()], sum, bits);
        if SQUARES {
            flush(&mut variance[bin], square, bits);
        }
    }
}

/// Both pieces' sums of the sixteen frames, each with the products of its two pixels added.
#[inline]
#[target_feature(enable = "avx2")]
fn multiply_add([low, high]: Sums, pixels: [__m256i; 2], pieces: (u32, u32)) -> Sums {
    let add = |sums: [__m256i; 2], pieces: u32| {
        let pieces = _mm256_set1_epi32(pieces.cast_signed());
        [
            _mm256_add_epi32(sums[0], _mm256_madd_epi16(pixels[0], pieces)),
            _mm256_add_epi32(sums[1], _mm256_madd_epi16(pixels[1], pieces)),
        ]
    };
    [add(low, pieces.0), add(high, pieces.1)]
}

/// Puts the pieces together, `low + high·2^bits`, and adds them to the sums of 64 bits.
#[inline]
#[target_feature(enable = "avx2")]
fn flush(sums: &mut [u64], [low, high]: Sums, bits: __m128i) {
    let even = |sum: __m256i| _mm256_and_si256(sum, _mm256_set1_epi64x(0xffff_ffff));
    let odd = |sum: __m256i| _mm256_srli_epi64::<32>(sum);
    let together = |low, high| _mm256_add_epi64(low, _mm256_sll_epi64(high, bits));
    for half in 0..2 {
        add_to(sums, half * 4, together(even(low[half]), even(high[half])));
        add_to(sums, HALF + half * 4, together(odd(low[half]), odd(high[half])));
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn add_to(sums: &mut [u64], at: usize, value: __m256i) {
    let sums = &mut sums[at..at + 4];
    // SAFETY: the slice has 32 bytes.
    unsafe {
        let sum = _mm256_add_epi64(_mm256_loadu_si256(sums.as_ptr().cast()), value);
        _mm256_storeu_si256(sums.as_mut_ptr().cast(), sum);
    }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_pairs(tile: &[u32], pair: u16) -> [__m256i; 2] {
    let values = &tile[usize::from(pair) * LANES..][..LANES];
    // SAFETY: the slice has 64 bytes.
    unsafe { [_mm256_loadu_si256(values.as_ptr().cast()), _mm256_loadu_si256(values.as_ptr().add(HALF).cast())] }
}
