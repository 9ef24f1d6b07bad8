//! Full splitting: a pixel is shared by the area that its outline, four straight lines in the plane of radial position
//! and azimuth, has in each bin.
//!
//! The pixel that the beam goes through has no such outline: it is spread evenly between its nearest and its farthest
//! corner (or over all azimuths, on an azimuthal axis).

use std::f64::consts::PI;

use super::axis::Axis;
use super::outline::unwrapped;
use super::pixels::{Pixel, Point};
use super::sector::{Sector, clipped};
use super::shares::{Shares, extent, signed_area};

/// Shares a pixel; returns whether nothing of it is lost.
pub(super) fn share(pixel: &Pixel, axis: &Axis, sector: Option<&Sector>, shares: &mut Shares) -> bool {
    if axis.is_periodic() {
        return share_azimuths(pixel, axis, shares);
    }
    let mut outline = pixel.corners.map(|[position, azimuth]| [axis.in_steps(position), azimuth]);
    let Some(azimuths) = unwrapped(outline.map(|point| point[1])) else {
        let part = sector.map_or(1.0, Sector::part_of_circle);
        return shares.add_interval(axis, extent(&outline), part) && part >= 1.0;
    };
    for (point, azimuth) in outline.iter_mut().zip(azimuths) {
        point[1] = azimuth;
    }
    match sector {
        None => shares.add_outline(axis, &outline, 1.0),
        Some(sector) => share_in_sector(&outline, axis, sector, shares),
    }
}

/// Shares the part of an outline that is inside a sector.
fn share_in_sector(outline: &[Point; 4], axis: &Axis, sector: &Sector, shares: &mut Shares) -> bool {
    let area = signed_area(outline);
    let low = outline.iter().map(|point| point[1]).fold(f64::INFINITY, f64::min);
    let high = outline.iter().map(|point| point[1]).fold(f64::NEG_INFINITY, f64::max);
    for limits in sector.limits() {
        if limits.0 <= low && high <= limits.1 {
            return shares.add_outline(axis, outline, 1.0);
        }
        let inside = clipped(outline, limits);
        if inside.len() >= 3 && area != 0.0 {
            let mut part = Shares::new();
            part.add_outline(axis, &inside, signed_area(&inside) / area);
            shares.merge(&part);
        }
    }
    false
}

/// Shares a pixel among azimuths.
fn share_azimuths(pixel: &Pixel, axis: &Axis, shares: &mut Shares) -> bool {
    let azimuths = unwrapped(pixel.corners.map(|corner| corner[0]));
    let mut inside = axis.holds_all_azimuths();
    for turn in axis.turns() {
        let on_axis = |azimuth: f64| axis.in_steps(azimuth + turn);
        let outline = azimuths.map(|azimuths| {
            let mut outline = pixel.corners;
            outline.iter_mut().zip(azimuths).for_each(|(point, azimuth)| point[0] = on_axis(azimuth));
            outline
        });
        let (low, high) = outline.map_or((on_axis(-PI), on_axis(PI)), |outline| extent(&outline));
        if high > 0.0 && low < axis.end() {
            inside |= match outline {
                Some(outline) => shares.add_outline(axis, &outline, 1.0),
                None => shares.add_interval(axis, (low, high), 1.0),
            };
        }
    }
    inside
}
