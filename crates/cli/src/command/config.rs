//! `aureole config`: our own options from a configuration of pyFAI.

use std::path::{Path, PathBuf};

use aureole::job::GeometrySpec;
use aureole::job::pyfai::PyfaiConfig;
use aureole_core::recipe::Mode;
use toml::{Table, Value};

use super::output;
use crate::args::config::ConfigArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::print;

pub(crate) fn run(args: &ConfigArgs) -> Outcome {
    let refuse = |reason: String| Failure::refused(format!("{}: {reason}", args.file.display()));
    let text = std::fs::read_to_string(&args.file).map_err(|error| refuse(error.to_string()))?;
    let config = PyfaiConfig::parse(&text).map_err(|error| refuse(error.to_string()))?;
    let beside = args.output.as_ref().map(|output| output.with_extension("poni"));
    let poni = match (&config.geometry, &beside) {
        (Some(GeometrySpec::File(file)), _) => Some(file.clone()),
        (Some(GeometrySpec::Poni(_)), Some(beside)) => Some(beside.clone()),
        _ => None,
    };
    let written = format!("{}{}", comments(&config, poni.is_none()), options(&config, poni.as_deref()));
    let Some(output) = &args.output else {
        print::stdout(&written)?;
        return Ok(Exit::Done);
    };
    if output.extension().is_none_or(|extension| extension != "toml") {
        return Err(Failure::refused(format!("--output {}: a name that ends in .toml is needed", output.display())));
    }
    let mut files = vec![(output.clone(), written)];
    if let (Some(GeometrySpec::Poni(text)), Some(beside)) = (&config.geometry, beside) {
        files.push((beside, format!("{text}\n")));
    }
    write(&files, args.force)?;
    let names: Vec<String> = files.iter().map(|(file, _)| file.display().to_string()).collect();
    print::stdout(&format!("{}\n", names.join(" and ")))?;
    Ok(Exit::Done)
}

fn write(files: &[(PathBuf, String)], force: bool) -> Result<(), Failure> {
    for (file, _) in files {
        output::check("--output ", file)?;
        if !force && file.exists() {
            return Err(Failure::refused(format!("--output {}: exists; --force replaces it", file.display())));
        }
    }
    for (file, text) in files {
        std::fs::write(file, text).map_err(|error| Failure::io(format!("{}: {error}", file.display())))?;
    }
    Ok(())
}

/// What the options alone do not say, as lines that begin with `#`.
fn comments(config: &PyfaiConfig, no_poni: bool) -> String {
    let mut lines = vec![
        "# Options of aureole integrate, by their names; [[recipe]] tables with a name each may follow.".to_owned(),
    ];
    if no_poni {
        lines.push(
            "# poni = \"...\" names the geometry; --output writes the one in the configuration beside it.".into(),
        );
    }
    if let Some(monitor) = &config.monitor {
        lines.push(format!("# normalization = \"FILE::/{}\" divides by its monitor.", monitor.trim_start_matches('/')));
    }
    if let Some(map) = &config.map {
        let snake = if map.snake { " --map-snake" } else { "" };
        lines.push(format!(
            "# Its map: --map {}x{} --map-offset {}{snake}, to be typed beside.",
            map.slow, map.fast, map.offset
        ));
    }
    if !config.inputs.is_empty() {
        lines.push(format!("# Its inputs: {}", config.inputs.join(" ")));
    }
    lines.join("\n") + "\n"
}

/// The configuration as options of `aureole integrate`.
fn options(config: &PyfaiConfig, poni: Option<&Path>) -> Table {
    let mut table = Table::new();
    let mut put = |key: &str, value: Option<Value>| {
        if let Some(value) = value {
            table.insert(key.to_owned(), value);
        }
    };
    let text = |text: Option<&String>| text.map(|text| Value::String(text.clone()));
    let number = |number: Option<usize>| number.map(|number| Value::Integer(number as i64));
    let pair = |pair: Option<(f64, f64)>| pair.map(|(a, b)| Value::Array(vec![Value::Float(a), Value::Float(b)]));
    put("poni", poni.map(|file| Value::String(file.display().to_string())));
    put("bins", number(config.bins));
    put("azimuthal-bins", number(config.azimuthal_bins));
    put("unit", config.unit.map(|unit| Value::String(unit.name().into())));
    put("chi-at-0", config.chi_at_0.filter(|on| *on).map(Value::Boolean));
    put("radial-range", pair(config.radial_range));
    put("azimuth-range", pair(config.azimuth_range));
    put("split", config.split.map(|split| Value::String(split.to_string())));
    put("error-model", config.error_model.map(|model| Value::String(model.name().into())));
    put("polarization", pair(config.polarization));
    put("no-solid-angle", config.solid_angle.filter(|on| !on).map(|_| Value::Boolean(true)));
    put("mask", text(config.mask.as_ref()));
    put("dark", text(config.dark.as_ref()));
    put("flat", text(config.flat.as_ref()));
    put("dummy", config.dummy.map(Value::Float));
    put("delta-dummy", config.delta_dummy.map(Value::Float));
    put("normalization", config.factor.filter(|factor| *factor != 1.0 && config.monitor.is_none()).map(Value::Float));
    match config.mode {
        Some(Mode::SigmaClip { threshold, max_iterations }) => {
            put("mode", Some(Value::String("sigma-clip".into())));
            put("thres", Some(Value::Float(threshold)));
            put("max-iter", Some(Value::Integer(max_iterations.into())));
        }
        mode => put("mode", mode.filter(|mode| *mode != Mode::Mean).map(|mode| Value::String(mode.to_string()))),
    }
    table
}
