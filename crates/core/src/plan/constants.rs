//! What is the same for every frame: `Σ c·n`, `Σ c` and `Σ c·dark` of each bin.

use super::Table;
use crate::fixed::Scale;

/// Bits of a pixel's `n` in fixed point: a relative 2⁻³¹ of the largest one.
const NORM_BITS: i32 = 31;
/// Bits of a pixel's dark in fixed point.
const DARK_BITS: i32 = 46;

/// `n` and dark of every pixel in fixed point, so that a frame that masks a pixel takes away exactly what it gave.
#[derive(Clone, Debug)]
pub(crate) struct PixelConstants {
    /// `n` scaled; 0 marks a pixel that is masked because its `n` is not positive and finite.
    norm: Vec<u32>,
    pub(crate) norm_scale: Scale,
    dark: Vec<i64>,
    pub(crate) dark_scale: Scale,
}

impl PixelConstants {
    pub(super) fn new(norm: &[f64], dark: Option<&[f64]>) -> PixelConstants {
        let usable = |n: f64| if n.is_finite() && n > 0.0 { n } else { 0.0 };
        let dark = dark.unwrap_or_default();
        let norm_scale = Scale::for_largest(norm.iter().copied().map(usable).fold(0.0, f64::max), NORM_BITS);
        let finite = |d: f64| if d.is_finite() { d } else { 0.0 };
        let dark_scale = Scale::for_largest(dark.iter().map(|d| finite(*d).abs()).fold(0.0, f64::max), DARK_BITS);
        let masked_by_dark = |pixel: usize| dark.get(pixel).is_some_and(|d| !d.is_finite());
        let scaled = |(pixel, n): (usize, &f64)| {
            if masked_by_dark(pixel) { 0 } else { norm_scale.to_fixed(usable(*n)) as u32 }
        };
        PixelConstants {
            norm: norm.iter().enumerate().map(scaled).collect(),
            norm_scale,
            dark: dark.iter().map(|d| dark_scale.to_fixed(finite(*d))).collect(),
            dark_scale,
        }
    }

    pub(crate) fn is_masked(&self, pixel: usize) -> bool {
        self.norm[pixel] == 0
    }

    pub(crate) fn has_dark(&self) -> bool {
        !self.dark.is_empty()
    }

    pub(crate) fn norm(&self, pixel: usize) -> i128 {
        i128::from(self.norm[pixel])
    }

    /// The dark of a pixel; only where there is a dark.
    pub(crate) fn dark(&self, pixel: usize) -> i128 {
        i128::from(self.dark[pixel])
    }
}

/// What holds for every frame that masks no pixel of its own, one value a bin, in fixed point.
#[derive(Clone, Debug, PartialEq)]
pub struct Constants {
    /// `Σ C`.
    pub(crate) count: Vec<u64>,
    /// `Σ C·n`.
    pub(crate) norm: Vec<i128>,
    /// `Σ C·dark`; empty without a dark.
    pub(crate) dark: Vec<i128>,
    norm_scale: Scale,
    fraction_bits: u32,
}

impl Constants {
    pub(super) fn new(table: &Table, pixels: &PixelConstants, bins: usize) -> Constants {
        let mut constants = Constants {
            count: vec![0; bins],
            norm: vec![0; bins],
            dark: vec![0; if pixels.has_dark() { bins } else { 0 }],
            norm_scale: pixels.norm_scale,
            fraction_bits: table.fraction_bits,
        };
        for slice in &table.slices {
            for (bin, pixel, entry) in table.entries_of(slice) {
                let (pixel, coefficient) = (slice.elems.start + pixel, table.coefficients[entry]);
                constants.count[bin] += u64::from(coefficient);
                constants.norm[bin] += i128::from(coefficient) * pixels.norm(pixel);
                if pixels.has_dark() {
                    constants.dark[bin] += i128::from(coefficient) * pixels.dark(pixel);
                }
            }
        }
        constants
    }

    /// `Σ c·n` of each bin.
    #[must_use]
    pub fn norm(&self) -> Vec<f64> {
        self.norm.iter().map(|sum| self.norm_scale.sum_to_f64(*sum, self.fraction_bits)).collect()
    }

    /// `Σ c` of each bin: how many pixels it holds.
    #[must_use]
    pub fn count(&self) -> Vec<f64> {
        let one = (1u64 << self.fraction_bits) as f64;
        self.count.iter().map(|sum| *sum as f64 / one).collect()
    }
}
