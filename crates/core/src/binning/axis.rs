//! The axis that bins lie along: where it begins, and where a bin ends.

use std::f64::consts::TAU;

use super::extent::Extent;
use super::{BinningError, Split};
use crate::unit::Unit;

/// Bins along one coordinate; positions are in internal units.
///
/// Bins are counted in *steps* from the first edge: the width of a bin where all are the same, else their mean width.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    unit: Unit,
    bins: usize,
    first: f64,
    step: f64,
    /// Where bins begin and end, in steps; empty where bin `n` begins at `n`.
    uneven: Vec<f64>,
    /// True where the axis was laid over all pixels.
    covers_all: bool,
}

impl Axis {
    /// Even bins over a range in internal units.
    ///
    /// # Errors
    /// When the range has no extent.
    pub(super) fn even(unit: Unit, bins: usize, range: Extent, covers_all: bool) -> Result<Axis, BinningError> {
        let (first, last) = range;
        let axis = Axis { unit, bins, first, step: (last - first) / bins as f64, uneven: Vec::new(), covers_all };
        if axis.step > 0.0 { Ok(axis) } else { Err(BinningError::NoExtent(unit)) }
    }

    /// Bins between edges in the unit, at least two, ascending.
    pub(super) fn between(unit: Unit, edges: &[f64]) -> Axis {
        let (first, last, bins) = (edges[0], edges[edges.len() - 1], edges.len() - 1);
        let step = (last - first) / bins as f64;
        let uneven = edges.iter().map(|edge| (edge - first) / step).collect();
        Axis { unit, bins, first: first / unit.scale(), step: step / unit.scale(), uneven, covers_all: false }
    }

    /// The number of bins.
    pub(super) fn bins(&self) -> usize {
        self.bins
    }

    /// A position counted in steps from the first edge.
    pub(super) fn in_steps(&self, position: f64) -> f64 {
        (position - self.first) / self.step
    }

    /// Where a bin begins, in steps; the end of the axis for the number of bins.
    pub(super) fn edge(&self, bin: usize) -> f64 {
        if self.uneven.is_empty() { bin as f64 } else { self.uneven[bin] }
    }

    /// The end of the axis, in steps; it begins at 0.
    pub(super) fn end(&self) -> f64 {
        self.edge(self.bins)
    }

    /// The bin of a place in steps; what lies outside counts to the bin at that end.
    pub(super) fn bin_of(&self, place: f64) -> usize {
        let bin = if self.uneven.is_empty() {
            place.max(0.0) as usize
        } else {
            self.uneven[1..].partition_point(|end| *end <= place)
        };
        bin.min(self.bins - 1)
    }

    /// The number of bins that end between where bin `first` begins and `place`, in steps from there.
    pub(super) fn bins_on(&self, first: usize, place: f64) -> usize {
        if self.uneven.is_empty() {
            place.max(0.0) as usize
        } else {
            self.uneven[first + 1..].partition_point(|end| end - self.uneven[first] <= place)
        }
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
        self.is_periodic() && (self.covers_all || self.step * self.bins as f64 > TAU - 1e-9)
    }

    /// Where bins begin and end, in the unit.
    pub(super) fn edges(&self) -> Vec<f64> {
        (0..=self.bins).map(|bin| self.in_unit(self.edge(bin))).collect()
    }

    /// The centre of each bin, in the unit.
    pub(super) fn centres(&self) -> Vec<f64> {
        let centre = |bin: usize| {
            if self.uneven.is_empty() { bin as f64 + 0.5 } else { 0.5 * (self.uneven[bin] + self.uneven[bin + 1]) }
        };
        (0..self.bins).map(|bin| self.in_unit(centre(bin))).collect()
    }

    fn in_unit(&self, place: f64) -> f64 {
        (self.first + self.step * place) * self.unit.scale()
    }
}

/// A range as it was given, from its unit to internal ones.
///
/// # Errors
/// When it is none; `name` says which range it is.
pub(super) fn given(name: &'static str, range: Extent, unit: Unit) -> Result<Extent, BinningError> {
    let refuse = |rule| Err(BinningError::Range { name, range, rule });
    if !(range.0.is_finite() && range.1.is_finite() && range.0 < range.1) {
        return refuse("the first below the last");
    }
    let inner = (range.0 / unit.scale(), range.1 / unit.scale());
    if unit.is_azimuthal() && !is_a_turn_at_most(inner) {
        return refuse("at most one turn, between -360 and 720 degrees");
    }
    Ok(inner)
}

/// True for azimuths that an azimuthal axis can take, in rad.
pub(super) fn is_a_turn_at_most((first, last): Extent) -> bool {
    first >= -TAU && last <= 2.0 * TAU && last - first < TAU + 1e-9
}

/// An azimuth range as it was given, in its unit and counted upwards from the first: its last is never below.
pub(super) fn upwards((first, last): Extent, unit: Unit) -> Extent {
    (first, if unit.is_azimuthal() && last < first { last + TAU * unit.scale() } else { last })
}

/// The end of an axis whose range was given or found: split pixels may end where a turn does, all others must lie before
/// the end to be inside.
pub(super) fn end_of_range(last: f64, unit: Unit, split: Split) -> f64 {
    if unit.is_azimuthal() && split != Split::No { last } else { just_above(last) }
}

/// The end of a range whose last position is to be inside: greater by the resolution of a 32-bit float, as in pyFAI.
pub(super) fn just_above(last: f64) -> f64 {
    const SLIGHTLY: f64 = 1.0 + f32::EPSILON as f64;
    if last > 0.0 { last * SLIGHTLY } else { last / SLIGHTLY }
}
