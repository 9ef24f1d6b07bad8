//! Four frames of eight pixels at a time.
#![allow(unsafe_code)]

use std::arch::aarch64::{
    int16x8_t, uint8x16_t, uint16x8_t, uint32x4_t, vget_low_s16, vget_low_u8, vget_low_u16, vld1_u8, vld1q_u8,
    vmovl_high_s16, vmovl_high_u8, vmovl_high_u16, vmovl_s8, vmovl_s16, vmovl_u8, vmovl_u16, vreinterpret_s8_u8,
    vreinterpretq_s16_u8, vreinterpretq_u16_u8, vreinterpretq_u32_s32, vreinterpretq_u32_u8, vreinterpretq_u32_u16,
    vreinterpretq_u32_u64, vreinterpretq_u64_u32, vst1q_u32, vtrn1q_u32, vtrn1q_u64, vtrn2q_u32, vtrn2q_u64,
};

use aureole_codec::Isa;

use crate::kernel::pixel::IntegerPixel;
use crate::sums::LANES;

/// Frames taken at once.
const FRAMES: usize = 4;

/// Pixels of each taken at once.
const PIXELS: usize = 8;

/// Transposes whole squares of the frames; returns how many frames and how many pixels of each are done. `isa` has NEON, and the
/// lengths were checked by the caller.
pub(super) fn fill_squares<P: IntegerPixel>(
    isa: Isa,
    frames: &[&[u8]],
    pixels: usize,
    tile: &mut [u32],
) -> (usize, usize) {
    assert!(isa.has_neon());
    let (whole_frames, whole_pixels) = (frames.len() / FRAMES * FRAMES, pixels / PIXELS * PIXELS);
    for first in (0..whole_frames).step_by(FRAMES) {
        // SAFETY: an `Isa` with NEON exists only on a CPU that has it.
        unsafe { squares::<P>(&frames[first..first + FRAMES], whole_pixels, first, tile) };
    }
    (whole_frames, whole_pixels)
}

/// Transposes the first `pixels` pixels, a multiple of eight, of four frames into the lanes from `lane` on.
#[target_feature(enable = "neon")]
fn squares<P: IntegerPixel>(frames: &[&[u8]], pixels: usize, lane: usize, tile: &mut [u32]) {
    assert!(frames.len() == FRAMES && frames.iter().all(|frame| frame.len() >= pixels * size_of::<P>()));
    assert!(pixels.is_multiple_of(PIXELS) && lane + FRAMES <= LANES && tile.len() >= pixels * LANES);
    let from: [*const u8; FRAMES] = std::array::from_fn(|i| frames[i].as_ptr());
    let to = tile.as_mut_ptr();
    for pixel in (0..pixels).step_by(PIXELS) {
        // SAFETY: each frame has eight pixels from `pixel` on, as checked above.
        let row = |i: usize| unsafe { widened::<P>(from[i].add(pixel * size_of::<P>())) };
        let [a, b, c, d] = [row(0), row(1), row(2), row(3)];
        for half in 0..2 {
            let columns = transposed([a[half], b[half], c[half], d[half]]);
            for (i, column) in columns.into_iter().enumerate() {
                // SAFETY: the tile has the lanes of eight pixels from `pixel` on, and four lanes from `lane` on, as checked above.
                unsafe { vst1q_u32(to.add((pixel + half * 4 + i) * LANES + lane), column) };
            }
        }
    }
}

/// Eight pixels widened to 32 bits.
///
/// # Safety
/// Eight pixels can be read from `from`.
#[inline]
#[target_feature(enable = "neon")]
unsafe fn widened<P: IntegerPixel>(from: *const u8) -> [uint32x4_t; 2] {
    // SAFETY: each load takes the 8, 16 or 32 bytes that the caller vouches for.
    unsafe {
        if P::PAIR {
            let bytes = vld1q_u8(from);
            return [vmovl_u8(vget_low_u8(bytes)), vmovl_high_u8(bytes)].map(|pairs| vreinterpretq_u32_u16(pairs));
        }
        match (size_of::<P>(), P::SIGNED) {
            (1, false) => widened_u16(vmovl_u8(vld1_u8(from))),
            (1, true) => widened_i16(vmovl_s8(vreinterpret_s8_u8(vld1_u8(from)))),
            (2, false) => widened_u16(vreinterpretq_u16_u8(vld1q_u8(from))),
            (2, true) => widened_i16(vreinterpretq_s16_u8(vld1q_u8(from))),
            (4, _) => [vld1q_u8(from), vld1q_u8(from.add(16))].map(|four: uint8x16_t| vreinterpretq_u32_u8(four)),
            _ => unreachable!("integer pixels of the kernel have 1, 2 or 4 bytes"),
        }
    }
}

#[inline]
#[target_feature(enable = "neon")]
fn widened_u16(pixels: uint16x8_t) -> [uint32x4_t; 2] {
    [vmovl_u16(vget_low_u16(pixels)), vmovl_high_u16(pixels)]
}

#[inline]
#[target_feature(enable = "neon")]
fn widened_i16(pixels: int16x8_t) -> [uint32x4_t; 2] {
    [vmovl_s16(vget_low_s16(pixels)), vmovl_high_s16(pixels)].map(|four| vreinterpretq_u32_s32(four))
}

/// The transpose of a 4 × 4 square of 32-bit values.
#[inline]
#[target_feature(enable = "neon")]
fn transposed([a, b, c, d]: [uint32x4_t; 4]) -> [uint32x4_t; 4] {
    let wide = |values: uint32x4_t| vreinterpretq_u64_u32(values);
    let (ab, ab_odd) = (wide(vtrn1q_u32(a, b)), wide(vtrn2q_u32(a, b)));
    let (cd, cd_odd) = (wide(vtrn1q_u32(c, d)), wide(vtrn2q_u32(c, d)));
    [vtrn1q_u64(ab, cd), vtrn1q_u64(ab_odd, cd_odd), vtrn2q_u64(ab, cd), vtrn2q_u64(ab_odd, cd_odd)]
        .map(|pairs| vreinterpretq_u32_u64(pairs))
}
