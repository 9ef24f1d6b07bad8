//! Builds and runs test benches of single modules.
//!
//! `benches/<module>.cpp` drives the module `rtl/<module>.sv`, which Verilator makes the C++ class `Vtop`. The bench takes numbers as
//! arguments (by custom the seed and the percentage of stalled cycles first) and text by standard input, and writes what it saw
//! to standard output; `benches/bench.hpp` has the clock, random stalls and a limit to the cycles. A test reads:
//!
//! ```ignore
//! let Some(bench) = Bench::new("fifo").parameter("DEPTH", 4).build() else { return }; // prints SKIPPED without Verilator
//! let seen = bench.run(&[seed, stalls], &input).unwrap(); // Err: the bench returned an error, such as no end within the limit
//! ```
//!
//! Mutation tests: `noticed("fifo", &[("WIDTH", 16)], &[("fifo.sv", "from", "to"), ...], |bench| check(bench))` builds the module
//! once as it is, for which `check` must return Ok, and once for each mutation (a piece of text that occurs exactly once in the
//! file), for which it must return an error. `check` compares by `same`, or returns an error of its own; it may panic, too.
//!
//! Sources are those that the module instantiates (modules are named after their files), so that a bench is built anew only when one
//! of them changed.

mod build;

use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// A piece of text of a file in `rtl` and what replaces it.
pub(crate) type Mutation = (&'static str, &'static str, &'static str);

/// What a test bench is made from.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    module: String,
    parameters: Vec<(String, u32)>,
    mutation: Option<Mutation>,
}

/// A test bench that is built.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    program: PathBuf,
}

impl Bench {
    pub(crate) fn new(module: &str) -> Self {
        Bench { module: module.into(), parameters: Vec::new(), mutation: None }
    }

    pub(crate) fn parameter(mut self, name: &str, value: u32) -> Self {
        self.parameters.push((name.into(), value));
        self
    }

    pub(crate) fn mutated(mut self, mutation: Mutation) -> Self {
        self.mutation = Some(mutation);
        self
    }

    /// `None`, having said so, where Verilator is not installed.
    pub(crate) fn build(&self) -> Option<Built> {
        has_verilator().then(|| Built { program: build::program(self) })
    }
}

impl Built {
    /// What the bench writes, given arguments and standard input; an error when it returns one.
    pub(crate) fn run(&self, arguments: &[u64], input: &str) -> Result<String, String> {
        let mut command = Command::new(&self.program);
        command.args(arguments.iter().map(u64::to_string));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(|error| error.to_string())?;
        let mut stdin = child.stdin.take().ok_or("no standard input")?;
        let output = std::thread::scope(|scope| {
            // A bench that fails early leaves its input unread, which is not what is to be reported.
            scope.spawn(move || stdin.write_all(input.as_bytes()));
            child.wait_with_output()
        });
        let output = output.map_err(|error| error.to_string())?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() { Ok(text) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }
}

/// Whether `verilator` is on the path; says so where it is not.
pub(crate) fn has_verilator() -> bool {
    let found = Command::new("verilator").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        println!("SKIPPED: verilator is not installed");
    }
    found
}

/// An error that shows the first line in which two texts differ.
pub(crate) fn same(seen: &str, expected: &str) -> Result<(), String> {
    let mut lines = (1..).zip(seen.lines().map(Some).chain([None]).zip(expected.lines().map(Some).chain([None])));
    match lines.find(|(_, (seen, expected))| seen != expected) {
        None => Ok(()),
        Some((line, (seen, expected))) => Err(format!("line {line}\n    seen {seen:?}\nexpected {expected:?}")),
    }
}

/// Asserts that `check` is content with the module as it is, and with none of its mutations. Each takes a build: unless the variable
/// `AUREOLE_MUTATIONS` is set, the first one of each file is all that is tried.
pub(crate) fn noticed(
    module: &str,
    parameters: &[(&str, u32)],
    mutations: &[Mutation],
    check: impl Fn(&Built) -> Result<(), String>,
) {
    let bench = parameters.iter().fold(Bench::new(module), |bench, (name, value)| bench.parameter(name, *value));
    let Some(built) = bench.build() else { return };
    check(&built).unwrap();
    let mut unnoticed: Vec<&Mutation> = Vec::new();
    let all = std::env::var_os("AUREOLE_MUTATIONS").is_some();
    let is_first = |i: usize| !mutations[..i].iter().any(|(file, ..)| *file == mutations[i].0);
    let tried: Vec<_> = (0..mutations.len()).filter(|i| all || is_first(*i)).map(|i| &mutations[i]).collect();
    if tried.len() < mutations.len() {
        let left = mutations.len() - tried.len();
        println!(
            "SKIPPED: {left} of {} broken lines of {module} (AUREOLE_MUTATIONS=1 tries them all)",
            mutations.len()
        );
    }
    for mutation in tried {
        let Some(built) = bench.clone().mutated(*mutation).build() else { return };
        let passed = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(&built)));
        unnoticed.extend(matches!(passed, Ok(Ok(()))).then_some(mutation));
    }
    assert!(unnoticed.is_empty(), "nothing noticed {unnoticed:?}");
}

/// Bytes as they are written to a bench and read from it.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
