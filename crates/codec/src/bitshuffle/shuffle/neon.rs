//! The transpose with NEON, for elements of 1, 2 and 4 bytes: 128 elements at a time are taken apart into their bytes, of which
//! every eighth goes to the same row; the bits of the rows are then transposed.
#![allow(unsafe_code)]

use std::arch::aarch64::{uint8x16_t, vdupq_n_u8, vld1q_u8, vld2q_u8, vld4q_u8, vst1q_u8, vuzp1q_u8, vuzp2q_u8};

use crate::bitshuffle::GROUP;
use crate::bitshuffle::neon::{TILE, WIDTH, transpose};

/// Transposes as many whole tiles as there are and returns the number of bytes done of each plane.
#[target_feature(enable = "neon")]
pub(super) fn shuffle<const S: usize>(src: &[u8], dst: &mut [u8]) -> usize {
    let plane = src.len() / (GROUP * S);
    for (tile, elements) in src.chunks_exact(TILE * S).enumerate() {
        for (byte, values) in split::<S>(elements).into_iter().enumerate() {
            for (bit, row) in transpose(eighths(values)).into_iter().enumerate() {
                let to = &mut dst[(byte * GROUP + bit) * plane + tile * WIDTH..][..WIDTH];
                // SAFETY: the slice has 16 bytes.
                unsafe { vst1q_u8(to.as_mut_ptr(), row) };
            }
        }
    }
    plane / WIDTH * WIDTH
}

/// The bytes of 128 elements: registers `j` hold byte `j` of each, in order.
#[target_feature(enable = "neon")]
#[inline]
fn split<const S: usize>(elements: &[u8]) -> [[uint8x16_t; 8]; S] {
    let mut bytes = [[vdupq_n_u8(0); 8]; S];
    for (register, elements) in elements.chunks_exact(WIDTH * S).enumerate() {
        let from = elements.as_ptr();
        // SAFETY: the slice has 16 elements of S bytes.
        let parts = unsafe {
            match S {
                1 => [vld1q_u8(from); 4],
                2 => {
                    let pair = vld2q_u8(from);
                    [pair.0, pair.1, pair.0, pair.1]
                }
                4 => {
                    let four = vld4q_u8(from);
                    [four.0, four.1, four.2, four.3]
                }
                _ => unreachable!("elements have 1, 2 or 4 bytes"),
            }
        };
        for (bytes, part) in bytes.iter_mut().zip(parts) {
            bytes[register] = part;
        }
    }
    bytes
}

/// Row `e` gets bytes `e`, `e + 8` and so on of all 128.
#[target_feature(enable = "neon")]
#[inline]
fn eighths(bytes: [uint8x16_t; 8]) -> [uint8x16_t; 8] {
    let [a, b, c, d, e, f, g, h] = bytes;
    let even = [vuzp1q_u8(a, b), vuzp1q_u8(c, d), vuzp1q_u8(e, f), vuzp1q_u8(g, h)];
    let odd = [vuzp2q_u8(a, b), vuzp2q_u8(c, d), vuzp2q_u8(e, f), vuzp2q_u8(g, h)];
    let ([r0, r2, r4, r6], [r1, r3, r5, r7]) = (quarters(even), quarters(odd));
    [r0, r1, r2, r3, r4, r5, r6, r7]
}

/// Row `e` gets bytes `e`, `e + 4` and so on of all 64.
#[target_feature(enable = "neon")]
#[inline]
fn quarters([a, b, c, d]: [uint8x16_t; 4]) -> [uint8x16_t; 4] {
    let (even, even_later) = (vuzp1q_u8(a, b), vuzp1q_u8(c, d));
    let (odd, odd_later) = (vuzp2q_u8(a, b), vuzp2q_u8(c, d));
    [vuzp1q_u8(even, even_later), vuzp1q_u8(odd, odd_later), vuzp2q_u8(even, even_later), vuzp2q_u8(odd, odd_later)]
}
