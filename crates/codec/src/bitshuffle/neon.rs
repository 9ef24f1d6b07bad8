//! The transpose with NEON for elements of 1, 2, 4 and 8 bytes.
//!
//! A tile is 16 bytes of every plane, so 128 elements. For each byte of the elements, swaps of ever smaller squares transpose
//! the 8 x 8 bits that its 8 planes have in each byte; row `e` then holds the byte of element `e` of each group, and a byte
//! transpose puts those of a group next to each other. At last the bytes of an element are interleaved. Bytes all of whose
//! planes are zero, in a tile, cost their loads only.
#![allow(unsafe_code)]

use std::arch::aarch64::{
    uint8x16_t, vbslq_u8, vdupq_n_u8, vld1q_u8, vmaxvq_u32, vorrq_u8, vreinterpretq_u8_u16, vreinterpretq_u8_u32,
    vreinterpretq_u16_u8, vreinterpretq_u32_u8, vshlq_n_u8, vshrq_n_u8, vsliq_n_u8, vsriq_n_u8, vst1q_u8, vzip1q_u8,
    vzip1q_u16, vzip1q_u32, vzip2q_u8, vzip2q_u16, vzip2q_u32,
};

use super::GROUP;

/// Bytes of a plane in a tile.
pub(super) const WIDTH: usize = 16;

/// Elements of a tile.
pub(super) const TILE: usize = WIDTH * GROUP;

/// Undoes the transpose of as many whole tiles as there are and returns the number of bytes done of each plane.
#[target_feature(enable = "neon")]
pub(super) fn unshuffle<const S: usize>(src: &[u8], dst: &mut [u8]) -> usize {
    let plane = src.len() / (GROUP * S);
    for (tile, out) in dst.chunks_exact_mut(TILE * S).enumerate() {
        let mut bytes = [[vdupq_n_u8(0); 8]; S];
        let mut used = false;
        for (byte, bytes) in bytes.iter_mut().enumerate() {
            let planes = &src[byte * GROUP * plane..][..GROUP * plane];
            // Row by row by name, so that the rows stay in registers.
            let row = |bit: usize| load(&planes[bit * plane + tile * WIDTH..]);
            let rows = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)];
            if any(&rows) {
                *bytes = interleave8(transpose(rows));
                used = true;
            }
        }
        if used { store(&bytes, out) } else { out.fill(0) }
    }
    plane / WIDTH * WIDTH
}

#[target_feature(enable = "neon")]
#[inline]
pub(super) fn load(bytes: &[u8]) -> uint8x16_t {
    let bytes = &bytes[..WIDTH];
    // SAFETY: the slice has 16 bytes.
    unsafe { vld1q_u8(bytes.as_ptr()) }
}

/// True when a bit of the rows is set.
#[target_feature(enable = "neon")]
#[inline]
fn any(rows: &[uint8x16_t; 8]) -> bool {
    let mut all = rows[0];
    for row in &rows[1..] {
        all = vorrq_u8(all, *row);
    }
    vmaxvq_u32(vreinterpretq_u32_u8(all)) != 0
}

/// Transposes the 16 matrices of 8 x 8 bits that have a byte in each row; done twice, it changes nothing.
#[target_feature(enable = "neon")]
#[inline]
pub(super) fn transpose([a, b, c, d, e, f, g, h]: [uint8x16_t; 8]) -> [uint8x16_t; 8] {
    let ((a, e), (b, f), (c, g), (d, h)) = (swap4(a, e), swap4(b, f), swap4(c, g), swap4(d, h));
    let ((a, c), (b, d), (e, g), (f, h)) = (swap2(a, c), swap2(b, d), swap2(e, g), swap2(f, h));
    let ((a, b), (c, d), (e, f), (g, h)) = (swap1(a, b), swap1(c, d), swap1(e, f), swap1(g, h));
    [a, b, c, d, e, f, g, h]
}

