//! Frames side by side: squares of frames and pixels by vectors, the rest one by one.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "aarch64")]
mod neon;

use aureole_codec::Isa;

use super::pixel::IntegerPixel;
use super::scalar;

/// See [`super::fill_tile`], where the lengths were checked.
pub(super) fn fill_tile<P: IntegerPixel>(isa: Isa, frames: &[&[u8]], pixels: usize, tile: &mut [u32]) {
    let (whole_frames, whole_pixels) = fill_squares::<P>(isa, frames, pixels, tile);
    scalar::fill_tile::<P>(&frames[..whole_frames], 0, whole_pixels..pixels, tile);
    scalar::fill_tile::<P>(&frames[whole_frames..], whole_frames, 0..pixels, tile);
}

/// What vectors do of it: the number of frames, and of pixels of each.
fn fill_squares<P: IntegerPixel>(isa: Isa, frames: &[&[u8]], pixels: usize, tile: &mut [u32]) -> (usize, usize) {
    #[cfg(target_arch = "x86_64")]
    if isa.has_avx2() {
        return avx2::fill_squares::<P>(isa, frames, pixels, tile);
    }
    #[cfg(target_arch = "aarch64")]
    if isa.has_neon() {
        return neon::fill_squares::<P>(isa, frames, pixels, tile);
    }
    let _ = (isa, frames, pixels, tile);
    (0, 0)
}
