//! LZ4 blocks, read and written: the raw form without frame or length, one sequence of literals and back references after the other.
//!
//! Each sequence is a token (high nibble: number of literals, low nibble: match length less 4), the literals, a 16-bit
//! little-endian offset and the match; 15 in a nibble says that bytes to be added follow. The last one has literals only.
#![allow(unsafe_code)]

#[cfg(target_arch = "x86_64")]
mod avx2;
mod compressor;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod copy;
#[cfg(target_arch = "aarch64")]
mod neon;
mod scalar;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod sequences;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod vectors;

pub use compressor::Compressor;

use crate::{DecodeError, Isa};

/// The shortest match that the format can state.
const MIN_MATCH: usize = 4;

/// A nibble of a token that says that more bytes of the length follow.
const LONG: usize = 15;

/// Decodes the LZ4 block `src`, which must fill `dst` exactly.
///
/// # Errors
/// `Truncated` when `src` ends before `dst` is full, `WrongLength` when it holds more than `dst` takes, and `Corrupt` when a
/// match points before the start of `dst`. What `dst` holds afterwards is unspecified.
pub fn decode(isa: Isa, src: &[u8], dst: &mut [u8]) -> Result<(), DecodeError> {
    #[cfg(target_arch = "x86_64")]
    if isa.has_avx2() {
        // SAFETY: an Isa with AVX2 exists only where the CPU has AVX2 and BMI2.
        return unsafe { avx2::decode(src, dst) };
    }
    #[cfg(target_arch = "aarch64")]
    if isa.has_neon() {
        // SAFETY: an Isa with NEON exists only where the CPU has it.
        return unsafe { neon::decode(src, dst) };
    }
    let _ = isa;
    scalar::decode(src, dst)
}
