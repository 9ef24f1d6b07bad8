//! What is the same for every frame: the sums of each bin that do not depend on its pixels' values.

use std::ops::Range;

use super::{Ingredients, Table, Weights};
use crate::fixed::Scale;

/// Bits of a pixel's `n` in fixed point: a relative 2⁻³¹ of the largest one.
const NORM_BITS: i32 = 31;
/// Bits of a pixel's dark in fixed point, and of its variance.
const IMAGE_BITS: i32 = 46;

/// `n`, dark and variance of every pixel in fixed point, so that a frame that masks a pixel takes away exactly what it
/// gave.
#[derive(Clone, Debug)]
pub(crate) struct PixelConstants {
    /// `n` scaled; 0 marks a pixel that is masked because one of its images makes no sense.
    norm: Vec<u32>,
    pub(crate) norm_scale: Scale,
    dark: FixedImage,
    variance: FixedImage,
}

/// An image in fixed point; empty where there is none.
#[derive(Clone, Debug)]
struct FixedImage {
    values: Vec<i64>,
    scale: Scale,
}

impl FixedImage {
    /// Values that are not finite become 0; their pixels are masked.
    fn new(image: Option<&[f64]>) -> FixedImage {
        let image = image.unwrap_or_default();
        let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
        let largest = image.iter().map(|value| finite(*value).abs()).fold(0.0, f64::max);
        let scale = Scale::for_largest(largest, IMAGE_BITS);
        FixedImage { values: image.iter().map(|value| scale.to_fixed(finite(*value))).collect(), scale }
    }
}

impl PixelConstants {
    pub(super) fn new(ingredients: &Ingredients<'_>) -> PixelConstants {
        let norm = |pixel: usize| ingredients.usable_norm(pixel);
        let pixels = ingredients.norm.len();
        let norm_scale = Scale::for_largest((0..pixels).map(norm).fold(0.0, f64::max), NORM_BITS);
        PixelConstants {
            norm: (0..pixels).map(|pixel| norm_scale.to_fixed(norm(pixel)) as u32).collect(),
            norm_scale,
            dark: FixedImage::new(ingredients.dark),
            variance: FixedImage::new(ingredients.variance),
        }
    }

    pub(crate) fn is_masked(&self, pixel: usize) -> bool {
        self.norm[pixel] == 0
    }

    pub(crate) fn has_dark(&self) -> bool {
        !self.dark.values.is_empty()
    }

    pub(crate) fn has_variance(&self) -> bool {
        !self.variance.values.is_empty()
    }

    pub(crate) fn norm(&self, pixel: usize) -> i128 {
        i128::from(self.norm[pixel])
    }

    /// The dark of a pixel; only where there is a dark.
    pub(crate) fn dark(&self, pixel: usize) -> i128 {
        i128::from(self.dark.values[pixel])
    }

    /// The variance of a pixel; only where there is an image of variances.
    pub(crate) fn variance(&self, pixel: usize) -> i128 {
        i128::from(self.variance.values[pixel])
    }
}

/// What holds for every frame that masks no pixel of its own, one value a bin.
#[derive(Clone, Debug, PartialEq)]
pub struct Constants {
    pub(crate) weights: Weights,
    scales: Scales,
    /// Those of frames that mask nothing, ready for use.
    bins: Vec<BinConstants>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Scales {
    norm: Scale,
    dark: Scale,
    variance: Scale,
    fraction_bits: u32,
}

/// The constants of one bin as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct BinConstants {
    pub(crate) count: f64,
    pub(crate) norm: f64,
    pub(crate) dark: f64,
    pub(crate) variance: f64,
    pub(crate) norm2: f64,
}

impl Constants {
    pub(super) fn new(table: &Table, pixels: &PixelConstants, bins: usize, norm2: bool) -> Constants {
        let mut weights = Weights::zero(bins, pixels, norm2);
        for slice in &table.slices {
            for (bin, pixel, entry) in table.entries_of(slice) {
                let square = table.squares.get(entry).copied().unwrap_or(0);
                weights.give(bin, pixels, slice.elems.start + pixel, table.coefficients[entry], square);
            }
        }
        let scales = Scales {
            norm: pixels.norm_scale,
            dark: pixels.dark.scale,
            variance: pixels.variance.scale,
            fraction_bits: table.fraction_bits,
        };
        let bins = (0..bins).map(|bin| left(&weights, &scales, bin, None)).collect();
        Constants { weights, scales, bins }
    }

    /// The constants of some bins, for a frame that masks nothing; 0 for what the recipe does not need.
    pub(super) fn of_bins(&self, bins: Range<usize>) -> &[BinConstants] {
        &self.bins[bins]
    }

    /// The constants of a bin, less what a frame masks.
    pub(super) fn left(&self, bin: usize, masked: &Weights) -> BinConstants {
        left(&self.weights, &self.scales, bin, Some(masked))
    }

    /// `Σ c·n` of each bin.
    #[must_use]
    pub fn norm(&self) -> Vec<f64> {
        self.bins.iter().map(|bin| bin.norm).collect()
    }

    /// `Σ c` of each bin: how many pixels it holds.
    #[must_use]
    pub fn count(&self) -> Vec<f64> {
        self.bins.iter().map(|bin| bin.count).collect()
    }
}

/// The constants of a bin, less what a frame masks.
fn left(weights: &Weights, scales: &Scales, bin: usize, masked: Option<&Weights>) -> BinConstants {
    let left = |sums: fn(&Weights) -> &Vec<i128>| {
        let of = |weights| sums(weights).get(bin).copied().unwrap_or(0);
        of(weights) - masked.map_or(0, of)
    };
    let count = weights.count[bin] - masked.map_or(0, |masked| masked.count[bin]);
    let Scales { norm, dark, variance, fraction_bits } = *scales;
    BinConstants {
        count: count as f64 / (1u64 << fraction_bits) as f64,
        norm: norm.sum_to_f64(left(|weights| &weights.norm), fraction_bits),
        dark: dark.sum_to_f64(left(|weights| &weights.dark), fraction_bits),
        variance: variance.sum_to_f64(left(|weights| &weights.variance), fraction_bits),
        norm2: norm.squared().sum_to_f64(left(|weights| &weights.norm2), fraction_bits),
    }
}
