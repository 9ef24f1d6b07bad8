//! The transpose with AVX-512 and GFNI for elements of 1, 2, 4 and 8 bytes.
//!
//! A tile is 64 bytes of every plane, so 512 elements. For each byte of the elements, a byte transpose of its 8 planes puts
//! the 8 bytes of a group of 8 elements next to each other, and one Galois-field instruction transposes their bits; then
//! byte permutations with masks lay the bytes of an element out together. Bytes all of whose planes are zero, in a tile,
//! cost their loads only: the high bytes of counting detectors.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512i, _mm512_gf2p8affine_epi64_epi8, _mm512_loadu_si512, _mm512_mask_permutexvar_epi8,
    _mm512_maskz_permutexvar_epi8, _mm512_or_si512, _mm512_permutex2var_epi64, _mm512_set1_epi64, _mm512_setr_epi64,
    _mm512_setzero_si512, _mm512_storeu_si512, _mm512_test_epi8_mask, _mm512_unpackhi_epi8, _mm512_unpackhi_epi16,
    _mm512_unpackhi_epi32, _mm512_unpacklo_epi8, _mm512_unpacklo_epi16, _mm512_unpacklo_epi32,
};

use super::GROUP;

/// Bytes of a plane in a tile.
const WIDTH: usize = 64;

/// Elements of a tile.
const TILE: usize = WIDTH * GROUP;

/// One byte of every element of a tile.
type Bytes = [__m512i; 8];

/// Undoes the transpose of as many whole tiles as there are and returns the number of bytes done of each plane.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi,gfni")]
pub(super) fn unshuffle<const S: usize>(src: &[u8], dst: &mut [u8]) -> usize {
    let plane = src.len() / (GROUP * S);
    for (tile, out) in dst.chunks_exact_mut(TILE * S).enumerate() {
        let mut bytes = [[_mm512_setzero_si512(); 8]; S];
        let mut used = 0;
        for (byte, bytes) in bytes.iter_mut().enumerate() {
            let planes = &src[byte * GROUP * plane..][..GROUP * plane];
            // Row by row by name, so that the rows stay in registers.
            let row = |bit: usize| load(&planes[bit * plane + tile * WIDTH..]);
            let rows = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)];
            if any(&rows) {
                *bytes = regroup::<S>(transpose(&rows));
                used = byte + 1;
            }
        }
        match used {
            0 => out.fill(0),
            1 => store::<S, 1>(&bytes, out),
            2 => store::<S, 2>(&bytes, out),
            _ => store::<S, S>(&bytes, out),
        }
    }
    plane / WIDTH * WIDTH
}

#[target_feature(enable = "avx512f")]
#[inline]
fn load(bytes: &[u8]) -> __m512i {
    let bytes = &bytes[..WIDTH];
    // SAFETY: the slice has 64 bytes; unaligned loads are allowed.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().cast()) }
}

/// True when a bit of the rows is set.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn any(rows: &Bytes) -> bool {
    let mut all = rows[0];
    for row in &rows[1..] {
        all = _mm512_or_si512(all, *row);
    }
    _mm512_test_epi8_mask(all, all) != 0
}

/// Transposes 8 planes to one byte an element: 128-bit lane `l` of register `t` holds elements `128 l + 16 t` and on.
#[target_feature(enable = "avx512f,avx512bw,gfni")]
#[inline]
fn transpose(rows: &Bytes) -> Bytes {
    // The instruction takes the matrix's rows from the last byte to the first, so plane 7 comes first.
    let [r0, r1, r2, r3, r4, r5, r6, r7] = *rows;
    let [t0, t1, t2, t3] = quads([
        _mm512_unpacklo_epi8(r7, r6),
        _mm512_unpacklo_epi8(r5, r4),
        _mm512_unpacklo_epi8(r3, r2),
        _mm512_unpacklo_epi8(r1, r0),
    ]);
    let [t4, t5, t6, t7] = quads([
        _mm512_unpackhi_epi8(r7, r6),
        _mm512_unpackhi_epi8(r5, r4),
        _mm512_unpackhi_epi8(r3, r2),
        _mm512_unpackhi_epi8(r1, r0),
    ]);
    let select = _mm512_set1_epi64(i64::from_le_bytes([1, 2, 4, 8, 16, 32, 64, 128]));
    let mut matrices = [t0, t1, t2, t3, t4, t5, t6, t7];
    for matrix in &mut matrices {
        *matrix = _mm512_gf2p8affine_epi64_epi8::<0>(select, *matrix);
    }
    matrices
}

