//! The geometry of a configuration: nested under `poni` since version 4, before spread over the top level, or in a file that
//! `poni` names, whose values those at the top level replace.

use serde_json::{Map, Value, json};

use super::{GeometrySpec, number, refuse, text};
use crate::hdf5::open::describe_io;
use crate::job::JobError;

/// Keys of numbers, with the keys of PONI files that they stand for.
const NUMBERS: [(&str, &str); 8] = [
    ("dist", "Distance"),
    ("distance", "Distance"),
    ("poni1", "Poni1"),
    ("poni2", "Poni2"),
    ("rot1", "Rot1"),
    ("rot2", "Rot2"),
    ("rot3", "Rot3"),
    ("wavelength", "Wavelength"),
];

/// The keys at the top level that describe a geometry, or the detector of one.
pub(super) const TOP_LEVEL: [&str; 16] = [
    "poni",
    "poni_version",
    "dist",
    "distance",
    "poni1",
    "poni2",
    "rot1",
    "rot2",
    "rot3",
    "wavelength",
    "detector",
    "detector_config",
    "pixel1",
    "pixel2",
    "splineFile",
    "splinefile",
];

/// The geometry; `None` where the configuration has none.
///
/// # Errors
/// When a value is not understood, or the file named cannot be read though others of its values are replaced.
pub(super) fn geometry(keys: &Map<String, Value>) -> Result<Option<GeometrySpec>, JobError> {
    match keys.get("poni") {
        Some(Value::Object(nested)) => {
            let unknown = |key: &&String| !TOP_LEVEL.contains(&key.as_str()) && *key != "parallax";
            match nested.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key).find(unknown) {
                Some(key) => Err(refuse("poni", &format!("{key} is not supported; remove the key or set it to null"))),
                None => of_keys(nested, None),
            }
        }
        Some(Value::String(file)) if !file.is_empty() => match lines(keys, true)? {
            replaced if replaced.is_empty() => Ok(Some(GeometrySpec::File(file.into()))),
            replaced => {
                let unreadable = |error| refuse("poni", &format!("{file}: {}", describe_io(&error)));
                let mut poni = std::fs::read_to_string(file).map_err(unreadable)?;
                poni.push('\n');
                poni.push_str(&replaced.join("\n"));
                Ok(Some(GeometrySpec::Poni(poni)))
            }
        },
        Some(Value::Null | Value::String(_)) | None => of_keys(keys, keys.get("shape")),
        Some(other) => Err(refuse("poni", &format!("{other}; a geometry or the name of a PONI file is needed"))),
    }
}

/// A geometry of keys alone; `shape` is that of a detector without a name, where the keys do not say it.
fn of_keys(keys: &Map<String, Value>, shape: Option<&Value>) -> Result<Option<GeometrySpec>, JobError> {
    if !["dist", "distance"].iter().any(|key| keys.get(*key).is_some_and(|value| !value.is_null())) {
        return Ok(None);
    }
    let mut with_shape = keys.clone();
    if let Some(shape) = shape {
        with_shape.insert("shape".into(), shape.clone());
    }
    let version = keys.get("poni_version").and_then(Value::as_f64).unwrap_or(2.1);
    let mut poni = vec![format!("poni_version: {version}")];
    let given = lines(&with_shape, false)?;
    for key in ["Poni1", "Poni2", "Rot1", "Rot2", "Rot3"] {
        if !given.iter().any(|line| line.starts_with(&format!("{key}:"))) {
            poni.push(format!("{key}: 0"));
        }
    }
    poni.extend(given);
    if keys.get("parallax") == Some(&Value::Bool(true)) {
        poni.push("Parallax: True".into());
    }
    Ok(Some(GeometrySpec::Poni(poni.join("\n"))))
}

/// The lines of a PONI file for the keys that are there; `replacing` those of a file.
fn lines(keys: &Map<String, Value>, replacing: bool) -> Result<Vec<String>, JobError> {
    let mut lines = Vec::new();
    for (key, name) in NUMBERS {
        if let Some(value) = keys.get(key).filter(|value| !value.is_null()) {
            lines.push(format!("{name}: {}", number(key, value)?));
        }
    }
    lines.extend(detector(keys, replacing)?);
    Ok(lines)
}

