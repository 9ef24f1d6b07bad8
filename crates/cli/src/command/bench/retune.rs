//! `--retune`: what was fastest is kept for this user and machine.

use std::path::PathBuf;

use aureole::bench::Report;
use aureole::tuned::{self, Tuned};

use super::FRAMES_A_THREAD;
use crate::exit::Failure;
use crate::print;

/// Refuses early what could not be kept later, and a stack that is too short to learn from.
pub(super) fn check(frames: usize, most_threads: usize) -> Result<(), Failure> {
    file()?;
    let needed = FRAMES_A_THREAD * most_threads;
    if frames < needed {
        return Err(Failure::refused(format!(
            "--retune: {frames} frames are too few to learn from; {needed} are needed, {FRAMES_A_THREAD} a thread"
        )));
    }
    Ok(())
}

/// Keeps the fastest way and says where.
pub(super) fn keep(report: &Report) -> Result<(), Failure> {
    let Some((line, tuned)) = report.fastest().and_then(|line| Some((line, Tuned::from_line(line)?))) else {
        print::stderr("nothing is kept: frames failed in every run");
        return Ok(());
    };
    let file = file()?;
    tuned.save(&file).map_err(|error| Failure::io(format!("--retune: {error}")))?;
    let batch = tuned.batch.map_or(String::new(), |batch| format!(", batches of {batch}"));
    print::stderr(&format!(
        "kept: layout {} with {}{batch} → {}",
        line.layout,
        print::count(line.threads, "thread"),
        file.display()
    ));
    Ok(())
}

fn file() -> Result<PathBuf, Failure> {
    let needed = "--retune: there is no place to keep it; set XDG_CACHE_HOME or HOME to an absolute path";
    tuned::default_file().ok_or_else(|| Failure::refused(needed))
}
