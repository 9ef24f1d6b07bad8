//! A range of azimuths.

use std::f64::consts::{PI, TAU};

use super::BinningError;
use super::pixels::Point;

/// A part of the full circle, in rad: `low` is in [−π, π), `high` at most a turn above it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sector {
    low: f64,
    high: f64,
}

/// The turns by which an azimuth may have to be shifted to be found in a sector.
const TURNS: [f64; 4] = [-TAU, 0.0, TAU, 2.0 * TAU];

impl Sector {
    /// The sector from the first to the last azimuth in degrees, counted upwards; `None` for the full circle.
    pub(super) fn new(range: (f64, f64)) -> Result<Option<Sector>, BinningError> {
        let (first, last) = range;
        let turned = last - first;
        if !(first.abs() <= 720.0 && last.abs() <= 720.0 && turned != 0.0 && turned <= 360.0) {
            let rule = "not the same, at most 360 degrees apart, each between -720 and 720";
            return Err(BinningError::Range { name: "azimuth", range, rule });
        }
        let (low, high) = (in_one_turn(first), in_one_turn(last));
        let high = if high <= low { high + TAU } else { high };
        Ok((turned != 360.0).then_some(Sector { low, high }))
    }

    /// True when the azimuth is inside; both ends are.
    pub(super) fn contains(&self, azimuth: f64) -> bool {
        TURNS.iter().any(|turn| (self.low..=self.high).contains(&(azimuth + turn)))
    }

    /// The part of the interval of azimuths that is inside, 0 to 1.
    pub(super) fn part_of(&self, low: f64, high: f64) -> f64 {
        let width = high - low;
        if width <= 0.0 {
            return f64::from(u8::from(self.contains(low)));
        }
        let inside = |turn: &f64| ((high + turn).min(self.high) - (low + turn).max(self.low)).max(0.0);
        (TURNS.iter().map(inside).sum::<f64>() / width).min(1.0)
    }

    /// The part of the full circle that the sector is.
    pub(super) fn part_of_circle(&self) -> f64 {
        (self.high - self.low) / TAU
    }

    /// The limits of the sector on each turn that azimuths may be on, ascending.
    pub(super) fn limits(&self) -> [(f64, f64); 4] {
        [-2.0 * TAU, -TAU, 0.0, TAU].map(|turn| (self.low + turn, self.high + turn))
    }
}

/// Degrees as radians in [−π, π).
fn in_one_turn(degrees: f64) -> f64 {
    let half_turns = (degrees / 180.0).rem_euclid(2.0);
    (if half_turns >= 1.0 { half_turns - 2.0 } else { half_turns }) * PI
}

/// The part of a convex outline whose second coordinate lies between two limits.
pub(super) fn clipped(outline: &[Point], (low, high): (f64, f64)) -> Vec<Point> {
    half(&half(outline, |point| point[1] - low), |point| high - point[1])
}

/// The part of a convex outline where `inside` is not negative; `inside` must be linear.
fn half(outline: &[Point], inside: impl Fn(Point) -> f64) -> Vec<Point> {
    let mut kept = Vec::with_capacity(outline.len() + 1);
    for (index, &point) in outline.iter().enumerate() {
        let next = outline[(index + 1) % outline.len()];
        let (here, there) = (inside(point), inside(next));
        if here >= 0.0 {
            kept.push(point);
        }
        if (here < 0.0) != (there < 0.0) {
            let part = here / (here - there);
            kept.push([point[0] + part * (next[0] - point[0]), point[1] + part * (next[1] - point[1])]);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector(first: f64, last: f64) -> Sector {
        Sector::new((first, last)).unwrap().unwrap()
    }

    #[test]
    fn a_sector_across_the_discontinuity_keeps_both_sides() {
        for across in [sector(170.0, 190.0), sector(170.0, -170.0), sector(-190.0, -170.0)] {
            assert!(across.contains(175_f64.to_radians()) && across.contains(-175_f64.to_radians()));
            assert!(!across.contains(0.0) && !across.contains(160_f64.to_radians()));
        }
    }

    #[test]
    fn a_turn_is_no_sector_wherever_it_begins() {
        for full in [(-180.0, 180.0), (0.0, 360.0), (90.0, 450.0)] {
            assert_eq!(Sector::new(full).unwrap(), None);
        }
    }

    #[test]
    fn impossible_sectors_are_refused() {
        for range in [(0.0, 0.0), (0.0, 361.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (1e9, 1e9 + 1.0)] {
            assert!(Sector::new(range).is_err(), "{range:?}");
        }
    }

    #[test]
    fn an_interval_counts_by_what_is_inside() {
        let sector = sector(170.0, 190.0);
        let part = |low: f64, high: f64| sector.part_of(low.to_radians(), high.to_radians());
        assert!((part(160.0, 180.0) - 0.5).abs() < 1e-12);
        assert!((part(-180.0, -160.0) - 0.5).abs() < 1e-12);
        assert!((part(-200.0, -160.0) - 0.5).abs() < 1e-12);
        assert_eq!(part(0.0, 10.0), 0.0);
        assert_eq!(part(172.0, 172.0), 1.0);
    }
}
