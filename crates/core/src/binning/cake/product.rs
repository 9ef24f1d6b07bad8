//! Boxes: a pixel that is spread evenly over an interval of each axis.

use std::f64::consts::PI;

use super::{Axes, Scratch};
use crate::binning::bbox;
use crate::binning::extent::{Extent, spread};
use crate::binning::outline::unwrapped;
use crate::binning::pixels::Pixel;
use crate::binning::shares::{Shares, signed_area};

/// Shares a box, given in internal units; returns whether nothing of it is lost.
pub(super) fn share(
    axes: &Axes,
    radial: Extent,
    azimuthal: Extent,
    scratch: &mut Scratch,
    shares: &mut Shares,
) -> bool {
    scratch.radial.clear();
    scratch.azimuthal.clear();
    let in_steps = (axes.radial.in_steps(radial.0), axes.radial.in_steps(radial.1));
    let mut whole = scratch.radial.add_interval(&axes.radial, in_steps, 1.0);
    whole &= if axes.azimuthal.is_periodic() {
        bbox::share_azimuths(azimuthal, &axes.azimuthal, &mut scratch.azimuthal)
    } else {
        let in_steps = (axes.azimuthal.in_steps(azimuthal.0), axes.azimuthal.in_steps(azimuthal.1));
        scratch.azimuthal.add_interval(&axes.azimuthal, in_steps, 1.0)
    };
    for &(row, part) in scratch.azimuthal.exact() {
        shares.add_row(row as usize * axes.radial.bins(), &scratch.radial, part);
    }
    whole
}

/// The bounding box of a pixel's corners, shrunk about their mean to the area of the pixel; its sides keep their ratio.
///
/// A pixel whose diagonals lie along the axes fills only half of its bounding box. The one that the beam goes through
/// is left as wide as it is, all around.
pub(super) fn shrunk_box(axes: &Axes, pixel: &Pixel) -> (Extent, Extent) {
    let mut corners = pixel.corners;
    if axes.azimuthal.is_periodic() {
        let Some(azimuths) = unwrapped(corners.map(|corner| corner[1])) else {
            return (spread(corners.map(|corner| corner[0])), (-PI, PI));
        };
        corners.iter_mut().zip(azimuths).for_each(|(corner, azimuth)| corner[1] = azimuth);
    }
    let sides = [0, 1].map(|along| spread(corners.map(|corner| corner[along])));
    let boxed = (sides[0].1 - sides[0].0) * (sides[1].1 - sides[1].0);
    let shrink = if boxed > 0.0 { (signed_area(&corners).abs() / boxed).sqrt() } else { 1.0 };
    let shrunk = |along: usize| {
        let centre = corners.iter().map(|corner| corner[along]).sum::<f64>() / 4.0;
        let reach = 0.5 * shrink * (sides[along].1 - sides[along].0);
        (centre - reach, centre + reach)
    };
    (shrunk(0), shrunk(1))
}