/// Swaps the high half of each byte of the upper row with the low half of that of the lower one.
#[target_feature(enable = "neon")]
#[inline]
fn swap4(upper: uint8x16_t, lower: uint8x16_t) -> (uint8x16_t, uint8x16_t) {
    (vsliq_n_u8::<4>(upper, lower), vsriq_n_u8::<4>(lower, upper))
}

/// The same for the pairs of bits of each half.
#[target_feature(enable = "neon")]
#[inline]
fn swap2(upper: uint8x16_t, lower: uint8x16_t) -> (uint8x16_t, uint8x16_t) {
    let low = vdupq_n_u8(0b0011_0011);
    (vbslq_u8(low, upper, vshlq_n_u8::<2>(lower)), vbslq_u8(low, vshrq_n_u8::<2>(upper), lower))
}

/// The same for the bits of each pair.
#[target_feature(enable = "neon")]
#[inline]
fn swap1(upper: uint8x16_t, lower: uint8x16_t) -> (uint8x16_t, uint8x16_t) {
    let low = vdupq_n_u8(0b0101_0101);
    (vbslq_u8(low, upper, vshlq_n_u8::<1>(lower)), vbslq_u8(low, vshrq_n_u8::<1>(upper), lower))
}

/// Interleaves the bytes of two registers.
#[target_feature(enable = "neon")]
#[inline]
fn interleave2(a: uint8x16_t, b: uint8x16_t) -> [uint8x16_t; 2] {
    [vzip1q_u8(a, b), vzip2q_u8(a, b)]
}

/// Interleaves the bytes of four registers.
#[target_feature(enable = "neon")]
#[inline]
fn interleave4([a, b, c, d]: [uint8x16_t; 4]) -> [uint8x16_t; 4] {
    let wide = |bytes: [uint8x16_t; 2]| bytes.map(|bytes| vreinterpretq_u16_u8(bytes));
    let ([ab, ab_high], [cd, cd_high]) = (wide(interleave2(a, b)), wide(interleave2(c, d)));
    [vzip1q_u16(ab, cd), vzip2q_u16(ab, cd), vzip1q_u16(ab_high, cd_high), vzip2q_u16(ab_high, cd_high)]
        .map(|pairs| vreinterpretq_u8_u16(pairs))
}

/// Interleaves the bytes of eight registers.
#[target_feature(enable = "neon")]
#[inline]
fn interleave8([a, b, c, d, e, f, g, h]: [uint8x16_t; 8]) -> [uint8x16_t; 8] {
    let wide = |bytes: [uint8x16_t; 4]| bytes.map(|bytes| vreinterpretq_u32_u8(bytes));
    let (low, high) = (wide(interleave4([a, b, c, d])), wide(interleave4([e, f, g, h])));
    let mut rows = [a; 8];
    for i in 0..4 {
        rows[2 * i] = vreinterpretq_u8_u32(vzip1q_u32(low[i], high[i]));
        rows[2 * i + 1] = vreinterpretq_u8_u32(vzip2q_u32(low[i], high[i]));
    }
    rows
}

/// Stores the elements of a tile, of which register `t` holds a byte of elements `16 t` and on.
#[target_feature(enable = "neon")]
#[inline]
fn store<const S: usize>(bytes: &[[uint8x16_t; 8]; S], out: &mut [u8]) {
    for (register, out) in out.chunks_exact_mut(16 * S).enumerate() {
        let mut values = [vdupq_n_u8(0); 8];
        for (value, bytes) in values.iter_mut().zip(bytes) {
            *value = bytes[register];
        }
        let [a, b, c, d, ..] = values;
        match S {
            1 => {}
            2 => values[..2].copy_from_slice(&interleave2(a, b)),
            4 => values[..4].copy_from_slice(&interleave4([a, b, c, d])),
            _ => values = interleave8(values),
        }
        for (value, out) in values.iter().zip(out.chunks_exact_mut(WIDTH)) {
            // SAFETY: the slice has 16 bytes.
            unsafe { vst1q_u8(out.as_mut_ptr(), *value) };
        }
    }
}
