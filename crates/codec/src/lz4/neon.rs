//! The decoder for 64-bit ARM with NEON: 32 bytes are two registers.
#![allow(unsafe_code)]

use std::arch::aarch64::{uint8x16_t, vld1q_u8, vqtbl1q_u8, vst1q_u8};

use super::sequences;
use super::vectors::{Pattern, Vectors};
use crate::DecodeError;

/// Decodes the block `src`, which must fill `dst` exactly.
#[target_feature(enable = "neon")]
pub(super) fn decode(src: &[u8], dst: &mut [u8]) -> Result<(), DecodeError> {
    // SAFETY: this function asks for NEON, too.
    unsafe { sequences::decode::<Neon>(src, dst) }
}

struct Neon;

// SAFETY: each function is unsafe for the trait's reasons, which are its caller's promise; its own work is the one instruction.
impl Vectors for Neon {
    type Half = uint8x16_t;
    type Whole = [uint8x16_t; 2];

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn load16(from: *const u8) -> uint8x16_t {
        // SAFETY: the caller's promise.
        unsafe { vld1q_u8(from) }
    }

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn store16(to: *mut u8, value: uint8x16_t) {
        // SAFETY: the caller's promise.
        unsafe { vst1q_u8(to, value) };
    }

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn load32(from: *const u8) -> [uint8x16_t; 2] {
        // SAFETY: the caller's promise.
        unsafe { [vld1q_u8(from), vld1q_u8(from.add(16))] }
    }

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn store32(to: *mut u8, [first, second]: [uint8x16_t; 2]) {
        // SAFETY: the caller's promise.
        unsafe {
            vst1q_u8(to, first);
            vst1q_u8(to.add(16), second);
        }
    }

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn spread16(value: uint8x16_t, pattern: &Pattern) -> uint8x16_t {
        // SAFETY: a pattern has more than 16 bytes.
        vqtbl1q_u8(value, unsafe { vld1q_u8(pattern.0.as_ptr()) })
    }

    #[target_feature(enable = "neon")]
    #[inline]
    unsafe fn spread32(value: uint8x16_t, pattern: &Pattern) -> [uint8x16_t; 2] {
        // SAFETY: a pattern has 32 bytes.
        let [first, second] = unsafe { Self::load32(pattern.0.as_ptr()) };
        [vqtbl1q_u8(value, first), vqtbl1q_u8(value, second)]
    }
}
