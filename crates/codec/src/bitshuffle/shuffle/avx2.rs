//! The transpose with AVX2, for elements of 1, 2 and 4 bytes: 32 elements at a time are taken apart into their bytes, whose
//! highest bits one instruction collects.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm256_add_epi8, _mm256_and_si256, _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_packus_epi16,
    _mm256_packus_epi32, _mm256_permute4x64_epi64, _mm256_permutevar8x32_epi32, _mm256_set1_epi16, _mm256_set1_epi32,
    _mm256_setr_epi32, _mm256_srli_epi16, _mm256_srli_epi32,
};

use crate::bitshuffle::GROUP;

/// Elements taken at once.
const ELEMS: usize = 32;

/// Transposes as many whole tiles as there are and returns the number of bytes done of each plane.
#[target_feature(enable = "avx2")]
pub(super) fn shuffle<const S: usize>(src: &[u8], dst: &mut [u8]) -> usize {
    let plane = src.len() / (GROUP * S);
    for (tile, elements) in src.chunks_exact(ELEMS * S).enumerate() {
        for (byte, values) in split::<S>(elements).into_iter().enumerate() {
            let mut values = values;
            for bit in (0..GROUP).rev() {
                let at = (byte * GROUP + bit) * plane + tile * 4;
                dst[at..at + 4].copy_from_slice(&_mm256_movemask_epi8(values).to_le_bytes());
                values = _mm256_add_epi8(values, values);
            }
        }
    }
    plane / 4 * 4
}

/// The bytes of 32 elements: register `j` holds byte `j` of each, in order.
#[target_feature(enable = "avx2")]
#[inline]
fn split<const S: usize>(elements: &[u8]) -> [__m256i; S] {
    let mut registers = [load(elements); S];
    for (register, bytes) in registers.iter_mut().zip(elements.chunks_exact(32)) {
        *register = load(bytes);
    }
    if S == 2 {
        let [low, high] = split16(registers[0], registers[1]);
        registers[0] = _mm256_permute4x64_epi64::<0b11_01_10_00>(low);
        registers[1] = _mm256_permute4x64_epi64::<0b11_01_10_00>(high);
    }
    if S == 4 {
        let [low, high] = split32(registers[0], registers[1]);
        let [low_next, high_next] = split32(registers[2], registers[3]);
        let bytes = [split16(low, low_next), split16(high, high_next)];
        for (register, bytes) in registers.iter_mut().zip(bytes.as_flattened()) {
            *register = _mm256_permutevar8x32_epi32(*bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
        }
    }
    registers
}

#[target_feature(enable = "avx2")]
#[inline]
fn load(bytes: &[u8]) -> __m256i {
    let bytes = &bytes[..32];
    // SAFETY: the slice has 32 bytes; unaligned loads are allowed.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().cast()) }
}

/// The low and the high bytes of 16-bit words, lane by lane.
#[target_feature(enable = "avx2")]
#[inline]
fn split16(a: __m256i, b: __m256i) -> [__m256i; 2] {
    let low = _mm256_set1_epi16(0xff);
    [
        _mm256_packus_epi16(_mm256_and_si256(a, low), _mm256_and_si256(b, low)),
        _mm256_packus_epi16(_mm256_srli_epi16::<8>(a), _mm256_srli_epi16::<8>(b)),
    ]
}

/// The low and the high halves of 32-bit words, lane by lane.
#[target_feature(enable = "avx2")]
#[inline]
fn split32(a: __m256i, b: __m256i) -> [__m256i; 2] {
    let low = _mm256_set1_epi32(0xffff);
    [
        _mm256_packus_epi32(_mm256_and_si256(a, low), _mm256_and_si256(b, low)),
        _mm256_packus_epi32(_mm256_srli_epi32::<16>(a), _mm256_srli_epi32::<16>(b)),
    ]
}
