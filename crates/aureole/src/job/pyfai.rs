//! The settings that pyFAI-integrate (JSON, versions 0 to 5) and pyFAI-diffmap save, as far as they are supported; the rest
//! is refused by the name of its key.

use std::path::PathBuf;

use serde_json::{Map, Value};

use aureole_core::binning::Split;
use aureole_core::recipe::{ErrorModel, Mode};
use aureole_core::unit::Unit;

mod diffmap;
mod geometry;
mod json;
mod method;
mod mode;
mod write;

pub(super) use write::write;

use super::map::MapSpec;
use super::{GeometrySpec, JobError, Normalization};

/// What a configuration of pyFAI-integrate says; `None` where it says nothing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PyfaiConfig {
    /// The geometry.
    pub geometry: Option<GeometrySpec>,
    /// Number of radial bins.
    pub bins: Option<usize>,
    /// Unit of the axis.
    pub unit: Option<Unit>,
    /// Number of azimuthal bins: more than one make a cake.
    pub azimuthal_bins: Option<usize>,
    /// Azimuths from 0 to 360 degrees.
    pub chi_at_0: Option<bool>,
    /// Part of the axis, in its unit.
    pub radial_range: Option<(f64, f64)>,
    /// Sector in degrees.
    pub azimuth_range: Option<(f64, f64)>,
    /// Pixel splitting.
    pub split: Option<Split>,
    /// Error model.
    pub error_model: Option<ErrorModel>,
    /// Polarization factor, and the degrees by which its axes are turned.
    pub polarization: Option<(f64, f64)>,
    /// Solid angle correction.
    pub solid_angle: Option<bool>,
    /// Mask image.
    pub mask: Option<String>,
    /// Dark image.
    pub dark: Option<String>,
    /// Flat image.
    pub flat: Option<String>,
    /// Dummy value.
    pub dummy: Option<f64>,
    /// How far from the dummy a value may lie.
    pub delta_dummy: Option<f64>,
    /// Factor of all patterns.
    pub factor: Option<f64>,
    /// Dataset of the input with one factor a frame.
    pub monitor: Option<String>,
    /// How the pixels of a bin become one number.
    pub mode: Option<Mode>,
    /// The map on which frames lie, of pyFAI-diffmap.
    pub map: Option<MapSpec>,
    /// The stacks, of pyFAI-diffmap.
    pub inputs: Vec<String>,
    /// The result, of pyFAI-diffmap.
    pub output: Option<PathBuf>,
}

/// Keys without a meaning for the result: who wrote the file, for which machine, and flags that are read beside others.
const IGNORED: [&str; 12] = [
    "application",
    "version",
    "shape",
    "opencl_device",
    "do_OpenCL",
    "do_mask",
    "do_dark",
    "do_flat",
    "do_dummy",
    "do_polarization",
    "do_radial_range",
    "do_azimuthal_range",
];

impl PyfaiConfig {
    /// Reads the text of a configuration file.
    ///
    /// # Errors
    /// When it is not JSON, or a key asks for what is not supported or has a value that is not understood.
    pub fn parse(text: &str) -> Result<PyfaiConfig, JobError> {
        let value = json::read(text).map_err(|error| refuse("the file", &error.to_string()))?;
        let Value::Object(keys) = value else { return Err(refuse("the file", "a JSON object is needed")) };
        if diffmap::is_diffmap(&keys) { diffmap::parse(&keys) } else { PyfaiConfig::of_integration(&keys) }
    }

    /// The settings of an integration.
    fn of_integration(keys: &Map<String, Value>) -> Result<PyfaiConfig, JobError> {
        if let Some(version) = keys.get("version").and_then(Value::as_u64).filter(|version| *version > 5) {
            return Err(refuse("version", &format!("{version}; 0 to 5 are known")));
        }
        // What pyFAI takes where a configuration says nothing; one without a version is of version 0 or 1.
        let unit = Some(Unit::TthDeg);
        let split = Some(if keys.contains_key("version") { Split::Full } else { Split::BBox });
        let mut config = PyfaiConfig { geometry: geometry::geometry(keys)?, unit, split, ..PyfaiConfig::default() };
        for (key, value) in keys {
            if !value.is_null() {
                config.take(key, value, keys)?;
            }
        }
        Ok(config)
    }