/// The detector: by name with a configuration since version 2, by name and sizes before. Sizes without a name replace the
/// detector of a file only where a shape is beside them.
fn detector(keys: &Map<String, Value>, replacing: bool) -> Result<Vec<String>, JobError> {
    let there = |key: &str| keys.get(key).filter(|value| !value.is_null());
    let name = there("detector").map(|value| text("detector", value)).transpose()?.unwrap_or("");
    if let Some(config) = there("detector_config") {
        let name = if name.is_empty() { "Detector" } else { name };
        return Ok(vec![format!("Detector: {name}"), format!("Detector_config: {config}")]);
    }
    if replacing && name.is_empty() && there("shape").is_none() {
        return Ok(Vec::new());
    }
    let generic = name.is_empty() || name.eq_ignore_ascii_case("detector");
    let mut config = Map::new();
    // Sizes beside a detector's name were never read.
    for key in ["pixel1", "pixel2"].into_iter().filter(|_| generic) {
        if let Some(size) = there(key) {
            config.insert(key.into(), json!(number(key, size)?));
        }
    }
    if let Some(file) = there("splineFile").or(there("splinefile")).filter(|file| file.as_str() != Some("")) {
        config.insert("splineFile".into(), json!(text("splineFile", file)?));
    }
    if config.is_empty() {
        return Ok(if name.is_empty() { Vec::new() } else { vec![format!("Detector: {name}")] });
    }
    if let Some(shape) = there("shape").filter(|_| generic) {
        config.insert("max_shape".into(), shape.clone());
    }
    let name = if generic { "Detector" } else { name };
    Ok(vec![format!("Detector: {name}"), format!("Detector_config: {}", Value::Object(config))])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(value: &Value) -> aureole_core::geometry::Geometry {
        let Some(GeometrySpec::Poni(text)) = geometry(value.as_object().unwrap()).unwrap() else { panic!("{value}") };
        aureole_core::poni::parse(&text).unwrap_or_else(|error| panic!("{text}\n{error}"))
    }

    #[test]
    fn sizes_of_pixels_at_the_top_level_make_a_detector_of_version_1() {
        let keys = json!({"dist": 0.1, "poni1": 0.01, "pixel1": 1e-4, "pixel2": 2e-4, "shape": [10, 20],
            "detector": "detector"});
        let geometry = of(&keys);
        assert_eq!((geometry.detector.pixel(), geometry.detector.shape()), ((1e-4, 2e-4), Some((10, 20))));
        assert_eq!((geometry.poni1, geometry.rot3), (0.01, 0.0));
        let named = of(&json!({"dist": 0.1, "pixel1": 1e-4, "pixel2": 2e-4, "detector": "pilatus100k"}));
        assert_eq!((named.detector.name(), named.detector.pixel()), ("Pilatus100k", (172e-6, 172e-6)));
    }

    #[test]
    fn values_at_the_top_level_replace_those_of_the_file_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.poni");
        let text = "poni_version: 2\nDetector: Eiger4M\nDetector_config: {}\nDistance: 0.5\nPoni1: 0.1\nPoni2: 0.2\nRot1: 0\nRot2: 0\nRot3: 0\n";
        std::fs::write(&file, text).unwrap();
        let name = file.display().to_string();
        let untouched = json!({"poni": name, "unit": "q_nm^-1"});
        let spec = geometry(untouched.as_object().unwrap()).unwrap();
        assert_eq!(spec, Some(GeometrySpec::File(file)));
        let replaced = of(&json!({"poni": name, "dist": 0.25, "rot1": 0.01, "wavelength": null, "pixel1": 1.0}));
        assert_eq!((replaced.distance, replaced.poni2, replaced.rot1), (0.25, 0.2, 0.01));
        assert_eq!((replaced.detector.name(), replaced.wavelength), ("Eiger4M", None));
        let gone = json!({"poni": "nowhere.poni", "dist": 1.0});
        assert!(geometry(gone.as_object().unwrap()).unwrap_err().to_string().contains("--config: poni: nowhere.poni"));
    }
}
