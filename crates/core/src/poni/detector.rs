//! The detector of a PONI file: pixel sizes in version 1, a name and a configuration since version 2.

use serde_json::{Map, Value};

use super::keys::{Entry, Keys};
use super::{PoniError, ReadDetector};
use crate::detector::{Arrangement, Detector, DetectorError, DetectorFile, Orientation, Sensor};

/// The keys of a detector's configuration.
const CONFIG_KEYS: &str = "pixel1, pixel2, max_shape, module_size, orientation, radius, sensor, splineFile, filename";

/// The detector of version 1: a name, pixel sizes, or both; or a spline, which has its own.
pub(super) fn from_sizes(keys: &Keys<'_>, read: ReadDetector<'_>) -> Result<Detector, PoniError> {
    let named = keys.get("Detector").map(|entry| by_name(&entry)).transpose()?;
    if let Some(entry) = keys.get("SplineFile") {
        let detector = named.map_or_else(|| Detector::generic(None, 1.0, 1.0), Ok);
        let detector = detector.map_err(|error| PoniError::Detector { line: entry.line, error })?;
        return from_file(&entry, read, detector, DetectorFile::Spline(entry.value.to_owned()));
    }
    let sizes = (keys.number("PixelSize1")?, keys.number("PixelSize2")?);
    match (named, sizes) {
        (Some(detector), (None, None)) if !detector.is_generic() => Ok(detector),
        (named, (Some(pixel1), Some(pixel2))) => {
            let line = keys.get("PixelSize1").map_or(0, |entry| entry.line);
            let generic = || Detector::generic(None, pixel1, pixel2);
            named
                .map_or_else(generic, |detector| detector.with_pixel(pixel1, pixel2))
                .map_err(|error| PoniError::Detector { line, error })
        }
        (_, (None, _)) => Err(PoniError::Missing { key: "PixelSize1" }),
        (_, (_, None)) => Err(PoniError::Missing { key: "PixelSize2" }),
    }
}

/// The detector that a file describes.
fn from_file(
    entry: &Entry<'_>,
    read: ReadDetector<'_>,
    detector: Detector,
    file: DetectorFile,
) -> Result<Detector, PoniError> {
    let described = read(detector, &file).map_err(|reason| PoniError::File { line: entry.line, reason })?;
    Ok(described.described_by(file))
}

/// The detector of version 2 and later.
pub(super) fn from_config(keys: &Keys<'_>, read: ReadDetector<'_>) -> Result<Detector, PoniError> {
    let name = keys.get("Detector").ok_or(PoniError::Missing { key: "Detector" })?;
    let is_nexus = name.value.eq_ignore_ascii_case("NexusDetector");
    let detector = if is_nexus { None } else { Some(by_name(&name)?) };
    let Some(entry) = keys.get("Detector_config") else {
        return detector.filter(|known| !known.is_generic()).ok_or(PoniError::Missing { key: "Detector_config" });
    };
    let config: Map<String, Value> = serde_json::from_str(entry.value)
        .map_err(|error| entry.refused(&format!("must be a JSON object ({error})")))?;
    let config = config.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect();
    check_keys(&entry, &config)?;
    let file = described_by(&entry, &config, is_nexus)?;
    let wrong = |error: DetectorError| PoniError::Detector { line: entry.line, error };
    let detector = match (detector, file) {
        (Some(detector), None) => sized(detector, &entry, &config)?,
        (detector, Some(file)) => {
            let detector = detector.map_or_else(|| Detector::generic(None, 1.0, 1.0), Ok).map_err(wrong)?;
            from_file(&entry, read, detector, file)?
        }
        (None, None) => return Err(entry.refused("a NexusDetector needs \"filename\", the file that describes it")),
    };
    configured(detector, &entry, &config)
}

/// The file that describes the detector, where the configuration names one.
fn described_by(
    entry: &Entry<'_>,
    config: &Map<String, Value>,
    is_nexus: bool,
) -> Result<Option<DetectorFile>, PoniError> {
    let named = |key: &str| match config.get(key).filter(|value| !value.is_null()) {
        None => Ok(None),
        Some(Value::String(path)) => Ok(Some(path.clone()).filter(|path| !path.eq_ignore_ascii_case("none"))),
        Some(_) => Err(entry.refused(&format!("{key} must be the name of a file"))),
    };
    if is_nexus {
        return Ok(named("filename")?.map(DetectorFile::Nexus));
    }
    Ok(named("splinefile")?.map(DetectorFile::Spline))
}

/// The detector that a line names.
fn by_name(entry: &Entry<'_>) -> Result<Detector, PoniError> {
    Detector::by_name(entry.value).map_err(|error| PoniError::Detector { line: entry.line, error })
}

