//! Prints detectors as lines of JSON, for `tests/oracle/detectors.py`: those whose names stand on standard input, one a
//! line.
//!
//! The mask is given as its number of masked pixels and the sum of `(index + 1)·2654435761 mod 2^32` over them. The
//! positions are those of sampled pixels: row, column, then z, y, x of the centre and of four corners, in m.

use std::error::Error;
use std::io::BufRead;

use aureole_core::detector::{Detector, DetectorError};
use aureole_core::dtype::Dtype;
use aureole_core::geometry::{Geometry, Lab};
use serde_json::{Value, json};

/// Pixels sampled, at most.
const SAMPLES: usize = 400;

fn main() -> Result<(), Box<dyn Error>> {
    for name in std::io::stdin().lock().lines() {
        let name = name?;
        let line = match Detector::by_name(&name) {
            Ok(detector) => described(&name, &detector)?,
            Err(error @ DetectorError::Unknown { .. }) => json!({ "name": name, "error": error.to_string() }),
            Err(error) => return Err(error.into()),
        };
        println!("{line}");
    }
    Ok(())
}

/// A detector's line.
fn described(name: &str, detector: &Detector) -> Result<Value, Box<dyn Error>> {
    let mask = detector.mask().unwrap_or_default();
    let masked = mask.iter().enumerate().filter(|&(_, &masked)| masked);
    let checksum = |index: usize| u64::from((index as u32).wrapping_add(1).wrapping_mul(2_654_435_761));
    let dummies = [Dtype::U16, Dtype::U32, Dtype::I32]
        .map(|dtype| detector.dummy_for(dtype).map(|dummy| (dummy.value.to_string(), dummy.delta)));
    Ok(json!({
        "name": name,
        "known_as": detector.name(),
        "shape": detector.shape(),
        "pixel": detector.pixel(),
        "masked": masked.clone().count(),
        "mask_checksum": masked.map(|(index, _)| checksum(index)).sum::<u64>(),
        "dummies": dummies,
        "positions": positions(detector)?,
    }))
}

/// Positions of pixels all over the detector; none as long as it has no shape.
fn positions(detector: &Detector) -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
    let Some((rows, columns)) = detector.shape() else { return Ok(Vec::new()) };
    let detector = detector.clone();
    let geometry =
        Geometry { detector, distance: 1.0, poni1: 0.0, poni2: 0.0, rot1: 0.0, rot2: 0.0, rot3: 0.0, wavelength: None };
    let projection = geometry.projection()?;
    let place = |lab: Lab| [lab.z - 1.0, lab.y, lab.x];
    let step = (rows * columns / SAMPLES).max(1) | 1;
    let pixels = (0..rows * columns).step_by(step).chain([rows * columns - 1]);
    let one = |index: usize| {
        let (row, column) = (index / columns, index % columns);
        let centre = projection.lab(row as f64 + 0.5, column as f64 + 0.5);
        let places = [centre].into_iter().chain(projection.corners(row, column)).flat_map(place);
        [row as f64, column as f64].into_iter().chain(places).collect()
    };
    Ok(pixels.map(one).collect())
}
