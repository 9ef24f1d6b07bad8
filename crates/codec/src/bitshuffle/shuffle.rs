//! The transpose itself, for writing.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "aarch64")]
mod neon;

use super::GROUP;
use super::scalar::transpose8;
use crate::Isa;

/// Transposes the bits of one block of elements of `elem_size` bytes: what [`super::unshuffle`] undoes.
///
/// # Panics
/// When `src` and `dst` differ in length or do not hold a multiple of 8 elements: lengths are the caller's to check.
pub fn shuffle(isa: Isa, elem_size: usize, src: &[u8], dst: &mut [u8]) {
    super::check_lengths(elem_size, src.len(), dst.len());
    #[cfg(target_arch = "x86_64")]
    if isa.has_avx2() && matches!(elem_size, 1 | 2 | 4) {
        // SAFETY: an Isa with AVX2 exists only where the CPU has it.
        let done = unsafe {
            match elem_size {
                1 => avx2::shuffle::<1>(src, dst),
                2 => avx2::shuffle::<2>(src, dst),
                _ => avx2::shuffle::<4>(src, dst),
            }
        };
        return scalar(elem_size, src, dst, done);
    }
    #[cfg(target_arch = "aarch64")]
    if isa.has_neon() && matches!(elem_size, 1 | 2 | 4) {
        // SAFETY: an Isa with NEON exists only where the CPU has it.
        let done = unsafe {
            match elem_size {
                1 => neon::shuffle::<1>(src, dst),
                2 => neon::shuffle::<2>(src, dst),
                _ => neon::shuffle::<4>(src, dst),
            }
        };
        return scalar(elem_size, src, dst, done);
    }
    let _ = isa;
    scalar(elem_size, src, dst, 0);
}

/// The portable transpose, but for the first `done` bytes of each plane.
fn scalar(elem_size: usize, src: &[u8], dst: &mut [u8], done: usize) {
    let plane = src.len() / (GROUP * elem_size);
    let rest = &src[done * GROUP * elem_size..];
    for (group, elements) in (done..).zip(rest.chunks_exact(GROUP * elem_size)) {
        for byte in 0..elem_size {
            let bits = transpose8(std::array::from_fn(|element| elements[element * elem_size + byte]));
            for (bit, value) in bits.into_iter().enumerate() {
                dst[(byte * GROUP + bit) * plane + group] = value;
            }
        }
    }
}
