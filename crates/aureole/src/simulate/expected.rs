//! The number of photons that a pixel receives on average.

use aureole_core::geometry::{Geometry, GeometryError, Projection};
use aureole_core::unit::Space;
use rayon::prelude::*;

use super::Profile;

/// Expected photons of every pixel, row by row.
pub(super) fn photons(geometry: &Geometry, profile: Profile) -> Result<Vec<f64>, GeometryError> {
    let projection = geometry.projection()?;
    let (rows, columns) = projection.shape();
    let curve = Curve::of(profile);
    let mut expected = vec![0.0; rows * columns];
    expected.par_chunks_mut(columns.max(1)).enumerate().for_each(|(row, pixels)| {
        for (column, pixel) in pixels.iter_mut().enumerate() {
            *pixel = at(&projection, &curve, row, column);
        }
    });
    if let Profile::Sparse { mean } = profile {
        // One thread sums, in order, so that the scale does not depend on the number of threads.
        let factor = mean * expected.len() as f64 / expected.iter().sum::<f64>();
        expected.iter_mut().for_each(|pixel| *pixel *= factor);
    }
    Ok(expected)
}

/// The curve at the centre of a pixel, times its solid angle, `cos³` of the angle of incidence.
fn at(projection: &Projection, curve: &Curve, row: usize, column: usize) -> f64 {
    let (row, column) = (row as f64 + 0.5, column as f64 + 0.5);
    let two_theta = projection.coordinate(Space::TwoTheta, projection.lab(row, column));
    curve.value(two_theta.to_degrees()) * projection.solid_angle(row, column)
}

/// A curve through equally spaced knots from 0 on, straight between them and level beyond the last.
struct Curve {
    spacing: f64,
    knots: Vec<f64>,
}

impl Curve {
    fn of(profile: Profile) -> Curve {
        match profile {
            Profile::Tutorial => Curve { spacing: 1.0, knots: (0..15).map(|t| 100.0 / f64::from(1 + t * t)).collect() },
            Profile::Sparse { .. } => {
                let spacing = 80.0 / 199.0;
                let knot = |i: i32| 1.0 / (1.0 + (f64::from(i) * spacing / 10.0).powi(2));
                Curve { spacing, knots: (0..200).map(knot).collect() }
            }
        }
    }

    fn value(&self, position: f64) -> f64 {
        let place = position / self.spacing;
        let knot = (place as usize).min(self.knots.len() - 1);
        let next = self.knots[(knot + 1).min(self.knots.len() - 1)];
        self.knots[knot] + (next - self.knots[knot]) * (place - knot as f64).min(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_meets_its_knots_and_is_level_beyond_the_last() {
        let curve = Curve { spacing: 2.0, knots: vec![10.0, 20.0, 0.0] };
        let values = [0.0, 1.0, 2.0, 3.0, 4.0, 9.0].map(|position| curve.value(position));
        assert_eq!(values, [10.0, 15.0, 20.0, 10.0, 0.0, 0.0]);
    }
}
