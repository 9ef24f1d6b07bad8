//! Full splitting in a cake: the area that a pixel's outline has in each bin.
//!
//! The outline is cut along the edges of azimuthal bins, and each strip is shared among radial bins as it would be in a
//! pattern.

use std::f64::consts::PI;

use super::{Axes, Scratch, product};
use crate::binning::extent::spread;
use crate::binning::outline::unwrapped;
use crate::binning::pixels::{Pixel, Point};
use crate::binning::sector::clipped;
use crate::binning::shares::{Shares, signed_area, spanned};

/// Strips with less of a pixel than this are lost: the coefficients of a plan have 24 bits.
const LEAST: f64 = 1e-10;

/// Shares a pixel; returns whether nothing of it is lost.
pub(super) fn share(axes: &Axes, pixel: &Pixel, scratch: &mut Scratch, shares: &mut Shares) -> bool {
    let mut corners = pixel.corners;
    if axes.azimuthal.is_periodic() {
        let Some(azimuths) = unwrapped(corners.map(|corner| corner[1])) else {
            let radial = spread(corners.map(|corner| corner[0]));
            return product::share(axes, radial, (-PI, PI), scratch, shares);
        };
        corners.iter_mut().zip(azimuths).for_each(|(corner, azimuth)| corner[1] = azimuth);
    }
    let area = signed_area(
        &corners.map(|[position, azimuth]| [axes.radial.in_steps(position), axes.azimuthal.in_steps(azimuth)]),
    );
    let (low, high) = spread(corners.map(|corner| axes.radial.in_steps(corner[0])));
    if area.abs() <= 1e-12 * (high - low) || area == 0.0 {
        let (radial, azimuthal) = (spread(corners.map(|corner| corner[0])), spread(corners.map(|corner| corner[1])));
        return product::share(axes, radial, azimuthal, scratch, shares);
    }
    let mut whole = axes.azimuthal.holds_all_azimuths();
    for turn in axes.azimuthal.turns() {
        let outline = corners
            .map(|[position, azimuth]| [axes.radial.in_steps(position), axes.azimuthal.in_steps(azimuth + turn)]);
        whole |= add_strips(axes, &outline, area, scratch, shares);
    }
    whole && (axes.radial.holds_all_positions() || (low >= 0.0 && high <= axes.radial.end()))
}

/// Adds what of an outline in steps lies on the azimuthal axis; returns whether all of it does.
fn add_strips(axes: &Axes, outline: &[Point; 4], area: f64, scratch: &mut Scratch, shares: &mut Shares) -> bool {
    let Axes { radial, azimuthal } = axes;
    let (low, high) = spread(outline.map(|point| point[1]));
    let inside = azimuthal.holds_all_positions() || (low >= 0.0 && high <= azimuthal.end());
    if !inside && (high <= 0.0 || low >= azimuthal.end()) {
        return false;
    }
    let (first, last) = spanned(low, high, azimuthal);
    if inside && first == last {
        scratch.radial.clear();
        scratch.radial.add_outline(radial, outline, 1.0);
        shares.add_row(first * radial.bins(), &scratch.radial, 1.0);
        return true;
    }
    for row in first..=last {
        // What rounding puts beyond an axis that holds all belongs to the bin at that end.
        let from = if inside && row == first { f64::NEG_INFINITY } else { azimuthal.edge(row) };
        let to = if inside && row == last { f64::INFINITY } else { azimuthal.edge(row + 1) };
        let strip = clipped(outline, (from, to));
        let part = if strip.len() < 3 { 0.0 } else { signed_area(&strip) / area };
        if part > LEAST {
            scratch.radial.clear();
            scratch.radial.add_outline(radial, &strip, part);
            shares.add_row(row * radial.bins(), &scratch.radial, 1.0);
        }
    }
    inside
}
