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
    if !entries.squares.is_empty() {
        add_runs::<P>(entries, entries.squares, frame, variance, |raw| poisson_variance(P::SIGNED, raw));
    }
    add_runs::<P>(entries, entries.coefficients, frame, signal, |raw| raw)
}

/// Adds `coefficient·of(pixel)` of every entry to the sum of its bin. Returns the OR of the pixels.
fn add_runs<P: IntegerPixel>(
    entries: &Entries<'_>,
    coefficients: &[u32],
    frame: &[u8],
    sums: &mut [u64],
    of: impl Fn(u32) -> u32,
) -> u32 {
    let mut seen = 0;
    let mut rest = (entries.pixels, coefficients);
    for run in entries.runs {
        let (pixels, later_pixels) = rest.0.split_at(run.len as usize);
        let (coefficients, later_coefficients) = rest.1.split_at(run.len as usize);
        rest = (later_pixels, later_coefficients);
        let mut sum = 0u64;
        for (pixel, coefficient) in pixels.iter().zip(coefficients) {
            let raw = P::widened(frame, usize::from(*pixel));
            seen |= raw;
            sum = sum.wrapping_add(product(P::SIGNED, *coefficient, of(raw)));
        }
        let place = &mut sums[run.bin as usize];
        *place = place.wrapping_add(sum);
    }
    seen
}
