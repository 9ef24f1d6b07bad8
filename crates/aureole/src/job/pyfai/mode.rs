//! The method that a configuration of pyFAI names, and the options that it hands to it.

use aureole_core::recipe::Mode;
use serde_json::{Map, Value};

use super::{number, refuse};
use crate::job::JobError;

/// The mode of `integrator_method` with its `extra_options`.
pub(super) fn mode(key: &str, method: &str, keys: &Map<String, Value>) -> Result<Option<Mode>, JobError> {
    let option = |name: &str| keys.get("extra_options").and_then(|options| options.get(name));
    let numeric = |name: &str, default| option(name).map_or(Ok(default), |value| number(name, value));
    let mode = match method.trim_end_matches("_ng") {
        "integrate1d" | "integrate2d" => Mode::Mean,
        "sigma_clip" => Mode::SigmaClip {
            threshold: numeric("thres", Mode::THRESHOLD)?,
            max_iterations: numeric("max_iter", f64::from(Mode::MAX_ITERATIONS))? as u32,
        },
        "medfilt1d" => match option("percentile").and_then(Value::as_array).map(Vec::as_slice) {
            Some([a, b]) => {
                let (a, b) = (number("percentile", a)?, number("percentile", b)?);
                Mode::Percentile { low: a.min(b), high: a.max(b) }
            }
            _ => {
                let percentile = numeric("percentile", 50.0)?;
                Mode::Percentile { low: percentile, high: percentile }
            }
        },
        _ => {
            return Err(refuse(
                key,
                &format!("{method}; integrate1d_ng, integrate2d_ng, sigma_clip_ng and medfilt1d_ng are supported"),
            ));
        }
    };
    mode.check().map_err(|reason| refuse("extra_options", reason))?;
    Ok(Some(mode))
}

/// True when every option is one that the method takes.
pub(super) fn has_only_known_options(options: &Value, keys: &Map<String, Value>) -> bool {
    let method = keys.get("integrator_method").or(keys.get("integrator_name")).and_then(Value::as_str).unwrap_or("");
    let known: &[&str] = match method.trim_end_matches("_ng") {
        "sigma_clip" => &["thres", "max_iter"],
        "medfilt1d" => &["percentile"],
        _ => &[],
    };
    options.as_object().is_some_and(|options| options.keys().all(|option| known.contains(&option.as_str())))
}

#[cfg(test)]
mod tests {
    use super::super::PyfaiConfig;
    use super::*;

    fn of(text: &str) -> Result<Option<Mode>, String> {
        PyfaiConfig::parse(text).map(|config| config.mode).map_err(|error| error.to_string())
    }

    #[test]
    fn a_method_takes_its_options_along() {
        let clip = r#"{"integrator_method": "sigma_clip_ng", "extra_options": {"thres": 3, "max_iter": 7}}"#;
        assert_eq!(of(clip), Ok(Some(Mode::SigmaClip { threshold: 3.0, max_iterations: 7 })));
        let quartiles = r#"{"integrator_method": "medfilt1d_ng", "extra_options": {"percentile": [75, 25]}}"#;
        assert_eq!(of(quartiles), Ok(Some(Mode::Percentile { low: 25.0, high: 75.0 })));
        let median = r#"{"integrator_name": "medfilt1d_ng", "extra_options": {}}"#;
        assert_eq!(of(median), Ok(Some(Mode::Percentile { low: 50.0, high: 50.0 })));
    }

    #[test]
    fn options_of_another_method_are_refused() {
        let strange = r#"{"integrator_method": "medfilt1d_ng", "extra_options": {"thres": 3}}"#;
        assert!(of(strange).unwrap_err().contains("extra_options"));
        let absurd = r#"{"integrator_method": "sigma_clip_ng", "extra_options": {"thres": -3}}"#;
        assert!(of(absurd).unwrap_err().contains("threshold"));
    }
}
