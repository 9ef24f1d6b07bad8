//! Pixels that lie on no plane grid, seen from the point of normal incidence.

use super::Geometry;
use crate::detector::{Arrangement, DetectorFile, Place, Positions};

/// Where such pixels lie, and how frames index them.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scattered {
    positions: Positions,
    shape: (usize, usize),
    /// Whether the frame's rows and columns run against the positions'.
    reversed: (bool, bool),
    poni: (f64, f64),
    plane: bool,
    /// The area of a pixel before a spline distorted it, in m².
    undistorted: Option<f64>,
}

impl Scattered {
    /// The pixels of a geometry; `None` where they lie on a plane grid.
    pub(super) fn new(geometry: &Geometry, shape: (usize, usize)) -> Option<Scattered> {
        let positions = geometry.detector.positions()?;
        let orientation = geometry.detector.orientation();
        // Measured corners are given for the frame as it is.
        let as_framed = matches!(geometry.detector.arrangement(), Arrangement::Corners(corners) if corners.is_framed());
        let reversed = (orientation.reverses_rows() && !as_framed, orientation.reverses_columns() && !as_framed);
        let plane = positions.is_plane();
        let is_spline = matches!(geometry.detector.file(), Some(DetectorFile::Spline(_)));
        let (pixel1, pixel2) = geometry.detector.pixel();
        let undistorted = is_spline.then_some(pixel1 * pixel2);
        let poni = (geometry.poni1, geometry.poni2);
        Some(Scattered { positions, shape, reversed, poni, plane, undistorted })
    }

    /// True when all lie in the detector's plane.
    pub(super) fn is_plane(&self) -> bool {
        self.plane
    }

    /// True where pixels have six corners.
    pub(super) fn are_hexagons(&self) -> bool {
        self.positions.are_hexagons()
    }

    /// The place of a point, counted in pixels of the frame, from the PONI.
    #[inline(never)]
    pub(super) fn point(&self, row: f64, column: f64) -> Place {
        let (row, down) = within(row, self.shape.0, self.reversed.0);
        let (column, right) = within(column, self.shape.1, self.reversed.1);
        self.seen_from_poni(self.positions.point((row, column), (down, right)))
    }

    /// The places of a pixel's corners, from the PONI.
    pub(super) fn corners(&self, row: usize, column: usize) -> [Place; 4] {
        let row = if self.reversed.0 { self.shape.0 - 1 - row } else { row };
        let column = if self.reversed.1 { self.shape.1 - 1 - column } else { column };
        self.positions.corners(row, column).map(|place| self.seen_from_poni(place))
    }

    /// The cosine of the angle between a ray (z, y, x) and the normal of the pixel that a point lies in.
    pub(super) fn cos_incidence(&self, row: f64, column: f64, ray: Place) -> f64 {
        let normal = self.normal(row, column);
        let lengths = (dot(normal, normal) * dot(ray, ray)).sqrt();
        if lengths > 0.0 { dot(normal, ray).abs() / lengths } else { 0.0 }
    }

    /// The area of the pixel that a point lies in, relative to that before a spline distorted it; 1 where none did.
    pub(super) fn distorted_area(&self, row: f64, column: f64) -> f64 {
        self.undistorted.map_or(1.0, |area| {
            let normal = self.normal(row, column);
            dot(normal, normal).sqrt() / (2.0 * area)
        })
    }

    /// The normal of the pixel that a point lies in, twice as long as the pixel is large: the product of its diagonals.
    fn normal(&self, row: f64, column: f64) -> Place {
        let row = within(row, self.shape.0, false).0;
        let column = within(column, self.shape.1, false).0;
        let [a, b, c, d] = self.corners(row, column);
        cross(between(a, c), between(b, d))
    }

    fn seen_from_poni(&self, [z, y, x]: Place) -> Place {
        [z, y - self.poni.0, x - self.poni.1]
    }
}

/// The native pixel that a point along an axis lies in, and the part of the pixel before it.
fn within(point: f64, count: usize, reversed: bool) -> (usize, f64) {
    let point = if reversed { count as f64 - point } else { point };
    let pixel = (point.max(0.0) as usize).min(count.saturating_sub(1));
    (pixel, point - pixel as f64)
}

fn between(from: Place, to: Place) -> Place {
    [to[0] - from[0], to[1] - from[1], to[2] - from[2]]
}

fn cross(a: Place, b: Place) -> Place {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

fn dot(a: Place, b: Place) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::{Detector, Orientation};

    fn geometry(name: &str) -> Geometry {
        let detector = Detector::by_name(name).unwrap();
        Geometry {
            detector,
            distance: 0.1,
            poni1: 0.01,
            poni2: 0.02,
            rot1: 0.1,
            rot2: 0.2,
            rot3: 0.3,
            wavelength: None,
        }
    }

    #[test]
    fn an_orientation_only_re_indexes_scattered_pixels() {
        for name in ["Jungfrau", "Xpad_flat", "Pixirad1", "Cirpad"] {
            let native = geometry(name).projection().unwrap();
            let (rows, columns) = native.shape();
            for orientation in Orientation::ALL {
                let mut turned = geometry(name);
                turned.detector = turned.detector.with_orientation(orientation);
                let turned = turned.projection().unwrap();
                let row = if orientation.reverses_rows() { rows - 1 - 3 } else { 3 };
                let column = if orientation.reverses_columns() { columns - 1 - 7 } else { 7 };
                assert_eq!(turned.corners(row, column), native.corners(3, 7), "{name}");
                assert_eq!(turned.lab(row as f64 + 0.5, column as f64 + 0.5), native.lab(3.5, 7.5), "{name}");
            }
        }
    }

    #[test]
    fn the_solid_angle_of_a_cylinder_around_the_sample_depends_on_the_height_only() {
        let mut geometry = geometry("Rapid");
        (geometry.distance, geometry.poni1, geometry.poni2) = (0.12726, 0.128, 0.0);
        let projection = geometry.projection().unwrap();
        let equator = projection.solid_angle(1280.0, 0.5);
        assert!((equator - 1.0).abs() < 1e-6);
        for column in [0.5, 1000.5, 3000.5] {
            assert!((projection.solid_angle(1280.0, column) - equator).abs() < 1e-6);
            let cosine = 0.12726 / 0.12726_f64.hypot(0.028);
            assert!((projection.solid_angle(1000.0, column) - cosine.powi(3)).abs() < 1e-6);
        }
    }
}
