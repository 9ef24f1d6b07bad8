//! Splitting by the bounding box: a pixel is spread evenly over the interval around its centre that reaches as far as
//! its farthest corner.

use std::f64::consts::{PI, TAU};

use super::axis::Axis;
use super::pixels::{Pixel, rounded};
use super::sector::Sector;
use super::shares::Shares;

/// Shares a pixel; returns whether nothing of it is lost.
pub(super) fn share(pixel: &Pixel, axis: &Axis, sector: Option<&Sector>, shares: &mut Shares) -> bool {
    if axis.is_periodic() {
        return share_azimuths(pixel, axis, shares);
    }
    let part = sector.map_or(1.0, |sector| {
        let (low, high) = interval(pixel.centre[1], pixel.corners.map(|corner| corner[1]));
        sector.part_of(low, high)
    });
    if part <= 0.0 {
        return false;
    }
    let (low, high) = positions(pixel);
    let interval = (axis.in_bins(low), axis.in_bins(high));
    let inside = shares.add_interval(axis, interval, part);
    inside && part >= 1.0
}

/// The interval of positions of a pixel on a radial axis.
pub(super) fn positions(pixel: &Pixel) -> (f64, f64) {
    let centre = pixel.centre[0];
    let reach = pixel.corners.iter().map(|corner| (rounded(corner[0]) - centre).abs()).fold(0.0, f64::max);
    (centre - reach, centre + reach)
}

/// The same along an azimuthal axis.
fn share_azimuths(pixel: &Pixel, axis: &Axis, shares: &mut Shares) -> bool {
    let (low, high) = azimuths(pixel);
    let mut inside = axis.holds_all_azimuths();
    for turn in axis.turns() {
        let interval = (axis.in_bins(low + turn), axis.in_bins(high + turn));
        if interval.1 > 0.0 && interval.0 < axis.bins() as f64 {
            inside |= shares.add_interval(axis, interval, 1.0);
        }
    }
    inside
}

/// The interval of azimuths of a pixel on an azimuthal axis.
pub(super) fn azimuths(pixel: &Pixel) -> (f64, f64) {
    interval(pixel.centre[0], pixel.corners.map(|corner| corner[0]))
}

/// The azimuths around that of the centre, up to the farthest corner's on the shorter way round.
fn interval(centre: f64, corners: [f64; 4]) -> (f64, f64) {
    let reach = |corner: f64| {
        let apart = (corner - centre).abs();
        if apart > PI { TAU - apart } else { apart }
    };
    let reach = corners.into_iter().map(reach).fold(0.0, f64::max);
    (centre - reach, centre + reach)
}
