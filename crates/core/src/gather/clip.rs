//! Sigma clipping: pixels too far from the mean of their bin are left out, again and again.

use std::f64::consts::TAU;

use super::moments::{Moments, Part};
use crate::recipe::ErrorModel;

/// Leaves out of `parts` what lies further than `threshold` standard deviations from the mean, at most `max_iterations`
/// times; the standard deviation is the spread of the pixels for the models azimuthal and hybrid, and else follows from
/// their variances. Returns the sums over what is left, with the variances that are to be written.
pub(super) fn clip(parts: &mut Vec<Part>, threshold: f64, max_iterations: u32, model: ErrorModel) -> Moments {
    let by_spread = matches!(model, ErrorModel::Azimuthal | ErrorModel::Hybrid);
    let moments = if by_spread { Moments::with_spread } else { Moments::of };
    let mut now = moments(parts);
    for _ in 0..max_iterations {
        let (before, mean) = (parts.len(), now.mean());
        let furthest = threshold.max(by_chance(now.count)) * now.std();
        parts.retain(|part| (part.value - mean).abs() <= furthest);
        if parts.len() == before {
            break;
        }
        now = moments(parts);
    }
    if model == ErrorModel::Hybrid { Moments::of(parts) } else { now }
}

/// Chauvenet's criterion: of `count` pixels, one lies about so many standard deviations from the mean by chance.
fn by_chance(count: f64) -> f64 {
    (2.0 * (count.max(3.0) / TAU.sqrt()).ln()).sqrt()
}

#[cfg(test)]
mod tests {
    use super::super::moments::whole;
    use super::*;

    #[test]
    fn an_outlier_is_left_out_and_the_rest_stays() {
        let mut parts = whole(&[100.0, 105.0, 95.0, 110.0, 90.0, 100.0, 5000.0]);
        // All variances together make one standard deviation of 28 about the mean of 800: nothing is near it.
        assert_eq!(clip(&mut parts.clone(), 5.0, 5, ErrorModel::Poisson).count, 0.0);
        let left = clip(&mut parts, 2.0, 5, ErrorModel::Azimuthal);
        assert_eq!((left.count, left.mean()), (6.0, 100.0));
    }

    #[test]
    fn without_iterations_nothing_is_left_out() {
        let mut parts = whole(&[1.0, 1.0, 1.0, 1.0, 900.0]);
        assert_eq!(clip(&mut parts, 1.0, 0, ErrorModel::Azimuthal).count, 5.0);
    }

    #[test]
    fn hybrid_clips_by_the_spread_and_writes_counting_statistics() {
        let mut values = vec![100.0; 20];
        values[3] = 140.0;
        let (mut azimuthal, mut hybrid) = (whole(&values), whole(&values));
        let spread = clip(&mut azimuthal, 3.0, 5, ErrorModel::Azimuthal);
        let counts = clip(&mut hybrid, 3.0, 5, ErrorModel::Hybrid);
        assert_eq!((spread.count, counts.count), (19.0, 19.0));
        assert_eq!((spread.variance, counts.variance), (0.0, 1900.0));
    }

    #[test]
    fn among_many_pixels_the_threshold_grows_with_their_number() {
        assert!((by_chance(1e6) - 5.078).abs() < 1e-3);
        assert!(by_chance(0.0) < 1.0);
    }
}
