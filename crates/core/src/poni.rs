//! PONI files: the text form of a geometry, in the versions 1, 2, 2.1 and 3.
//!
//! One `Key: value` a line, keys in any case, `#` for comments. Calibrations are appended: of each key, the last one
//! counts. Version 1 gives pixel sizes, later ones a detector's name and its configuration as JSON.

mod detector;
pub mod fit2d;
pub mod imctrl;
mod keys;

use crate::detector::{Detector, DetectorError, DetectorFile};
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
    /// A file that describes the detector and cannot be used.
    #[error("line {line}: {reason}")]
    File {
        /// The line, counted from 1.
        line: usize,
        /// What is wrong, with the file's name.
        reason: String,
    },
    /// Parameters of Fit2D that cannot be used.
    #[error("Fit2D parameters: {0}")]
    Fit2d(String),
    /// Image controls of GSAS-II that cannot be used.
    #[error("GSAS-II image controls: {0}")]
    ImageControls(String),
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

/// Reads a file that describes a detector; the detector is the one named beside it, which a NeXus file replaces and a
/// spline distorts. An error is a sentence that names the file.
pub type ReadDetector<'a> = &'a dyn Fn(Detector, &DetectorFile) -> Result<Detector, String>;

/// Reads the geometry that the text of a PONI file describes, which may not refer to other files.
///
/// # Errors
/// Names the key, its line and what is allowed.
pub fn parse(text: &str) -> Result<Geometry, PoniError> {
    parse_with(text, &|_, file| {
        let (DetectorFile::Nexus(path) | DetectorFile::Spline(path)) = file;
        Err(format!("{path}: the file that describes the detector cannot be read from here"))
    })
}

/// Reads the geometry that the text of a PONI file describes, and by `read` the file that its detector may need.
///
/// # Errors
/// Names the key, its line and what is allowed.
pub fn parse_with(text: &str, read: ReadDetector<'_>) -> Result<Geometry, PoniError> {
    // Some editors put a byte order mark in front.
    let keys = Keys::read(text.trim_start_matches('\u{feff}'))?;
    let version = version(&keys)?;
    let detector = if version < 2.0 { detector::from_sizes(&keys, read)? } else { detector::from_config(&keys, read)? };
    let detector = with_parallax(detector, &keys)?;
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
    Ok(if keys.get("Detector_config").is_some() { version.max(2.0) } else { version })
}

/// The detector, corrected for the parallax when the file says so.
fn with_parallax(detector: Detector, keys: &Keys<'_>) -> Result<Detector, PoniError> {
    let Some(entry) = keys.get("Parallax") else { return Ok(detector) };
    match entry.value.to_ascii_lowercase().as_str() {
        "false" => Ok(detector),
        "true" if detector.sensor().is_none() => {
            Err(entry
                .refused("needs a sensor in Detector_config, such as {\"material\": \"Si\", \"thickness\": 0.00045}"))
        }
        "true" => Ok(detector.with_parallax(true)),
        _ => Err(entry.refused("use True or False")),
    }
}

/// The text of a PONI file that describes the geometry: of version 2.1, or 3 where the parallax is corrected for.
///
/// Numbers are written so that they are read back as the very same.
#[must_use]
pub fn write(geometry: &Geometry) -> String {
    let mut lines = vec![
        "# Nota: C-Order, 1 refers to the Y axis, 2 to the X axis".to_owned(),
        format!("poni_version: {}", if geometry.detector.corrects_parallax() { "3" } else { "2.1" }),
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
    lines.extend(geometry.detector.corrects_parallax().then(|| "Parallax: True".to_owned()));
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests;
