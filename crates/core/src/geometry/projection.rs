//! From a point of the detector to its position in the laboratory, and to q, 2θ, r and χ.

use super::parallax::Parallax;
use super::scattered::Scattered;
use super::{Geometry, GeometryError};
use crate::detector::Place;
use crate::unit::{Sample, Space};

/// A position in the laboratory in m, the sample being the origin.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lab {
    /// Horizontal, along the fast axis of a detector that is not turned.
    pub x: f64,
    /// Vertical, along its slow axis.
    pub y: f64,
    /// Along the beam.
    pub z: f64,
}

/// The map from points of the detector to positions: affine for a plane grid, pixel by pixel otherwise.
///
/// Points are counted in pixels of the stored frame from the outer corner of its first pixel: pixel (i, j) covers
/// i..i+1 along the slow axis and j..j+1 along the fast one, and its centre is at (i + ½, j + ½).
#[derive(Clone, Debug, PartialEq)]
pub struct Projection {
    shape: (usize, usize),
    /// Position in the detector's plane from the PONI, in m: `offset + step·pixels`, per axis.
    offset: (f64, f64),
    step: (f64, f64),
    /// Where the pixels lie, if not on a plane grid.
    scattered: Option<Scattered>,
    /// How far from its pixel a photon entered, if that is corrected for.
    parallax: Option<Parallax>,
    distance: f64,
    /// Rows give x, y, z; columns multiply the position along y, along x, and the distance.
    turn: [[f64; 3]; 3],
    /// 4π/λ in nm^-1; NaN where the wavelength is unknown.
    q_scale: f64,
}

impl Projection {
    /// The map of a checked geometry whose frames have the given shape.
    pub(super) fn new(geometry: &Geometry, shape: (usize, usize)) -> Result<Projection, GeometryError> {
        let (pixel1, pixel2) = geometry.detector.pixel();
        let orientation = geometry.detector.orientation();
        let along = |reversed: bool, count: usize, pixel: f64, poni: f64| {
            if reversed { (count as f64 * pixel - poni, -pixel) } else { (-poni, pixel) }
        };
        let slow = along(orientation.reverses_rows(), shape.0, pixel1, geometry.poni1);
        let fast = along(orientation.reverses_columns(), shape.1, pixel2, geometry.poni2);
        let scattered = Scattered::new(geometry, shape);
        Ok(Projection {
            shape,
            offset: (slow.0, fast.0),
            step: (slow.1, fast.1),
            parallax: geometry.parallax(scattered.as_ref().is_none_or(Scattered::is_plane))?,
            scattered,
            distance: geometry.distance,
            turn: rotation(geometry.rot1, geometry.rot2, geometry.rot3),
            q_scale: geometry.wavelength.map_or(f64::NAN, |wavelength| 4e-9 * std::f64::consts::PI / wavelength),
        })
    }

    /// Rows and columns of a frame.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// True where neighbouring pixels share their corners, so that a corner is the point between them.
    #[must_use]
    pub fn shares_corners(&self) -> bool {
        self.scattered.is_none()
    }

    /// True where pixels have six corners, of which [`Projection::corners`] gives four.
    #[must_use]
    pub fn has_hexagons(&self) -> bool {
        self.scattered.as_ref().is_some_and(Scattered::are_hexagons)
    }

    /// The point's position in the laboratory. Where pixels lie apart, it is the pixel's that begins there.
    #[must_use]
    pub fn lab(&self, row: f64, column: f64) -> Lab {
        if self.scattered.is_none() && self.parallax.is_none() {
            return self.rotated(self.on_grid(row, column));
        }
        self.turned(self.place(row, column))
    }