    fn take(&mut self, key: &str, value: &Value, keys: &Map<String, Value>) -> Result<(), JobError> {
        let on = |flag: &str| keys.get(flag).and_then(Value::as_bool).unwrap_or(true);
        match key {
            "nbpt_rad" => self.bins = Some(number(key, value)? as usize),
            "nbpt_azim" => self.azimuthal_bins = azimuthal_bins(number(key, value)?, keys),
            "do_2D" if value.is_boolean() => {}
            "chi_discontinuity_at_0" if value.is_boolean() => self.chi_at_0 = value.as_bool(),
            "unit" => self.unit = Some(Unit::from_name(text(key, value)?).map_err(|e| refuse(key, &e.to_string()))?),
            "error_model" => self.error_model = Some(error_model(key, text(key, value)?)?),
            "do_poisson" => self.error_model = value.as_bool().filter(|on| *on).map(|_| ErrorModel::Poisson),
            "method" => {
                method::check(key, value)?;
                self.split = Some(split(key, value)?);
            }
            "correct_solid_angle" | "do_solid_angle" => self.solid_angle = value.as_bool(),
            "polarization_factor" | "polarization_description" if on("do_polarization") => {
                self.polarization = polarization(key, value, keys)?;
            }
            "polarization_offset" if on("do_polarization") => {}
            "normalization_factor" => self.factor = Some(number(key, value)?),
            "monitor_name" => self.monitor = Some(text(key, value)?.to_owned()).filter(|name| !name.is_empty()),
            "mask_file" | "mask_image" if on("do_mask") => self.mask = image(key, value)?,
            "dark_current" | "dark_current_image" if on("do_dark") => self.dark = image(key, value)?,
            "flat_field" | "flat_field_image" if on("do_flat") => self.flat = image(key, value)?,
            "val_dummy" | "dummy" if on("do_dummy") => self.dummy = Some(number(key, value)?),
            "delta_dummy" if on("do_dummy") => self.delta_dummy = Some(number(key, value)?),
            "radial_range" if on("do_radial_range") => self.radial_range = range(key, value)?,
            "azimuth_range" if on("do_azimuthal_range") => self.azimuth_range = range(key, value)?,
            "radial_range_min" | "radial_range_max" if on("do_radial_range") => {
                self.radial_range = limits(keys, "radial_range_min", "radial_range_max")?;
            }
            "azimuth_range_min" | "azimuth_range_max" if on("do_azimuthal_range") => {
                self.azimuth_range = limits(keys, "azimuth_range_min", "azimuth_range_max")?;
            }
            "azimuthal_range_min" | "azimuthal_range_max" if on("do_azimuthal_range") => {
                self.azimuth_range = limits(keys, "azimuthal_range_min", "azimuthal_range_max")?;
            }
            "integrator_class" if value == "AzimuthalIntegrator" => {}
            "integrator_method" | "integrator_name" => self.mode = mode::mode(key, text(key, value)?, keys)?,
            // Read beside the method that they belong to.
            "extra_options" if mode::has_only_known_options(value, keys) => {}
            key if geometry::TOP_LEVEL.contains(&key) => {}
            key if IGNORED.contains(&key) || is_switched_off(key, keys) => {}
            _ => return Err(refuse(key, &format!("{value} is not supported; remove the key or set it to null"))),
        }
        Ok(())
    }
}

impl PyfaiConfig {
    /// What patterns are divided by, the monitor being looked for in the first of `inputs`; says so in `notices`.
    ///
    /// # Errors
    /// When there is a monitor and a factor other than 1, or the monitor has no input to be in.
    pub fn normalization(&self, inputs: &[String], notices: &mut Vec<String>) -> Result<Normalization, JobError> {
        let Some(name) = &self.monitor else {
            return Ok(self.factor.map_or(Normalization::None, Normalization::Factor));
        };
        if self.factor.is_some_and(|factor| factor != 1.0) {
            return Err(refuse("monitor_name", "has a normalization_factor beside it; one of them is supported"));
        }
        let [input] = inputs else {
            return Err(refuse("monitor_name", "needs a single input, which holds it; give --normalization instead"));
        };
        let (file, _) = crate::input::split(input);
        let dataset = format!("{}::/{}", file.display(), name.trim_start_matches('/'));
        notices.push(format!("--config: monitor_name {name}: patterns are divided by {dataset}"));
        Ok(Normalization::Dataset(dataset))
    }
}

