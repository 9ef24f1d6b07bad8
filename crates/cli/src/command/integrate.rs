//! `aureole integrate`: a stack to patterns.

mod report;
mod stop;
mod watched;

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use aureole::job::{self, Prepared};
use aureole::sink::NexusSink;
use aureole_core::pipeline::{RunError, Summary};

use super::output;
use crate::args::integrate::{IntegrateArgs, Meant, SummaryForm};
use crate::exit::{Exit, Failure, Outcome};
use crate::print;
use crate::progress::Progress;
use report::Report;
use watched::Watched;

pub(crate) fn run(args: IntegrateArgs) -> Outcome {
    let meant = args.meant()?;
    check_output(&meant)?;
    let stop = stop::on_signal()?;
    let prepared = job::prepare(meant.job.clone()).map_err(Failure::refused)?;
    for notice in &prepared.notices {
        eprintln!("note: {notice}");
    }
    check_sources(&prepared, &meant.output)?;
    if stop.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    eprintln!("{}", report::header(&prepared));
    let description = prepared.description(meant.sums).map_err(Failure::refused)?;
    let sink = NexusSink::create(&meant.output, description, meant.force).map_err(Failure::io)?;
    let (summary, seconds) = integrate(&prepared, sink, stop)?;
    let report = Report::new(&prepared, &summary, seconds, &meant.output);
    print::stdout(&match meant.summary {
        SummaryForm::Text => report.text(),
        SummaryForm::Json => report.json(),
    })?;
    Ok(match summary {
        Summary { stopped: true, .. } => Exit::Interrupted,
        Summary { failed: 0, .. } => Exit::Done,
        _ => Exit::FramesFailed,
    })
}

/// Refuses to replace a file that was not meant to be, or one that is about to be read.
fn check_output(meant: &Meant) -> Result<(), Failure> {
    let output = &meant.output;
    output::check("--output ", output)?;
    if !output.exists() {
        return Ok(());
    }
    if !meant.force {
        return Err(Failure::refused(format!("--output {}: exists; --force replaces it", output.display())));
    }
    let recipe = &meant.job.recipe;
    let images = [&recipe.mask, &recipe.dark, &recipe.flat].into_iter().flatten();
    for input in meant.job.inputs.iter().chain(images) {
        let file = input.split("::").next().unwrap_or(input);
        if same_file(Path::new(file), output) {
            return Err(Failure::refused(format!("--output {}: this is an input, too", output.display())));
        }
    }
    Ok(())
}

/// Refuses to replace a file that links lead to.
fn check_sources(prepared: &Prepared, output: &Path) -> Result<(), Failure> {
    match prepared.stack.origins().iter().find(|origin| same_file(&origin.file, output)) {
        Some(_) => Err(Failure::refused(format!("--output {}: this is an input, too", output.display()))),
        None => Ok(()),
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    matches!((a.canonicalize(), b.canonicalize()), (Ok(a), Ok(b)) if a == b)
}

/// Runs the job; seconds count from the first read to the last row on disk. Whatever ends the run, what was pushed is in
/// the file.
fn integrate(prepared: &Prepared, sink: NexusSink, stop: &AtomicBool) -> Result<(Summary, f64), Failure> {
    let progress = Progress::new(prepared.frames.len() as u64);
    let start = Instant::now();
    let mut watched = Watched::new(sink, &progress, stop);
    let ran = prepared.run(&mut watched);
    progress.finish();
    for reason in watched.reasons() {
        eprintln!("failed: {reason}");
    }
    if watched.pushed().failed > watched.reasons().len() {
        eprintln!(
            "failed: and {} more; /entry/frames/reason of the output has all",
            watched.pushed().failed - watched.reasons().len()
        );
    }
    let summary = ran.as_ref().map_or_else(|_| watched.pushed(), Clone::clone);
    let finished = watched.into_sink().finish(&summary);
    ran?;
    finished.map_err(Failure::io)?;
    Ok((summary, start.elapsed().as_secs_f64()))
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Failure {
        match error {
            RunError::Frame { .. } => Failure::Frame(error.to_string()),
            RunError::Job(_) => Failure::refused(error),
            RunError::Sink(_) | RunError::Worker { .. } => Failure::io(error),
        }
    }
}
