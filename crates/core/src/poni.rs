//! PONI files: the text form of a geometry, in the versions 1, 2, 2.1 and (without parallax) 3.
//!
//! One `Key: value` a line, keys in any case, `#` for comments. Calibrations are appended: of each key, the last one
//! counts. Version 1 gives pixel sizes, later ones a detector's name and its configuration as JSON.

mod detector;
mod keys;

use crate::detector::DetectorError;
use crate::geometry::{Geometry, GeometryError};
use keys::Keys;

/// Why a PONI file cannot be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PoniError {
    /// A key that must be there is not.
    #[error("no {key}: a PONI file gives Distance, Poni1, Poni2, Rot1, Rot2, Rot3 and a detector or its pixel sizes")]
    Missing {
        /// The key.
        key: &'static str,
    },
    /// A key that no PONI file has.
    #[error("line {line}: {key}: not a key of a PONI file; known are {}", keys::KNOWN.join(", "))]
    UnknownKey {
        /// The line, counted from 1.
        line: usize,
        /// The key.
        key: String,
    },
    /// A value that the key cannot have.
    #[error("line {line}: {key}: {value:?}: {allowed}")]
    Value {
        /// The line, counted from 1.
        line: usize,
        /// The key.
        key: String,
        /// The value as written.
        value: String,
        /// What it may be.
        allowed: String,
    },
    /// Something that pyFAI knows and Aureole does not.
    #[error("line {line}: {key}: {what} is not supported")]
    Unsupported {
        /// The line, counted from 1.
        line: usize,
        /// The key.
        key: String,
        /// What is missing.
        what: &'static str,
    },
    /// The detector cannot be had.
    #[error("line {line}: {error}")]
    Detector {
        /// The line, counted from 1.
        line: usize,
        /// Why not.
        error: DetectorError,
    },
    /// The numbers make no geometry.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}

/// Reads the geometry that the text of a PONI file describes.
///
/// # Errors
/// Names the key, its line and what is allowed.
pub fn parse(text: &str) -> Result<Geometry, PoniError> {
    let keys = Keys::read(text)?;
    let version = version(&keys)?;
    let detector = if version < 2.0 { detector::from_sizes(&keys)? } else { detector::from_config(&keys)? };
    let distance = keys.number("Distance")?.or(keys.number("Dist")?);
    let geometry = Geometry {
        detector,
        distance: distance.ok_or(PoniError::Missing { key: "Distance" })?,
        poni1: keys.required("Poni1")?,
        poni2: keys.required("Poni2")?,
        rot1: keys.required("Rot1")?,
        rot2: keys.required("Rot2")?,
        rot3: keys.required("Rot3")?,
        wavelength: keys.number("Wavelength")?,
    };
    geometry.check()?;
    Ok(geometry)
}

/// The version the file is written in: the one it states, or the one that its keys need.
fn version(keys: &Keys<'_>) -> Result<f64, PoniError> {
    let mut version = 1.0;
    if let Some(entry) = keys.get("poni_version") {
        version = keys.number("poni_version")?.unwrap_or(1.0);
        if ![1.0, 2.0, 2.1, 3.0].contains(&version) {
            return Err(entry.refused("use 1, 2, 2.1 or 3"));
        }
    }
    if let Some(entry) = keys.get("Parallax") {
        match entry.value.to_ascii_lowercase().as_str() {
            "false" => {}
            "true" => return Err(entry.unsupported("the parallax correction")),
            _ => return Err(entry.refused("use True or False")),
        }
    }
    Ok(if keys.get("Detector_config").is_some() { version.max(2.0) } else { version })
}

/// The text of a PONI file (version 2.1) that describes the geometry.
///
/// Numbers are written so that they are read back as the very same.
#[must_use]
pub fn write(geometry: &Geometry) -> String {
    let mut lines = vec![
        "# Nota: C-Order, 1 refers to the Y axis, 2 to the X axis".to_owned(),
        "poni_version: 2.1".to_owned(),
        format!("Detector: {}", geometry.detector.name()),
        format!("Detector_config: {}", detector::config(&geometry.detector)),
        format!("Distance: {:?}", geometry.distance),
        format!("Poni1: {:?}", geometry.poni1),
        format!("Poni2: {:?}", geometry.poni2),
        format!("Rot1: {:?}", geometry.rot1),
        format!("Rot2: {:?}", geometry.rot2),
        format!("Rot3: {:?}", geometry.rot3),
    ];
    lines.extend(geometry.wavelength.map(|wavelength| format!("Wavelength: {wavelength:?}")));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests;
