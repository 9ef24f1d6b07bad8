//! Copies of literals and matches. Nothing is written behind `dst`, and nothing is read from outside of it.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m128i, __m256i, _mm_load_si128, _mm_loadu_si128, _mm_shuffle_epi8, _mm_storeu_si128, _mm256_broadcastsi128_si256,
    _mm256_load_si256, _mm256_loadu_si256, _mm256_shuffle_epi8, _mm256_storeu_si256,
};

/// Row `offset` repeats the first `offset` bytes of a register; row 16 leaves it as it is.
#[repr(align(32))]
struct Patterns([[u8; 32]; 17]);

static PATTERNS: Patterns = patterns();

const fn patterns() -> Patterns {
    let mut rows = [[0; 32]; 17];
    let mut offset = 1;
    while offset <= 16 {
        let mut i = 0;
        while i < 32 {
            rows[offset][i] = (i % offset) as u8;
            i += 1;
        }
        offset += 1;
    }
    Patterns(rows)
}

/// The largest multiple of an offset below 16 within 32 bytes.
const STEP: [usize; 16] = {
    let mut steps = [0; 16];
    let mut offset = 1;
    while offset < 16 {
        steps[offset] = 32 / offset * offset;
        offset += 1;
    }
    steps
};

/// # Safety
/// `at + 16 <= data.len()`.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn load16(data: &[u8], at: usize) -> __m128i {
    debug_assert!(at + 16 <= data.len());
    // SAFETY: the caller's promise; unaligned loads are allowed.
    unsafe { _mm_loadu_si128(data.as_ptr().add(at).cast()) }
}

/// # Safety
/// `at + 16 <= data.len()`.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn store16(data: &mut [u8], at: usize, value: __m128i) {
    debug_assert!(at + 16 <= data.len());
    // SAFETY: the caller's promise; unaligned stores are allowed.
    unsafe { _mm_storeu_si128(data.as_mut_ptr().add(at).cast(), value) };
}

/// # Safety
/// `at + 32 <= data.len()`.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn load32(data: &[u8], at: usize) -> __m256i {
    debug_assert!(at + 32 <= data.len());
    // SAFETY: the caller's promise; unaligned loads are allowed.
    unsafe { _mm256_loadu_si256(data.as_ptr().add(at).cast()) }
}

/// # Safety
/// `at + 32 <= data.len()`.
#[target_feature(enable = "avx2")]
#[inline]
unsafe fn store32(data: &mut [u8], at: usize, value: __m256i) {
    debug_assert!(at + 32 <= data.len());
    // SAFETY: the caller's promise; unaligned stores are allowed.
    unsafe { _mm256_storeu_si256(data.as_mut_ptr().add(at).cast(), value) };
}

/// Copies 16 bytes.
///
/// # Safety
/// `from + 16 <= src.len()` and `at + 16 <= dst.len()`.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) unsafe fn copy16(src: &[u8], from: usize, dst: &mut [u8], at: usize) {
    // SAFETY: the caller's promise.
    unsafe { store16(dst, at, load16(src, from)) };
}

/// Copies all literals of a sequence.
///
/// # Safety
/// `at + literals.len() <= dst.len()`.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) unsafe fn copy_literals(literals: &[u8], dst: &mut [u8], at: usize) {
    let n = literals.len();
    if n < 16 {
        dst[at..at + n].copy_from_slice(literals);
        return;
    }
    if n < 32 {
        // SAFETY: both sides have n bytes, 16 at least: the first and the last 16 of them, which may overlap.
        unsafe {
            let (first, last) = (load16(literals, 0), load16(literals, n - 16));
            store16(dst, at, first);
            store16(dst, at + n - 16, last);
        }
        return;
    }
    let mut i = 0;
    // SAFETY: i + 32 < n, and the last 32 bytes of each side, of which there are at least that many, end where they end.
    unsafe {
        while i + 32 < n {
            store32(dst, at + i, load32(literals, i));
            i += 32;
        }
        store32(dst, at + n - 32, load32(literals, n - 32));
    }
}

/// Writes 16 bytes of a match of at most 16 bytes; those behind its end will be overwritten.
///
/// # Safety
/// `0 < offset <= at` and `at + 16 <= dst.len()`.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) unsafe fn copy_short(dst: &mut [u8], at: usize, offset: usize) {
    // SAFETY: the row is at most 16 and aligned; the load starts before `at`, from where 16 bytes fit.
    unsafe {
        let pattern = _mm_load_si128(PATTERNS.0[offset.min(16)].as_ptr().cast());
        let value = load16(dst, at - offset);
        store16(dst, at, _mm_shuffle_epi8(value, pattern));
    }
}

/// Writes a run: a match whose offset is below 16, of any length.
///
/// # Safety
/// `0 < offset <= at`, `offset < 16`, `at + length <= dst.len()` and `at + 16 <= dst.len()`.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) unsafe fn copy_run(dst: &mut [u8], at: usize, offset: usize, length: usize) {
    let end = at + length;
    let step = STEP[offset];
    let mut at = at;
    // SAFETY: the load starts before `at`, from where 16 bytes fit; each store is checked to end within `dst`.
    let value = unsafe {
        let pattern = _mm256_load_si256(PATTERNS.0[offset].as_ptr().cast());
        _mm256_shuffle_epi8(_mm256_broadcastsi128_si256(load16(dst, at - offset)), pattern)
    };
    // SAFETY: each store is checked to end within `dst`, which has `end` bytes or more.
    unsafe {
        while at + 32 <= end {
            store32(dst, at, value);
            at += step;
        }
        if at + 32 <= dst.len() {
            store32(dst, at, value);
            return;
        }
    }
    let mut last = [0; 32];
    // SAFETY: the array has 32 bytes.
    unsafe { store32(&mut last, 0, value) };
    if at < end {
        dst[at..end].copy_from_slice(&last[..end - at]);
    }
}

/// Copies a match from at least 16 bytes before.
///
/// # Safety
/// `16 <= offset <= at`, `at + length <= dst.len()` and `length >= 16`.
#[target_feature(enable = "avx2")]
#[inline]
pub(super) unsafe fn copy_far(dst: &mut [u8], at: usize, offset: usize, length: usize) {
    let end = at + length;
    let src = at - offset;
    // SAFETY: every store ends at `end` or before it, and every load ends `offset` or more bytes before its store does.
    unsafe {
        if length <= 32 {
            store16(dst, at, load16(dst, src));
        } else if offset >= 32 {
            let mut at = at;
            while at + 32 < end {
                store32(dst, at, load32(dst, at - offset));
                at += 32;
            }
            store32(dst, end - 32, load32(dst, end - 32 - offset));
            return;
        } else {
            let (first, last) = (load16(dst, src), load16(dst, at - 16));
            let mut at = at;
            while at + offset < end {
                store16(dst, at, first);
                store16(dst, at + offset - 16, last);
                at += offset;
            }
            if at + 16 < end {
                store16(dst, at, first);
            }
        }
        store16(dst, end - 16, load16(dst, end - 16 - offset));
    }
}

/// Copies a match byte by byte, for the last bytes of the output.
pub(super) fn copy_near_end(dst: &mut [u8], at: usize, offset: usize, length: usize) {
    for i in at..at + length {
        dst[i] = dst[i - offset];
    }
}
