//! `--layout processes`: the same result as by threads, whatever dies.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use aureole::result::ResultFile;
use hdf5_metno as hdf5;

use crate::support::{Desk, Ended};

/// How long anything may take to end; far longer than it does.
const SOON: Duration = Duration::from_secs(20);

/// A run of two workers that takes long enough to be hit in the middle.
const LONG: &str =
    "integrate long.h5 --poni long.poni -o out.h5 --layout processes --workers 2 --isa scalar --summary json";

fn long_stack() -> Desk {
    let desk = Desk::new();
    desk.run("simulate long.h5 --detector Pilatus100k --frames 20000 --profile sparse --mean 0.001").is(0);
    desk
}

/// A run under way.
struct Run {
    child: Child,
    heard: BufReader<std::process::ChildStderr>,
}

impl Run {
    /// Starts a run and waits for two workers, and for patterns of theirs in the result.
    fn start(desk: &Desk) -> Run {
        let mut command = desk.command(LONG);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut heard = BufReader::new(child.stderr.take().unwrap());
        let mut header = String::new();
        heard.read_line(&mut header).unwrap();
        assert!(header.contains("processes: 2 workers"), "{header}");
        let run = Run { child, heard };
        wait_until("both workers have the stack open and there are patterns", || {
            let workers = run.workers();
            workers.len() == 2
                && workers.iter().all(|worker| has_open(*worker, &desk.path("long.h5")))
                && has_patterns(&desk.path("out.h5"))
        });
        run
    }

    /// The worker processes that are there.
    fn workers(&self) -> Vec<u32> {
        children(self.child.id())
    }

    fn end(mut self) -> Ended {
        let (mut out, mut err) = (String::new(), String::new());
        self.heard.read_to_string(&mut err).unwrap();
        self.child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
        Ended { code: self.child.wait().unwrap().code(), out, err }
    }
}

