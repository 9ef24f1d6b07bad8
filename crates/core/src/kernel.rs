//! The inner loop: pixels of a slice into bins.
//!
//! Sixteen frames at a time, their pixels lie in a *tile*: for each pixel of the slice, the sixteen frames' values side
//! by side, widened to 32 bits. The slice's entries are then read once for all sixteen. A frame alone is summed without
//! a tile. All variants give the same bits; [`scalar`] is the twin that the others are tested against.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
pub mod float;
#[cfg(target_arch = "aarch64")]
mod neon;
pub mod pairs;
pub mod pixel;
pub mod scalar;
mod transpose;

use aureole_codec::Isa;

pub use pixel::IntegerPixel;

use crate::sums::LANES;

/// Entries of one bin, one behind the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// The bin.
    pub bin: u32,
    /// Number of entries.
    pub len: u32,
}

/// The part of a plan's table that belongs to one slice.
#[derive(Clone, Copy, Debug)]
pub struct Entries<'a> {
    /// Bins and the number of entries in each.
    pub runs: &'a [Run],
    /// Pixel of each entry, counted from the start of the slice.
    pub pixels: &'a [u16],
    /// Coefficient of each entry.
    pub coefficients: &'a [u32],
    /// Coefficient of the variance of each entry; empty without an error model.
    pub squares: &'a [u32],
}

impl Entries<'_> {
    /// Checks what the vector code relies on: every entry has its run, its coefficients and a pixel below `pixels`, and
    /// every bin lies below `bins`.
    #[must_use]
    pub fn are_sound(&self, pixels: usize, bins: usize) -> bool {
        let entries: usize = self.runs.iter().map(|run| run.len as usize).sum();
        entries == self.pixels.len()
            && entries == self.coefficients.len()
            && (self.squares.is_empty() || self.squares.len() == entries)
            && self.pixels.iter().all(|pixel| usize::from(*pixel) < pixels)
            && self.runs.iter().all(|run| (run.bin as usize) < bins)
    }
}

/// The bitwise OR of all pixels with an entry, one a frame: tells that a frame holds no large value at all.
pub type Seen = [u32; LANES];

/// Adds a tile to the sums of sixteen frames (`signal` and `variance` have [`LANES`] values a bin, in the order of
/// [`slot`](crate::sums::slot); `variance` is empty without an error model).
///
/// `signed` says how the tile's 32 bits are meant.
///
/// # Panics
/// In debug builds, when the entries are not sound for the tile and the sums.
pub fn add_tile(
    isa: Isa,
    signed: bool,
    entries: &Entries<'_>,
    tile: &[u32],
    signal: &mut [u64],
    variance: &mut [u64],
) -> Seen {
    debug_assert!(entries.are_sound(tile.len() / LANES, signal.len() / LANES));
    // A slice without entries has no squares, with or without an error model.
    debug_assert!(entries.squares.is_empty() || variance.len() == signal.len());
    #[cfg(target_arch = "x86_64")]
    if isa.has_avx512() {
        return avx512::add_tile(isa, signed, entries, tile, signal, variance);
    } else if isa.has_avx2() {
        return avx2::add_tile(isa, signed, entries, tile, signal, variance);
    }
    #[cfg(target_arch = "aarch64")]
    if isa.has_neon() {
        return neon::add_tile(isa, signed, entries, tile, signal, variance);
    }
    let _ = isa;
    scalar::add_tile(signed, entries, tile, signal, variance)
}

/// Lays the pixels of up to sixteen frames out as a tile; `frames[lane]` holds the slice's pixels of one frame, and the
/// lanes without a frame are left as they are.
///
/// # Panics
/// When a frame or the tile has not `pixels` pixels.
pub fn fill_tile<P: IntegerPixel>(isa: Isa, frames: &[&[u8]], pixels: usize, tile: &mut [u32]) {
    assert!(frames.len() <= LANES && tile.len() == pixels * LANES);
    assert!(frames.iter().all(|frame| frame.len() == pixels * size_of::<P>()));
    transpose::fill_tile::<P>(isa, frames, pixels, tile);
}
