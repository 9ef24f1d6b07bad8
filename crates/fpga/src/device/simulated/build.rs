//! From the design's sources to a library that simulates it.

use std::collections::hash_map::DefaultHasher;
use std::ffi::OsStr;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Mutex;

use super::sources::SOURCES;
use crate::{Design, FpgaError};

/// What the generated C++ is compiled with.
const FLAGS: [&str; 6] = ["-O2", "-fPIC", "-std=c++17", "-DVM_TRACE=0", "-w", "-pthread"];

/// The library for a design, in the folder `cache`: built where it is not there yet. Another process may build the same meanwhile;
/// whoever is ready last replaces what is equal.
///
/// # Errors
/// Where Verilator or a C++ compiler are not installed, or fail.
pub(super) fn program(design: Design, cache: &Path) -> Result<PathBuf, FpgaError> {
    static BUILDING: Mutex<()> = Mutex::new(());
    let _one = BUILDING.lock();
    let file = file(design, cache)?;
    if file.exists() {
        return Ok(file);
    }
    let failed = |error: std::io::Error| FpgaError::Build(format!("{}: {error}", cache.display()));
    fs::create_dir_all(cache).map_err(failed)?;
    let folder = file.with_extension(std::process::id().to_string());
    fs::create_dir_all(&folder).map_err(failed)?;
    let built = build(design, &folder).and_then(|built| fs::rename(built, &file).map_err(failed));
    let _ = fs::remove_dir_all(&folder);
    built.map(|()| file)
}

/// Says what is not installed.
pub(super) fn check() -> Result<(), FpgaError> {
    run(Command::new("verilator").arg("--version"), "verilator")?;
    run(Command::new("c++").arg("--version"), "c++").map(drop)
}

/// Where the library for a design is kept: named after all that it is made of.
pub(super) fn file(design: Design, cache: &Path) -> Result<PathBuf, FpgaError> {
    let version = text(&run(Command::new("verilator").arg("--version"), "verilator")?);
    let mut hasher = DefaultHasher::new();
    (design, SOURCES, FLAGS, version).hash(&mut hasher);
    Ok(cache.join(format!("aureole-fpga-{:016x}.so", hasher.finish())))
}

fn build(design: Design, folder: &Path) -> Result<PathBuf, FpgaError> {
    let failed = |error: std::io::Error| FpgaError::Build(format!("{}: {error}", folder.display()));
    for (name, text) in SOURCES {
        fs::write(folder.join(name), text).map_err(failed)?;
    }
    let Design { lanes, width, slots, bins } = design;
    let parameters = [("LANES", lanes), ("WIDTH", width), ("SLOTS", slots), ("BINS", bins)];
    let mut verilator = Command::new("verilator");
    verilator.current_dir(folder).args(["--cc", "--top-module", "top", "--prefix", "Vtop", "--Mdir", "made", "-O3"]);
    verilator.args(["--x-assign", "fast", "--x-initial", "fast", "--output-split", "20000"]);
    verilator.args(parameters.map(|(name, value)| format!("-G{name}={value}"))).arg("top.sv");
    run(&mut verilator, "verilator")?;
    let root = text(&run(Command::new("verilator").args(["--getenv", "VERILATOR_ROOT"]), "verilator")?);
    let include = Path::new(root.trim()).join("include");
    let made = fs::read_dir(folder.join("made")).map_err(failed)?.filter_map(|file| Some(file.ok()?.path()));
    let mut units: Vec<PathBuf> = made.filter(|path| path.extension() == Some(OsStr::new("cpp"))).collect();
    units.extend(["verilated.cpp", "verilated_threads.cpp"].map(|name| include.join(name)));
    units.push(folder.join("shim.cpp"));
    let objects = compile(folder, &include, &units)?;
    let library = folder.join("top.so");
    run(Command::new("c++").args(["-shared", "-pthread", "-o"]).arg(&library).args(&objects), "c++")?;
    Ok(library)
}

/// Compiles files, as many at once as there are cores.
fn compile(folder: &Path, include: &Path, units: &[PathBuf]) -> Result<Vec<PathBuf>, FpgaError> {
    let objects: Vec<PathBuf> = (0..units.len()).map(|i| folder.join(format!("{i}.o"))).collect();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let one = |i: usize| {
        let mut compiler = Command::new("c++");
        compiler
            .args(FLAGS)
            .arg("-I")
            .arg(folder.join("made"))
            .arg("-I")
            .arg(include)
            .arg("-I")
            .arg(include.join("vltstd"));
        run(compiler.arg("-c").arg(&units[i]).arg("-o").arg(&objects[i]), "c++").map(drop)
    };
    std::thread::scope(|scope| {
        let take = |core| (core..units.len()).step_by(cores).try_for_each(one);
        let compilers: Vec<_> = (0..cores).map(|core| scope.spawn(move || take(core))).collect();
        let ended = compilers
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| Err(FpgaError::Build("a thread panicked".into()))));
        ended.collect::<Result<(), _>>()
    })?;
    Ok(objects)
}

/// Runs a program to its end.
fn run(command: &mut Command, program: &'static str) -> Result<Output, FpgaError> {
    let output = command.output().map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => FpgaError::NoSimulator { program },
        _ => FpgaError::Build(format!("{program}: {error}")),
    })?;
    if output.status.success() {
        return Ok(output);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| line.to_lowercase().contains("error")).unwrap_or("it failed").to_owned();
    Err(FpgaError::Build(format!("{program}: {line}")))
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}
