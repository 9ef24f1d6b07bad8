//! Eight frames of eight pixels at a time.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256i, _mm_loadl_epi64, _mm_loadu_si128, _mm256_cvtepi8_epi32, _mm256_cvtepi16_epi32, _mm256_cvtepu8_epi16,
    _mm256_cvtepu8_epi32, _mm256_cvtepu16_epi32, _mm256_loadu_si256, _mm256_permute2x128_si256, _mm256_storeu_si256,
    _mm256_unpackhi_epi32, _mm256_unpackhi_epi64, _mm256_unpacklo_epi32, _mm256_unpacklo_epi64,
};

use aureole_codec::Isa;

use crate::kernel::pixel::IntegerPixel;
use crate::sums::LANES;

/// Pixels and frames of one small transpose.
const SIDE: usize = 8;

/// Transposes whole squares of the frames; returns how many frames and how many pixels of each are done. `isa` has AVX2, and the
/// lengths were checked by the caller.
pub(super) fn fill_squares<P: IntegerPixel>(
    isa: Isa,
    frames: &[&[u8]],
    pixels: usize,
    tile: &mut [u32],
) -> (usize, usize) {
    assert!(isa.has_avx2());
    let (whole_frames, whole_pixels) = (frames.len() / SIDE * SIDE, pixels / SIDE * SIDE);
    for first in (0..whole_frames).step_by(SIDE) {
        // SAFETY: an `Isa` with AVX2 exists only on a CPU that has it.
        unsafe { squares::<P>(&frames[first..first + SIDE], whole_pixels, first, tile) };
    }
    (whole_frames, whole_pixels)
}

/// Transposes the first `pixels` pixels, a multiple of eight, of eight frames into the lanes from `lane` on.
#[target_feature(enable = "avx2")]
fn squares<P: IntegerPixel>(frames: &[&[u8]], pixels: usize, lane: usize, tile: &mut [u32]) {
    assert!(frames.len() == SIDE && frames.iter().all(|frame| frame.len() >= pixels * size_of::<P>()));
    assert!(pixels.is_multiple_of(SIDE) && lane + SIDE <= LANES && tile.len() >= pixels * LANES);
    // Pointers out of the loop: checking eight slices and as many stores a square took half of its time.
    let from: [*const u8; SIDE] = std::array::from_fn(|i| frames[i].as_ptr());
    let to = tile.as_mut_ptr();
    for pixel in (0..pixels).step_by(SIDE) {
        // SAFETY: each frame has eight pixels from `pixel` on, as checked above.
        let row = |i: usize| unsafe { widened::<P>(from[i].add(pixel * size_of::<P>())) };
        let rows = [row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)];
        for (i, column) in transposed(rows).into_iter().enumerate() {
            // SAFETY: the tile has the lanes of pixel `pixel + i`, eight of which begin at `lane`, as checked above.
            unsafe { _mm256_storeu_si256(to.add((pixel + i) * LANES + lane).cast(), column) };
        }
    }
}

/// Eight pixels widened to 32 bits.
///
/// # Safety
/// Eight pixels can be read from `from`.
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn widened<P: IntegerPixel>(from: *const u8) -> __m256i {
    // SAFETY: each load takes the 8, 16 or 32 bytes that the caller vouches for.
    unsafe {
        if P::PAIR {
            return _mm256_cvtepu8_epi16(_mm_loadu_si128(from.cast()));
        }
        match (size_of::<P>(), P::SIGNED) {
            (1, false) => _mm256_cvtepu8_epi32(_mm_loadl_epi64(from.cast())),
            (1, true) => _mm256_cvtepi8_epi32(_mm_loadl_epi64(from.cast())),
            (2, false) => _mm256_cvtepu16_epi32(_mm_loadu_si128(from.cast())),
            (2, true) => _mm256_cvtepi16_epi32(_mm_loadu_si128(from.cast())),
            (4, _) => _mm256_loadu_si256(from.cast()),
            _ => unreachable!("integer pixels of the kernel have 1, 2 or 4 bytes"),
        }
    }
}

/// The transpose of an 8 × 8 square of 32-bit values.
#[inline]
#[target_feature(enable = "avx2")]
fn transposed(r: [__m256i; SIDE]) -> [__m256i; SIDE] {
    let (a0, a1) = (_mm256_unpacklo_epi32(r[0], r[1]), _mm256_unpackhi_epi32(r[0], r[1]));
    let (a2, a3) = (_mm256_unpacklo_epi32(r[2], r[3]), _mm256_unpackhi_epi32(r[2], r[3]));
    let (a4, a5) = (_mm256_unpacklo_epi32(r[4], r[5]), _mm256_unpackhi_epi32(r[4], r[5]));
    let (a6, a7) = (_mm256_unpacklo_epi32(r[6], r[7]), _mm256_unpackhi_epi32(r[6], r[7]));
    let (b0, b1) = (_mm256_unpacklo_epi64(a0, a2), _mm256_unpackhi_epi64(a0, a2));
    let (b2, b3) = (_mm256_unpacklo_epi64(a1, a3), _mm256_unpackhi_epi64(a1, a3));
    let (b4, b5) = (_mm256_unpacklo_epi64(a4, a6), _mm256_unpackhi_epi64(a4, a6));
    let (b6, b7) = (_mm256_unpacklo_epi64(a5, a7), _mm256_unpackhi_epi64(a5, a7));
    [
        _mm256_permute2x128_si256::<0x20>(b0, b4),
        _mm256_permute2x128_si256::<0x20>(b1, b5),
        _mm256_permute2x128_si256::<0x20>(b2, b6),
        _mm256_permute2x128_si256::<0x20>(b3, b7),
        _mm256_permute2x128_si256::<0x31>(b0, b4),
        _mm256_permute2x128_si256::<0x31>(b1, b5),
        _mm256_permute2x128_si256::<0x31>(b2, b6),
        _mm256_permute2x128_si256::<0x31>(b3, b7),
    ]
}
