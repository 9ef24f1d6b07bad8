//! The portable kernel, and the twin of the vector ones.

use std::ops::Range;

use super::pixel::{IntegerPixel, poisson_variance, product};
use super::{Entries, Seen};
use crate::sums::{LANES, slot};

/// See [`super::add_tile`].
pub fn add_tile(signed: bool, entries: &Entries<'_>, tile: &[u32], signal: &mut [u64], variance: &mut [u64]) -> Seen {
    let mut seen = [0; LANES];
    let mut entry = 0;
    for run in entries.runs {
        for _ in 0..run.len {
            let pixel = usize::from(entries.pixels[entry]);
            for lane in 0..LANES {
                let raw = tile[pixel * LANES + lane];
                let place = run.bin as usize * LANES + slot(lane);
                seen[lane] |= raw;
                signal[place] = signal[place].wrapping_add(product(signed, entries.coefficients[entry], raw));
                if let Some(square) = entries.squares.get(entry) {
                    let raw = poisson_variance(signed, raw);
                    variance[place] = variance[place].wrapping_add(product(signed, *square, raw));
                }
            }
            entry += 1;
        }
    }
    seen
}

/// Fills the given pixels of a tile, in the lanes from `lane` on; see [`super::fill_tile`].
pub(super) fn fill_tile<P: IntegerPixel>(frames: &[&[u8]], lane: usize, pixels: Range<usize>, tile: &mut [u32]) {
    for (i, frame) in frames.iter().enumerate() {
        for pixel in pixels.clone() {
            tile[pixel * LANES + lane + i] = P::widened(frame, pixel);
        }
    }
}

/// Adds the slice of one frame alone: `signal` and `variance` have one value a bin. Returns the OR of its pixels.
pub fn add_frame<P: IntegerPixel>(
    entries: &Entries<'_>,
    frame: &[u8],
    signal: &mut [u64],
    variance: &mut [u64],
) -> u32 {
    let (mut seen, mut entry) = (0, 0);
    for run in entries.runs {
        let next = entry + run.len as usize;
        let (mut sum, mut squares) = (0u64, 0u64);
        for entry in entry..next {
            let raw = P::widened(frame, usize::from(entries.pixels[entry]));
            seen |= raw;
            sum = sum.wrapping_add(product(P::SIGNED, entries.coefficients[entry], raw));
            if let Some(square) = entries.squares.get(entry) {
                squares = squares.wrapping_add(product(P::SIGNED, *square, poisson_variance(P::SIGNED, raw)));
            }
        }
        entry = next;
        let bin = run.bin as usize;
        signal[bin] = signal[bin].wrapping_add(sum);
        if let Some(variance) = variance.get_mut(bin) {
            *variance = variance.wrapping_add(squares);
        }
    }
    seen
}
