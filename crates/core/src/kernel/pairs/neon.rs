//! Sixteen pairs in four 128-bit registers.
#![allow(unsafe_code)]

use std::arch::aarch64::{
    int64x2_t, uint16x4_t, uint16x8_t, uint32x4_t, uint64x2_t, vaddq_u64, vandq_u64, vcreate_u16, vdupq_n_s64,
    vdupq_n_u16, vdupq_n_u32, vdupq_n_u64, vget_low_u16, vld1q_u32, vld1q_u64, vmaxq_u16, vmlal_high_lane_u16,
    vmlal_lane_u16, vreinterpretq_u16_u32, vreinterpretq_u64_u32, vshlq_u64, vshrq_n_u64, vst1q_u64, vuzp1q_u16,
    vuzp2q_u16,
};

use aureole_codec::Isa;

use super::PairEntries;
use crate::sums::LANES;

/// The first pixels of the pairs of eight frames, and the second ones.
type Pixels = [uint16x8_t; 2];

/// The sums of sixteen frames.
type Sums = [uint32x4_t; 4];

/// See [`super::add_pairs`]; `isa` has NEON.
pub(super) fn add_pairs(isa: Isa, entries: &PairEntries<'_>, tile: &[u32], signal: &mut [u64], variance: &mut [u64]) {
    assert!(isa.has_neon());
    // SAFETY: an `Isa` with NEON exists only on a CPU that has it.
    unsafe {
        if entries.squares.is_empty() {
            add::<false>(entries, tile, signal, variance);
        } else {
            add::<true>(entries, tile, signal, variance);
        }
    }
}

#[target_feature(enable = "neon")]
fn add<const SQUARES: bool>(entries: &PairEntries<'_>, tile: &[u32], signal: &mut [u64], variance: &mut [u64]) {
    let bits = vdupq_n_s64(i64::from(entries.pieces.bits));
    let one = vdupq_n_u16(1);
    let mut rest = (entries.pairs, entries.coefficients, entries.squares);
    for run in entries.runs {
        let len = run.len as usize;
        let (pairs, later_pairs) = rest.0.split_at(len);
        let (coefficients, later_coefficients) = rest.1.split_at(len);
        let (squares, later_squares) = rest.2.split_at(if SQUARES { len } else { 0 });
        rest = (later_pairs, later_coefficients, later_squares);
        let mut sum = [[vdupq_n_u32(0); 4]; 2];
        let mut square = sum;
        for (entry, (pair, coefficient)) in pairs.iter().zip(coefficients).enumerate() {
            let pixels = load_pairs(tile, *pair);
            sum = multiply_add(sum, pixels, *coefficient);
            if SQUARES {
                let [[a, b], [c, d]] = pixels;
                let pixels = [[vmaxq_u16(a, one), vmaxq_u16(b, one)], [vmaxq_u16(c, one), vmaxq_u16(d, one)]];
                square = multiply_add(square, pixels, squares[entry]);
            }
        }
        let bin = run.bin as usize * LANES..(run.bin as usize + 1) * LANES;
        flush(&mut signal[bin.clone()], sum, bits);
        if SQUARES {
            flush(&mut variance[bin], square, bits);
        }
    }
}

/// Both pieces' sums of the sixteen frames, each with the products of its two pixels added.
#[inline]
#[target_feature(enable = "neon")]
fn multiply_add([low, high]: [Sums; 2], pixels: [Pixels; 2], pieces: (u32, u32)) -> [Sums; 2] {
    // Lanes 0 and 1: the lower pieces of both pixels; lanes 2 and 3: the higher ones.
    let pieces = vcreate_u16(u64::from(pieces.0) | u64::from(pieces.1) << 32);
    [add_products::<0, 1>(low, pixels, pieces), add_products::<2, 3>(high, pixels, pieces)]
}

/// Adds the products of the first pixels and piece `A`, and of the second ones and piece `B`.
#[inline]
#[target_feature(enable = "neon")]
fn add_products<const A: i32, const B: i32>(sums: Sums, [near, far]: [Pixels; 2], pieces: uint16x4_t) -> Sums {
    let low = |sum, [first, second]: Pixels| {
        vmlal_lane_u16::<B>(vmlal_lane_u16::<A>(sum, vget_low_u16(first), pieces), vget_low_u16(second), pieces)
    };
    let high = |sum, [first, second]: Pixels| {
        vmlal_high_lane_u16::<B>(vmlal_high_lane_u16::<A>(sum, first, pieces), second, pieces)
    };
    [low(sums[0], near), high(sums[1], near), low(sums[2], far), high(sums[3], far)]
}

/// Puts the pieces together, `low + high·2^bits`, and adds them to the sums of 64 bits.
#[inline]
#[target_feature(enable = "neon")]
fn flush(sums: &mut [u64], [low, high]: [Sums; 2], bits: int64x2_t) {
    let even = |sum: uint32x4_t| vandq_u64(vreinterpretq_u64_u32(sum), vdupq_n_u64(0xffff_ffff));
    let odd = |sum: uint32x4_t| vshrq_n_u64::<32>(vreinterpretq_u64_u32(sum));
    let together = |low, high| vaddq_u64(low, vshlq_u64(high, bits));
    for (i, (low, high)) in low.into_iter().zip(high).enumerate() {
        add_to(sums, 2 * i, together(even(low), even(high)));
        add_to(sums, LANES / 2 + 2 * i, together(odd(low), odd(high)));
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn add_to(sums: &mut [u64], at: usize, value: uint64x2_t) {
    let sums = &mut sums[at..at + 2];
    // SAFETY: the slice has 16 bytes.
    unsafe { vst1q_u64(sums.as_mut_ptr(), vaddq_u64(vld1q_u64(sums.as_ptr()), value)) };
}

/// The pairs of sixteen frames, taken apart.
#[inline]
#[target_feature(enable = "neon")]
fn load_pairs(tile: &[u32], pair: u16) -> [Pixels; 2] {
    let values = &tile[usize::from(pair) * LANES..][..LANES];
    // SAFETY: the slice has 64 bytes, and so 16 from each of these places on.
    let load = |at: usize| vreinterpretq_u16_u32(unsafe { vld1q_u32(values.as_ptr().add(at)) });
    let (a, b, c, d) = (load(0), load(4), load(8), load(12));
    [[vuzp1q_u16(a, b), vuzp2q_u16(a, b)], [vuzp1q_u16(c, d), vuzp2q_u16(c, d)]]
}
