//! Sixteen frames in two 256-bit registers.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm256_add_epi64, _mm256_loadu_si256, _mm256_max_epi32, _mm256_max_epu32, _mm256_mul_epi32,
    _mm256_mul_epu32, _mm256_or_si256, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_srli_epi64, _mm256_storeu_si256,
};

use aureole_codec::Isa;

use super::{Entries, Seen};
use crate::sums::LANES;

/// 32-bit values, and so frames, of one register.
const HALF: usize = LANES / 2;

/// See [`super::add_tile`]; `isa` has AVX2.
pub(super) fn add_tile(
    isa: Isa,
    signed: bool,
    entries: &Entries<'_>,
    tile: &[u32],
    signal: &mut [u64],
    variance: &mut [u64],
) -> Seen {
    assert!(isa.has_avx2());
    let mut seen = [0; LANES];
    for half in 0..2 {
        // SAFETY: an `Isa` with AVX2 exists only on a CPU that has it.
        let part = unsafe {
            match (signed, entries.squares.is_empty()) {
                (false, true) => add::<false, false>(half, entries, tile, signal, variance),
                (false, false) => add::<false, true>(half, entries, tile, signal, variance),
                (true, true) => add::<true, false>(half, entries, tile, signal, variance),
                (true, false) => add::<true, true>(half, entries, tile, signal, variance),
            }
        };
        seen[half * HALF..][..HALF].copy_from_slice(&part);
    }
    seen
}

/// Adds eight of the sixteen frames: with four accumulators for each of signal and variance, all fit the registers.
#[target_feature(enable = "avx2")]
fn add<const SIGNED: bool, const SQUARES: bool>(
    half: usize,
    entries: &Entries<'_>,
    tile: &[u32],
    signal: &mut [u64],
    variance: &mut [u64],
) -> [u32; HALF] {
    let mut seen = _mm256_setzero_si256();
    let mut start = 0;
    for run in entries.runs {
        let range = start..start + run.len as usize;
        start = range.end;
        let bin = run.bin as usize * LANES..(run.bin as usize + 1) * LANES;
        let sums = &mut signal[bin.clone()];
        let (mut even, mut odd) = (load(sums, half * 4), load(sums, HALF + half * 4));
        for (pixel, coefficient) in entries.pixels[range.clone()].iter().zip(&entries.coefficients[range.clone()]) {
            let raw = load_tile(tile, *pixel, half);
            seen = _mm256_or_si256(seen, raw);
            (even, odd) = multiply_add::<SIGNED>(raw, *coefficient, even, odd);
        }
        store(sums, half * 4, even);
        store(sums, HALF + half * 4, odd);
        if SQUARES {
            let sums = &mut variance[bin];
            let (mut even, mut odd) = (load(sums, half * 4), load(sums, HALF + half * 4));
            for (pixel, square) in entries.pixels[range.clone()].iter().zip(&entries.squares[range]) {
                let raw = at_least_one::<SIGNED>(load_tile(tile, *pixel, half));
                (even, odd) = multiply_add::<SIGNED>(raw, *square, even, odd);
            }
            store(sums, half * 4, even);
            store(sums, HALF + half * 4, odd);
        }
    }
    let mut lanes = [0; HALF];
    // SAFETY: the array has 32 bytes.
    unsafe { _mm256_storeu_si256(lanes.as_mut_ptr().cast(), seen) };
    lanes
}

#[inline]
#[target_feature(enable = "avx2")]
fn multiply_add<const SIGNED: bool>(raw: __m256i, coefficient: u32, even: __m256i, odd: __m256i) -> (__m256i, __m256i) {
    let coefficient = _mm256_set1_epi32(coefficient.cast_signed());
    let high = _mm256_srli_epi64::<32>(raw);
    let (low, high) = if SIGNED {
        (_mm256_mul_epi32(raw, coefficient), _mm256_mul_epi32(high, coefficient))
    } else {
        (_mm256_mul_epu32(raw, coefficient), _mm256_mul_epu32(high, coefficient))
    };
    (_mm256_add_epi64(even, low), _mm256_add_epi64(odd, high))
}

#[inline]
#[target_feature(enable = "avx2")]
fn at_least_one<const SIGNED: bool>(raw: __m256i) -> __m256i {
    let one = _mm256_set1_epi32(1);
    if SIGNED { _mm256_max_epi32(raw, one) } else { _mm256_max_epu32(raw, one) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load_tile(tile: &[u32], pixel: u16, half: usize) -> __m256i {
    let values = &tile[usize::from(pixel) * LANES + half * HALF..][..HALF];
    // SAFETY: the slice has 32 bytes.
    unsafe { _mm256_loadu_si256(values.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(sums: &[u64], at: usize) -> __m256i {
    let values = &sums[at..at + 4];
    // SAFETY: the slice has 32 bytes.
    unsafe { _mm256_loadu_si256(values.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(sums: &mut [u64], at: usize, values: __m256i) {
    let sums = &mut sums[at..at + 4];
    // SAFETY: the slice has 32 bytes.
    unsafe { _mm256_storeu_si256(sums.as_mut_ptr().cast(), values) };
}
