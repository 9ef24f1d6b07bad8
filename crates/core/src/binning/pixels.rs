//! Centres and corners of pixels, row by row, in the coordinates that binning needs.

use std::ops::Range;

use super::{BinningSpec, Split, band};
use crate::geometry::{Lab, Projection};
use crate::unit::{Sample, Space};

/// A point: its position along the axis, and in the other coordinate (azimuth for a radial axis, radius for an azimuthal
/// one, for a cake that of its second axis); internal units.
pub(super) type Point = [f64; 2];

/// One of the two coordinates of a [`Point`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Along {
    /// The axis of a pattern, the radial one of a cake.
    Axis,
    /// The other coordinate.
    Other,
}

impl Along {
    /// Its place in a [`Point`].
    pub(super) fn index(self) -> usize {
        self as usize
    }
}

/// An unmasked pixel.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pixel {
    /// Its centre; unset where the splitting does not need it.
    pub(super) centre: Point,
    /// Its corners, in the order of its outline; unset where [`Split::No`] does not need them.
    pub(super) corners: [Point; 4],
}

impl Pixel {
    /// False where a coordinate is infinite, as a d-spacing on the beam is: such a pixel is in no bin.
    pub(super) fn is_finite(&self) -> bool {
        self.centre.iter().chain(self.corners.iter().flatten()).all(|coordinate| coordinate.is_finite())
    }
}

/// pyFAI keeps the corners of pixels as 32-bit floats. Where a default range ends, and how far a bounding box reaches,
/// hangs on that: we round there too, so that bins and patterns are the same. Nothing else is rounded.
pub(super) fn rounded(position: f64) -> f64 {
    f64::from(position as f32)
}

/// The pixels of a detector.
pub(super) struct Pixels<'a> {
    projection: &'a Projection,
    mask: Option<&'a [bool]>,
    sample: Sample,
    axis: Space,
    /// The other coordinate, where it is needed.
    other: Option<Space>,
    centres: bool,
    corners: bool,
}

impl<'a> Pixels<'a> {
    /// The pixels, ready for what the splitting needs.
    pub(super) fn new(
        projection: &'a Projection,
        mask: Option<&'a [bool]>,
        spec: &BinningSpec,
        has_sector: bool,
    ) -> Pixels<'a> {
        let across = spec.azimuthal.as_ref().map(|second| second.unit).or(spec.band.map(|band| band.unit));
        let other = match across {
            Some(unit) => unit.space(),
            None if spec.unit.is_azimuthal() => Space::Radius,
            None => Space::Chi,
        };
        let (axis, other) = match band::coordinate_of_axis(spec) {
            Along::Axis => (spec.unit.space(), other),
            Along::Other => (other, spec.unit.space()),
        };
        Pixels {
            projection,
            mask,
            sample: spec.sample,
            axis,
            other: (has_sector || across.is_some() || spec.split == Split::Full).then_some(other),
            centres: matches!(spec.split, Split::No | Split::BBox),
            corners: spec.split != Split::No,
        }
    }

    /// The detector's rows in portions of at most `rows`.
    pub(super) fn tasks(&self, rows: usize) -> Vec<Range<usize>> {
        let all = self.projection.shape().0;
        (0..all).step_by(rows).map(|first| first..(first + rows).min(all)).collect()
    }

    /// Calls `visitor` for every pixel of the rows, in order; with `None` for a masked one.
    pub(super) fn visit(&self, rows: Range<usize>, mut visitor: impl FnMut(Option<&Pixel>)) {
        let columns = self.projection.shape().1;
        let (mut above, mut below) = (self.lattice(rows.start), Vec::new());
        let mut pixel = Pixel { centre: [0.0; 2], corners: [[0.0; 2]; 4] };
        for row in rows {
            if self.corners {
                below = self.lattice(row + 1);
            }
            for column in 0..columns {
                if self.mask.is_some_and(|mask| mask[row * columns + column]) {
                    visitor(None);
                    continue;
                }
                if self.centres {
                    pixel.centre = self.point(row as f64 + 0.5, column as f64 + 0.5);
                }
                if self.corners {
                    pixel.corners = if self.projection.shares_corners() {
                        [above[column], below[column], below[column + 1], above[column + 1]]
                    } else {
                        self.projection.corners(row, column).map(|lab| self.coordinates(lab))
                    };
                }
                visitor(Some(&pixel));
            }
            std::mem::swap(&mut above, &mut below);
        }
    }

    /// The corners along the upper side of a row of pixels; nothing where corners are not needed, or not shared.
    fn lattice(&self, row: usize) -> Vec<Point> {
        let corners = if self.corners && self.projection.shares_corners() { self.projection.shape().1 + 1 } else { 0 };
        (0..corners).map(|column| self.point(row as f64, column as f64)).collect()
    }

    fn point(&self, row: f64, column: f64) -> Point {
        self.coordinates(self.projection.lab(row, column))
    }

    fn coordinates(&self, lab: Lab) -> Point {
        let along = |space| self.projection.coordinate_of(&self.sample, space, lab);
        [along(self.axis), self.other.map_or(0.0, along)]
    }
}
