//! Sixteen frames in four 128-bit registers.
//!
//! Their sums are held in the order of the lanes while a run lasts, since NEON multiplies neighbours; they change to the order
//! of [`slot`](crate::sums::slot) and back where they are stored and loaded.
#![allow(unsafe_code)]

use std::arch::aarch64::{
    uint32x4_t, uint64x2_t, vdupq_n_s32, vdupq_n_u32, vdupq_n_u64, vget_low_s32, vget_low_u32, vld1q_u32, vld1q_u64,
    vmaxq_s32, vmaxq_u32, vmlal_high_s32, vmlal_high_u32, vmlal_s32, vmlal_u32, vorrq_u32, vreinterpretq_s32_u32,
    vreinterpretq_s64_u64, vreinterpretq_u32_s32, vreinterpretq_u64_s64, vst1q_u32, vst1q_u64, vtrn1q_u64, vtrn2q_u64,
};

use aureole_codec::Isa;

use super::{Entries, Seen};
use crate::sums::LANES;

/// The pixels of sixteen frames, in the order of the lanes.
type Raw = [uint32x4_t; 4];

/// The sums of sixteen frames, in the order of the lanes.
type Sums = [uint64x2_t; 8];

/// See [`super::add_tile`]; `isa` has NEON.
pub(super) fn add_tile(
    isa: Isa,
    signed: bool,
    entries: &Entries<'_>,
    tile: &[u32],
    signal: &mut [u64],
    variance: &mut [u64],
) -> Seen {
    assert!(isa.has_neon());
    // SAFETY: an `Isa` with NEON exists only on a CPU that has it.
    unsafe {
        match (signed, entries.squares.is_empty()) {
            (false, true) => add::<false, false>(entries, tile, signal, variance),
            (false, false) => add::<false, true>(entries, tile, signal, variance),
            (true, true) => add::<true, false>(entries, tile, signal, variance),
            (true, false) => add::<true, true>(entries, tile, signal, variance),
        }
    }
}

#[target_feature(enable = "neon")]
fn add<const SIGNED: bool, const SQUARES: bool>(
    entries: &Entries<'_>,
    tile: &[u32],
    signal: &mut [u64],
    variance: &mut [u64],
) -> Seen {
    let mut seen = [vdupq_n_u32(0); 4];
    let mut rest = (entries.pixels, entries.coefficients, entries.squares);
    for run in entries.runs {
        let len = run.len as usize;
        let (pixels, later_pixels) = rest.0.split_at(len);
        let (coefficients, later_coefficients) = rest.1.split_at(len);
        let (squares, later_squares) = rest.2.split_at(if SQUARES { len } else { 0 });
        rest = (later_pixels, later_coefficients, later_squares);
        let bin = run.bin as usize * LANES..(run.bin as usize + 1) * LANES;
        let mut sums = load(&signal[bin.clone()]);
        for (pixel, coefficient) in pixels.iter().zip(coefficients) {
            let raw = load_tile(tile, *pixel);
            for (seen, raw) in seen.iter_mut().zip(raw) {
                *seen = vorrq_u32(*seen, raw);
            }
            multiply_add::<SIGNED>(&mut sums, raw, *coefficient);
        }
        store(&mut signal[bin.clone()], sums);
        if SQUARES {
            let mut sums = load(&variance[bin.clone()]);
            for (pixel, square) in pixels.iter().zip(squares) {
                multiply_add::<SIGNED>(&mut sums, at_least_one::<SIGNED>(load_tile(tile, *pixel)), *square);
            }
            store(&mut variance[bin], sums);
        }
    }
    let mut lanes = [0; LANES];
    for (lanes, seen) in lanes.chunks_exact_mut(4).zip(seen) {
        // SAFETY: the chunk has 16 bytes.
        unsafe { vst1q_u32(lanes.as_mut_ptr(), seen) };
    }
    lanes
}

/// Adds `C·raw` of each lane, in 64 bits.
#[inline]
#[target_feature(enable = "neon")]
fn multiply_add<const SIGNED: bool>(sums: &mut Sums, raw: Raw, coefficient: u32) {
    for (i, raw) in raw.into_iter().enumerate() {
        let (low, high) = (sums[2 * i], sums[2 * i + 1]);
        (sums[2 * i], sums[2 * i + 1]) = if SIGNED {
            let (raw, by) = (vreinterpretq_s32_u32(raw), vdupq_n_s32(coefficient.cast_signed()));
            let (low, high) = (vreinterpretq_s64_u64(low), vreinterpretq_s64_u64(high));
            let (low, high) = (vmlal_s32(low, vget_low_s32(raw), vget_low_s32(by)), vmlal_high_s32(high, raw, by));
            (vreinterpretq_u64_s64(low), vreinterpretq_u64_s64(high))
        } else {
            let by = vdupq_n_u32(coefficient);
            (vmlal_u32(low, vget_low_u32(raw), vget_low_u32(by)), vmlal_high_u32(high, raw, by))
        };
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn at_least_one<const SIGNED: bool>([a, b, c, d]: Raw) -> Raw {
    let larger = |raw| {
        if SIGNED {
            vreinterpretq_u32_s32(vmaxq_s32(vreinterpretq_s32_u32(raw), vdupq_n_s32(1)))
        } else {
            vmaxq_u32(raw, vdupq_n_u32(1))
        }
    };
    [larger(a), larger(b), larger(c), larger(d)]
}

#[inline]
#[target_feature(enable = "neon")]
fn load_tile(tile: &[u32], pixel: u16) -> Raw {
    let from = tile[usize::from(pixel) * LANES..][..LANES].as_ptr();
    // SAFETY: the slice has 64 bytes.
    unsafe { [vld1q_u32(from), vld1q_u32(from.add(4)), vld1q_u32(from.add(8)), vld1q_u32(from.add(12))] }
}

/// Four sums in the order of the lanes from four in that of the slots, or the other way round.
#[inline]
#[target_feature(enable = "neon")]
fn reordered(a: uint64x2_t, b: uint64x2_t) -> [uint64x2_t; 2] {
    [vtrn1q_u64(a, b), vtrn2q_u64(a, b)]
}

#[inline]
#[target_feature(enable = "neon")]
fn load(sums: &[u64]) -> Sums {
    let (even, odd) = sums[..LANES].split_at(LANES / 2);
    let mut lanes = [vdupq_n_u64(0); 8];
    for (i, (even, odd)) in even.chunks_exact(2).zip(odd.chunks_exact(2)).enumerate() {
        // SAFETY: each chunk has 16 bytes.
        let (even, odd) = unsafe { (vld1q_u64(even.as_ptr()), vld1q_u64(odd.as_ptr())) };
        [lanes[2 * i], lanes[2 * i + 1]] = reordered(even, odd);
    }
    lanes
}

#[inline]
#[target_feature(enable = "neon")]
fn store(sums: &mut [u64], lanes: Sums) {
    let (even, odd) = sums[..LANES].split_at_mut(LANES / 2);
    for (i, (even, odd)) in even.chunks_exact_mut(2).zip(odd.chunks_exact_mut(2)).enumerate() {
        let [evens, odds] = reordered(lanes[2 * i], lanes[2 * i + 1]);
        // SAFETY: each chunk has 16 bytes.
        unsafe {
            vst1q_u64(even.as_mut_ptr(), evens);
            vst1q_u64(odd.as_mut_ptr(), odds);
        }
    }
}
