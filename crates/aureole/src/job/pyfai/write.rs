//! A recipe as the settings of pyFAI-integrate, for programs that read them.

use aureole_core::geometry::Geometry;
use aureole_core::poni;
use aureole_core::recipe::{ErrorModel, Mode};
use serde_json::{Map, Value, json};

use crate::job::{Normalization, RecipeSpec};

/// The settings of a recipe as JSON of version 5, as far as they can say it.
pub(in crate::job) fn write(recipe: &RecipeSpec, geometry: &Geometry) -> String {
    let (factor, monitor) = match &recipe.normalization {
        Normalization::None => (1.0, None),
        Normalization::Factor(factor) => (*factor, None),
        Normalization::Dataset(input) => (1.0, Some(input)),
    };
    let (method, options) = mode(recipe.mode, recipe.cake.is_some());
    let settings = json!({
        "application": "worker",
        "version": 5,
        "poni": geometry_keys(geometry),
        "nbpt_rad": recipe.bins,
        "nbpt_azim": recipe.cake.map_or(1, |cake| cake.bins),
        "unit": recipe.unit.name(),
        "chi_discontinuity_at_0": recipe.chi_at_0,
        "polarization_description": recipe.polarization.map(|factor| (factor, recipe.polarization_offset.to_radians())),
        "normalization_factor": factor,
        "val_dummy": recipe.dummy,
        "delta_dummy": recipe.delta_dummy,
        "correct_solid_angle": recipe.solid_angle,
        "dark_current": recipe.dark.as_deref().map(crate::input::list),
        "flat_field": recipe.flat.as_deref().map(crate::input::list),
        "mask_file": recipe.mask,
        "error_model": match recipe.error_model {
            ErrorModel::None => json!("no"),
            model => json!(model),
        },
        "method": [recipe.split.to_string().as_str(), "csr", "cython"],
        "azimuth_range": recipe.azimuth_range,
        "radial_range": recipe.radial_range,
        "integrator_class": "AzimuthalIntegrator",
        "integrator_method": method,
        "extra_options": options,
        "monitor_name": monitor,
        "shape": geometry.detector.shape(),
    });
    serde_json::to_string_pretty(&settings).unwrap_or_default()
}

/// The geometry by the keys of version 4 and later.
fn geometry_keys(geometry: &Geometry) -> Value {
    let text = poni::write(geometry);
    let line = |key: &str| text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(": "));
    let config = line("Detector_config").and_then(|config| serde_json::from_str(config).ok());
    let mut keys = Map::new();
    keys.insert("poni_version".into(), json!(line("poni_version").and_then(|version| version.parse::<f64>().ok())));
    keys.insert("dist".into(), json!(geometry.distance));
    keys.insert("poni1".into(), json!(geometry.poni1));
    keys.insert("poni2".into(), json!(geometry.poni2));
    keys.insert("rot1".into(), json!(geometry.rot1));
    keys.insert("rot2".into(), json!(geometry.rot2));
    keys.insert("rot3".into(), json!(geometry.rot3));
    keys.insert("detector".into(), json!(geometry.detector.name()));
    keys.insert("detector_config".into(), config.unwrap_or(Value::Null));
    keys.insert("wavelength".into(), json!(geometry.wavelength));
    if geometry.detector.corrects_parallax() {
        keys.insert("parallax".into(), json!(true));
    }
    Value::Object(keys)
}

/// The method of an integrator, and what is handed to it.
fn mode(mode: Mode, cake: bool) -> (&'static str, Value) {
    match mode {
        Mode::SigmaClip { threshold, max_iterations } => {
            ("sigma_clip_ng", json!({"thres": threshold, "max_iter": max_iterations}))
        }
        Mode::Percentile { low, high } if low == high => ("medfilt1d_ng", json!({"percentile": low})),
        Mode::Percentile { low, high } => ("medfilt1d_ng", json!({"percentile": [low, high]})),
        _ if cake => ("integrate2d_ng", json!({})),
        _ => ("integrate1d_ng", json!({})),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::pyfai::PyfaiConfig;

    const RECIPE: &str = r#"{"geometry": {"poni": ""}, "bins": 300,
        "unit": "2th_deg", "cake": {"bins": 36}, "split": "bbox", "azimuth_range": [-10, 20], "polarization": 0.9,
        "polarization_offset": 90, "solid_angle": false, "dark": "a.edf,b.edf", "mask": "m.edf", "dummy": -1,
        "mode": {"sigma-clip": {"threshold": 4.0, "max_iterations": 3}}, "error_model": "poisson",
        "normalization": {"factor": 2.5}}"#;

    #[test]
    fn what_is_written_is_read_back_as_the_same_settings() {
        let recipe: RecipeSpec = serde_json::from_str(RECIPE).unwrap();
        let text = "poni_version: 2.1\nDetector: Eiger4M\nDetector_config: {}\nDistance: 0.1\nPoni1: 0.02\nPoni2: 0.03\n\
            Rot1: 0.1\nRot2: 0\nRot3: 0\nWavelength: 1e-10";
        let geometry = poni::parse(text).unwrap();
        let config = PyfaiConfig::parse(&write(&recipe, &geometry)).unwrap();
        assert_eq!((config.bins, config.unit, config.split), (Some(300), Some(recipe.unit), Some(recipe.split)));
        assert_eq!((config.error_model, config.mode), (Some(recipe.error_model), Some(recipe.mode)));
        assert_eq!((config.azimuth_range, config.radial_range), (recipe.azimuth_range, None));
        assert_eq!((config.polarization, config.solid_angle), (Some((0.9, 90.0)), Some(false)));
        assert_eq!((config.dark, config.mask, config.dummy), (recipe.dark, recipe.mask, recipe.dummy));
        assert_eq!((config.factor, config.azimuthal_bins), (Some(2.5), None));
        let Some(crate::job::GeometrySpec::Poni(text)) = config.geometry else { panic!("{:?}", config.geometry) };
        assert_eq!(poni::parse(&text).unwrap(), geometry);
    }
}
