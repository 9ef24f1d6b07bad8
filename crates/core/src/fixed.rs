//! Fixed-point numbers: why every layout gives the same bits.
//!
//! A pixel's share `c` of a bin becomes the integer `C = round(c·2^F)`. Sums of `C·raw` are exact, so their order cannot
//! matter, and a pixel that lies wholly inside the range gives away exactly `2^F`: no count is lost.

use crate::dtype::Dtype;

/// The most fraction bits a coefficient has: products with 32-bit pixels then leave room for the sums.
pub const MOST_FRACTION_BITS: u32 = 24;

/// The fraction bits `F` for which 64-bit sums cannot overflow: `min(24, 64 − bits(dtype) − ⌈log2 n⌉)`, `n` being the
/// most pixels that share a bin. Floating-point and 64-bit pixels are summed in f64 and keep all 24.
///
/// Returns 0 where no fraction is left (more than 2³¹ 32-bit pixels in one bin).
#[must_use]
pub fn fraction_bits(dtype: Dtype, most_pixels_in_a_bin: usize) -> u32 {
    if dtype.is_summed_in_f64() {
        return MOST_FRACTION_BITS;
    }
    let value_bits = 8 * dtype.size() as u32;
    let pixel_bits = most_pixels_in_a_bin.max(1).next_power_of_two().trailing_zeros();
    MOST_FRACTION_BITS.min(64u32.saturating_sub(value_bits + pixel_bits))
}

/// Rounds the shares of one pixel to `fraction_bits` and appends `(bin, C)` to `out`, leaving out those that vanish.
///
/// When the pixel lies wholly inside the range, the largest coefficient takes what rounding left over, so that all sum
/// to exactly `2^F`.
pub fn quantise(shares: impl Iterator<Item = (u32, f32)>, whole: bool, fraction_bits: u32, out: &mut Vec<(u32, u32)>) {
    let start = out.len();
    let one = f64::from(1u32 << fraction_bits);
    let mut total = 0i64;
    for (bin, share) in shares {
        let coefficient = (f64::from(share) * one).round() as u32;
        total += i64::from(coefficient);
        out.push((bin, coefficient));
    }
    if whole && let Some((_, largest)) = out[start..].iter_mut().max_by_key(|(_, coefficient)| *coefficient) {
        *largest = (i64::from(*largest) + (1i64 << fraction_bits) - total) as u32;
    }
    let mut kept = start;
    for i in start..out.len() {
        if out[i].1 != 0 {
            out[kept] = out[i];
            kept += 1;
        }
    }
    out.truncate(kept);
}

/// A power-of-two scale under which the largest of some numbers fills a given number of bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scale {
    shift: i32,
}

impl Scale {
    /// The scale for numbers of magnitude up to `largest`: scaled and rounded they stay below `2^bits`.
    #[must_use]
    pub fn for_largest(largest: f64, bits: i32) -> Scale {
        let exponent = if largest > 0.0 && largest.is_finite() { largest.log2().floor() as i32 + 1 } else { 0 };
        // One bit of room, since rounding may carry into the next power of two.
        Scale { shift: bits - 1 - exponent }
    }

    /// The scale of products of two numbers of this scale.
    #[must_use]
    pub fn squared(self) -> Scale {
        Scale { shift: 2 * self.shift }
    }

    /// The scaled, rounded number.
    #[must_use]
    pub fn to_fixed(self, value: f64) -> i64 {
        (value * 2f64.powi(self.shift)).round() as i64
    }

    /// The number behind a sum of products of scaled numbers and coefficients of `fraction_bits`.
    #[must_use]
    pub fn sum_to_f64(self, sum: i128, fraction_bits: u32) -> f64 {
        sum as f64 * 2f64.powi(-self.shift) * 2f64.powi(-(fraction_bits as i32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_the_largest_pixels_fit_64_bits() {
        for dtype in [Dtype::U8, Dtype::U16, Dtype::U32] {
            for pixels in [1usize, 2, 3, 4_471_000, 1 << 24] {
                let (_, most) = dtype.integer_range().unwrap();
                let sum = (most as u128) * (1u128 << fraction_bits(dtype, pixels)) * pixels as u128;
                assert!(sum < 1 << 64, "{dtype} {pixels}");
            }
        }
    }

    #[test]
    fn the_shares_of_a_whole_pixel_sum_to_one_exactly() {
        let mut out = vec![(9, 9)];
        quantise([(3, 1.0 / 3.0), (4, 1.0 / 3.0), (5, 1.0 / 3.0), (6, 1e-9)].into_iter(), true, 19, &mut out);
        assert_eq!(out[0], (9, 9), "what was there stays");
        assert_eq!(out[1..].iter().map(|(_, c)| c).sum::<u32>(), 1 << 19);
        assert_eq!(out.len(), 4, "a share that rounds to nothing is left out");
    }

    #[test]
    fn a_scaled_number_keeps_its_value_and_its_bits() {
        for largest in [1e-9, 0.3, 1.0, 3.7, 1e9] {
            let scale = Scale::for_largest(largest, 32);
            assert!(scale.to_fixed(largest) < 1 << 32);
            let back = scale.sum_to_f64(i128::from(scale.to_fixed(largest)) << 19, 19);
            assert!((back / largest - 1.0).abs() < 1e-9, "{largest} came back as {back}");
        }
    }
}