/// Refuses what would change positions and is not understood.
fn check_keys(entry: &Entry<'_>, config: &Map<String, Value>) -> Result<(), PoniError> {
    for (key, _) in config.iter().filter(|(_, value)| !value.is_null()) {
        match key.as_str() {
            "x_offset_file" | "y_offset_file" => return Err(entry.unsupported("a distortion by offset files")),
            key if CONFIG_KEYS.to_lowercase().split(", ").any(|known| known == key) => {}
            _ => return Err(entry.refused(&format!("{key:?} is not a key of a detector; known are {CONFIG_KEYS}"))),
        }
    }
    Ok(())
}

/// The detector with the shape and pixel size that its configuration says.
fn sized(detector: Detector, entry: &Entry<'_>, config: &Map<String, Value>) -> Result<Detector, PoniError> {
    let wrong = |error: DetectorError| PoniError::Detector { line: entry.line, error };
    let mut detector = detector;
    if let Some(shape) = pair(entry, config, "max_shape")? {
        detector = detector.with_native_shape(shape).map_err(wrong)?;
    }
    if let Some(size) = pair(entry, config, "module_size")? {
        detector = detector.with_module_size(size).map_err(wrong)?;
    }
    if let Some(radius) = number(entry, config, "radius")? {
        detector = detector.with_radius(radius).map_err(wrong)?;
    }
    let pixel = (number(entry, config, "pixel1")?, number(entry, config, "pixel2")?);
    if detector.is_generic() && (pixel.0.is_none() || pixel.1.is_none()) {
        return Err(entry.refused("a generic Detector needs pixel1 and pixel2, in m"));
    }
    let own = detector.pixel();
    detector.with_pixel(pixel.0.unwrap_or(own.0), pixel.1.unwrap_or(own.1)).map_err(wrong)
}

/// The detector with the orientation and the sensor that its configuration says.
fn configured(detector: Detector, entry: &Entry<'_>, config: &Map<String, Value>) -> Result<Detector, PoniError> {
    let mut detector = detector;
    if let Some(value) = config.get("sensor").filter(|value| !value.is_null()) {
        let sensor: Sensor = serde_json::from_value(value.clone())
            .map_err(|_| entry.refused("sensor must have a material and may have a thickness, in m"))?;
        detector = detector.with_sensor(Some(sensor));
    }
    match config.get("orientation").filter(|value| !value.is_null()) {
        None => Ok(detector),
        Some(value) => value
            .as_i64()
            .and_then(Orientation::from_number)
            .map(|orientation| detector.with_orientation(orientation))
            .ok_or_else(|| entry.refused("orientation must be 1, 2, 3 or 4")),
    }
}

/// A number of the configuration.
fn number(entry: &Entry<'_>, config: &Map<String, Value>, key: &str) -> Result<Option<f64>, PoniError> {
    match config.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => value.as_f64().map(Some).ok_or_else(|| entry.refused(&format!("{key} must be a number, in m"))),
    }
}

/// Two whole numbers of the configuration.
fn pair(entry: &Entry<'_>, config: &Map<String, Value>, key: &str) -> Result<Option<(usize, usize)>, PoniError> {
    let Some(value) = config.get(key).filter(|value| !value.is_null()) else {
        return Ok(None);
    };
    serde_json::from_value(value.clone())
        .map(Some)
        .map_err(|_| entry.refused(&format!("{key} must be two whole numbers, [rows, columns]")))
}

/// The configuration of a detector as JSON, as version 2.1 has it.
pub(super) fn config(detector: &Detector) -> Value {
    let mut config = Map::new();
    config.insert("pixel1".to_owned(), detector.pixel().0.into());
    config.insert("pixel2".to_owned(), detector.pixel().1.into());
    let known = Detector::by_name(detector.name()).ok();
    if detector.native_shape() != known.as_ref().and_then(Detector::native_shape) {
        config
            .insert("max_shape".to_owned(), detector.native_shape().map(|(rows, columns)| vec![rows, columns]).into());
    }
    if let Some(modules) =
        detector.modules().filter(|&modules| known.as_ref().and_then(Detector::modules) != Some(modules))
    {
        config.insert("module_size".to_owned(), vec![modules.size.0, modules.size.1].into());
    }
    config.insert("orientation".to_owned(), detector.orientation().number().into());
    if let Arrangement::Cylinder { radius } = detector.arrangement() {
        config.insert("radius".to_owned(), (*radius).into());
    }
    if let Some(sensor) = detector.sensor() {
        config.insert("sensor".to_owned(), serde_json::to_value(sensor).unwrap_or_default());
    }
    match detector.file() {
        Some(DetectorFile::Nexus(path)) => config.insert("filename".to_owned(), path.as_str().into()),
        Some(DetectorFile::Spline(path)) => config.insert("splineFile".to_owned(), path.as_str().into()),
        None => None,
    };
    Value::Object(config)
}
