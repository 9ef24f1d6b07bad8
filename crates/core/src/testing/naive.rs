//! The pattern of a frame as its definition says it, in 128-bit integers and in the order of the pixels.

use crate::binning::Matrix;
use crate::fixed;

/// Sums of one frame, a bin each: `Σ C·raw`, `Σ C₂·max(1, raw)`, `Σ C` and `Σ c·n`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NaiveSums {
    /// `Σ C·raw`.
    pub signal: Vec<i128>,
    /// `Σ C₂·max(1, raw)`.
    pub variance: Vec<i128>,
    /// `Σ C`.
    pub count: Vec<i128>,
    /// `Σ c·n`.
    pub norm: Vec<f64>,
}

/// Integrates integer pixels; `is_masked(pixel, raw)` leaves pixels out.
#[must_use]
pub fn sums(
    matrix: &Matrix,
    fraction_bits: u32,
    norm: &[f64],
    raw: &[i128],
    is_masked: impl Fn(usize, i128) -> bool,
) -> NaiveSums {
    let bins = matrix.bins();
    let mut sums =
        NaiveSums { signal: vec![0; bins], variance: vec![0; bins], count: vec![0; bins], norm: vec![0.0; bins] };
    for (pixel, raw) in raw.iter().enumerate().filter(|(pixel, raw)| !is_masked(*pixel, **raw)) {
        let mut entries = Vec::new();
        fixed::quantise(matrix.entries_of(pixel), matrix.is_whole(pixel), fraction_bits, &mut entries);
        for (bin, coefficient) in entries {
            let (bin, c) = (bin as usize, i128::from(coefficient));
            let one = 1i128 << fraction_bits;
            sums.signal[bin] += c * raw;
            sums.variance[bin] += (c * c + one / 2) / one * raw.max(&1);
            sums.count[bin] += c;
            sums.norm[bin] += c as f64 / one as f64 * norm[pixel];
        }
    }
    sums
}