/// The azimuthal bins of a cake. Whether it is one, older versions say apart, and the integrator's name says since version 5;
/// a number alone says it, too.
fn azimuthal_bins(bins: f64, keys: &Map<String, Value>) -> Option<usize> {
    let is_1d = |key: &str| keys.get(key).and_then(Value::as_str).is_some_and(|name| !name.starts_with("integrate2d"));
    let off = keys.get("do_2D") == Some(&Value::Bool(false)) || is_1d("integrator_method") || is_1d("integrator_name");
    (bins > 1.0 && !off).then_some(bins as usize)
}

/// True for the value of a correction whose `do_…` flag is off.
fn is_switched_off(key: &str, keys: &Map<String, Value>) -> bool {
    let flag = match key {
        "polarization_factor" | "polarization_offset" | "polarization_description" => "do_polarization",
        "mask_file" | "mask_image" => "do_mask",
        "dark_current" | "dark_current_image" => "do_dark",
        "flat_field" | "flat_field_image" => "do_flat",
        "val_dummy" | "dummy" | "delta_dummy" => "do_dummy",
        "radial_range" | "radial_range_min" | "radial_range_max" => "do_radial_range",
        "azimuth_range" | "azimuth_range_min" | "azimuth_range_max" | "azimuthal_range_min" | "azimuthal_range_max" => {
            "do_azimuthal_range"
        }
        _ => return false,
    };
    keys.get(flag) == Some(&Value::Bool(false))
}

fn refuse(key: &str, reason: &str) -> JobError {
    JobError::Option { option: "--config", reason: format!("{key}: {reason}") }
}

fn number(key: &str, value: &Value) -> Result<f64, JobError> {
    value.as_f64().ok_or_else(|| refuse(key, &format!("{value}; a number is needed")))
}

fn text<'a>(key: &str, value: &'a Value) -> Result<&'a str, JobError> {
    value.as_str().ok_or_else(|| refuse(key, &format!("{value}; a text is needed")))
}

fn error_model(key: &str, name: &str) -> Result<ErrorModel, JobError> {
    let known = if name == "no" { Some(ErrorModel::None) } else { ErrorModel::from_name(name) };
    // Its variances would come from a program, not from a file.
    let known = known.filter(|model| *model != ErrorModel::Variance);
    known.ok_or_else(|| refuse(key, &format!("{name}; no, poisson, azimuthal and hybrid are supported")))
}

/// The splitting of a method such as `["bbox", "csr", "cython"]`, the same with the dimension before it and the device
/// behind, its parts by name, or `"full_csr"`; how it is computed is our own affair.
///
/// # Errors
/// When the method, under `key` of a configuration, is none that pyFAI has.
pub fn splitting(key: &str, value: &Value) -> Result<Split, JobError> {
    method::check(key, value)?;
    split(key, value)
}

fn split(key: &str, value: &Value) -> Result<Split, JobError> {
    let first = match value {
        Value::Array(parts) if parts.len() > 3 => parts.get(1),
        Value::Array(parts) => parts.first(),
        Value::Object(parts) => parts.get("split").or_else(|| parts.get("pixel_splitting")),
        name => return named_split(key, text(key, name)?),
    };
    match first.filter(|split| !split.is_null()) {
        // pyFAI takes the first method of its list that fits, and this one does not split.
        None => Ok(Split::No),
        Some(split) if split == "*" || split == "any" => Ok(Split::No),
        Some(split) => Split::from_name(text(key, split)?).map_err(|error| refuse(key, &error.to_string())),
    }
}

/// The splitting of a method's name as versions before 3 wrote it.
fn named_split(key: &str, name: &str) -> Result<Split, JobError> {
    let name = name.to_ascii_lowercase();
    let known = ["lut", "csr", "ocl", "numpy", "python", "cython", "splitpixel"];
    match name.as_str() {
        name if name.contains("bbox") => Ok(Split::BBox),
        name if name.contains("full") => Ok(Split::Full),
        name if name.contains("nosplit") || name == "no" => Ok(Split::No),
        "numpy" | "python" | "cython" => Ok(Split::No),
        "splitpixel" => Ok(Split::Full),
        name if known.iter().any(|part| name.contains(part)) => Ok(Split::BBox),
        name => Split::from_name(name).map_err(|error| refuse(key, &error.to_string())),
    }
}

