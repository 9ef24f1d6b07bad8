//! `aureole bench`, and what `aureole integrate` makes of what it learned.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use crate::support::{Desk, Ended, png_size};

const SMALL: &str = "bench --detector Pilatus100k --frames 40 --repeat 2 --threads 1,2";

/// Runs with a folder of its own for temporary files.
fn bench(desk: &Desk, line: &str) -> Ended {
    desk.command(line).env("TMPDIR", desk.path("tmp")).output().unwrap().into()
}

fn desk() -> Desk {
    let desk = Desk::new();
    std::fs::create_dir(desk.path("tmp")).unwrap();
    desk
}

/// True when no run left anything behind.
fn nothing_is_left(desk: &Desk) -> bool {
    std::fs::read_dir(desk.path("tmp")).unwrap().next().is_none()
}

#[test]
fn a_simulated_stack_is_measured_drawn_and_removed_again() {
    let desk = desk();
    let said = bench(&desk, &format!("{SMALL} --layout serial,threads --plot scaling.png")).is(0);
    for part in ["Pilatus100k · 40 frames of 195 x 487 uint32", "bitshuffle-LZ4", "1000 bins q_nm^-1, full splitting"]
    {
        assert!(said.contains(part), "{said}");
    }
    assert!(said.contains("1 sum a bin (signal)") && said.contains("page cache warm"), "{said}");
    let rows =
        |layout: &str| said.lines().filter(|line| line.starts_with(layout) && !line.contains("left out")).count();
    assert_eq!((rows("floor "), rows("serial "), rows("threads ")), (2, 2, 2), "{said}");
    assert_eq!(png_size(&desk.path("scaling.png")), (1600, 1000));
    assert!(nothing_is_left(&desk));
}

#[test]
fn a_stack_of_ones_own_is_measured_with_the_options_of_a_recipe() {
    let desk = desk();
    desk.run("simulate stack.h5 --detector Pilatus100k --frames 20 --dtype uint16").is(0);
    let line = "bench stack.h5 --poni stack.poni --bins 50 --split no --error-model poisson --frames 500 --cold";
    let ended = bench(&desk, &format!("{line} --threads 1 --batches 1,4 --layout threads --json"));
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    let report: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let about = &report["about"];
    assert_eq!((&about["frames"], &about["dtype"], &about["cache"]), (&20.into(), &"uint16".into(), &"cold".into()));
    assert_eq!((&about["recipes"][0]["bins"], &about["recipes"][0]["split"]), (&serde_json::json!([50]), &"no".into()));
    assert_eq!(about["recipes"][0]["sums"], serde_json::json!(["signal", "variance"]));
    let lines = report["lines"].as_array().unwrap();
    assert_eq!(lines.iter().map(|line| line["batch"].as_u64().unwrap()).collect::<Vec<_>>(), [1, 4]);
    for line in lines {
        assert_eq!((&line["layout"], line["seconds"].as_array().unwrap().len()), (&"threads".into(), 3));
        let shares = ["read", "decode", "accumulate", "write"].map(|stage| line["shares"][stage].as_f64().unwrap());
        assert!((shares.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{shares:?}");
        assert!(line["frames_per_second"].as_f64().unwrap() > 0.0 && line["of_floor"].as_f64().unwrap() > 0.0);
    }
    assert_eq!((report["floors"].as_array().unwrap().len(), &report["stopped"]), (1, &false.into()));
}

#[test]
fn what_was_learned_is_used_by_integrate_and_said() {
    let desk = desk();
    desk.run("simulate stack.h5 --detector Pilatus100k --frames 32").is(0);
    let integrate = "integrate stack.h5 --poni stack.poni --force -o out.h5";
    assert!(!bench(&desk, integrate).is(0).contains("note: layout"));
    let said = bench(&desk, &format!("{SMALL} --layout serial --batches 3 --retune")).is(0);
    assert!(said.contains("kept: layout serial with") && said.contains("batches of 3"), "{said}");
    let said = bench(&desk, integrate).is(0);
    assert!(said.contains("note: layout serial: as measured by aureole bench --retune on 2"), "{said}");
    assert!(said.contains("splitting · serial: "), "{said}");
    assert!(!bench(&desk, &format!("{integrate} --layout threads")).is(0).contains("note: layout"));
    let file = desk.path("cache").join("aureole").join("tuned.json");
    std::fs::write(&file, "nothing of ours").unwrap();
    let said = bench(&desk, integrate).is(0);
    assert!(said.contains(": by the rule") && said.contains("damaged"), "{said}");
}

#[test]
fn a_measurement_that_cannot_be_meant_is_refused() {
    let desk = desk();
    desk.run("simulate stack.h5 --detector Pilatus100k --frames 10").is(0);
    let slips: [(&str, &[&str]); 13] = [
        ("--layout auto", &["--layout auto", "not a layout that can be measured; use serial"]),
        ("--layout thread", &["did you mean threads?"]),
        ("--threads 0", &["--threads", "0"]),
        ("--batches 1,17", &["--batches", "17"]),
        ("--repeat 0", &["--repeat", "0"]),
        ("--dtype float32", &["--dtype float32", "uint8"]),
        ("--detector eiger_4MM", &["--detector", "Eiger"]),
        ("--poni stack.poni", &["--poni", "goes with a STACK"]),
        ("stack.h5", &["--poni FILE", "a geometry is needed"]),
        ("stack.h5 --poni stack.poni --dtype uint8", &["--dtype"]),
        ("stack.h5 --poni stack.poni --retune", &["--retune: 10 frames are too few", "16 a thread"]),
        ("--plot a.jpg", &["--plot a.jpg", ".png, .svg or .pdf"]),
        ("--folder nowhere", &["--folder nowhere", "no such folder"]),
    ];
    let before = desk.files();
    for (typed, answers) in slips {
        let said = bench(&desk, &format!("bench {typed}")).is(2);
        for answer in answers {
            assert!(said.contains(answer), "{typed}: {said}");
        }
        assert_eq!((desk.files(), nothing_is_left(&desk)), (before.clone(), true), "{typed}");
    }
}

#[test]
fn a_measurement_that_is_stopped_tells_what_it_had_and_leaves_nothing() {
    let desk = desk();
    let mut command = desk.command("bench --detector Pilatus100k --frames 40 --layout threads --repeat 60000");
    command.env("TMPDIR", desk.path("tmp")).stdout(Stdio::piped()).stderr(Stdio::null()).stdin(Stdio::null());
    let mut run = command.spawn().unwrap();
    let mut lines = BufReader::new(run.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().starts_with("computed")), "the table has begun");
    Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(130));
    assert!(nothing_is_left(&desk));
}
