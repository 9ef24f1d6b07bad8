//! Copies of literals and matches. Nothing is written behind `dst`, and nothing is read from outside of it.
#![allow(unsafe_code)]

use super::vectors::{Pattern, Vectors};

/// Row `offset` repeats the first `offset` bytes of a register; row 16 leaves it as it is.
static PATTERNS: [Pattern; 17] = patterns();

const fn patterns() -> [Pattern; 17] {
    let mut rows = [Pattern([0; 32]); 17];
    let mut offset = 1;
    while offset <= 16 {
        let mut i = 0;
        while i < 32 {
            rows[offset].0[i] = (i % offset) as u8;
            i += 1;
        }
        offset += 1;
    }
    rows
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
/// The CPU has the instructions of `V`, and `at + 16 <= data.len()`.
#[inline(always)]
unsafe fn load16<V: Vectors>(data: &[u8], at: usize) -> V::Half {
    debug_assert!(at + 16 <= data.len());
    // SAFETY: the caller's promise.
    unsafe { V::load16(data.as_ptr().add(at)) }
}

/// # Safety
/// The CPU has the instructions of `V`, and `at + 16 <= data.len()`.
#[inline(always)]
unsafe fn store16<V: Vectors>(data: &mut [u8], at: usize, value: V::Half) {
    debug_assert!(at + 16 <= data.len());
    // SAFETY: the caller's promise.
    unsafe { V::store16(data.as_mut_ptr().add(at), value) };
}

/// # Safety
/// The CPU has the instructions of `V`, and `at + 32 <= data.len()`.
#[inline(always)]
unsafe fn load32<V: Vectors>(data: &[u8], at: usize) -> V::Whole {
    debug_assert!(at + 32 <= data.len());
    // SAFETY: the caller's promise.
    unsafe { V::load32(data.as_ptr().add(at)) }
}

/// # Safety
/// The CPU has the instructions of `V`, and `at + 32 <= data.len()`.
#[inline(always)]
unsafe fn store32<V: Vectors>(data: &mut [u8], at: usize, value: V::Whole) {
    debug_assert!(at + 32 <= data.len());
    // SAFETY: the caller's promise.
    unsafe { V::store32(data.as_mut_ptr().add(at), value) };
}

/// Copies 16 bytes.
///
/// # Safety
/// The CPU has the instructions of `V`, `from + 16 <= src.len()` and `at + 16 <= dst.len()`.
#[inline(always)]
pub(super) unsafe fn copy16<V: Vectors>(src: &[u8], from: usize, dst: &mut [u8], at: usize) {
    // SAFETY: the caller's promise.
    unsafe { store16::<V>(dst, at, load16::<V>(src, from)) };
}

/// Copies all literals of a sequence.
///
/// # Safety
/// The CPU has the instructions of `V`, `at + literals.len() <= dst.len()`.
#[inline(always)]
pub(super) unsafe fn copy_literals<V: Vectors>(literals: &[u8], dst: &mut [u8], at: usize) {
    let n = literals.len();
    if n < 16 {
        dst[at..at + n].copy_from_slice(literals);
        return;
    }
    if n < 32 {
        // SAFETY: both sides have n bytes, 16 at least: the first and the last 16 of them, which may overlap.
        unsafe {
            let (first, last) = (load16::<V>(literals, 0), load16::<V>(literals, n - 16));
            store16::<V>(dst, at, first);
            store16::<V>(dst, at + n - 16, last);
        }
        return;
    }
    let mut i = 0;
    // SAFETY: i + 32 < n, and the last 32 bytes of each side, of which there are at least that many, end where they end.
    unsafe {
        while i + 32 < n {
            store32::<V>(dst, at + i, load32::<V>(literals, i));
            i += 32;
        }
        store32::<V>(dst, at + n - 32, load32::<V>(literals, n - 32));
    }
}

/// Writes 16 bytes of a match of at most 16 bytes; those behind its end will be overwritten.
///
/// # Safety
/// The CPU has the instructions of `V`, `0 < offset <= at` and `at + 16 <= dst.len()`.
#[inline(always)]
pub(super) unsafe fn copy_short<V: Vectors>(dst: &mut [u8], at: usize, offset: usize) {
    // SAFETY: the caller's promise; the load starts before `at`, from where 16 bytes fit.
    unsafe {
        let value = load16::<V>(dst, at - offset);
        store16::<V>(dst, at, V::spread16(value, &PATTERNS[offset.min(16)]));
    }
}

/// Writes a run: a match whose offset is below 16, of any length.
///
/// # Safety
/// The CPU has the instructions of `V`, `0 < offset <= at`, `offset < 16`, `at + length <= dst.len()` and `at + 16 <= dst.len()`.
#[inline(always)]
pub(super) unsafe fn copy_run<V: Vectors>(dst: &mut [u8], at: usize, offset: usize, length: usize) {
    let end = at + length;
    let step = STEP[offset];
    let mut at = at;
    // SAFETY: the caller's promise; the load starts before `at`, from where 16 bytes fit.
    let value = unsafe { V::spread32(load16::<V>(dst, at - offset), &PATTERNS[offset]) };
    // SAFETY: each store is checked to end within `dst`, which has `end` bytes or more.
    unsafe {
        while at + 32 <= end {
            store32::<V>(dst, at, value);
            at += step;
        }
        if at + 32 <= dst.len() {
            store32::<V>(dst, at, value);
            return;
        }
    }
    let mut last = [0; 32];
    // SAFETY: the array has 32 bytes.
    unsafe { store32::<V>(&mut last, 0, value) };
    if at < end {
        dst[at..end].copy_from_slice(&last[..end - at]);
    }
}

/// Copies a match from at least 16 bytes before.
///
/// # Safety
/// The CPU has the instructions of `V`, `16 <= offset <= at`, `at + length <= dst.len()` and `length >= 16`.
#[inline(always)]
pub(super) unsafe fn copy_far<V: Vectors>(dst: &mut [u8], at: usize, offset: usize, length: usize) {
    let end = at + length;
    let src = at - offset;
    // SAFETY: every store ends at `end` or before it, and every load ends `offset` or more bytes before its store does.
    unsafe {
        if length <= 32 {
            store16::<V>(dst, at, load16::<V>(dst, src));
        } else if offset >= 32 {
            let mut at = at;
            while at + 32 < end {
                store32::<V>(dst, at, load32::<V>(dst, at - offset));
                at += 32;
            }
            store32::<V>(dst, end - 32, load32::<V>(dst, end - 32 - offset));
            return;
        } else {
            let (first, last) = (load16::<V>(dst, src), load16::<V>(dst, at - 16));
            let mut at = at;
            while at + offset < end {
                store16::<V>(dst, at, first);
                store16::<V>(dst, at + offset - 16, last);
                at += offset;
            }
            if at + 16 < end {
                store16::<V>(dst, at, first);
            }
        }
        store16::<V>(dst, end - 16, load16::<V>(dst, end - 16 - offset));
    }
}

/// Copies a match byte by byte, for the last bytes of the output.
pub(super) fn copy_near_end(dst: &mut [u8], at: usize, offset: usize, length: usize) {
    for i in at..at + length {
        dst[i] = dst[i - offset];
    }
}