    /// The positions of a pixel's corners, in the order of its outline.
    #[must_use]
    pub fn corners(&self, row: usize, column: usize) -> [Lab; 4] {
        match &self.scattered {
            Some(scattered) => scattered.corners(row, column).map(|place| self.turned(place)),
            None => {
                let (row, column) = (row as f64, column as f64);
                [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
                    .map(|(down, right)| self.turned(self.on_grid(row + down, column + right)))
            }
        }
    }

    /// The solid angle of the pixel around a point, relative to that of an equal pixel at the PONI: cos i·(L/r)², with
    /// the angle of incidence i, the distance L of the PONI and r of the point. On a plane this is cos³ i. What a spline distorts also counts by its area.
    #[must_use]
    pub fn solid_angle(&self, row: f64, column: f64) -> f64 {
        if let Some(scattered) = self.scattered.as_ref().filter(|scattered| !scattered.is_plane()) {
            let [z, y, x] = scattered.point(row, column);
            let ray = [z + self.distance, y, x];
            let square: f64 = ray.iter().map(|value| value * value).sum();
            return scattered.cos_incidence(row, column, ray) * self.distance * self.distance / square;
        }
        let cosine = self.cos_plane(row, column);
        let area = self.scattered.as_ref().map_or(1.0, |scattered| scattered.distorted_area(row, column));
        area * cosine * cosine * cosine
    }

    /// The cosine of the angle between the ray to a point of a plane detector and the detector's normal.
    fn cos_plane(&self, row: f64, column: f64) -> f64 {
        let [_, p1, p2] = self.place(row, column);
        self.distance / (self.distance * self.distance + p1 * p1 + p2 * p2).sqrt()
    }

    /// The point's place on the detector in m from the PONI: along z, y and x.
    fn place(&self, row: f64, column: f64) -> Place {
        match &self.scattered {
            None => self.on_grid(row, column),
            Some(scattered) => scattered.point(row, column),
        }
    }

    /// The place of a point of a plane grid.
    fn on_grid(&self, row: f64, column: f64) -> Place {
        [0.0, self.offset.0 + self.step.0 * row, self.offset.1 + self.step.1 * column]
    }

    /// The position in the laboratory of a place on the detector, or rather of where the photons entered that it counts.
    #[inline(never)] // What few detectors need must not burden the many that lie on a grid.
    fn turned(&self, [p3, p1, p2]: Place) -> Lab {
        let (p1, p2) = self.parallax.map_or((p1, p2), |parallax| parallax.entered((p1, p2), self.distance));
        self.rotated([p3, p1, p2])
    }

    /// The position in the laboratory of a place on the detector.
    fn rotated(&self, [p3, p1, p2]: Place) -> Lab {
        let along = |[a, b, c]: [f64; 3]| p1 * a + p2 * b + (self.distance + p3) * c;
        Lab { x: along(self.turn[0]), y: along(self.turn[1]), z: along(self.turn[2]) }
    }

    /// A position's coordinate in a space, in the space's internal unit; of a sample that is not turned.
    #[must_use]
    pub fn coordinate(&self, space: Space, lab: Lab) -> f64 {
        space.coordinate(self.q_scale, &Sample::default(), lab)
    }

    /// The same where it depends on how a sample is held.
    #[must_use]
    pub fn coordinate_of(&self, sample: &Sample, space: Space, lab: Lab) -> f64 {
        space.coordinate(self.q_scale, sample, lab)
    }
}

impl Lab {
    /// Distance from the beam, in m.
    #[must_use]
    pub fn radius(self) -> f64 {
        (self.x * self.x + self.y * self.y).sqrt()
    }

    /// Azimuth in rad, in (−π, π], from the x axis towards the y axis.
    #[must_use]
    pub fn chi(self) -> f64 {
        self.y.atan2(self.x)
    }

    /// The cosine of the scattering angle 2θ.
    #[must_use]
    pub fn cos_two_theta(self) -> f64 {
        let length = (self.x * self.x + self.y * self.y + self.z * self.z).sqrt();
        if length == 0.0 { 1.0 } else { self.z / length }
    }

