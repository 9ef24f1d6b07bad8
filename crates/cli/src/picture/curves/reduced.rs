//! Long curves with fewer points, and no spike lost.

use super::Curve;

impl Curve {
    /// The same curve with two points for each of so many parts of it, its least and its greatest there; as it is where it has no more.
    pub(crate) fn reduced(self, parts: usize) -> Curve {
        let all = self.x.len();
        if all <= 2 * parts {
            return self;
        }
        let (mut x, mut y) = (Vec::new(), Vec::new());
        let (mut lower, mut upper) = (Vec::new(), Vec::new());
        for part in 0..parts {
            let bins = part * all / parts..(part + 1) * all / parts;
            let (least, most) = extremes(&self.y, bins.clone());
            let limits = self.band.as_ref().map(|(low, high)| {
                let (low, high) = (extremes(low, bins.clone()).0, extremes(high, bins.clone()).1);
                (self.band_at(0, low), self.band_at(1, high))
            });
            for bin in [least.min(most), least.max(most)] {
                x.push(self.x[bin]);
                y.push(self.y[bin]);
                lower.extend(limits.map(|limits| limits.0));
                upper.extend(limits.map(|limits| limits.1));
            }
        }
        Curve { band: self.band.is_some().then_some((lower, upper)), x, y, ..self }
    }

    fn band_at(&self, side: usize, bin: usize) -> f64 {
        self.band.as_ref().map_or(f64::NAN, |(low, high)| if side == 0 { low[bin] } else { high[bin] })
    }
}

/// Where the least and the greatest of some values are; the first of them where all are NaN.
fn extremes(values: &[f64], bins: std::ops::Range<usize>) -> (usize, usize) {
    let finite = || bins.clone().filter(|bin| values[*bin].is_finite());
    let least = finite().min_by(|a, b| values[*a].total_cmp(&values[*b]));
    let most = finite().max_by(|a, b| values[*a].total_cmp(&values[*b]));
    (least.unwrap_or(bins.start), most.unwrap_or(bins.start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(y: Vec<f64>) -> Curve {
        let band = Some((y.iter().map(|y| y - 1.0).collect(), y.iter().map(|y| y + 1.0).collect()));
        Curve { x: (0..y.len()).map(|x| x as f64).collect(), y, band, ..Curve::default() }
    }

    #[test]
    fn a_spike_among_a_hundred_thousand_frames_stays() {
        let mut y = vec![1.0; 100_000];
        (y[54_321], y[54_330], y[7]) = (900.0, -20.0, f64::NAN);
        let curve = curve(y).reduced(800);
        assert_eq!((curve.x.len(), curve.y.len()), (1600, 1600));
        let spike = curve.y.iter().position(|y| *y == 900.0).unwrap();
        assert_eq!((curve.x[spike], curve.x[spike + 1], curve.y[spike + 1]), (54_321.0, 54_330.0, -20.0));
        let (lower, upper) = curve.band.unwrap();
        assert_eq!((lower[spike], upper[spike]), (-21.0, 901.0));
        assert!(curve.x.is_sorted());
    }

    #[test]
    fn short_curves_and_gaps_stay() {
        assert_eq!(curve(vec![1.0; 10]).reduced(5).x.len(), 10);
        let mut y = vec![1.0; 1000];
        y[400..600].fill(f64::NAN);
        let gap = curve(y).reduced(10);
        assert!(gap.y[8].is_nan() && gap.y[11].is_nan() && gap.y[7].is_finite() && gap.y[12].is_finite());
    }
}
