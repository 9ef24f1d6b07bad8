//! Promises of small modules, proven for all inputs and all times by the SAT solver of yosys, by induction over cycles.
//!
//! `tests/formal/<module>.sv` holds assertions and what they need, which is put in front of the module's endmodule.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::{fs, process};

/// A module, and parameters that keep the proof small.
type Case = (&'static str, &'static str);

const FIFO: Case = ("fifo", "-chparam DEPTH 4 -chparam BITS 2");
const DEEP: Case = ("fifo", "-chparam DEPTH 16 -chparam BITS 3");
const PLAN: Case = ("plan_queue", "-chparam SLOTS 1 -chparam BINS 4 -chparam LINES 4");
const REGISTERS: Case = ("registers", "-chparam LANES 1");

fn has_yosys() -> bool {
    let found = Command::new("yosys").arg("-V").stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        println!("SKIPPED: yosys is not installed");
    }
    found
}

/// The module with its assertions, and with one piece of its text replaced, in a file of its own.
fn with_assertions(module: &str, (from, to): (&str, &str), number: usize) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = fs::read_to_string(root.join(format!("rtl/{module}.sv"))).unwrap();
    let assertions = fs::read_to_string(root.join(format!("tests/formal/{module}.sv"))).unwrap();
    let body = source.trim_end().strip_suffix("endmodule").expect("a file with one module");
    assert!(from.is_empty() || body.matches(from).count() == 1, "{from} is not there once");
    let body = if from.is_empty() { body.to_owned() } else { body.replacen(from, to, 1) };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("formal");
    fs::create_dir_all(&folder).unwrap();
    let path = folder.join(format!("{module}-{}-{number}.sv", process::id()));
    fs::write(&path, format!("{body}\n{assertions}endmodule\n")).unwrap();
    path
}

/// Whether the assertions are proven, or what yosys said instead. Those of the modules hold from each cycle to the next, so few cycles do.
fn proof((module, parameters): Case, mutation: (&str, &str), number: usize) -> Result<(), String> {
    let path = with_assertions(module, mutation, number);
    let script = format!(
        "read_verilog -formal -sv {}; hierarchy -check -top {module} {parameters}; prep -flatten; memory_map; opt -full; \
         sat -seq 1 -tempinduct -prove-asserts -maxsteps 3 -verify",
        path.display()
    );
    let output = Command::new("yosys").args(["-p", &script]).output().unwrap();
    fs::remove_file(path).unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    // Anything but these two ends is a mistake in the script or the sources.
    assert!(said.contains("Induction step proven: SUCCESS!") || said.contains("proof did fail"), "{said}");
    if output.status.success() { Ok(()) } else { Err(said) }
}

#[test]
fn queues_lose_and_invent_nothing_and_offers_stand_still() {
    if !has_yosys() {
        return;
    }
    for (number, case) in [FIFO, DEEP, PLAN].into_iter().enumerate() {
        proof(case, ("", ""), number).unwrap();
    }
}

#[test]
fn answers_of_registers_wait_until_they_are_taken() {
    if has_yosys() {
        proof(REGISTERS, ("", ""), 10).unwrap();
    }
}

#[test]
fn broken_modules_are_not_proven() {
    let mutations = [
        (FIFO, ("in_ready = !count[AW]", "in_ready = 1'b1")),
        (FIFO, ("count != 0", "1'b1")),
        (FIFO, ("(!out_valid || out_ready)", "1'b1")),
        (PLAN, ("in_ready = !count[4]", "in_ready = 1'b1")),
        (PLAN, ("take     = q_valid && q_ready", "take     = q_ready")),
        (REGISTERS, ("if (axil_bready) axil_bvalid", "axil_bvalid")),
        (REGISTERS, ("!axil_bvalid && axil_awvalid", "axil_awvalid")),
        (REGISTERS, ("!asked && !axil_rvalid", "!asked")),
    ];
    if has_yosys() {
        for (number, (case, mutation)) in (20..).zip(mutations) {
            assert!(proof(case, mutation, number).is_err(), "proven although broken: {mutation:?}");
        }
    }
}
