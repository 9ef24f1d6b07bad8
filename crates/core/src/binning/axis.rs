//! The axis that bins lie along: where it begins, and how wide a bin is.

use std::f64::consts::{PI, TAU};

use rayon::prelude::*;

use super::outline::unwrapped;
use super::pixels::{Pixel, Pixels, rounded};
use super::{BinningError, BinningSpec, ROWS_A_TASK, Split, bbox};
use crate::unit::Unit;

/// Evenly spaced bins; positions are in internal units.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    unit: Unit,
    bins: usize,
    first: f64,
    width: f64,
    /// True where the axis was laid over all pixels.
    covers_all: bool,
}

/// First and last position.
type Extent = (f64, f64);

impl Axis {
    /// The axis that a request asks for.
    pub(super) fn new(pixels: &Pixels<'_>, spec: &BinningSpec) -> Result<Axis, BinningError> {
        let given = given_range(spec)?;
        let (first, last) = match given {
            Some(range) => range,
            None => default_range(pixels, spec)?,
        };
        // A split pixel may end where a turn does; all others must lie before the end to be inside.
        let last = if spec.unit.is_azimuthal() && spec.split != Split::No { last } else { just_above(last) };
        let axis = Axis {
            unit: spec.unit,
            bins: spec.bins,
            first,
            width: (last - first) / spec.bins as f64,
            covers_all: given.is_none(),
        };
        if axis.width > 0.0 { Ok(axis) } else { Err(BinningError::NoExtent(spec.unit)) }
    }

    /// The number of bins.
    pub(super) fn bins(&self) -> usize {
        self.bins
    }

    /// A position counted in bins from the first edge.
    pub(super) fn in_bins(&self, position: f64) -> f64 {
        (position - self.first) / self.width
    }

    /// True for a radial axis that was laid over all pixels: what seems to lie outside belongs to the bin at that end.
    pub(super) fn holds_all_positions(&self) -> bool {
        self.covers_all && !self.is_periodic()
    }

    /// True for an azimuthal axis.
    pub(super) fn is_periodic(&self) -> bool {
        self.unit.is_azimuthal()
    }

    /// What to add to a position to find it on the axis, ascending: whole turns for an azimuthal axis.
    pub(super) fn turns(&self) -> &'static [f64] {
        if self.is_periodic() { &[-2.0 * TAU, -TAU, 0.0, TAU, 2.0 * TAU] } else { &[0.0] }
    }

    /// True where no azimuth can lie outside, whatever rounding says.
    pub(super) fn holds_all_azimuths(&self) -> bool {
        self.is_periodic() && (self.covers_all || self.width * self.bins as f64 > TAU - 1e-9)
    }

    /// Where bins begin and end, in the unit.
    pub(super) fn edges(&self) -> Vec<f64> {
        (0..=self.bins).map(|bin| (self.first + self.width * bin as f64) * self.unit.scale()).collect()
    }

    /// The centre of each bin, in the unit.
    pub(super) fn centres(&self) -> Vec<f64> {
        (0..self.bins).map(|bin| (self.first + self.width * (bin as f64 + 0.5)) * self.unit.scale()).collect()
    }
}

/// The range that the request gives, in internal units.
fn given_range(spec: &BinningSpec) -> Result<Option<Extent>, BinningError> {
    let refuse = |name, range, rule| Err(BinningError::Range { name, range, rule });
    let (name, range, scale) = match (spec.radial_range, spec.azimuth_range.filter(|_| spec.unit.is_azimuthal())) {
        (None, None) => return Ok(None),
        (Some(range), None) => ("radial", range, spec.unit.scale()),
        (None, Some((first, last))) => {
            let last = if last < first { last + 360.0 } else { last };
            ("azimuth", (first, last), Unit::ChiDeg.scale())
        }
        (Some(range), Some(_)) => return refuse("radial", range, "and not both this and an azimuth range"),
    };
    if !(range.0.is_finite() && range.1.is_finite() && range.0 < range.1) {
        return refuse(name, range, "the first below the last");
    }
    let range_in = (range.0 / scale, range.1 / scale);
    if spec.unit.is_azimuthal()
        && !(range_in.0 >= -TAU && range_in.1 <= 2.0 * TAU && range_in.1 - range_in.0 < TAU + 1e-9)
    {
        return refuse(name, range, "at most one turn, between -360 and 720 degrees");
    }
    Ok(Some(range_in))
}

/// The range of all unmasked pixels.
fn default_range(pixels: &Pixels<'_>, spec: &BinningSpec) -> Result<Extent, BinningError> {
    let azimuthal = spec.unit.is_azimuthal();
    let extent: fn(&Pixel) -> Extent = match (spec.split, azimuthal) {
        (Split::No, _) => |pixel| (pixel.centre[0], pixel.centre[0]),
        (Split::BBox, false) => bbox::positions,
        (Split::BBox, true) => bbox::azimuths,
        (Split::Full, false) => full_extent,
        (Split::Full, true) => outline_azimuths,
    };
    let none = (f64::INFINITY, f64::NEG_INFINITY);
    let join = |a: Extent, b: Extent| (a.0.min(b.0), a.1.max(b.1));
    let part = |rows| {
        let mut range = none;
        pixels.visit(rows, |pixel| range = join(range, pixel.map_or(none, extent)));
        range
    };
    let (first, last) = pixels.tasks(ROWS_A_TASK).into_par_iter().map(part).reduce(|| none, join);
    if first > last {
        return Err(BinningError::AllMasked);
    }
    Ok(match azimuthal {
        false => (first.max(0.0), last.max(0.0)),
        // A pixel across the discontinuity makes the axis a full turn.
        true if first < -PI || last > PI => (-PI, PI),
        true => (first, last),
    })
}

fn full_extent(pixel: &Pixel) -> Extent {
    let positions = pixel.corners.map(|corner| rounded(corner[0]));
    (positions.into_iter().fold(f64::INFINITY, f64::min), positions.into_iter().fold(f64::NEG_INFINITY, f64::max))
}

fn outline_azimuths(pixel: &Pixel) -> Extent {
    unwrapped(pixel.corners.map(|corner| corner[0])).map_or((-TAU, TAU), |azimuths| {
        (azimuths.into_iter().fold(f64::INFINITY, f64::min), azimuths.into_iter().fold(f64::NEG_INFINITY, f64::max))
    })
}

/// The end of a range whose last position is to be inside: greater by the resolution of a 32-bit float, as in pyFAI.
fn just_above(last: f64) -> f64 {
    const SLIGHTLY: f64 = 1.0 + f32::EPSILON as f64;
    if last > 0.0 { last * SLIGHTLY } else { last / SLIGHTLY }
}
