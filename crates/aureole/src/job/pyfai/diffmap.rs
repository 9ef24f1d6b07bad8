//! The settings that pyFAI-diffmap saves: those of the integration under `ai`, and how the frames lie on a map.

use serde_json::{Map, Value};

use super::{PyfaiConfig, number, range, refuse, text};
use crate::job::JobError;
use crate::job::map::{MapAxisSpec, MapSpec};

/// Newest version that is known; older files say none.
const VERSION: u64 = 1;

/// Keys that only a configuration of pyFAI-diffmap has.
const ITS_OWN: [&str; 6] =
    ["diffmap_config_version", "ai", "slow_motor", "fast_motor", "slow_motor_points", "fast_motor_points"];

/// True for a configuration of pyFAI-diffmap.
pub(super) fn is_diffmap(keys: &Map<String, Value>) -> bool {
    ITS_OWN.iter().any(|key| keys.contains_key(*key))
}

/// One of the two motors, as far as it is known yet.
#[derive(Default)]
struct Motor {
    points: Option<usize>,
    axis: MapAxisSpec,
}

/// Reads the keys of a configuration.
///
/// # Errors
/// When a key is not known or its value not understood.
pub(super) fn parse(keys: &Map<String, Value>) -> Result<PyfaiConfig, JobError> {
    if let Some(version) = keys.get("diffmap_config_version").and_then(Value::as_u64).filter(|it| *it > VERSION) {
        return Err(refuse("diffmap_config_version", &format!("{version}; up to {VERSION} is known")));
    }
    let mut config = match keys.get("ai") {
        Some(Value::Object(integration)) => PyfaiConfig::of_integration(integration)?,
        None | Some(Value::Null) => PyfaiConfig::default(),
        Some(other) => return Err(refuse("ai", &format!("{other}; the settings of an integration are needed"))),
    };
    let (mut slow, mut fast, mut snake, mut offset, mut title) = (Motor::default(), Motor::default(), false, 0, None);
    for (key, value) in keys.iter().filter(|(_, value)| !value.is_null()) {
        match key.as_str() {
            "diffmap_config_version" | "ai" => {}
            "experiment_title" => title = Some(text(key, value)?.to_owned()).filter(|title| !title.is_empty()),
            "slow_motor" => slow.take(key, value)?,
            "fast_motor" => fast.take(key, value)?,
            "nbpt_slow" | "npt_slow" | "slow_motor_points" => slow.points = Some(count(key, value)?),
            "nbpt_fast" | "npt_fast" | "fast_motor_points" => fast.points = Some(count(key, value)?),
            "slow_motor_name" => slow.axis.name = name(key, value)?,
            "fast_motor_name" => fast.axis.name = name(key, value)?,
            "slow_motor_range" => slow.axis.range = range(key, value)?,
            "fast_motor_range" => fast.axis.range = range(key, value)?,
            "offset" => offset = count(key, value)?,
            "zigzag_scan" => snake = value.as_bool().ok_or_else(|| refuse(key, "true or false is needed"))?,
            "nbpt_rad" | "npt_rad" => config.bins = Some(count(key, value)?),
            "nbpt_azim" | "npt_azim" => config.azimuthal_bins = Some(count(key, value)?).filter(|bins| *bins > 1),
            "input_data" => config.inputs = inputs(key, value)?,
            "output_file" => config.output = Some(text(key, value)?.into()).filter(|file| file != ""),
            _ => return Err(refuse(key, &format!("{value} is not supported; remove the key or set it to null"))),
        }
    }
    // A map that was never filled in has no points.
    if let (Some(slow_points @ 1..), Some(fast_points @ 1..)) = (slow.points, fast.points) {
        config.map = Some(MapSpec {
            slow: slow_points,
            fast: fast_points,
            snake,
            offset,
            slow_axis: slow.axis,
            fast_axis: fast.axis,
            title,
        });
    }
    Ok(config)
}

impl Motor {
    /// Takes `{"start": 0, "stop": 1, "points": 11, "name": "sy"}`, or the same as a list.
    fn take(&mut self, key: &str, value: &Value) -> Result<(), JobError> {
        let names = ["start", "stop", "points", "name"];
        let known = |name: &str| names.contains(&name);
        let of = |nth: usize| match value {
            Value::Array(list) => list.get(nth),
            other => other.get(names[nth]),
        };
        match value {
            Value::Array(list) if list.len() <= names.len() => {}
            Value::Object(keys) if keys.keys().all(|name| known(name)) => {}
            _ => return Err(refuse(key, &format!("{value}; start, stop, points and name are needed"))),
        }
        let of = |nth: usize| of(nth).filter(|value| !value.is_null());
        if let (Some(start), Some(stop)) = (of(0), of(1)) {
            self.axis.range = Some((number(key, start)?, number(key, stop)?));
        }
        self.points = of(2).map(|points| count(key, points)).transpose()?;
        self.axis.name = of(3).map(|value| name(key, value)).transpose()?.flatten();
        Ok(())
    }
}

