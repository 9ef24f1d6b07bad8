//! Layout `processes` keeps the executor contract, and survives what threads cannot: the end of a worker.
//!
//! This program is both sides: without arguments it checks, with the argument `worker` it serves as a worker that makes the
//! stack and the plan of a case by itself. So it has a `main` of its own, which counts as the usual one does.

use std::num::NonZero;
use std::os::fd::AsFd;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use aureole::layout::processes::WorkerEnd;
use aureole::layout::{Launch, Processes, Threads};
use aureole::machine::Pin;
use aureole_core::pipeline::{ChunkBuf, Executor, Job, RunError, Sink, Source, StackSpec, Summary};
use aureole_core::testing::faults::{Collect, FaultyPlan};
use aureole_core::testing::{Case, CasePlan, executor_contract};
use serde::{Deserialize, Serialize};

type Check = (&'static str, fn());

const CHECKS: &[Check] = &[
    ("one_process_keeps_the_contract", || keeps_the_contract(1)),
    ("two_processes_keep_the_contract", || keeps_the_contract(2)),
    ("three_processes_keep_the_contract", || keeps_the_contract(3)),
    ("a_crash_is_survived_and_told", a_crash_is_survived_and_told),
    ("frames_that_crash_two_workers_end_the_run", frames_that_crash_two_workers_end_the_run),
    ("several_crashes_in_different_frames_are_survived", several_crashes_in_different_frames_are_survived),
    ("a_worker_that_refuses_is_an_error", a_worker_that_refuses_is_an_error),
    ("a_program_that_is_no_worker_is_an_error", a_program_that_is_no_worker_is_an_error),
    ("a_worker_of_another_plan_is_an_error", a_worker_of_another_plan_is_an_error),
];

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments == ["worker"] {
        return worker();
    }
    let wanted = arguments.iter().find(|argument| !argument.starts_with('-'));
    let checks = CHECKS.iter().filter(|(name, _)| wanted.is_none_or(|wanted| name.contains(wanted.as_str())));
    let mut failed = 0;
    for (name, check) in checks.clone() {
        let passed = std::panic::catch_unwind(check).is_ok();
        println!("test {name} ... {}", if passed { "ok" } else { "FAILED" });
        failed += usize::from(!passed);
    }
    let verdict = if failed == 0 { "ok" } else { "FAILED" };
    println!("\ntest result: {verdict}. {} passed; {failed} failed\n", checks.count() - failed);
    std::process::exit(i32::from(failed > 0));
}

/// What a worker of these checks is told.
#[derive(Clone, Serialize, Deserialize)]
struct Told {
    case: Case,
    aborts: Option<Aborts>,
    refuses: bool,
}

/// Where processes are aborted.
#[derive(Clone, Serialize, Deserialize)]
struct Aborts {
    /// When one of these frames is read.
    frames: Vec<usize>,
    /// So often, each of them.
    times: usize,
    /// Where each process that is aborted leaves a file.
    folder: PathBuf,
}

impl Aborts {
    fn once_each(frames: &[usize], folder: &Path) -> Aborts {
        Aborts { frames: frames.to_vec(), times: 1, folder: folder.into() }
    }

    fn look_at(&self, frame: usize) {
        let name = format!("{frame}-");
        if self.frames.contains(&frame) && count(&self.folder, &name) < self.times {
            std::fs::write(self.folder.join(format!("{name}{}", std::process::id())), "").unwrap();
            std::process::abort();
        }
    }
}

impl Told {
    fn of(case: &Case) -> Told {
        Told { case: case.clone(), aborts: None, refuses: false }
    }

    fn layout(&self, workers: usize) -> Processes {
        let job = serde_json::to_string(self).unwrap();
        Processes { workers: NonZero::new(workers).unwrap(), launch: Launch::this_program(), job, beside: None }
    }
}

fn worker() {
    let socket = UnixStream::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    // A run may end before it has given its order.
    let Some((end, job)) = WorkerEnd::accept(socket).unwrap() else { return };
    let told: Told = serde_json::from_str(&job).unwrap();
    if told.refuses {
        return end.refuse("there is no such stack");
    }
    let source = Aborting { source: told.case.source(), aborts: told.aborts };
    let plan = told.case.plan(source.spec());
    // Panics on purpose are caught, and need not be read.
    std::panic::set_hook(Box::new(|_| {}));
    end.serve(&source, &FaultyPlan { plan: plan.as_ref(), panic_at: told.case.panic_at }).unwrap();
}

/// A source that aborts the process when a frame is read.
struct Aborting<S> {
    source: S,
    aborts: Option<Aborts>,
}

impl<S> Aborting<S> {
    fn look_at(&self, frame: usize) {
        if let Some(aborts) = &self.aborts {
            aborts.look_at(frame);
        }
    }
}

impl<S: Source> Source for Aborting<S> {
    fn spec(&self) -> &StackSpec {
        self.source.spec()
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        self.look_at(frame);
        self.source.read(frame, buf)
    }

