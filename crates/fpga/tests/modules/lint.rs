//! What Verilator's linter says of each module, which is nothing.

use std::path::Path;
use std::process::Command;

use crate::support::has_verilator;

/// Modules with a parameter WIDTH.
const WIDE: [&str; 11] = [
    "block_buffer",
    "block_read",
    "bslz4_header",
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

#[test]
fn the_linter_says_nothing() {
    if !has_verilator() {
        return;
    }
    for module in OTHERS {
        lint(module, None);
    }
    for module in WIDE {
        for width in [8, 16, 32] {
            lint(module, Some(width));
        }
    }
}

fn lint(module: &str, width: Option<u32>) {
    let mut command = Command::new("verilator");
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("rtl")).args(["--lint-only", "-Wall"]);
    command.args(width.map(|width| format!("-GWIDTH={width}"))).arg(format!("{module}.sv"));
    let output = command.output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
