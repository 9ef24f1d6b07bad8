//! The look at many planes with vectors: a column of 64 bytes of each at a time, in four registers.
#![allow(unsafe_code)]

use std::arch::aarch64::{uint8x16_t, vandq_u8, vdupq_n_u8, vld1q_u8, vmaxvq_u32, vorrq_u8, vreinterpretq_u32_u8};

use crate::Isa;

/// Bytes of a column.
const WIDTH: usize = 64;

/// How many bytes of each plane have been looked at; `None` when a plane has a bit there that `used` has, too.
pub(super) fn columns(isa: Isa, planes: &[u8], used: &[u8]) -> Option<usize> {
    if isa.has_neon() {
        // SAFETY: an `Isa` with NEON exists only on a CPU that has it.
        unsafe { columns_neon(planes, used) }
    } else {
        Some(0)
    }
}

#[target_feature(enable = "neon")]
fn columns_neon(planes: &[u8], used: &[u8]) -> Option<usize> {
    let whole = used.len() / WIDTH * WIDTH;
    for at in (0..whole).step_by(WIDTH) {
        let mut any = [vdupq_n_u8(0); 4];
        for plane in planes.chunks_exact(used.len()) {
            for (any, bytes) in any.iter_mut().zip(load(&plane[at..])) {
                *any = vorrq_u8(*any, bytes);
            }
        }
        let mut both = vdupq_n_u8(0);
        for (any, used) in any.into_iter().zip(load(&used[at..])) {
            both = vorrq_u8(both, vandq_u8(any, used));
        }
        if vmaxvq_u32(vreinterpretq_u32_u8(both)) != 0 {
            return None;
        }
    }
    Some(whole)
}

#[target_feature(enable = "neon")]
#[inline]
fn load(bytes: &[u8]) -> [uint8x16_t; 4] {
    let from = bytes[..WIDTH].as_ptr();
    // SAFETY: the slice has 64 bytes.
    unsafe { [vld1q_u8(from), vld1q_u8(from.add(16)), vld1q_u8(from.add(32)), vld1q_u8(from.add(48))] }
}
