//! What a job makes of what was measured on its machine.

use std::path::Path;

use aureole::job::Prepared;
use aureole::job::default_threads;
use aureole::layout::Layout;
use aureole::tuned::{Machine, Tuned};

use crate::simulated;

const FRAMES: usize = 40;

fn prepared(folder: &Path, execution: &str) -> Prepared {
    simulated::prepared(folder, FRAMES, execution)
}

/// The layout's name by the rule, for all frames on all cores.
fn rule() -> &'static str {
    Layout::Auto.choose(FRAMES, default_threads()).name()
}

fn tuned() -> Tuned {
    Tuned {
        machine: Machine::here(),
        layout: Layout::Serial,
        threads: 3,
        batch: Some(5),
        frames_per_second: 100.0,
        date: "2026-11-22T09:30:00Z".into(),
    }
}

#[test]
fn a_machine_that_was_not_measured_goes_by_the_rule_and_nothing_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let mut job = prepared(folder.path(), "{}");
    assert_eq!(job.tune(&folder.path().join("tuned.json")), None);
    assert_eq!((job.executor().name(), job.threads), (rule(), default_threads()));
    let few = format!(r#"{{"threads": {}}}"#, FRAMES + 1);
    assert_eq!(prepared(folder.path(), &few).executor().name(), "serial");
}

#[test]
fn what_was_measured_here_is_used_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tuned.json");
    tuned().save(&file).unwrap();
    let mut job = prepared(folder.path(), "{}");
    let said = job.tune(&file).unwrap();
    assert_eq!(said, "layout serial: as measured by aureole bench --retune on 2026-11-22");
    assert_eq!((job.executor().name(), job.threads.get(), job.spec.execution.batch), ("serial", 3, Some(5)));
}

#[test]
fn a_batch_that_does_not_fit_this_job_is_cut_to_what_does() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tuned.json");
    Tuned { batch: Some(17), threads: 1, ..tuned() }.save(&file).unwrap();
    let mut job = prepared(folder.path(), "{}");
    job.tune(&file).unwrap();
    assert_eq!(job.spec.execution.batch, Some(16));
}

#[test]
fn an_option_or_a_short_stack_wins_over_what_was_measured() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tuned.json");
    tuned().save(&file).unwrap();
    for (execution, layout) in
        [(r#"{"layout": "threads"}"#, "threads"), (r#"{"threads": 2}"#, "threads"), (r#"{"batch": 4}"#, rule())]
    {
        let mut job = prepared(folder.path(), execution);
        assert_eq!((job.tune(&file), job.executor().name()), (None, layout), "{execution}");
    }
    Tuned { threads: FRAMES / 4, ..tuned() }.save(&file).unwrap();
    let mut job = prepared(folder.path(), "{}");
    assert_eq!((job.tune(&file), job.executor().name()), (None, rule()));
}

#[test]
fn a_gpu_that_was_measured_is_not_started_for_a_job_that_threads_do_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tuned.json");
    Tuned { layout: Layout::Gpu, threads: 1, batch: None, ..tuned() }.save(&file).unwrap();
    let mut job = prepared(folder.path(), "{}");
    assert_eq!((job.tune(&file), job.executor().name()), (None, rule()));
}

#[test]
fn a_damaged_file_or_one_of_other_machines_is_not_used_and_that_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tuned.json");
    let other = Machine { cores: Machine::here().cores + 1, ..Machine::here() };
    Tuned { machine: other, ..tuned() }.save(&file).unwrap();
    let mut job = prepared(folder.path(), "{}");
    let said = job.tune(&file).unwrap();
    assert!(said.contains(": by the rule") && said.contains("nothing in it was measured"), "{said}");
    std::fs::write(&file, "{").unwrap();
    let said = job.tune(&file).unwrap();
    assert!(said.contains("tuned.json: it is damaged"), "{said}");
    assert_eq!((job.executor().name(), job.threads), (rule(), default_threads()));
}
