//! `--retune`: what was fastest is kept for this user and machine.

use std::path::PathBuf;

use aureole::bench::{Report, Request};
use aureole::job::Prepared;
use aureole::tuned::{self, Tuned};

use crate::exit::Failure;
use crate::print;

/// Frames a thread of a stack that tells one layout from another: a full batch for each.
const FRAMES_A_THREAD: usize = 16;

/// Refuses early what could not be kept later.
pub(super) fn check(retune: bool) -> Result<(), Failure> {
    if retune { file().map(|_| ()) } else { Ok(()) }
}

/// Refuses a stack that is too short to learn from.
pub(super) fn check_stack(retune: bool, prepared: &Prepared, request: &Request) -> Result<(), Failure> {
    let most = request.threads.iter().map(|threads| threads.get()).max().unwrap_or(1);
    let (frames, needed) = (prepared.frames.len(), FRAMES_A_THREAD * most);
    if retune && frames < needed {
        return Err(Failure::refused(format!(
            "--retune: {frames} frames are too few to learn from; {needed} are needed, {FRAMES_A_THREAD} a thread"
        )));
    }
    Ok(())
}

/// Keeps the fastest way and says where.
pub(super) fn keep(report: &Report) -> Result<(), Failure> {
    let Some((line, tuned)) = report.fastest().and_then(|line| Some((line, Tuned::from_line(line)?))) else {
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
