//! What pixels give to the constants of their bins, in fixed point: exact, so that what a frame masks is taken away to
//! the last bit.

use super::PixelConstants;

/// Sums a bin, over all pixels of a plan or over those that one frame masks. What a recipe does not need is empty.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Weights {
    /// `Σ C`.
    pub count: Vec<u64>,
    /// `Σ C·n`.
    pub norm: Vec<i128>,
    /// `Σ C·dark`; empty without a dark.
    pub dark: Vec<i128>,
    /// `Σ C₂·variance`; empty without an image of variances.
    pub variance: Vec<i128>,
    /// `Σ C₂·n²`; empty unless standard deviations are asked for.
    pub norm2: Vec<i128>,
}

impl Weights {
    /// All zero; what `pixels` has no image for stays empty.
    pub(super) fn zero(bins: usize, pixels: &PixelConstants, norm2: bool) -> Weights {
        let sums = |wanted: bool| vec![0; if wanted { bins } else { 0 }];
        Weights {
            count: vec![0; bins],
            norm: sums(true),
            dark: sums(pixels.has_dark()),
            variance: sums(pixels.has_variance()),
            norm2: sums(norm2),
        }
    }

    /// All zero, with the same sums as `self`.
    pub(crate) fn zero_like(&self) -> Weights {
        let zero = |sums: &Vec<i128>| vec![0; sums.len()];
        Weights {
            count: vec![0; self.count.len()],
            norm: zero(&self.norm),
            dark: zero(&self.dark),
            variance: zero(&self.variance),
            norm2: zero(&self.norm2),
        }
    }

    /// Adds what `pixel` gives to `bin` by its coefficient `C` and the square `C₂` of it (0 where none is needed).
    pub(crate) fn give(&mut self, bin: usize, pixels: &PixelConstants, pixel: usize, coefficient: u32, square: u32) {
        let (coefficient, square) = (i128::from(coefficient), i128::from(square));
        self.count[bin] += coefficient as u64;
        self.norm[bin] += coefficient * pixels.norm(pixel);
        if let Some(dark) = self.dark.get_mut(bin) {
            *dark += coefficient * pixels.dark(pixel);
        }
        if let Some(variance) = self.variance.get_mut(bin) {
            *variance += square * pixels.variance(pixel);
        }
        if let Some(norm2) = self.norm2.get_mut(bin) {
            *norm2 += square * pixels.norm(pixel) * pixels.norm(pixel);
        }
    }

    /// Adds what other pixels give; in whatever order, the sums are the same.
    pub(crate) fn merge(&mut self, other: &Weights) {
        self.count.iter_mut().zip(&other.count).for_each(|(a, b)| *a += b);
        for (mine, theirs) in [
            (&mut self.norm, &other.norm),
            (&mut self.dark, &other.dark),
            (&mut self.variance, &other.variance),
            (&mut self.norm2, &other.norm2),
        ] {
            mine.iter_mut().zip(theirs).for_each(|(a, b)| *a += b);
        }
    }
}
