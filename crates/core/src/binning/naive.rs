//! The naive twins: each splitting written to be obviously right, one pixel and one bin at a time.

use std::f64::consts::{PI, TAU};

use crate::geometry::Projection;
use crate::unit::Space;

/// Position along the axis and azimuth of a point.
fn point(projection: &Projection, space: Space, row: f64, column: f64) -> (f64, f64) {
    let lab = projection.lab(row, column);
    (projection.coordinate(space, lab), lab.chi())
}

/// The corners of a pixel, azimuths counted from `chi` the shorter way round.
fn corners(projection: &Projection, space: Space, (row, column): (f64, f64), chi: f64) -> Vec<(f64, f64)> {
    [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
        .map(|(down, right)| point(projection, space, row + down, column + right))
        .map(|(position, azimuth)| (position, (azimuth - chi + PI).rem_euclid(TAU) - PI))
        .to_vec()
}

/// No splitting: is the centre between the bin's edges?
pub(super) fn no(projection: &Projection, space: Space, (row, column): (f64, f64), bin: (f64, f64)) -> f64 {
    let (position, _) = point(projection, space, row + 0.5, column + 0.5);
    f64::from(u8::from(bin.0 <= position && position < bin.1))
}

/// Bounding box: which part of the interval around the centre is between the bin's edges? Corners are 32-bit floats.
pub(super) fn bbox(projection: &Projection, space: Space, (row, column): (f64, f64), bin: (f64, f64)) -> f64 {
    let (centre, chi) = point(projection, space, row + 0.5, column + 0.5);
    let reach = corners(projection, space, (row, column), chi)
        .iter()
        .map(|corner| (f64::from(corner.0 as f32) - centre).abs())
        .fold(0.0, f64::max);
    ((centre + reach).min(bin.1) - (centre - reach).max(bin.0)).max(0.0) / (2.0 * reach)
}

/// Full splitting: which part of the outline's area is between the bin's edges, and in the sector, if any?
pub(super) fn full(
    projection: &Projection,
    space: Space,
    (row, column): (f64, f64),
    bin: (f64, f64),
    sector: Option<(f64, f64)>,
) -> f64 {
    let (_, chi) = point(projection, space, row + 0.5, column + 0.5);
    let outline = corners(projection, space, (row, column), chi);
    let inside = cut(&cut(&outline, |point| point.0 - bin.0), |point| bin.1 - point.0);
    let in_sector = |(low, high): (f64, f64)| {
        let turned =
            |turn: f64| cut(&cut(&inside, |point| point.1 + chi + turn - low), |point| high - point.1 - chi - turn);
        [-TAU, 0.0, TAU].map(|turn| area(&turned(turn))).iter().sum()
    };
    sector.map_or(area(&inside), in_sector) / area(&outline)
}

/// The side of an outline where a linear function is positive (Sutherland and Hodgman).
fn cut(outline: &[(f64, f64)], side: impl Fn((f64, f64)) -> f64) -> Vec<(f64, f64)> {
    let mut kept = Vec::new();
    for index in 0..outline.len() {
        let (a, b) = (outline[index], outline[(index + 1) % outline.len()]);
        let (side_a, side_b) = (side(a), side(b));
        if side_a > 0.0 {
            kept.push(a);
        }
        if side_a * side_b < 0.0 {
            let part = side_a / (side_a - side_b);
            kept.push((a.0 + part * (b.0 - a.0), a.1 + part * (b.1 - a.1)));
        }
    }
    kept
}

/// The area of an outline (shoelace formula).
fn area(outline: &[(f64, f64)]) -> f64 {
    let crossed = |index: usize| {
        let (a, b) = (outline[index], outline[(index + 1) % outline.len()]);
        a.0 * b.1 - b.0 * a.1
    };
    (0..outline.len()).map(crossed).sum::<f64>().abs() / 2.0
}

/// No splitting of azimuths: is the centre's between the bin's edges, on any turn?
pub(super) fn no_azimuth(projection: &Projection, (row, column): (f64, f64), bin: (f64, f64)) -> f64 {
    let (_, chi) = point(projection, Space::Chi, row + 0.5, column + 0.5);
    f64::from(u8::from([-TAU, 0.0, TAU].into_iter().any(|turn| bin.0 <= chi + turn && chi + turn < bin.1)))
}

/// Bounding box of azimuths: which part of the interval around the centre is between the bin's edges, on all turns?
pub(super) fn bbox_azimuth(projection: &Projection, (row, column): (f64, f64), bin: (f64, f64)) -> f64 {
    let (_, chi) = point(projection, Space::Chi, row + 0.5, column + 0.5);
    let corners = corners(projection, Space::Chi, (row, column), chi);
    let reach = corners.iter().map(|corner| corner.1.abs()).fold(0.0, f64::max);
    let inside = |turn: f64| ((chi + turn + reach).min(bin.1) - (chi + turn - reach).max(bin.0)).max(0.0);
    [-TAU, 0.0, TAU].map(inside).iter().sum::<f64>() / (2.0 * reach)
}

/// The area of a pixel's outline in the plane of radial position and azimuth.
pub(super) fn outline_area(projection: &Projection, space: Space, (row, column): (f64, f64)) -> f64 {
    let (_, chi) = point(projection, space, row + 0.5, column + 0.5);
    area(&corners(projection, space, (row, column), chi))
}