/// A factor, or a factor and an offset in radians; the latter may have a key of its own.
fn polarization(key: &str, value: &Value, keys: &Map<String, Value>) -> Result<Option<(f64, f64)>, JobError> {
    let (factor, offset) = match value.as_array().map(Vec::as_slice) {
        None => (value, keys.get("polarization_offset").filter(|offset| !offset.is_null())),
        Some([factor]) => (factor, None),
        Some([factor, offset]) => (factor, Some(offset)),
        Some(_) => return Err(refuse(key, &format!("{value}; a factor and an offset are needed"))),
    };
    let offset = offset.map_or(Ok(0.0), |offset| number("polarization_offset", offset))?;
    Ok(Some((number(key, factor)?, offset.to_degrees())))
}

/// One image, or several with commas between them: they are averaged.
fn image(key: &str, value: &Value) -> Result<Option<String>, JobError> {
    let Some(list) = value.as_array() else {
        return Ok(Some(text(key, value)?).filter(|name| !name.is_empty()).map(str::to_owned));
    };
    let names = list.iter().map(|name| text(key, name)).collect::<Result<Vec<&str>, JobError>>()?;
    match names.iter().find(|name| names.len() > 1 && name.contains(',')) {
        Some(name) => Err(refuse(key, &format!("{name}: the name of one of several images has a comma in it"))),
        None => Ok(Some(names.join(",")).filter(|names| !names.is_empty())),
    }
}

fn range(key: &str, value: &Value) -> Result<Option<(f64, f64)>, JobError> {
    match value.as_array().map(Vec::as_slice) {
        Some([Value::Null, Value::Null]) => Ok(None),
        Some([from, to]) if from.is_number() && to.is_number() => Ok(Some((number(key, from)?, number(key, to)?))),
        _ => Err(refuse(key, &format!("{value}; two numbers are needed, both finite"))),
    }
}

