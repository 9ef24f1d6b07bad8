//! How a detector's pixels are arranged, where they are not equal rectangles side by side in a plane.

use std::sync::Arc;

use serde::Deserialize;

use super::Modules;
use super::corners::CornerArray;
use super::positions::{Band, Positions};

/// How the pixels of a detector are arranged; lengths in m, the slow axis first.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Arrangement {
    /// Equal rectangles side by side in a plane.
    #[default]
    Grid,
    /// Rectangles in a plane, of which the first and last of a module are wider where it meets another one.
    Borders {
        /// How many times wider such a pixel is, along each axis.
        factor: (f64, f64),
        /// Distance between a module and the next.
        #[serde(default)]
        spacing: (f64, f64),
    },
    /// Flat facets side by side along the slow axis, each turned against the one before, away from the sample.
    Facets {
        /// Rows of a facet.
        rows: usize,
        /// Angle from a facet to the next, in degrees.
        angle: f64,
        /// Distance from the first row of a facet to that of the next.
        pitch: f64,
        /// How many times wider the pixels are where two modules of a facet meet.
        factor: f64,
    },
    /// A part of a cylinder around the slow axis: the fast axis is bent towards the sample.
    Cylinder {
        /// The radius.
        radius: f64,
    },
    /// Hexagons standing on a corner; odd rows are half a pixel further along the fast axis.
    Hexagons,
    /// Corners pixel by pixel.
    #[serde(skip)]
    Corners(Arc<CornerArray>),
}

impl Arrangement {
    /// The positions of a frame's pixels; `None` for a plane grid, which needs no list of them.
    ///
    /// Shape and pixel size (m) are the frame's, that is after binning.
    pub(super) fn positions(
        &self,
        shape: (usize, usize),
        pixel: (f64, f64),
        modules: Option<Modules>,
    ) -> Option<Positions> {
        let module = modules.map_or(shape, |modules| modules.size);
        Some(match *self {
            Arrangement::Grid => return None,
            Arrangement::Borders { factor, spacing } => Positions::Bands {
                rows: flat(&borders(shape.0, module.0, pixel.0, factor.0, spacing.0)),
                columns: flat(&borders(shape.1, module.1, pixel.1, factor.1, spacing.1)),
            },
            Arrangement::Facets { rows, angle, pitch, factor } => Positions::Bands {
                rows: facets(shape.0, &borders(rows, module.0, pixel.0, factor, 0.0), angle.to_radians(), pitch),
                columns: flat(&borders(shape.1, shape.1, pixel.1, 1.0, 0.0)),
            },
            Arrangement::Cylinder { radius } => Positions::Bands {
                rows: flat(&borders(shape.0, shape.0, pixel.0, 1.0, 0.0)),
                columns: (0..shape.1).map(|column| bent(column, pixel.1, radius)).collect(),
            },
            Arrangement::Hexagons => Positions::Hexagons { pitch: pixel.1 },
            Arrangement::Corners(ref corners) => Positions::Corners(Arc::clone(corners)),
        })
    }
}

/// Where each of `count` pixels begins and ends along an axis, when the outer ones of a module are `factor` times wider
/// towards its neighbours, and modules lie `spacing` apart.
fn borders(count: usize, module: usize, pixel: f64, factor: f64, spacing: f64) -> Vec<(f64, f64)> {
    let module = module.clamp(1, count.max(1));
    let inner = count / module * module;
    let mut end = 0.0;
    let mut edges = Vec::with_capacity(count);
    for index in 0..count {
        let first = index % module == 0 && index > 0 && index < inner;
        let last = (index + 1) % module == 0 && index + 1 < inner;
        let begin = if first { end + spacing } else { end };
        end = begin + if first || last { factor * pixel } else { pixel };
        edges.push((begin, end));
    }
    edges
}

/// Edges in a plane.
fn flat(edges: &[(f64, f64)]) -> Vec<Band> {
    edges.iter().map(|&(begin, end)| [[begin, 0.0], [end, 0.0]]).collect()
}

/// The edges of all rows of a detector of facets.
fn facets(count: usize, facet: &[(f64, f64)], angle: f64, pitch: f64) -> Vec<Band> {
    let mut rows = Vec::with_capacity(count);
    let (mut origin, mut turned) = ([0.0, 0.0], 0.0_f64);
    while rows.len() < count && !facet.is_empty() {
        let (sine, cosine) = turned.sin_cos();
        let at = |along: f64| [origin[0] + along * cosine, origin[1] + along * sine];
        rows.extend(facet.iter().take(count - rows.len()).map(|&(begin, end)| [at(begin), at(end)]));
        origin = at(pitch);
        turned += angle;
    }
    rows
}

/// The edges of a column on a cylinder whose axis is `radius` away from the first column, towards the sample.
fn bent(column: usize, pixel: f64, radius: f64) -> Band {
    let at = |column: usize| {
        let angle = column as f64 * pixel / radius;
        // cos − 1 without its cancellation at small angles.
        [radius * angle.sin(), -2.0 * radius * (angle / 2.0).sin().powi(2)]
    };
    [at(column), at(column + 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_wide_only_where_two_modules_meet() {
        let edges = borders(6, 3, 1.0, 2.5, 10.0);
        assert_eq!(edges, [(0.0, 1.0), (1.0, 2.0), (2.0, 4.5), (14.5, 17.0), (17.0, 18.0), (18.0, 19.0)]);
        assert_eq!(borders(3, 3, 1.0, 2.5, 10.0), [(0.0, 1.0), (1.0, 2.0), (2.0, 3.0)]);
    }

    #[test]
    fn a_facet_begins_where_the_one_before_ends() {
        let rows = facets(4, &[(0.0, 1.0), (1.0, 2.0)], 90_f64.to_radians(), 2.0);
        assert_eq!(rows[1], [[1.0, 0.0], [2.0, 0.0]]);
        let expected = [[2.0, 0.0], [2.0, 1.0]];
        assert!(rows[2].iter().flatten().zip(expected.iter().flatten()).all(|(a, b)| (a - b).abs() < 1e-15));
    }

    #[test]
    fn a_cylinder_keeps_its_distance_from_its_axis() {
        for column in [0, 7, 1000] {
            let [[x, z], _] = bent(column, 1e-4, 0.12);
            assert!((x.hypot(z + 0.12) - 0.12).abs() < 1e-15);
        }
    }
}
