//! Geometries as Fit2D states them, in the JSON form that pyFAI's `getFit2D` gives: `directDist` (mm), `centerX` and
//! `centerY` (pixels), `tilt` and `tiltPlanRotation` (degrees), `pixelX` and `pixelY` (µm), `wavelength` (Å).

use serde_json::{Map, Value};

use super::PoniError;
use crate::detector::Detector;
use crate::geometry::Geometry;

/// The keys, as they are written.
const KEYS: [&str; 10] = [
    "directDist",
    "centerX",
    "centerY",
    "tilt",
    "tiltPlanRotation",
    "pixelX",
    "pixelY",
    "wavelength",
    "detector",
    "splineFile",
];

/// True for a text that is such a form rather than a PONI file.
#[must_use]
pub fn is_fit2d(text: &str) -> bool {
    text.trim_start().starts_with('{')
}

/// Reads the geometry.
///
/// The direct beam meets the detector at the centre, `directDist` away; the detector's normal makes the angle `tilt` with
/// the beam, in the plane that `tiltPlanRotation` turns about it. The foot of the perpendicular is the PONI.
///
/// # Errors
/// Names the key that is missing, unknown or no number.
pub fn parse(text: &str) -> Result<Geometry, PoniError> {
    let refused = |reason: String| PoniError::Fit2d(reason);
    let keys: Map<String, Value> = serde_json::from_str(text).map_err(|error| refused(error.to_string()))?;
    let known = |key: &String| KEYS.iter().any(|known| known.eq_ignore_ascii_case(key));
    if let Some(key) = keys.keys().find(|key| !known(key)) {
        return Err(refused(format!("{key:?} is not a key; known are {}", KEYS.join(", "))));
    }
    let get = |key: &str| {
        keys.iter().find(|(found, _)| found.eq_ignore_ascii_case(key)).map(|(_, value)| value).filter(|v| !v.is_null())
    };
    if get("splineFile").is_some() {
        return Err(refused("splineFile: give the spline in a PONI file".to_owned()));
    }
    let number = |key: &str| match get(key) {
        None => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| refused(format!("{key} must be a number"))),
    };
    let required = |key: &str| number(key)?.ok_or_else(|| refused(format!("no {key}")));
    let line = |error| PoniError::Detector { line: 1, error };
    let pixel = number("pixelY")?.zip(number("pixelX")?).map(|(y, x)| (y / 1e6, x / 1e6));
    let detector = match (get("detector").and_then(Value::as_str), pixel) {
        (Some(name), None) => Detector::by_name(name).map_err(line)?,
        (Some(name), Some((y, x))) => Detector::by_name(name).and_then(|known| known.with_pixel(y, x)).map_err(line)?,
        (None, Some((y, x))) => Detector::generic(None, y, x).map_err(line)?,
        (None, None) => return Err(refused("no detector and no pixelX and pixelY".to_owned())),
    };
    let (direct, centre) = (required("directDist")? / 1e3, (required("centerY")?, required("centerX")?));
    let (sin_tilt, cos_tilt) = number("tilt")?.unwrap_or(0.0).to_radians().sin_cos();
    let (sin_plane, cos_plane) = number("tiltPlanRotation")?.unwrap_or(0.0).to_radians().sin_cos();
    let (pixel1, pixel2) = detector.pixel();
    let upright = (1.0 - (sin_tilt * sin_plane).powi(2)).sqrt();
    let geometry = Geometry {
        detector,
        distance: direct * cos_tilt,
        poni1: centre.0 * pixel1 - direct * sin_tilt * sin_plane,
        poni2: centre.1 * pixel2 - direct * sin_tilt * cos_plane,
        rot1: -(sin_tilt * cos_plane).atan2(cos_tilt),
        rot2: (sin_tilt * sin_plane).asin(),
        rot3: if upright > 0.0 {
            (sin_plane * cos_plane * (cos_tilt - 1.0) / upright).clamp(-1.0, 1.0).asin()
        } else {
            0.0
        },
        wavelength: number("wavelength")?.map(|wavelength| wavelength / 1e10),
    };
    geometry.check()?;
    Ok(geometry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_direct_beam_meets_the_detector_at_the_centre() {
        let text = r#"{"directDist": 200, "centerX": 1000, "centerY": 900, "tilt": 5, "tiltPlanRotation": 30,
                       "pixelX": 100, "pixelY": 90, "wavelength": 0.5}"#;
        assert!(is_fit2d(text));
        let geometry = parse(text).unwrap();
        assert_eq!(geometry.wavelength, Some(5e-11));
        // pyFAI 2026.9 converts to these.
        let expected = [
            0.19923893961834913,
            0.07228442572523418,
            0.08490418253896533,
            -0.07562291653754641,
            0.04359167579436837,
            -0.0016493115988720497,
        ];
        let found = [geometry.distance, geometry.poni1, geometry.poni2, geometry.rot1, geometry.rot2, geometry.rot3];
        assert!(found.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-12), "{found:?}");
        let lab = geometry.for_frames((2000, 2000)).unwrap().projection().unwrap().lab(900.0, 1000.0);
        assert!(lab.radius() < 1e-15 && (lab.z - 0.2).abs() < 1e-15, "{lab:?}");
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let message = |text: &str| parse(text).unwrap_err().to_string();
        assert!(message("{").contains("Fit2D parameters: "));
        assert!(message(r#"{"dist": 1}"#).contains("\"dist\" is not a key; known are directDist"));
        assert!(message(r#"{"centerX": 1}"#).contains("no detector and no pixelX"));
        assert!(message(r#"{"detector": "Eiger4M", "directDist": "x"}"#).contains("directDist must be a number"));
        assert!(message(r#"{"detector": "Eiger4M", "directDist": 100}"#).contains("no centerY"));
    }
}