    /// sin θ, half the scattering angle's sine, without the cancellation that 1 − cos 2θ has at small angles.
    #[must_use]
    pub fn sin_theta(self) -> f64 {
        let square = self.x * self.x + self.y * self.y;
        let length = (square + self.z * self.z).sqrt();
        if square == 0.0 {
            return if self.z < 0.0 { 1.0 } else { 0.0 };
        }
        if self.z > 0.0 {
            (square / (2.0 * length * (length + self.z))).sqrt()
        } else {
            ((length - self.z) / (2.0 * length)).sqrt()
        }
    }
}

/// The product of the three rotations, with rows for x, y, z and columns for the position along y, along x, and z.
///
/// pyFAI's convention: `rot1` and `rot2` are left-handed, `rot3` is right-handed about the beam.
fn rotation(rot1: f64, rot2: f64, rot3: f64) -> [[f64; 3]; 3] {
    let ((s1, c1), (s2, c2), (s3, c3)) = (rot1.sin_cos(), rot2.sin_cos(), rot3.sin_cos());
    [
        [c2 * s3, c1 * c3 + s1 * s2 * s3, s1 * c3 - c1 * s2 * s3],
        [c2 * c3, s1 * s2 * c3 - c1 * s3, -(c1 * s2 * c3 + s1 * s3)],
        [s2, -(s1 * c2), c1 * c2],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::{Detector, Orientation};
    use proptest::prelude::*;

    fn geometry(rot: (f64, f64, f64), orientation: Orientation) -> Geometry {
        Geometry {
            detector: Detector::generic(Some((40, 30)), 1e-4, 2e-4).unwrap().with_orientation(orientation),
            distance: 0.1,
            poni1: 0.0013,
            poni2: 0.0021,
            rot1: rot.0,
            rot2: rot.1,
            rot3: rot.2,
            wavelength: Some(1e-10),
        }
    }

    /// The naive twin: three rotations, one after the other.
    fn turned_step_by_step(geometry: &Geometry, row: f64, column: f64) -> Lab {
        let (y, x, z) = (row * 1e-4 - geometry.poni1, column * 2e-4 - geometry.poni2, geometry.distance);
        let (sine, cosine) = geometry.rot1.sin_cos();
        let (x, z) = (x * cosine + z * sine, z * cosine - x * sine);
        let (sine, cosine) = geometry.rot2.sin_cos();
        let (y, z) = (y * cosine - z * sine, z * cosine + y * sine);
        let (sine, cosine) = geometry.rot3.sin_cos();
        Lab { x: x * cosine + y * sine, y: y * cosine - x * sine, z }
    }

    proptest! {
        #[test]
        fn the_map_is_three_rotations_one_after_the_other(
            rot in (-4.0..4.0, -4.0..4.0, -4.0..4.0), row in 0.0..40.0, column in 0.0..30.0,
        ) {
            let geometry = geometry(rot, Orientation::BottomRight);
            let lab = geometry.projection().unwrap().lab(row, column);
            let twin = turned_step_by_step(&geometry, row, column);
            for (a, b) in [(lab.x, twin.x), (lab.y, twin.y), (lab.z, twin.z)] {
                prop_assert!((a - b).abs() < 1e-16, "{lab:?} {twin:?}");
            }
        }

        #[test]
        fn sin_theta_is_half_the_scattering_angles(x in -1.0..1.0, y in -1.0..1.0, z in -1.0..1.0) {
            let lab = Lab { x, y, z };
            let two_theta = lab.radius().atan2(z);
            prop_assert!((lab.sin_theta() - (two_theta / 2.0).sin()).abs() < 1e-15);
            prop_assert!((lab.cos_two_theta() - two_theta.cos()).abs() < 1e-15);
        }

        #[test]
        fn an_orientation_only_re_indexes_positions(row in 0.0..40.0, column in 0.0..30.0) {
            let native = geometry((0.1, 0.2, 0.3), Orientation::BottomRight).projection().unwrap();
            for orientation in Orientation::ALL {
                let turned = geometry((0.1, 0.2, 0.3), orientation).projection().unwrap();
                let there = turned.lab(
                    if orientation.reverses_rows() { 40.0 - row } else { row },
                    if orientation.reverses_columns() { 30.0 - column } else { column },
                );
                let here = native.lab(row, column);
                for (a, b) in [(there.x, here.x), (there.y, here.y), (there.z, here.z)] {
                    prop_assert!((a - b).abs() < 1e-16);
                }
            }
        }
    }

    #[test]
    fn points_on_the_beam_have_an_angle_too() {
        assert_eq!(Lab { x: 0.0, y: 0.0, z: 1.0 }.sin_theta(), 0.0);
        assert_eq!(Lab { x: 0.0, y: 0.0, z: -1.0 }.sin_theta(), 1.0);
        assert_eq!(Lab { x: 0.0, y: 0.0, z: 0.0 }.sin_theta(), 0.0);
    }
}
