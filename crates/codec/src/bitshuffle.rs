//! The bit transpose of bitshuffle, done and undone for one block.
//!
//! A block of `n` elements (a multiple of 8) of `s` bytes is stored as `8 s` planes of `n / 8` bytes: plane `8 j + b` holds
//! bit `b` of byte `j` of every element, the first element in the lowest bit of the first byte.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;
mod shuffle;

pub use shuffle::shuffle;

use crate::Isa;

/// Elements that share a byte of a plane: blocks are multiples of it.
pub const GROUP: usize = 8;

/// Undoes the bit transpose of one block of elements of `elem_size` bytes.
///
/// # Panics
/// When `src` and `dst` differ in length or do not hold a multiple of 8 elements: lengths are the caller's to check.
pub fn unshuffle(isa: Isa, elem_size: usize, src: &[u8], dst: &mut [u8]) {
    check_lengths(elem_size, src.len(), dst.len());
    match elem_size {
        1 => unshuffle_sized::<1>(isa, src, dst),
        2 => unshuffle_sized::<2>(isa, src, dst),
        4 => unshuffle_sized::<4>(isa, src, dst),
        8 => unshuffle_sized::<8>(isa, src, dst),
        _ => scalar::unshuffle(elem_size, src, dst, 0),
    }
}

/// The tiles by vectors, the rest of the block by words.
fn unshuffle_sized<const S: usize>(isa: Isa, src: &[u8], dst: &mut [u8]) {
    #[cfg(target_arch = "x86_64")]
    let done = if isa.has_avx512() {
        // SAFETY: an Isa with AVX-512 exists only where the CPU has F, BW, VL, VBMI, VNNI and GFNI.
        unsafe { avx512::unshuffle::<S>(src, dst) }
    } else if isa.has_avx2() {
        // SAFETY: an Isa with AVX2 exists only where the CPU has it.
        unsafe { avx2::unshuffle::<S>(src, dst) }
    } else {
        0
    };
    #[cfg(target_arch = "aarch64")]
    let done = if isa.has_neon() {
        // SAFETY: an Isa with NEON exists only where the CPU has it.
        unsafe { neon::unshuffle::<S>(src, dst) }
    } else {
        0
    };
    #[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
    let done = {
        let _ = isa;
        0
    };
    scalar::unshuffle(S, src, dst, done);
}

fn check_lengths(elem_size: usize, src: usize, dst: usize) {
    assert_eq!(src, dst, "a bit transpose keeps the length");
    assert_eq!(src % (GROUP * elem_size), 0, "a bit transpose takes multiples of 8 elements");
}
