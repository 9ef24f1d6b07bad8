//! Test benches, built by Verilator and kept under a name made from all that goes into them.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::{fs, process};

use super::{Bench, Mutation};

/// Programs that are being built; whoever wants the same one waits.
static BUILDING: Mutex<BTreeMap<PathBuf, Arc<Mutex<()>>>> = Mutex::new(BTreeMap::new());

const FLAGS: [&str; 10] =
    ["--cc", "--exe", "--build", "-Wall", "-O3", "--x-assign", "unique", "--x-initial", "unique", "--prefix"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program of a test bench, built if it is not there yet.
pub(super) fn program(bench: &Bench) -> PathBuf {
    let mut files = sources(&bench.module);
    if let Some(mutation) = bench.mutation {
        mutate(&mut files, mutation);
    }
    let mut wanted = vec![format!("{}.cpp", bench.module)];
    while let Some(name) = wanted.pop() {
        let text = read(&root().join("tests/modules/benches").join(&name));
        wanted
            .extend(text.lines().filter_map(|line| {
                Some(line.strip_prefix("#include \"")?.strip_suffix(".hpp\"")?.to_owned() + ".hpp")
            }));
        files.insert(name, text);
    }
    let mut hasher = DefaultHasher::new();
    (&files, &bench.parameters, bench.mutation, FLAGS).hash(&mut hasher);
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("benches");
    let program = kept.join(format!("{}-{:016x}", bench.module, hasher.finish()));
    let building = BUILDING.lock().unwrap().entry(program.clone()).or_default().clone();
    let _one = building.lock();
    if !program.exists() {
        let scratch = kept.join(format!("build-{}-{:016x}", process::id(), hasher.finish()));
        fs::create_dir_all(&scratch).unwrap();
        for (name, text) in &files {
            fs::write(scratch.join(name), text).unwrap();
        }
        verilate(bench, &scratch);
        // Another process may be at the same: whoever is last replaces the file by an equal one.
        fs::rename(scratch.join("obj_dir/Vtop"), &program).unwrap();
        fs::remove_dir_all(&scratch).unwrap();
    }
    program
}

fn verilate(bench: &Bench, scratch: &Path) {
    let mut command = Command::new("verilator");
    command.current_dir(scratch).args(FLAGS).args(["Vtop", "-CFLAGS", "-O1"]);
    // A mutation may leave a signal unused.
    command.args(bench.mutation.map(|_| "-Wno-fatal"));
    command.args(bench.parameters.iter().map(|(name, value)| format!("-G{name}={value}")));
    command.args([format!("{}.sv", bench.module), format!("{}.cpp", bench.module)]);
    let output = command.output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    assert!(output.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&text));
}

/// The module's source and those of all that it instantiates, by name.
pub(super) fn sources(module: &str) -> BTreeMap<String, String> {
    let rtl = root().join("rtl");
    let entries = fs::read_dir(&rtl).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let modules: Vec<String> = entries.filter_map(|name| Some(name.strip_suffix(".sv")?.into())).collect();
    let mut sources = BTreeMap::new();
    let mut wanted = vec![module.to_owned()];
    while let Some(module) = wanted.pop() {
        let name = format!("{module}.sv");
        if sources.contains_key(&name) {
            continue;
        }
        let text = read(&rtl.join(&name));
        let code: Vec<&str> = text.lines().filter_map(|line| line.split("//").next()).collect();
        let words = code.iter().flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && c != '_'));
        wanted.extend(words.filter(|word| modules.iter().any(|module| module == word)).map(Into::into));
        sources.insert(name, text);
    }
    sources
}

fn mutate(files: &mut BTreeMap<String, String>, (file, from, to): Mutation) {
    let text = files.get_mut(file).unwrap_or_else(|| panic!("{file} is no part of the module"));
    assert_eq!(text.matches(from).count(), 1, "'{from}' in {file}");
    *text = text.replace(from, to);
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