    fn open(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        self.look_at(frame);
        self.source.open(frame, buf)
    }
}

/// Files in a folder whose names begin so.
fn count(folder: &Path, name: &str) -> usize {
    let files = std::fs::read_dir(folder).unwrap().flatten();
    files.filter(|file| file.file_name().to_str().unwrap().starts_with(name)).count()
}

fn keeps_the_contract(workers: usize) {
    executor_contract(&move |case| Box::new(Told::of(case).layout(workers)));
}

fn case() -> Case {
    Case::good(41, 3, CasePlan::Several)
}

fn run(layout: &dyn Executor, batch: usize, sink: &mut dyn Sink) -> Result<Summary, RunError> {
    let source = case().source();
    let plan = case().plan(source.spec());
    let job = Job { source: &source, plan: plan.as_ref(), frames: 0..41, batch: Some(batch), strict: false };
    layout.run(&job, sink)
}

/// Frames as threads integrate them; equal patterns compare equal here, since none of these has a NaN.
fn by_threads() -> Vec<String> {
    let mut sink = Collect::default();
    run(&Threads { threads: NonZero::new(2).unwrap(), pin: Pin::Auto }, 4, &mut sink).unwrap();
    said(&sink)
}

fn said(sink: &Collect) -> Vec<String> {
    sink.frames.iter().map(|patterns| format!("{patterns:?}")).collect()
}

fn a_crash_is_survived_and_told() {
    for workers in [1, 2, 3] {
        let folder = tempfile::tempdir().unwrap();
        let told = Told { aborts: Some(Aborts::once_each(&[22], folder.path())), ..Told::of(&case()) };
        let mut sink = Collect::default();
        let summary = run(&told.layout(workers), 4, &mut sink).unwrap();
        assert_eq!(count(folder.path(), "22-"), 1, "it happened");
        assert_eq!((summary.frames, summary.failed), (41, 0));
        assert_eq!(said(&sink), by_threads());
        let [note] = &summary.survived[..] else { panic!("{:?}", summary.survived) };
        assert!(note.contains("killed by signal 6") && note.contains("20..24"), "{note}");
    }
}

fn frames_that_crash_two_workers_end_the_run() {
    for workers in [1, 2, 3] {
        let folder = tempfile::tempdir().unwrap();
        let aborts = Aborts { times: usize::MAX, ..Aborts::once_each(&[22], folder.path()) };
        let told = Told { aborts: Some(aborts), ..Told::of(&case()) };
        let mut sink = Collect::default();
        match run(&told.layout(workers), 4, &mut sink) {
            Err(RunError::Worker { frames, reason }) => {
                assert_eq!(frames, 20..24);
                assert!(reason.contains("killed by signal 6, as was the one before it"), "{reason}");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(count(folder.path(), "22-"), 2, "once more, and not again");
        assert_eq!(said(&sink), by_threads()[..20], "all before it are delivered");
    }
}

fn several_crashes_in_different_frames_are_survived() {
    for workers in [1, 2, 3] {
        let folder = tempfile::tempdir().unwrap();
        let told = Told { aborts: Some(Aborts::once_each(&[2, 22, 23, 40], folder.path())), ..Told::of(&case()) };
        match run(&told.layout(workers), 1, &mut Collect::default()) {
            Ok(summary) => assert_eq!((summary.frames, summary.survived.len()), (41, 4), "{:?}", summary.survived),
            Err(error) => panic!("{error}"),
        }
        assert_eq!(count(folder.path(), ""), 4);
    }
}

fn a_worker_that_refuses_is_an_error() {
    let layout = Told { refuses: true, ..Told::of(&case()) }.layout(2);
    let error = run(&layout, 4, &mut Collect::default()).unwrap_err();
    assert_eq!(error, RunError::Job("there is no such stack".into()));
}

fn a_program_that_is_no_worker_is_an_error() {
    for (program, said) in
        [("/nowhere/aureole", "/nowhere/aureole"), ("/bin/false", "exit code 1"), ("/bin/true", "exit code 0")]
    {
        let launch = Launch { program: program.into(), arguments: Vec::new() };
        let layout = Processes { launch, ..Told::of(&case()).layout(2) };
        match run(&layout, 4, &mut Collect::default()) {
            Err(RunError::Job(reason)) if program.starts_with("/nowhere") => assert!(reason.contains(said), "{reason}"),
            Err(RunError::Worker { reason, frames }) => assert!(reason.contains(said) && frames == (0..41), "{reason}"),
            other => panic!("{program}: {other:?}"),
        }
    }
}

fn a_worker_of_another_plan_is_an_error() {
    let other = Case { plan: CasePlan::Linear, ..case() };
    match run(&Told::of(&other).layout(2), 4, &mut Collect::default()) {
        Err(RunError::Worker { frames, reason }) => {
            assert_eq!(frames, 0..4);
            assert!(reason.contains("4 patterns, where 8 were expected"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}