fn wait_until(what: &str, mut there: impl FnMut() -> bool) {
    let start = Instant::now();
    while !there() {
        assert!(start.elapsed() < SOON, "not after {SOON:?}: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Processes whose parent is `parent`, zombies not among them.
fn children(parent: u32) -> Vec<u32> {
    let stat = |pid: &u32| fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let is_child = |pid: &u32| {
        let stat = stat(pid);
        let mut fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace();
        let state = fields.next();
        state != Some("Z") && fields.next() == Some(parent.to_string().as_str())
    };
    let pids = fs::read_dir("/proc").unwrap().flatten();
    pids.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).filter(is_child).collect()
}

fn lives(pid: u32) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    stat.rsplit(')').next().is_some_and(|rest| !rest.is_empty() && !rest.trim_start().starts_with('Z'))
}

/// True when a result, which may be growing, has its first row.
fn has_patterns(file: &Path) -> bool {
    let row = ResultFile::open(file, None).and_then(|result| result.row(0));
    // Rows that are still to come are NaN.
    row.is_ok_and(|row| row.intensity.iter().any(|value| value.is_finite()))
}

/// True when a process has a file open.
fn has_open(pid: u32, file: &Path) -> bool {
    let file = fs::canonicalize(file).unwrap();
    let open = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
    open.filter_map(|fd| fs::read_link(fd.path()).ok()).any(|target| target == file)
}

fn signal(signal: &str, pid: u32) {
    // It may have ended just now.
    Command::new("kill").args([signal, &pid.to_string()]).stderr(Stdio::null()).status().unwrap();
}

/// The names of shared memory that this system has.
fn shared_memory() -> BTreeSet<String> {
    let names = fs::read_dir("/dev/shm").into_iter().flatten().flatten();
    names.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
}

/// All numbers of a result, as bits by path; what tells of the run itself is left out.
fn numbers(file: &Path) -> BTreeMap<String, Vec<u64>> {
    let file = hdf5::File::open(file).unwrap();
    let mut found = BTreeMap::new();
    collect(&file, &mut found);
    found
}

fn collect(group: &hdf5::Group, found: &mut BTreeMap<String, Vec<u64>>) {
    group.groups().unwrap().iter().for_each(|group| collect(group, found));
    for dataset in group.datasets().unwrap() {
        if let Ok(values) = dataset.read_raw::<f64>() {
            found.insert(dataset.name(), values.into_iter().map(f64::to_bits).collect());
        }
    }
}

#[test]
fn processes_write_what_threads_write() {
    let desk = Desk::with_stack();
    let recipes: [&[&str]; 4] = [
        &["--error-model", "poisson", "--sums", "--mask-ring", "2,3", "--dummy", "3"],
        &["--bins", "40", "--azimuthal-bins", "30"],
        &["--mode", "sigma-clip", "--error-model", "azimuthal", "--frames", "1:9"],
        &["--recipe", "a", "--recipe", "b --bins 50 --mode median"],
    ];
    for recipe in recipes {
        let result = |layout: &[&str]| {
            let words = ["integrate", "stack.h5", "--poni", "stack.poni", "--force", "-o", "out.h5", "--layout"];
            desk.run_words(&[&words[..], layout, recipe].concat()).is(0);
            numbers(&desk.path("out.h5"))
        };
        let (threads, processes) = (result(&["threads"]), result(&["processes", "--workers", "2"]));
        assert!(threads.len() > 4, "{:?}", threads.keys());
        assert!(threads == processes, "{recipe:?}");
    }
    let said = desk.run("integrate stack.h5 --poni stack.poni -o last.h5 --layout processes --summary json").is(0);
    assert!(said.contains(r#""layout":"processes""#) && said.contains(r#""workers_lost":0"#), "{said}");
}

#[test]
fn a_frame_that_cannot_be_decoded_is_marked_by_processes_too() {
    let desk = Desk::with_stack();
    let stack = fs::OpenOptions::new().write(true).open(desk.path("stack.h5")).unwrap();
    stack.write_all_at(&[0xff; 2000], stack.metadata().unwrap().len() / 2).unwrap();
    let line = "integrate stack.h5 --poni stack.poni --layout processes --workers 2";
    let said = desk.run(&format!("{line} -o out.h5")).is(3);
    assert!(said.contains("10 frames in") && said.contains(" 1 failed"), "{said}");
    let said = desk.run(&format!("{line} -o strict.h5 --strict")).is(3);
    assert!(said.contains("error: frame "), "{said}");
}

#[test]
fn a_worker_that_is_killed_costs_a_note() {
    let desk = long_stack();
    desk.run(&LONG.replace("processes --workers 2", "threads").replace("out.h5", "whole.h5")).is(0);
    let run = Run::start(&desk);
    signal("-KILL", run.workers()[0]);
    let ended = run.end();
    assert_eq!(ended.code, Some(0), "{}", ended.err);
    assert!(ended.err.contains("note: a worker process was killed by signal 9"), "{}", ended.err);
    assert!(ended.out.contains(r#""workers_lost":1"#), "{}", ended.out);
    assert!(numbers(&desk.path("out.h5")) == numbers(&desk.path("whole.h5")));
}

#[test]
fn frames_whose_workers_are_killed_again_and_again_end_the_run() {
    let desk = long_stack();
    let mut run = Run::start(&desk);
    wait_until("the run gives up", || {
        run.workers().into_iter().for_each(|worker| signal("-KILL", worker));
        run.child.try_wait().unwrap().is_some()
    });
    let ended = run.end();
    assert_eq!(ended.code, Some(1), "{}{}", ended.out, ended.err);
    assert!(ended.err.contains("error: a worker died") && ended.err.contains("killed by signal 9"), "{}", ended.err);
    assert!(has_patterns(&desk.path("out.h5")), "what was pushed before is kept");
}

#[test]
fn workers_end_with_a_run_that_is_killed_and_leave_nothing() {
    let desk = long_stack();
    let before = shared_memory();
    let mut run = Run::start(&desk);
    let workers = run.workers();
    signal("-KILL", run.child.id());
    assert_eq!(run.child.wait().unwrap().code(), None);
    wait_until("the workers are gone", || !workers.iter().any(|worker| lives(*worker)));
    assert_eq!(shared_memory(), before);
    assert!(has_patterns(&desk.path("out.h5")), "the result of a killed run opens");
}

#[test]
fn ctrl_c_ends_the_workers_and_keeps_what_was_done() {
    let desk = long_stack();
    let run = Run::start(&desk);
    let workers = run.workers();
    signal("-INT", run.child.id());
    let ended = run.end();
    assert_eq!(ended.code, Some(130), "{}{}", ended.out, ended.err);
    assert!(ended.out.contains(r#""stopped":true"#) && ended.out.contains(r#""workers_lost":0"#), "{}", ended.out);
    assert!(!workers.iter().any(|worker| lives(*worker)), "a worker outlived the run");
    assert!(has_patterns(&desk.path("out.h5")));
}

#[test]
fn a_worker_is_not_for_typing() {
    let desk = Desk::new();
    let said = desk.run("worker").is(2);
    assert!(said.contains("error: worker: started by integrate --layout processes"), "{said}");
    assert!(desk.run("--help").is(0).contains("Used by --layout processes; not for typing"));
}
