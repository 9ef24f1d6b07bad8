//! How a sample is held: what fibre and grazing-incidence units are counted from.

use serde::{Deserialize, Serialize};

use crate::geometry::Lab;

/// How a sample is held; angles in rad.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sample {
    /// Angle of incidence: the sample's pitch, about the horizontal axis.
    pub incident_angle: f64,
    /// Tilt: the sample's roll, about the beam.
    pub tilt_angle: f64,
    /// How the sample's axes lie on the detector, 1 to 8 as in EXIF; 1 leaves them as they are.
    pub orientation: u8,
}

/// A sample that cannot be held so.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum SampleError {
    /// An angle that is none.
    #[error("{name} {value}: must be a finite number of radians between -1000 and 1000")]
    Angle {
        /// Which angle.
        name: &'static str,
        /// Its value, in rad.
        value: f64,
    },
    /// An orientation that EXIF does not know.
    #[error("sample orientation {0}: must be between 1 and 8")]
    Orientation(u8),
}

impl Default for Sample {
    fn default() -> Sample {
        Sample { incident_angle: 0.0, tilt_angle: 0.0, orientation: 1 }
    }
}

impl Sample {
    /// Checks that the angles are angles and the orientation is known.
    ///
    /// # Errors
    /// Names the first parameter that is not, and what is allowed.
    pub fn check(&self) -> Result<(), SampleError> {
        for (name, value) in [("incident angle", self.incident_angle), ("tilt angle", self.tilt_angle)] {
            if !(-1e3..=1e3).contains(&value) {
                return Err(SampleError::Angle { name, value });
            }
        }
        if (1..=8).contains(&self.orientation) { Ok(()) } else { Err(SampleError::Orientation(self.orientation)) }
    }

    /// A position with the sample's axes in the place of the detector's.
    pub(super) fn oriented(&self, Lab { x, y, z }: Lab) -> Lab {
        let (x, y) = match self.orientation {
            2 => (-x, y),
            3 => (-x, -y),
            4 => (x, -y),
            5 => (-y, -x),
            6 => (-y, x),
            7 => (y, x),
            8 => (y, -x),
            _ => (x, y),
        };
        Lab { x, y, z }
    }

    /// A direction as the tilted sample sees it: horizontal, vertical, along the beam.
    pub(super) fn seen(&self, lab: Lab) -> Lab {
        let Lab { x, y, z } = self.oriented(lab);
        let ((sin, cos), (roll_sin, roll_cos)) = (self.incident_angle.sin_cos(), self.tilt_angle.sin_cos());
        let (pitched, along) = (y * cos + z * sin, z * cos - y * sin);
        Lab { x: x * roll_cos - pitched * roll_sin, y: x * roll_sin + pitched * roll_cos, z: along }
    }

    /// The scattering vector in the sample's axes, in units of 2π/λ.
    pub(super) fn scattering_vector(&self, lab: Lab) -> Lab {
        let length = (lab.x * lab.x + lab.y * lab.y + lab.z * lab.z).sqrt();
        let Lab { x, y, .. } = self.oriented(lab);
        // cos 2θ − 1, without the cancellation.
        let (x, y, z) = (x / length, y / length, -2.0 * lab.sin_theta().powi(2));
        let ((sin, cos), (roll_sin, roll_cos)) = (self.incident_angle.sin_cos(), self.tilt_angle.sin_cos());
        let (vertical, beam) = (y * cos - z * sin, z * cos + y * sin);
        Lab { x: x * roll_cos + vertical * roll_sin, y: vertical * roll_cos - x * roll_sin, z: beam }
    }
}
