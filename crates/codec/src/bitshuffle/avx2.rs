//! The transpose with AVX2 for elements of 1, 2, 4 and 8 bytes.
//!
//! A tile is 32 bytes of every plane, so 256 elements. For each byte of the elements, a byte transpose of its 8 planes puts
//! the 8 bytes of a group of 8 elements next to each other, and swaps of ever larger squares transpose their bits; then the
//! bytes of an element are interleaved. Bytes all of whose planes are zero, in a tile, cost their loads only.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_storeu_si128, _mm256_and_si256, _mm256_castsi256_si128, _mm256_extracti128_si256, _mm256_loadu_si256,
    _mm256_or_si256, _mm256_set1_epi64x, _mm256_setzero_si256, _mm256_slli_epi64, _mm256_srli_epi64,
    _mm256_testz_si256, _mm256_unpackhi_epi8, _mm256_unpackhi_epi16, _mm256_unpackhi_epi32, _mm256_unpacklo_epi8,
    _mm256_unpacklo_epi16, _mm256_unpacklo_epi32, _mm256_xor_si256,
};

use super::GROUP;

/// Bytes of a plane in a tile.
const WIDTH: usize = 32;

/// Elements of a tile.
const TILE: usize = WIDTH * GROUP;

/// Undoes the transpose of as many whole tiles as there are and returns the number of bytes done of each plane.
#[target_feature(enable = "avx2")]
pub(super) fn unshuffle<const S: usize>(src: &[u8], dst: &mut [u8]) -> usize {
    let plane = src.len() / (GROUP * S);
    for (tile, out) in dst.chunks_exact_mut(TILE * S).enumerate() {
        let mut bytes = [[_mm256_setzero_si256(); 8]; S];
        let mut used = false;
        for (byte, bytes) in bytes.iter_mut().enumerate() {
            let planes = &src[byte * GROUP * plane..][..GROUP * plane];
            // Row by row by name, so that the rows stay in registers.
            let row = |bit: usize| load(&planes[bit * plane + tile * WIDTH..]);
            *bytes = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)];
            if any(bytes) {
                transpose(bytes);
                used = true;
            }
        }
        if used { store(&bytes, out) } else { out.fill(0) }
    }
    plane / WIDTH * WIDTH
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(bytes: &[u8]) -> __m256i {
    let bytes = &bytes[..WIDTH];
    // SAFETY: the slice has 32 bytes; unaligned loads are allowed.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// True when a bit of the rows is set.
#[target_feature(enable = "avx2")]
#[inline]
fn any(rows: &[__m256i; 8]) -> bool {
    let mut all = rows[0];
    for row in &rows[1..] {
        all = _mm256_or_si256(all, *row);
    }
    _mm256_testz_si256(all, all) == 0
}

/// Transposes 8 planes to one byte an element: 128-bit lane `l` of register `t` then holds elements `128 l + 16 t` and on.
#[target_feature(enable = "avx2")]
#[inline]
fn transpose(rows: &mut [__m256i; 8]) {
    interleave8(rows);
    for matrix in rows {
        *matrix = swap_squares::<7>(*matrix, 0x00aa_00aa_00aa_00aa);
        *matrix = swap_squares::<14>(*matrix, 0x0000_cccc_0000_cccc);
        *matrix = swap_squares::<28>(*matrix, 0x0000_0000_f0f0_f0f0);
    }
}

/// Swaps off-diagonal squares of the 8 x 8 matrix of bits that each 64-bit word is.
#[target_feature(enable = "avx2")]
#[inline]
fn swap_squares<const SHIFT: i32>(x: __m256i, mask: i64) -> __m256i {
    let swap = _mm256_and_si256(_mm256_xor_si256(x, _mm256_srli_epi64::<SHIFT>(x)), _mm256_set1_epi64x(mask));
    _mm256_xor_si256(x, _mm256_xor_si256(swap, _mm256_slli_epi64::<SHIFT>(swap)))
}

/// Interleaves the bytes of two registers, lane by lane.
#[target_feature(enable = "avx2")]
#[inline]
fn interleave2(a: __m256i, b: __m256i) -> [__m256i; 2] {
    [_mm256_unpacklo_epi8(a, b), _mm256_unpackhi_epi8(a, b)]
}

/// Interleaves the bytes of four registers, lane by lane.
#[target_feature(enable = "avx2")]
#[inline]
fn interleave4([a, b, c, d]: [__m256i; 4]) -> [__m256i; 4] {
    let ([ab, ab_high], [cd, cd_high]) = (interleave2(a, b), interleave2(c, d));
    [
        _mm256_unpacklo_epi16(ab, cd),
        _mm256_unpackhi_epi16(ab, cd),
        _mm256_unpacklo_epi16(ab_high, cd_high),
        _mm256_unpackhi_epi16(ab_high, cd_high),
    ]
}

/// Interleaves the bytes of eight registers, lane by lane.
#[target_feature(enable = "avx2")]
#[inline]
fn interleave8(rows: &mut [__m256i; 8]) {
    let [a, b, c, d, e, f, g, h] = *rows;
    let (low, high) = (interleave4([a, b, c, d]), interleave4([e, f, g, h]));
    for i in 0..4 {
        rows[2 * i] = _mm256_unpacklo_epi32(low[i], high[i]);
        rows[2 * i + 1] = _mm256_unpackhi_epi32(low[i], high[i]);
    }
}

/// Stores the elements of a tile.
#[target_feature(enable = "avx2")]
#[inline]
fn store<const S: usize>(bytes: &[[__m256i; 8]; S], out: &mut [u8]) {
    let (low, high) = out.split_at_mut(TILE / 2 * S);
    let outs = low.chunks_exact_mut(16 * S).zip(high.chunks_exact_mut(16 * S));
    for (register, (low, high)) in outs.enumerate() {
        let mut values = [_mm256_setzero_si256(); 8];
        for (value, bytes) in values.iter_mut().zip(bytes) {
            *value = bytes[register];
        }
        let [a, b, c, d, ..] = values;
        match S {
            1 => {}
            2 => values[..2].copy_from_slice(&interleave2(a, b)),
            4 => values[..4].copy_from_slice(&interleave4([a, b, c, d])),
            _ => interleave8(&mut values),
        }
        for (value, (low, high)) in values.iter().zip(low.chunks_exact_mut(16).zip(high.chunks_exact_mut(16))) {
            // SAFETY: both slices have 16 bytes; unaligned stores are allowed.
            unsafe {
                _mm_storeu_si128(low.as_mut_ptr().cast(), _mm256_castsi256_si128(*value));
                _mm_storeu_si128(high.as_mut_ptr().cast(), _mm256_extracti128_si256::<1>(*value));
            }
        }
    }
}
