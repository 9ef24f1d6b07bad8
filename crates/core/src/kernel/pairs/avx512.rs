//! Sixteen pairs in one 512-bit register.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, __m512i, _mm_cvtsi32_si128, _mm512_add_epi64, _mm512_and_si512, _mm512_dpwssd_epi32, _mm512_loadu_si512,
    _mm512_max_epu16, _mm512_set1_epi16, _mm512_set1_epi32, _mm512_set1_epi64, _mm512_setzero_si512, _mm512_sll_epi64,
    _mm512_srli_epi64, _mm512_storeu_si512,
};

use aureole_codec::Isa;

use super::PairEntries;
use crate::sums::LANES;

/// See [`super::add_pairs`]; `isa` has AVX-512.
pub(super) fn add_pairs(isa: Isa, entries: &PairEntries<'_>, tile: &[u32], signal: &mut [u64], variance: &mut [u64]) {
    assert!(isa.has_avx512());
    // SAFETY: an `Isa` with AVX-512 exists only on a CPU that has it.
    unsafe {
        if entries.squares.is_empty() {
            add::<false>(entries, tile, signal, variance);
        } else {
            add::<true>(entries, tile, signal, variance);
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vnni")]
fn add<const SQUARES: bool>(entries: &PairEntries<'_>, tile: &[u32], signal: &mut [u64], variance: &mut [u64]) {
    let bits = _mm_cvtsi32_si128(entries.pieces.bits.cast_signed());
    let one = _mm512_set1_epi16(1);
    let mut rest = (entries.pairs, entries.coefficients, entries.squares);
    for run in entries.runs {
        let len = run.len as usize;
        let (pairs, later_pairs) = rest.0.split_at(len);
        let (coefficients, later_coefficients) = rest.1.split_at(len);
        let (squares, later_squares) = rest.2.split_at(if SQUARES { len } else { 0 });
        rest = (later_pairs, later_coefficients, later_squares);
        let mut sum = [_mm512_setzero_si512(); 2];
        let mut square = sum;
        for (entry, (pair, coefficient)) in pairs.iter().zip(coefficients).enumerate() {
            let pixels = load_pairs(tile, *pair);
            sum = multiply_add(sum, pixels, *coefficient);
            if SQUARES {
                square = multiply_add(square, _mm512_max_epu16(pixels, one), squares[entry]);
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
#[target_feature(enable = "avx512f,avx512vnni")]
fn multiply_add([low, high]: [__m512i; 2], pixels: __m512i, pieces: (u32, u32)) -> [__m512i; 2] {
    [
        _mm512_dpwssd_epi32(low, pixels, _mm512_set1_epi32(pieces.0.cast_signed())),
        _mm512_dpwssd_epi32(high, pixels, _mm512_set1_epi32(pieces.1.cast_signed())),
    ]
}

/// Puts the pieces together, `low + high·2^bits`, and adds them to the sums of 64 bits.
#[inline]
#[target_feature(enable = "avx512f")]
fn flush(sums: &mut [u64], [low, high]: [__m512i; 2], bits: __m128i) {
    let even = |sum: __m512i| _mm512_and_si512(sum, _mm512_set1_epi64(0xffff_ffff));
    let odd = |sum: __m512i| _mm512_srli_epi64::<32>(sum);
    let together = |low, high| _mm512_add_epi64(low, _mm512_sll_epi64(high, bits));
    let (evens, odds) = sums.split_at_mut(LANES / 2);
    add_to(evens, together(even(low), even(high)));
    add_to(odds, together(odd(low), odd(high)));
}

#[inline]
#[target_feature(enable = "avx512f")]
fn add_to(sums: &mut [u64], value: __m512i) {
    assert!(sums.len() == LANES / 2);
    // SAFETY: the slice has 64 bytes.
    unsafe {
        let sum = _mm512_add_epi64(_mm512_loadu_si512(sums.as_ptr().cast()), value);
        _mm512_storeu_si512(sums.as_mut_ptr().cast(), sum);
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load_pairs(tile: &[u32], pair: u16) -> __m512i {
    let values = &tile[usize::from(pair) * LANES..][..LANES];
    // SAFETY: the slice has 64 bytes.
    unsafe { _mm512_loadu_si512(values.as_ptr().cast()) }
}
