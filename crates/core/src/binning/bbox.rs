//! Splitting by the bounding box: a pixel is spread evenly over the interval around its centre that reaches as far as
//! its farthest corner.

use std::f64::consts::{PI, TAU};

use super::axis::Axis;
use super::extent::Extent;
use super::pixels::{Along, Pixel, rounded};
use super::sector::Sector;
use super::shares::Shares;

/// Shares a pixel; returns whether nothing of it is lost.
pub(super) fn share(pixel: &Pixel, axis: &Axis, sector: Option<&Sector>, shares: &mut Shares) -> bool {
    if axis.is_periodic() {
        return share_azimuths(azimuths(pixel, Along::Axis, |azimuth| azimuth), axis, shares);
    }
    let part = sector.map_or(1.0, |sector| {
        let (low, high) = azimuths(pixel, Along::Other, |azimuth| azimuth);
        sector.part_of(low, high)
    });
    if part <= 0.0 {
        return false;
    }
    let (low, high) = positions(pixel, Along::Axis);
    let interval = (axis.in_steps(low), axis.in_steps(high));
    let inside = shares.add_interval(axis, interval, part);
    inside && part >= 1.0
}

/// Shares an interval of azimuths; returns whether nothing of it is lost.
pub(super) fn share_azimuths((low, high): Extent, axis: &Axis, shares: &mut Shares) -> bool {
    let mut inside = axis.holds_all_azimuths();
    for turn in axis.turns() {
        let interval = (axis.in_steps(low + turn), axis.in_steps(high + turn));
        if interval.1 > 0.0 && interval.0 < axis.end() {
            inside |= shares.add_interval(axis, interval, 1.0);
        }
    }
    inside
}

/// The interval of positions of a pixel along a radial coordinate.
pub(super) fn positions(pixel: &Pixel, along: Along) -> Extent {
    let centre = pixel.centre[along.index()];
    let reach = |corner: &[f64; 2]| (rounded(corner[along.index()]) - centre).abs();
    let reach = pixel.corners.iter().map(reach).fold(0.0, f64::max);
    (centre - reach, centre + reach)
}

/// The azimuths around that of the centre, up to the farthest corner's on the shorter way round; `kept` says how the
/// azimuths of corners are kept.
pub(super) fn azimuths(pixel: &Pixel, along: Along, kept: impl Fn(f64) -> f64) -> Extent {
    let centre = pixel.centre[along.index()];
    let reach = |corner: [f64; 2]| {
        let apart = (kept(corner[along.index()]) - centre).abs();
        if apart > PI { TAU - apart } else { apart }
    };
    let reach = pixel.corners.into_iter().map(reach).fold(0.0, f64::max);
    (centre - reach, centre + reach)
}
