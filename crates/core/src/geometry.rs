//! Where the detector stands, and where its pixels are seen from the sample.
//!
//! The geometry is pyFAI's: a detector normal to the beam at `distance`, its origin shifted by (`poni1`, `poni2`), then
//! turned by `rot1` about the vertical axis, `rot2` about the horizontal one and `rot3` about the beam. The point of
//! normal incidence (PONI) is the foot of the perpendicular from the sample, not the beam's spot on the detector.

mod identity;
mod parallax;
mod projection;
mod scattered;

pub use projection::{Lab, Projection};

use crate::detector::{Detector, DetectorError, SensorError};
use parallax::Parallax;

/// A detector and its place: lengths in m, angles in rad.
#[derive(Clone, Debug, PartialEq)]
pub struct Geometry {
    /// The detector.
    pub detector: Detector,
    /// Distance from the sample to the PONI, in m.
    pub distance: f64,
    /// The PONI's place along y (slow axis), in m from the detector's origin.
    pub poni1: f64,
    /// The PONI's place along x (fast axis), in m from the detector's origin.
    pub poni2: f64,
    /// First rotation, in rad.
    pub rot1: f64,
    /// Second rotation, in rad.
    pub rot2: f64,
    /// Third rotation, in rad.
    pub rot3: f64,
    /// Wavelength in m, where it is known.
    pub wavelength: Option<f64>,
}

/// Why nothing can be computed with a geometry.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum GeometryError {
    /// A parameter that is out of all reason.
    #[error("{name} = {value}: must be between {least:e} and {most:e} {unit}")]
    OutOfRange {
        /// The parameter, by the name it has in a PONI file.
        name: &'static str,
        /// Its value.
        value: f64,
        /// The least value allowed.
        least: f64,
        /// The largest value allowed.
        most: f64,
        /// The unit of all three.
        unit: &'static str,
    },
    /// A generic detector of which no frame has been seen.
    #[error("the detector has no shape: give its number of rows and columns")]
    NoShape,
    /// A parallax correction that lacks something.
    #[error("the parallax correction {0}")]
    Parallax(&'static str),
    /// A sensor that is not known.
    #[error("the parallax correction: {0}")]
    Sensor(#[from] SensorError),
    /// The detector does not fit the frames.
    #[error(transparent)]
    Detector(#[from] DetectorError),
}

impl Geometry {
    /// Checks that every parameter is a number that an instrument can have, so that no position overflows.
    ///
    /// # Errors
    /// Names the first parameter that is not, and what is allowed.
    pub fn check(&self) -> Result<(), GeometryError> {
        let parameters = [
            ("Distance", self.distance, 1e-6, 1e4, "m"),
            ("Poni1", self.poni1, -1e4, 1e4, "m"),
            ("Poni2", self.poni2, -1e4, 1e4, "m"),
            ("Rot1", self.rot1, -1e3, 1e3, "rad"),
            ("Rot2", self.rot2, -1e3, 1e3, "rad"),
            ("Rot3", self.rot3, -1e3, 1e3, "rad"),
            ("Wavelength", self.wavelength.unwrap_or(1e-10), 1e-15, 1e-6, "m"),
        ];
        for (name, value, least, most, unit) in parameters {
            if !(least..=most).contains(&value) {
                return Err(GeometryError::OutOfRange { name, value, least, most, unit });
            }
        }
        Ok(())
    }

    /// The same geometry with a detector that delivers frames of the given shape (rows, columns).
    ///
    /// # Errors
    /// When the frames cannot come from this detector.
    pub fn for_frames(mut self, frames: (usize, usize)) -> Result<Geometry, GeometryError> {
        self.detector = self.detector.for_frames(frames)?;
        Ok(self)
    }

    /// Rows and columns of a frame.
    ///
    /// # Errors
    /// When the detector is generic and has no shape yet.
    pub fn shape(&self) -> Result<(usize, usize), GeometryError> {
        self.detector.shape().ok_or(GeometryError::NoShape)
    }

    /// The parallax of its sensor, if the detector is to be corrected for that.
    fn parallax(&self, is_plane: bool) -> Result<Option<Parallax>, GeometryError> {
        if !self.detector.corrects_parallax() {
            return Ok(None);
        }
        let sensor = self.detector.sensor().ok_or(GeometryError::Parallax("needs the sensor's material"))?;
        let wavelength = self.wavelength.ok_or(GeometryError::Parallax("needs the wavelength"))?;
        if !is_plane {
            return Err(GeometryError::Parallax("is known for plane detectors only"));
        }
        Ok(Some(Parallax::new(sensor, wavelength)?))
    }

    /// The map from pixels to positions.
    ///
    /// # Errors
    /// When a parameter is out of range or the detector has no shape.
    pub fn projection(&self) -> Result<Projection, GeometryError> {
        self.check()?;
        Projection::new(self, self.shape()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_parameters_are_refused_by_name() {
        let sane = Geometry {
            detector: Detector::generic(Some((2, 3)), 1e-4, 1e-4).unwrap(),
            distance: 0.1,
            poni1: 0.0,
            poni2: 0.0,
            rot1: 0.0,
            rot2: 0.0,
            rot3: 0.0,
            wavelength: Some(1e-10),
        };
        assert_eq!(sane.check(), Ok(()));
        for value in [0.0, -0.1, f64::NAN, f64::INFINITY, 1e300] {
            let error = Geometry { distance: value, ..sane.clone() }.check().unwrap_err();
            assert!(error.to_string().starts_with("Distance = "), "{error}");
            assert!(Geometry { wavelength: Some(value), ..sane.clone() }.check().is_err());
        }
        for value in [f64::NAN, f64::NEG_INFINITY, 1e300] {
            assert!(Geometry { rot1: value, ..sane.clone() }.check().is_err());
            assert!(Geometry { poni2: value, ..sane.clone() }.check().is_err());
        }
        let shapeless = Geometry { detector: Detector::generic(None, 1e-4, 1e-4).unwrap(), ..sane };
        assert_eq!(shapeless.projection().unwrap_err(), GeometryError::NoShape);
    }
}
