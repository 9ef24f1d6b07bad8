//! The decoder for x86-64 with AVX2.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, __m256i, _mm_load_si128, _mm_loadu_si128, _mm_shuffle_epi8, _mm_storeu_si128, _mm256_broadcastsi128_si256,
    _mm256_load_si256, _mm256_loadu_si256, _mm256_shuffle_epi8, _mm256_storeu_si256,
};

use super::sequences;
use super::vectors::{Pattern, Vectors};
use crate::DecodeError;

/// Decodes the block `src`, which must fill `dst` exactly.
#[target_feature(enable = "avx2,bmi2")]
pub(super) fn decode(src: &[u8], dst: &mut [u8]) -> Result<(), DecodeError> {
    // SAFETY: this function asks for AVX2, too.
    unsafe { sequences::decode::<Avx2>(src, dst) }
}

struct Avx2;

// SAFETY: each function is unsafe for the trait's reasons, which are its caller's promise; its own work is the one instruction.
impl Vectors for Avx2 {
    type Half = __m128i;
    type Whole = __m256i;

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn load16(from: *const u8) -> __m128i {
        // SAFETY: the caller's promise; unaligned loads are allowed.
        unsafe { _mm_loadu_si128(from.cast()) }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn store16(to: *mut u8, value: __m128i) {
        // SAFETY: the caller's promise; unaligned stores are allowed.
        unsafe { _mm_storeu_si128(to.cast(), value) };
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn load32(from: *const u8) -> __m256i {
        // SAFETY: the caller's promise; unaligned loads are allowed.
        unsafe { _mm256_loadu_si256(from.cast()) }
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn store32(to: *mut u8, value: __m256i) {
        // SAFETY: the caller's promise; unaligned stores are allowed.
        unsafe { _mm256_storeu_si256(to.cast(), value) };
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn spread16(value: __m128i, pattern: &Pattern) -> __m128i {
        // SAFETY: a pattern has more than 16 bytes and is aligned.
        _mm_shuffle_epi8(value, unsafe { _mm_load_si128(pattern.0.as_ptr().cast()) })
    }

    #[target_feature(enable = "avx2")]
    #[inline]
    unsafe fn spread32(value: __m128i, pattern: &Pattern) -> __m256i {
        // SAFETY: a pattern has 32 bytes and is aligned.
        let pattern = unsafe { _mm256_load_si256(pattern.0.as_ptr().cast()) };
        _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(value), pattern)
    }
}
