//! Azimuths of a pixel's corners across the discontinuity at ±π.

use std::f64::consts::{PI, TAU};

/// The azimuths of four corners, shifted by whole turns so that they lie on one side of the discontinuity; `None` when the
/// beam goes through the pixel, whose corners then lie all round.
///
/// Seen from outside, a pixel takes less than half a turn. So either its azimuths do so as they are, or they do when the
/// negative ones are taken a turn higher, or the beam is inside. Shifted azimuths lie as far as possible in (−π, π].
pub(super) fn unwrapped(azimuths: [f64; 4]) -> Option<[f64; 4]> {
    let spread = |azimuths: &[f64; 4]| {
        let low = azimuths.iter().copied().fold(f64::INFINITY, f64::min);
        azimuths.iter().copied().fold(f64::NEG_INFINITY, f64::max) - low
    };
    if spread(&azimuths) <= PI {
        return Some(azimuths);
    }
    let raised = azimuths.map(|azimuth| if azimuth < 0.0 { azimuth + TAU } else { azimuth });
    if spread(&raised) > PI {
        return None;
    }
    let beyond = raised.iter().sum::<f64>() > 4.0 * PI;
    Some(if beyond { raised.map(|azimuth| azimuth - TAU) } else { raised })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn corners_across_the_discontinuity_come_together() {
        assert_eq!(unwrapped([1.0, 1.1, 1.2, 0.9]), Some([1.0, 1.1, 1.2, 0.9]));
        assert_eq!(unwrapped([-0.1, 0.1, 0.0, 0.05]), Some([-0.1, 0.1, 0.0, 0.05]));
        assert_eq!(unwrapped([3.1, -3.1, 3.0, 3.1]), Some([3.1, TAU - 3.1, 3.0, 3.1]));
        let shifted = unwrapped([-3.1, 3.1, -3.0, -3.1]).unwrap();
        assert!(shifted.iter().all(|azimuth| (-3.3..-2.9).contains(azimuth)), "{shifted:?}");
    }

    #[test]
    fn corners_all_round_mean_that_the_beam_is_inside() {
        assert_eq!(unwrapped([-2.3, 2.3, 0.8, -0.8]), None);
    }
}
