//! The look at many planes with vectors: a column of 64 or 32 bytes of each at a time.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    _mm256_loadu_si256, _mm256_or_si256, _mm256_setzero_si256, _mm256_testz_si256, _mm512_loadu_si512, _mm512_or_si512,
    _mm512_setzero_si512, _mm512_test_epi8_mask,
};

use crate::Isa;

/// How many bytes of each plane have been looked at; `None` when a plane has a bit there that `used` has, too.
pub(super) fn columns(isa: Isa, planes: &[u8], used: &[u8]) -> Option<usize> {
    // SAFETY: an `Isa` with these instructions exists only on a CPU that has them.
    unsafe {
        if isa.has_avx512() {
            columns_avx512(planes, used)
        } else if isa.has_avx2() {
            columns_avx2(planes, used)
        } else {
            Some(0)
        }
    }
}

#[target_feature(enable = "avx512f,avx512bw")]
fn columns_avx512(planes: &[u8], used: &[u8]) -> Option<usize> {
    const WIDTH: usize = 64;
    let (len, count) = (used.len(), planes.len() / used.len());
    let whole = len / WIDTH * WIDTH;
    for at in (0..whole).step_by(WIDTH) {
        let mut any = _mm512_setzero_si512();
        for plane in 0..count {
            // SAFETY: `at + 64 <= len`, so that the load ends within this plane, and `count` planes of `len` bytes are there.
            any = unsafe { _mm512_or_si512(any, _mm512_loadu_si512(planes.as_ptr().add(plane * len + at).cast())) };
        }
        // SAFETY: `at + 64 <= len`.
        let used = unsafe { _mm512_loadu_si512(used.as_ptr().add(at).cast()) };
        if _mm512_test_epi8_mask(any, used) != 0 {
            return None;
        }
    }
    Some(whole)
}

#[target_feature(enable = "avx2")]
fn columns_avx2(planes: &[u8], used: &[u8]) -> Option<usize> {
    const WIDTH: usize = 32;
    let (len, count) = (used.len(), planes.len() / used.len());
    let whole = len / WIDTH * WIDTH;
    for at in (0..whole).step_by(WIDTH) {
        let mut any = _mm256_setzero_si256();
        for plane in 0..count {
            // SAFETY: `at + 32 <= len`, so that the load ends within this plane, and `count` planes of `len` bytes are there.
            any = unsafe { _mm256_or_si256(any, _mm256_loadu_si256(planes.as_ptr().add(plane * len + at).cast())) };
        }
        // SAFETY: `at + 32 <= len`.
        let used = unsafe { _mm256_loadu_si256(used.as_ptr().add(at).cast()) };
        if _mm256_testz_si256(any, used) == 0 {
            return None;
        }
    }
    Some(whole)
}
