//! Corrections that follow from the geometry: solid angle and polarization.

use rayon::prelude::*;

use crate::geometry::{Geometry, GeometryError, Projection};

/// Which corrections to apply.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corrections {
    /// Divide by the solid angle of each pixel, relative to that of a pixel at the PONI.
    pub solid_angle: bool,
    /// Polarization of the beam; `None` for no correction.
    pub polarization: Option<Polarization>,
}

/// Linear polarization of the incoming beam.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Polarization {
    /// −1 (along the vertical) to 1 (along the horizontal), 0 for an unpolarised beam.
    pub factor: f64,
    /// Angle in radians by which the axes of polarization are turned: pixels are taken at `χ + offset`.
    pub offset: f64,
}

/// Why the corrections cannot be computed.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CorrectionError {
    /// A factor that no beam has.
    #[error("polarization factor {0}: must be between -1 and 1")]
    Polarization(f64),
    /// An angle that is none.
    #[error("polarization offset {0}: must be a finite angle")]
    Offset(f64),
    /// The geometry is no help.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}

impl Corrections {
    /// What the signal of each pixel is to be divided by, row by row: the product of the corrections, 1 for none.
    ///
    /// # Errors
    /// When the polarization factor or the geometry is out of range.
    pub fn image(&self, geometry: &Geometry) -> Result<Vec<f64>, CorrectionError> {
        if let Some(Polarization { factor, offset }) = self.polarization {
            if !(-1.0..=1.0).contains(&factor) {
                return Err(CorrectionError::Polarization(factor));
            }
            if !offset.is_finite() {
                return Err(CorrectionError::Offset(offset));
            }
        }
        let axes = self.polarization.map(|beam| (beam.factor, (2.0 * beam.offset).sin_cos()));
        let projection = geometry.projection()?;
        let (rows, columns) = projection.shape();
        let mut image = vec![1.0; rows * columns];
        image.par_chunks_mut(columns).enumerate().for_each(|(row, values)| {
            for (column, value) in values.iter_mut().enumerate() {
                let (row, column) = (row as f64 + 0.5, column as f64 + 0.5);
                if self.solid_angle {
                    *value *= projection.solid_angle(row, column);
                }
                if let Some((factor, axes)) = axes {
                    *value *= polarization(&projection, row, column, factor, axes);
                }
            }
        });
        Ok(image)
    }
}

/// The polarization correction ½·(1 + cos²2θ − f·cos 2(χ + offset)·sin²2θ), see R. Kahn et al., J. Appl. Cryst. 15, 330
/// (1982); `axes` are the sine and the cosine of twice the offset.
fn polarization(projection: &Projection, row: f64, column: f64, factor: f64, axes: (f64, f64)) -> f64 {
    let lab = projection.lab(row, column);
    let (x2, y2) = (lab.x * lab.x, lab.y * lab.y);
    let radius2 = x2 + y2;
    // cos 2χ = cos²χ − sin²χ and sin 2χ = 2·sin χ·cos χ; on the beam, where χ has no meaning, sin²2θ is 0 anyway.
    let (sin, cos) = if radius2 > 0.0 { (2.0 * lab.x * lab.y / radius2, (x2 - y2) / radius2) } else { (0.0, 1.0) };
    let cos_two_chi = cos * axes.1 - sin * axes.0;
    let cos2 = lab.cos_two_theta().powi(2);
    0.5 * (1.0 + cos2 - factor * cos_two_chi * (1.0 - cos2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::Detector;

    fn geometry() -> Geometry {
        Geometry {
            detector: Detector::generic(Some((5, 7)), 1e-2, 1e-2).unwrap(),
            distance: 0.05,
            poni1: 0.025,
            poni2: 0.035,
            rot1: 0.0,
            rot2: 0.0,
            rot3: 0.0,
            wavelength: None,
        }
    }

    fn image(solid_angle: bool, factor: Option<f64>) -> Vec<f64> {
        let polarization = factor.map(|factor| Polarization { factor, offset: 0.0 });
        Corrections { solid_angle, polarization }.image(&geometry()).unwrap()
    }

    #[test]
    fn without_corrections_every_pixel_counts_one() {
        assert_eq!(image(false, None), vec![1.0; 35]);
    }

    #[test]
    fn the_solid_angle_is_one_at_the_poni_and_falls_with_the_cube_of_the_cosine() {
        let image = image(true, None);
        assert_eq!(image[17], 1.0);
        let cosine = 0.05 / f64::hypot(0.05, 0.03);
        assert!((image[14] - cosine.powi(3)).abs() < 1e-15);
    }

    #[test]
    fn a_horizontally_polarized_beam_scatters_in_full_in_the_vertical_plane() {
        let image = image(false, Some(1.0));
        assert!((image[3] - 1.0).abs() < 1e-15, "straight above the beam");
        let cos2 = 0.05_f64.powi(2) / (0.05_f64.powi(2) + 0.03_f64.powi(2));
        assert!((image[14] - cos2).abs() < 1e-15, "beside the beam");
    }

    #[test]
    fn an_offset_turns_the_axes_of_polarization() {
        let turned = |factor: f64, degrees: f64| {
            let polarization = Some(Polarization { factor, offset: f64::to_radians(degrees) });
            Corrections { solid_angle: false, polarization }.image(&geometry()).unwrap()
        };
        for (a, b) in turned(0.9, 90.0).iter().zip(turned(-0.9, 0.0)) {
            assert!((a - b).abs() < 1e-15, "a quarter turn exchanges horizontal and vertical");
        }
        // Turned by 45°, a beam that is fully polarised treats the two diagonals of the detector as it treated the axes.
        let image = turned(1.0, 45.0);
        let (up_right, up_left) = (image[4 * 7 + 5], image[4 * 7 + 1]);
        let cos2 = 0.05_f64.powi(2) / (0.05_f64.powi(2) + 2.0 * 0.02_f64.powi(2));
        assert!((up_right - 1.0).abs() < 1e-15 && (up_left - cos2).abs() < 1e-15, "{up_right} {up_left}");
    }

    #[test]
    fn corrections_multiply() {
        let (solid, polarized) = (image(true, None), image(false, Some(0.9)));
        let product: Vec<f64> = solid.iter().zip(&polarized).map(|(a, b)| a * b).collect();
        assert_eq!(image(true, Some(0.9)), product);
    }

    #[test]
    fn impossible_factors_are_refused() {
        for factor in [1.1, -1.1, f64::NAN, f64::INFINITY] {
            let polarization = Some(Polarization { factor, offset: 0.0 });
            let corrections = Corrections { solid_angle: true, polarization };
            assert!(matches!(corrections.image(&geometry()), Err(CorrectionError::Polarization(_))));
        }
    }
}
