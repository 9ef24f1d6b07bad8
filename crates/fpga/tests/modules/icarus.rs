//! Icarus Verilog, whose SystemVerilog has fewer words than Verilator's, elaborates every module.

use std::path::Path;
use std::process::{Command, Stdio};

/// What it says of a byte picked out of a vector within `always_comb`: the block runs whenever any bit of the vector changes, which
/// changes no result.
const HARMLESS: &str =
    "sorry: constant selects in always_* processes are not currently supported (all bits will be included).";

#[test]
fn icarus_elaborates_every_module() {
    let mut version = Command::new("iverilog");
    if version.arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_err() {
        println!("SKIPPED: iverilog is not installed");
        return;
    }
    let rtl = Path::new(env!("CARGO_MANIFEST_DIR")).join("rtl");
    let entries = std::fs::read_dir(&rtl).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let files: Vec<String> = entries.filter(|name| name.ends_with(".sv")).collect();
    assert!(!files.is_empty());
    for file in &files {
        let module = file.trim_end_matches(".sv");
        let mut command = Command::new("iverilog");
        command.current_dir(&rtl).args(["-g2012", "-Wall", "-Wno-timescale", "-t", "null", "-s", module]).args(&files);
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr);
        let said: Vec<&str> = text.lines().filter(|line| !line.ends_with(HARMLESS)).collect();
        assert!(output.status.success() && said.is_empty(), "{module}: {text}");
    }
}