fn count(key: &str, value: &Value) -> Result<usize, JobError> {
    let count = value.as_u64().and_then(|count| usize::try_from(count).ok());
    count.ok_or_else(|| refuse(key, &format!("{value}; a whole number of at least 0 is needed")))
}

fn name(key: &str, value: &Value) -> Result<Option<String>, JobError> {
    Ok(Some(text(key, value)?.to_owned()).filter(|name| !name.is_empty()))
}

/// The files, each with the path of a dataset where it has one; the numbers and shapes of frames beside them are found anew.
fn inputs(key: &str, value: &Value) -> Result<Vec<String>, JobError> {
    let refused = || refuse(key, &format!("{value}; a list of files is needed"));
    let one = |entry: &Value| {
        let (path, dataset) = match entry {
            Value::Array(parts) => (parts.first(), parts.get(1)),
            Value::Object(parts) => (parts.get("path"), parts.get("h5")),
            file => (Some(file), None),
        };
        let path = path.and_then(Value::as_str).ok_or_else(refused)?;
        Ok(match dataset.and_then(Value::as_str).filter(|dataset| dataset.starts_with('/')) {
            Some(dataset) => format!("{path}::{dataset}"),
            None => path.to_owned(),
        })
    };
    value.as_array().ok_or_else(refused)?.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<PyfaiConfig, String> {
        PyfaiConfig::parse(text).map_err(|error| error.to_string())
    }

    #[test]
    fn a_diffraction_map_comes_with_its_inputs_and_its_integration() {
        let text = r#"{"diffmap_config_version": 1, "experiment_title": "bone", "offset": 2, "zigzag_scan": true,
            "slow_motor": {"start": 0, "stop": 1, "points": 5, "name": "sy"},
            "fast_motor": {"start": null, "stop": null, "points": 7, "name": ""},
            "ai": {"nbpt_rad": 300, "unit": "q_nm^-1", "method": ["no", "csr", "cython"]},
            "input_data": [["a.h5", null, 30, [10, 20]], ["b.h5", "/entry/data", null, null]], "output_file": "out.h5"}"#;
        let config = of(text).unwrap();
        assert_eq!(config.inputs, ["a.h5", "b.h5::/entry/data"]);
        assert_eq!((config.output.as_deref(), config.bins), (Some(std::path::Path::new("out.h5")), Some(300)));
        let map = config.map.unwrap();
        assert_eq!((map.slow, map.fast, map.snake, map.offset), (5, 7, true, 2));
        assert_eq!((map.slow_axis.name.as_deref(), map.slow_axis.range), (Some("sy"), Some((0.0, 1.0))));
        assert_eq!((map.fast_axis, map.title.as_deref()), (MapAxisSpec::default(), Some("bone")));
    }

    #[test]
    fn older_configurations_name_points_and_motors_at_the_top_level() {
        let text = r#"{"nbpt_slow": 3, "npt_fast": 4, "fast_motor_name": "sx", "fast_motor_range": [1, 2],
            "slow_motor_range": [null, null], "ai": null, "npt_rad": 250}"#;
        let config = of(text).unwrap();
        let map = config.map.unwrap();
        assert_eq!((map.slow, map.fast, config.bins), (3, 4, Some(250)));
        assert_eq!((map.fast_axis.range, map.slow_axis.range), (Some((1.0, 2.0)), None));
    }

    #[test]
    fn what_a_map_cannot_be_is_refused_by_name() {
        for (key, value) in [
            ("slow_motor", "{\"begin\": 1}"),
            ("fast_motor", "3"),
            ("nbpt_fast", "-4"),
            ("offset", "1.5"),
            ("zigzag_scan", "\"yes\""),
            ("input_data", "\"a.h5\""),
            ("diffmap_config_version", "2"),
            ("surprise", "1"),
        ] {
            let error = of(&format!("{{\"ai\": null, \"{key}\": {value}}}")).unwrap_err();
            assert!(error.starts_with(&format!("--config: {key}: ")), "{error}");
        }
    }
}
