//! Hints to the processor.
#![allow(unsafe_code)]

use std::ops::Range;

/// Bytes of a cache line.
const LINE: usize = 64;

/// The most bytes that one call asks for.
const MOST: usize = 4096;

/// Asks for a part of `bytes` to be brought into the cache; what lies outside is left out.
#[inline]
pub(crate) fn prefetch(bytes: &[u8], part: Range<usize>) {
    let end = part.end.min(part.start.saturating_add(MOST)).min(bytes.len());
    let Some(part) = bytes.get(part.start..end) else { return };
    for line in part.chunks(LINE) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a hint reads nothing, and every x86-64 processor has it.
        unsafe {
            use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
            _mm_prefetch::<_MM_HINT_T1>(line.as_ptr().cast());
        }
        #[cfg(target_arch = "aarch64")]
        // SAFETY: a hint reads nothing, and every 64-bit ARM processor has it.
        unsafe {
            std::arch::asm!("prfm pldl2keep, [{}]", in(reg) line.as_ptr(), options(nostack, readonly, preserves_flags));
        }
        #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
        let _ = line;
    }
}