/// The last two steps of the byte transpose, for half of the bytes.
#[target_feature(enable = "avx512f,avx512bw")]
#[inline]
fn quads([p0, p1, p2, p3]: [__m512i; 4]) -> [__m512i; 4] {
    let (a, b) = (_mm512_unpacklo_epi16(p0, p1), _mm512_unpacklo_epi16(p2, p3));
    let (c, d) = (_mm512_unpackhi_epi16(p0, p1), _mm512_unpackhi_epi16(p2, p3));
    [_mm512_unpacklo_epi32(a, b), _mm512_unpackhi_epi32(a, b), _mm512_unpacklo_epi32(c, d), _mm512_unpackhi_epi32(c, d)]
}

/// Brings together the lanes that one output register needs: 4 for 1-byte elements, 2 for 2-byte ones.
#[target_feature(enable = "avx512f")]
#[inline]
fn regroup<const S: usize>(mut bytes: Bytes) -> Bytes {
    if S <= 2 {
        bytes = merge(bytes, 1);
    }
    if S == 1 {
        bytes = merge(bytes, 2);
    }
    bytes
}

/// Merges registers `i` and `i + step`: their lanes 0 and 1 into the first, 2 and 3 into the second, `step` lanes in turn.
#[target_feature(enable = "avx512f")]
#[inline]
fn merge(bytes: Bytes, step: usize) -> Bytes {
    let (low, high) = if step == 1 {
        (_mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11), _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15))
    } else {
        (_mm512_setr_epi64(0, 1, 2, 3, 8, 9, 10, 11), _mm512_setr_epi64(4, 5, 6, 7, 12, 13, 14, 15))
    };
    let mut merged = bytes;
    for i in 0..8 {
        if i & step == 0 {
            merged[i] = _mm512_permutex2var_epi64(bytes[i], low, bytes[i + step]);
            merged[i + step] = _mm512_permutex2var_epi64(bytes[i], high, bytes[i + step]);
        }
    }
    merged
}

/// Stores the elements of a tile, of which only the lowest `USED` bytes are not zero.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
#[inline]
#[expect(
    clippy::needless_range_loop,
    reason = "plain loops are unrolled; chains of iterators cost two thirds of the speed"
)]
fn store<const S: usize, const USED: usize>(bytes: &[Bytes; S], out: &mut [u8]) {
    for part in 0..S {
        let spread = load(&spread(S, part));
        for register in 0..8 {
            let mut value = _mm512_maskz_permutexvar_epi8(lanes(S, 0), spread, bytes[0][register]);
            for byte in 1..USED {
                value = _mm512_mask_permutexvar_epi8(value, lanes(S, byte), spread, bytes[byte][register]);
            }
            let at = first_element(S, register, part) * S;
            let out = &mut out[at..at + WIDTH];
            // SAFETY: the slice has 64 bytes; unaligned stores are allowed.
            unsafe { _mm512_storeu_si512(out.as_mut_ptr().cast(), value) };
        }
    }
}

/// Which byte of a register each byte of an output register takes, whatever the byte of the element.
const fn spread(size: usize, part: usize) -> [u8; WIDTH] {
    let mut from = [0; WIDTH];
    let mut i = 0;
    while i < WIDTH {
        from[i] = (WIDTH / size * part + i / size) as u8;
        i += 1;
    }
    from
}

/// The bytes of an output register that hold the given byte of an element.
const fn lanes(size: usize, byte: usize) -> u64 {
    (u64::MAX / ((1 << size) - 1)) << byte
}

/// The first element that the given part of a register holds, after regrouping.
const fn first_element(size: usize, register: usize, part: usize) -> usize {
    let (lane, rest) = match size {
        1 => (2 * (register & 1) + (register >> 1 & 1), register >> 2 << 6),
        2 => (2 * (register & 1) + part, register >> 1 << 5),
        4 => (part, register << 4),
        _ => (part / 2, register << 4 | (part & 1) << 3),
    };
    128 * lane + rest
}
