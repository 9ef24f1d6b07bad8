//! Sixteen frames in one 512-bit register.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512i, _mm512_add_epi64, _mm512_loadu_si512, _mm512_max_epi32, _mm512_max_epu32, _mm512_mul_epi32,
    _mm512_mul_epu32, _mm512_or_si512, _mm512_set1_epi32, _mm512_setzero_si512, _mm512_srli_epi64, _mm512_storeu_si512,
};

use aureole_codec::Isa;

use super::{Entries, Seen};
use crate::sums::LANES;

/// See [`super::add_tile`]; `isa` has AVX-512.
pub(super) fn add_tile(
    isa: Isa,
    signed: bool,
    entries: &Entries<'_>,
    tile: &[u32],
    signal: &mut [u64],
    variance: &mut [u64],
) -> Seen {
    assert!(isa.has_avx512());
    // SAFETY: an `Isa` with AVX-512 exists only on a CPU that has it.
    unsafe {
        match (signed, entries.squares.is_empty()) {
            (false, true) => add::<false, false>(entries, tile, signal, variance),
            (false, false) => add::<false, true>(entries, tile, signal, variance),
            (true, true) => add::<true, false>(entries, tile, signal, variance),
            (true, false) => add::<true, true>(entries, tile, signal, variance),
        }
    }
}

#[target_feature(enable = "avx512f")]
fn add<const SIGNED: bool, const SQUARES: bool>(
    entries: &Entries<'_>,
    tile: &[u32],
    signal: &mut [u64],
    variance: &mut [u64],
) -> Seen {
    let mut seen = _mm512_setzero_si512();
    let mut rest = (entries.pixels, entries.coefficients, entries.squares);
    for run in entries.runs {
        let len = run.len as usize;
        let (pixels, later_pixels) = rest.0.split_at(len);
        let (coefficients, later_coefficients) = rest.1.split_at(len);
        let (squares, later_squares) = rest.2.split_at(if SQUARES { len } else { 0 });
        rest = (later_pixels, later_coefficients, later_squares);
        let bin = run.bin as usize * LANES..(run.bin as usize + 1) * LANES;
        let sums = &mut signal[bin.clone()];
        let (mut even, mut odd) = (load(sums, 0), load(sums, LANES / 2));
        for (pixel, coefficient) in pixels.iter().zip(coefficients) {
            let raw = load_tile(tile, *pixel);
            seen = _mm512_or_si512(seen, raw);
            (even, odd) = multiply_add::<SIGNED>(raw, *coefficient, even, odd);
        }
        store(sums, even, odd);
        if SQUARES {
            let sums = &mut variance[bin];
            let (mut even, mut odd) = (load(sums, 0), load(sums, LANES / 2));
            for (pixel, square) in pixels.iter().zip(squares) {
                let raw = at_least_one::<SIGNED>(load_tile(tile, *pixel));
                (even, odd) = multiply_add::<SIGNED>(raw, *square, even, odd);
            }
            store(sums, even, odd);
        }
    }
    let mut lanes = [0; LANES];
    // SAFETY: the array has 64 bytes.
    unsafe { _mm512_storeu_si512(lanes.as_mut_ptr().cast(), seen) };
    lanes
}

/// `even + C·raw` of the even lanes and `odd + C·raw` of the odd ones, in 64 bits.
#[inline]
#[target_feature(enable = "avx512f")]
fn multiply_add<const SIGNED: bool>(raw: __m512i, coefficient: u32, even: __m512i, odd: __m512i) -> (__m512i, __m512i) {
    let coefficient = _mm512_set1_epi32(coefficient.cast_signed());
    let high = _mm512_srli_epi64::<32>(raw);
    let (low, high) = if SIGNED {
        (_mm512_mul_epi32(raw, coefficient), _mm512_mul_epi32(high, coefficient))
    } else {
        (_mm512_mul_epu32(raw, coefficient), _mm512_mul_epu32(high, coefficient))
    };
    (_mm512_add_epi64(even, low), _mm512_add_epi64(odd, high))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn at_least_one<const SIGNED: bool>(raw: __m512i) -> __m512i {
    let one = _mm512_set1_epi32(1);
    if SIGNED { _mm512_max_epi32(raw, one) } else { _mm512_max_epu32(raw, one) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_tile(tile: &[u32], pixel: u16) -> __m512i {
    let values = &tile[usize::from(pixel) * LANES..][..LANES];
    // SAFETY: the slice has 64 bytes.
    unsafe { _mm512_loadu_si512(values.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(sums: &[u64], at: usize) -> __m512i {
    let values = &sums[at..at + LANES / 2];
    // SAFETY: the slice has 64 bytes.
    unsafe { _mm512_loadu_si512(values.as_ptr().cast()) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(sums: &mut [u64], even: __m512i, odd: __m512i) {
    let (low, high) = sums.split_at_mut(LANES / 2);
    assert!(low.len() == LANES / 2 && high.len() == LANES / 2);
    // SAFETY: each half has 64 bytes.
    unsafe {
        _mm512_storeu_si512(low.as_mut_ptr().cast(), even);
        _mm512_storeu_si512(high.as_mut_ptr().cast(), odd);
    }
}
