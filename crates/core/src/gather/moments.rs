//! Sums over some pixels of a bin, and what follows from them.

/// A pixel's part of a bin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Part {
    /// Share `c` of the pixel.
    pub(super) share: f64,
    /// `c·n`.
    pub(super) weight: f64,
    /// `c·(raw − dark)`.
    pub(super) signal: f64,
    /// `(raw − dark) / n`, what the pixel would be as a pattern of its own.
    pub(super) value: f64,
    /// `c²·variance`.
    pub(super) variance: f64,
}

/// Sums over parts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Moments {
    /// `Σ c`.
    pub(super) count: f64,
    /// `Σ c·n`.
    pub(super) norm: f64,
    /// `Σ c·(raw − dark)`.
    pub(super) signal: f64,
    /// `Σ c²·variance`.
    pub(super) variance: f64,
    /// `Σ (c·n)²`.
    pub(super) norm2: f64,
}

impl Moments {
    /// Sums in the order of the parts; the variance is that of the pixels.
    pub(super) fn of(parts: &[Part]) -> Moments {
        let mut sums = Moments::default();
        for part in parts {
            sums.count += part.share;
            sums.norm += part.weight;
            sums.signal += part.signal;
            sums.variance += part.variance;
            sums.norm2 += part.weight * part.weight;
        }
        sums
    }

    /// Sums in the order of the parts; the variance is the spread about their mean, `Σ (c·n)²·(value − mean)²`, from a
    /// second pass: that of Schubert & Gertz, SSDBM 2018, does not depend on order then.
    pub(super) fn with_spread(parts: &[Part]) -> Moments {
        let sums = Moments::of(parts);
        let mean = sums.mean();
        let variance = parts.iter().map(|part| (part.weight * (part.value - mean)).powi(2)).sum();
        Moments { variance, ..sums }
    }

    /// The same sums with `Σ c·n·(value − halo)` as their signal; the halo is taken as known, so variances stay.
    pub(super) fn above(self, halo: f64) -> Moments {
        Moments { signal: self.signal - halo * self.norm, ..self }
    }

    /// The weighted mean, NaN without pixels.
    pub(super) fn mean(&self) -> f64 {
        self.signal / self.norm
    }

    /// Standard deviation of a pixel.
    pub(super) fn std(&self) -> f64 {
        (self.variance / self.norm2).sqrt()
    }

    /// Standard error of the mean.
    pub(super) fn sem(&self) -> f64 {
        self.variance.sqrt() / self.norm
    }
}

/// Parts of whole pixels for tests: each with `n` = 1 and the variance of its counts.
#[cfg(test)]
pub(super) fn whole(values: &[f64]) -> Vec<Part> {
    let part = |value: &f64| Part { share: 1.0, weight: 1.0, signal: *value, value: *value, variance: value.max(1.0) };
    values.iter().map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spread_does_not_depend_on_the_order_of_pixels() {
        let mut values: Vec<f64> = (0..100).map(|i| f64::from(i * i % 37) + 0.25).collect();
        let forward = Moments::with_spread(&whole(&values));
        values.reverse();
        let backward = Moments::with_spread(&whole(&values));
        assert!((forward.variance / backward.variance - 1.0).abs() < 1e-14);
        let mean = values.iter().sum::<f64>() / 100.0;
        let expected = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
        assert!((forward.variance / expected - 1.0).abs() < 1e-12);
        assert!((forward.std() - 10.0 * forward.sem()).abs() < 1e-12, "√100 pixels");
    }
}