fn limits(keys: &Map<String, Value>, from: &str, to: &str) -> Result<Option<(f64, f64)>, JobError> {
    match (keys.get(from), keys.get(to)) {
        (Some(a), Some(b)) if !a.is_null() && !b.is_null() => Ok(Some((number(from, a)?, number(to, b)?))),
        _ => Err(refuse(from, &format!("is needed with {to} beside it, both finite"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VERSION_5: &str = r#"{"application": "pyfai-integrate", "version": 5, "poni": {"poni_version": 2.1, "dist": 0.1,
        "poni1": 0.02, "poni2": 0.03, "rot1": 0, "rot2": 0, "rot3": 0, "detector": "Eiger4M",
        "detector_config": {"orientation": 3}, "wavelength": 1e-10}, "nbpt_rad": 500, "nbpt_azim": 1, "unit": "2th_deg",
        "chi_discontinuity_at_0": false, "polarization_description": [0.99, 0], "normalization_factor": 1.0,
        "val_dummy": null, "delta_dummy": null, "correct_solid_angle": true, "dark_current": null, "flat_field": null,
        "mask_file": "mask.edf", "error_model": "poisson", "method": ["full", "csc", "cython"], "opencl_device": null,
        "azimuth_range": null, "radial_range": [1, 20], "integrator_class": "AzimuthalIntegrator",
        "integrator_method": "integrate1d_ng", "extra_options": {}, "monitor_name": null, "shape": [2167, 2070]}"#;

    #[test]
    fn a_configuration_of_version_5_is_understood() {
        let config = PyfaiConfig::parse(VERSION_5).unwrap();
        assert_eq!((config.bins, config.unit, config.split), (Some(500), Some(Unit::TthDeg), Some(Split::Full)));
        assert_eq!((config.polarization, config.radial_range), (Some((0.99, 0.0)), Some((1.0, 20.0))));
        assert_eq!((config.mask.as_deref(), config.error_model), (Some("mask.edf"), Some(ErrorModel::Poisson)));
        let Some(GeometrySpec::Poni(text)) = config.geometry else { panic!("{:?}", config.geometry) };
        let geometry = aureole_core::poni::parse(&text).unwrap();
        assert_eq!((geometry.distance, geometry.detector.shape()), (0.1, Some((2167, 2070))));
    }

    #[test]
    fn what_is_not_supported_is_refused_by_name() {
        for (key, value) in [
            ("nbpt_azim", "\"many\""),
            ("do_2D", "1"),
            ("chi_discontinuity_at_0", "\"yes\""),
            ("integrator_method", "\"integrate_fiber\""),
            ("extra_options", "{\"thres\": 3}"),
            ("error_model", "\"variance\""),
            ("error_model", "\"poison\""),
            ("polarization_description", "[0.9, 0.1, 3]"),
            ("method", "[\"voronoi\", \"histogram\", \"cython\"]"),
            ("method", "[\"full\", \"quick\", \"cython\"]"),
            ("dark_current", "[\"a.edf\", \"b,c.edf\"]"),
            ("radial_range", "[1, Infinity]"),
            ("integrator_class", "\"FiberIntegrator\""),
            ("poni", "3"),
            ("surprise", "1"),
            ("version", "6"),
        ] {
            let error = PyfaiConfig::parse(&format!("{{\"{key}\": {value}}}")).unwrap_err().to_string();
            assert!(error.starts_with(&format!("--config: {key}: ")), "{error}");
        }
    }

    #[test]
    fn a_number_of_azimuthal_bins_makes_a_cake() {
        let bins = |text: &str| PyfaiConfig::parse(text).unwrap().azimuthal_bins;
        assert_eq!(bins(r#"{"nbpt_azim": 360, "integrator_method": "integrate2d_ng"}"#), Some(360));
        assert_eq!(bins(r#"{"nbpt_azim": 360, "do_2D": true}"#), Some(360));
        assert_eq!(bins(r#"{"nbpt_azim": 360}"#), Some(360));
        for text in [r#"{"nbpt_azim": 1}"#, r#"{"nbpt_azim": 360, "do_2D": false}"#] {
            assert_eq!(bins(text), None, "{text}");
        }
        let config =
            r#"{"chi_discontinuity_at_0": true, "nbpt_azim": 36, "method": ["pseudo", "histogram", "cython"]}"#;
        let config = PyfaiConfig::parse(config).unwrap();
        assert_eq!((config.chi_at_0, config.split), (Some(true), Some(Split::Pseudo)));
    }

    #[test]
    fn flags_of_older_versions_switch_their_values_off() {
        let text = r#"{"do_mask": false, "mask_file": "m.edf", "do_dummy": false, "val_dummy": -1.0, "do_dark": true,
            "dark_current": ["d.edf"], "do_radial_range": true, "radial_range_min": 1, "radial_range_max": 2,
            "do_solid_angle": false, "do_poisson": true, "method": "full_csr", "poni": "a.poni"}"#;
        let config = PyfaiConfig::parse(text).unwrap();
        assert_eq!((config.mask, config.dummy, config.dark.as_deref()), (None, None, Some("d.edf")));
        assert_eq!((config.radial_range, config.solid_angle), (Some((1.0, 2.0)), Some(false)));
        assert_eq!((config.error_model, config.split), (Some(ErrorModel::Poisson), Some(Split::Full)));
        assert_eq!(config.geometry, Some(GeometrySpec::File("a.poni".into())));
    }

    #[test]
    fn methods_of_every_version_name_their_splitting() {
        let split = |method: &str| PyfaiConfig::parse(&format!("{{\"method\": {method}}}")).unwrap().split.unwrap();
        for (method, expected) in [
            ("\"splitbbox\"", Split::BBox),
            ("\"csr\"", Split::BBox),
            ("\"lut_ocl_gpu\"", Split::BBox),
            ("\"full_ocl_csr\"", Split::Full),
            ("\"splitpixel\"", Split::Full),
            ("\"nosplit_csr\"", Split::No),
            ("\"ocl_csr_nosplit\"", Split::No),
            ("\"cython\"", Split::No),
            ("[\"full\", \"csr\", \"cython\"]", Split::Full),
            ("[1, \"pseudo\", \"csr\", \"cython\", null]", Split::Pseudo),
            ("{\"split\": \"bbox\", \"algo\": \"csr\"}", Split::BBox),
            ("[null, \"csr\", \"cython\"]", Split::No),
            ("null", Split::BBox),
        ] {
            assert_eq!(split(method), expected, "{method}");
        }
    }

    #[test]
    fn several_dark_images_are_one_list_and_ranges_without_ends_are_none() {
        let text = r#"{"dark_current": ["a.edf", "b.edf"], "flat_field": "c.edf, d.edf", "radial_range": [-Infinity, Infinity],
            "azimuthal_range_min": -10, "azimuthal_range_max": 20, "dummy": -2}"#;
        let config = PyfaiConfig::parse(text).unwrap();
        assert_eq!((config.dark.as_deref(), config.flat.as_deref()), (Some("a.edf,b.edf"), Some("c.edf, d.edf")));
        assert_eq!((config.radial_range, config.azimuth_range), (None, Some((-10.0, 20.0))));
        assert_eq!((config.dummy, config.unit), (Some(-2.0), Some(Unit::TthDeg)));
    }
}
