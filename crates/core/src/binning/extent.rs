//! The range that all unmasked pixels cover: where an axis lies for which no range was given.

use std::f64::consts::{PI, TAU};

use rayon::prelude::*;

use super::outline::unwrapped;
use super::pixels::{Along, Pixel, Pixels, rounded};
use super::{BinningError, ROWS_A_TASK, Split, bbox};
use crate::unit::Unit;

/// First and last position.
pub(super) type Extent = (f64, f64);

/// What no pixel covers.
const NOTHING: Extent = (f64::INFINITY, f64::NEG_INFINITY);

/// The range of positions on a radial axis; a coordinate that cannot be negative begins at 0 at least.
pub(super) fn radial(pixels: &Pixels<'_>, unit: Unit, split: Split, along: Along) -> Result<Extent, BinningError> {
    let (first, last) = joined(pixels, |pixel| match split {
        Split::No => at(pixel.centre[along.index()]),
        Split::BBox => bbox::positions(pixel, along),
        Split::Pseudo | Split::Full => corners(pixel, along, |position| position),
    })?;
    Ok(if unit.is_signed() { (first, last) } else { (first.max(0.0), last.max(0.0)) })
}

/// The range of azimuths of a pattern along the azimuth: a whole turn as soon as a pixel lies across the discontinuity.
pub(super) fn azimuthal(
    pixels: &Pixels<'_>,
    split: Split,
    chi_at_0: bool,
    along: Along,
) -> Result<Extent, BinningError> {
    let (first, last) = joined(pixels, |pixel| {
        let (low, high) = match split {
            Split::No => at(pixel.centre[along.index()]),
            Split::BBox => bbox::azimuths(pixel, along, |azimuth| azimuth),
            Split::Pseudo | Split::Full => outline(pixel, along),
        };
        let turn = if chi_at_0 && low + high < 0.0 { TAU } else { 0.0 };
        (low + turn, high + turn)
    })?;
    let turn = turn(chi_at_0);
    Ok(if first < turn.0 || last > turn.1 { turn } else { (first, last) })
}

/// The range of azimuths of a cake, as pyFAI has it: of the corners one by one, in 32-bit floats (π included), without
/// regard to pixels across the discontinuity.
pub(super) fn azimuthal_of_cake(pixels: &Pixels<'_>, split: Split, chi_at_0: bool) -> Result<Extent, BinningError> {
    let shown = |azimuth: f64| if chi_at_0 && azimuth < 0.0 { azimuth + TAU } else { azimuth };
    let (first, last) = joined(pixels, |pixel| match split {
        Split::No => at(shown(pixel.centre[1])),
        Split::BBox => {
            let (low, high) = bbox::azimuths(pixel, Along::Other, rounded);
            let turn = shown(pixel.centre[1]) - pixel.centre[1];
            (low + turn, high + turn)
        }
        Split::Pseudo | Split::Full => corners(pixel, Along::Other, shown),
    })?;
    let turn = turn(chi_at_0);
    Ok((first.max(rounded(turn.0)), last.min(rounded(turn.1))))
}

/// The turn that azimuths are given in.
fn turn(chi_at_0: bool) -> Extent {
    if chi_at_0 { (0.0, TAU) } else { (-PI, PI) }
}

/// The range of all unmasked pixels, each of which covers what `extent` says; what is not finite covers nothing.
fn joined(pixels: &Pixels<'_>, extent: impl Fn(&Pixel) -> Extent + Sync) -> Result<Extent, BinningError> {
    let join = |a: Extent, b: Extent| (a.0.min(b.0), a.1.max(b.1));
    let of = |pixel: &Pixel| Some(extent(pixel)).filter(|(low, high)| low.is_finite() && high.is_finite());
    let part = |rows| {
        let mut range = NOTHING;
        pixels.visit(rows, |pixel| range = join(range, pixel.and_then(of).unwrap_or(NOTHING)));
        range
    };
    let range = pixels.tasks(ROWS_A_TASK).into_par_iter().map(part).reduce(|| NOTHING, join);
    if range.0 > range.1 { Err(BinningError::AllMasked) } else { Ok(range) }
}

fn at(position: f64) -> Extent {
    (position, position)
}

/// The least and the largest coordinate of the corners, as 32-bit floats.
fn corners(pixel: &Pixel, along: Along, shown: impl Fn(f64) -> f64) -> Extent {
    spread(pixel.corners.map(|corner| rounded(shown(corner[along.index()]))))
}

/// The azimuths of an outline; more than a turn where the beam goes through.
fn outline(pixel: &Pixel, along: Along) -> Extent {
    unwrapped(pixel.corners.map(|corner| corner[along.index()])).map_or((-TAU, TAU), spread)
}

/// The least and the largest of four numbers.
pub(super) fn spread(four: [f64; 4]) -> Extent {
    (four.into_iter().fold(f64::INFINITY, f64::min), four.into_iter().fold(f64::NEG_INFINITY, f64::max))
}
