//! What Verilator's linter says of each module, which is nothing.

use std::path::Path;
use std::process::Command;

use crate::support::has_verilator;

/// Modules with a parameter WIDTH.
const WIDE: [&str; 13] = [
    "block_buffer",
    "block_read",
    "bslz4_header",
    "byte_shift",
    "byte_turn",
    "byte_pack",
    "decode",
    "lz4_decode",
    "lz4_execute",
    "lz4_issue",
    "lz4_parse",
    "lz4_window",
    "plane_flags",
];

/// Other modules.
const OTHERS: [&str; 3] = ["block_bank", "block_turns", "fifo"];

/// Modules with parameters of other names, as they are by default and with these.
const NAMED: [(&str, &[&str]); 8] = [
    ("bit_unshuffle", &["-GWIDTH=16", "-GSLOTS=8"]),
    ("bit_unshuffle", &["-GWIDTH=8", "-GSLOTS=32"]),
    ("accumulate", &["-GSLOTS=8", "-GBINS=3"]),
    ("accumulate", &["-GSLOTS=32", "-GBINS=4096"]),
    ("pixel_buffer", &["-GSLOTS=32", "-GBLOCK_BYTES=1024"]),
    ("plan_fetch", &["-GSLOTS=8", "-GLANES=1", "-GBURST=4", "-GDEPTH=8"]),
    ("sum_tree", &["-GSLOTS=8"]),
    ("ram", &["-GBITS=33"]),
];

#[test]
fn the_linter_says_nothing() {
    if !has_verilator() {
        return;
    }
    for module in OTHERS {
        lint(module, &[]);
    }
    for (module, parameters) in NAMED {
        lint(module, &[]);
        lint(module, parameters);
    }
    for module in WIDE {
        for width in [8, 16, 32] {
            lint(module, &[&format!("-GWIDTH={width}")]);
        }
    }
}

fn lint(module: &str, parameters: &[&str]) {
    let mut command = Command::new("verilator");
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("rtl")).args(["--lint-only", "-Wall"]);
    command.args(parameters).arg(format!("{module}.sv"));
    let output = command.output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
