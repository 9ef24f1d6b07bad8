//! `aureole integrate`: a stack to patterns.

mod engine;
mod follow;
mod report;
mod resumed;
mod shown;
mod watched;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use aureole::job::{self, OutputError, Prepared};
use aureole::layout::elsewhere::{Elsewhere, Engines};
use aureole::tuned;
use aureole_core::images::StackImages;
use aureole_core::pipeline::{Executor, RunError, Source, Summary};

use super::{output, stop};
use crate::args::integrate::{IntegrateArgs, Meant, SummaryForm};
use crate::exit::{Exit, Failure, Outcome};
use crate::print;
use crate::progress::Progress;
use report::Report;
use resumed::Task;
use shown::Shown;
use watched::Watched;

pub(crate) fn run(args: IntegrateArgs, engines: Option<&dyn Engines>) -> Outcome {
    let meant = args.meant()?;
    engine::check(&meant, engines)?;
    check_output(&meant)?;
    engine::check_parts(&meant)?;
    let stop = stop::on_signal()?;
    let shown = Shown::start(&meant);
    let Some(given) = follow::wait(&meant, stop)? else { return Ok(Exit::Interrupted) };
    let mut prepared = job::prepare_given(meant.job.clone(), given).map_err(Failure::refused)?;
    let tuned = tuned::default_file().and_then(|file| prepared.tune(&file));
    for notice in meant.notices.iter().chain(&prepared.notices).chain(&tuned) {
        print::stderr(&format!("note: {notice}"));
    }
    prepared.check_output(&meant.output, meant.output_parts, meant.force || meant.resume)?;
    if stop.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    let goes_on = meant.resume && meant.output.exists();
    let rest = match goes_on.then(|| resumed::task(&meant, &prepared)).transpose()? {
        Some(Err(exit)) => return Ok(exit),
        Some(Ok(rest)) => Some(rest),
        None => None,
    };
    let images = prepared.images().map_err(Failure::refused)?;
    let prepared = Arc::new(prepared);
    let elsewhere = engine::start(&meant, &prepared, engines)?;
    let workers = elsewhere.as_ref().map_or(prepared.workers().get(), |layout| layout.engine.workers());
    if stop.load(Ordering::Relaxed) {
        return Ok(Exit::Interrupted);
    }
    let header = report::header(&prepared, workers);
    print::stderr(&header);
    let task = match rest {
        Some(rest) => rest,
        None => begin(&meant, &prepared, elsewhere.as_ref(), workers)?,
    };
    shown.begins(&header);
    let failed_before = task.failed_before;
    let (summary, seconds) = integrate(&prepared, elsewhere.as_ref(), images.as_ref(), task, stop, &shown)?;
    for note in &summary.survived {
        print::stderr(&format!("note: {note}"));
    }
    let missing = follow::missing(&prepared, &summary);
    if let Some(missing) = &missing {
        print::stderr(missing);
    }
    let report = Report::new(&prepared, &summary, seconds, &meant.output);
    print::stdout(&match meant.summary {
        SummaryForm::Text => report.text(),
        SummaryForm::Json => report.json(),
    })?;
    shown.ends(&summary, seconds, stop);
    Ok(match summary {
        Summary { stopped: true, .. } => Exit::Interrupted,
        Summary { failed: 0, .. } if failed_before == 0 && missing.is_none() => Exit::Done,
        _ => Exit::FramesFailed,
    })
}

/// All frames, into a new file.
fn begin(
    meant: &Meant,
    prepared: &Prepared,
    elsewhere: Option<&Elsewhere<'_>>,
    workers: usize,
) -> Result<Task, Failure> {
    let mut description = prepared.description(meant.sums).map_err(Failure::refused)?;
    if elsewhere.is_some() {
        description.provenance.device = format!("{workers} {}", prepared.hands());
    }
    let sink = engine::sink(meant, prepared, elsewhere, description)?;
    Ok(Task { sink, frames: vec![prepared.frames.clone()], failed_before: 0 })
}

/// Refuses to replace a file that was not meant to be, before anything is read.
fn check_output(meant: &Meant) -> Result<(), Failure> {
    let output = &meant.output;
    output::check("--output ", output)?;
    if output.exists() && !meant.force && !meant.resume {
        return Err(OutputError::Exists(output.clone()).into());
    }
    Ok(())
}

/// Runs the job; seconds count from the first read to the last row on disk. Whatever ends the run, what was pushed is in
/// the file.
fn integrate(
    prepared: &Prepared,
    elsewhere: Option<&Elsewhere<'_>>,
    images: Option<&StackImages>,
    task: Task,
    stop: &AtomicBool,
    shown: &Shown,
) -> Result<(Summary, f64), Failure> {
    let frames = task.frames.iter().map(Range::len).sum::<usize>();
    let progress = Progress::new(prepared.expected().map(|_| frames as u64));
    let start = Instant::now();
    let mut watched = Watched::new(task.sink, &progress, stop, shown);
    let own = prepared.executor_for(frames);
    let executor = elsewhere.map_or(own.as_ref(), |layout| layout as &dyn Executor);
    let ran = prepared.run_ranges(executor, &task.frames, images, &mut watched);
    progress.finish();
    for reason in watched.reasons() {
        print::stderr(&format!("failed: {reason}"));
    }
    let untold = watched.pushed().failed - watched.reasons().len();
    if untold > 0 {
        print::stderr(&format!("failed: and {untold} more; /entry/frames/reason of the output has all"));
    }
    let summary = ran.as_ref().map_or_else(|_| watched.pushed(), Clone::clone);
    let mut sink = watched.into_sink();
    let written = match images {
        // Frames beyond the last pattern may be in the images of a run that was ended.
        Some(images) if ran.is_ok() && !summary.stopped => {
            sink.write_images(prepared.stack.spec().shape, &prepared.spec.images, images)
        }
        _ => Ok(()),
    };
    let finished = sink.finish();
    ran?;
    written.and(finished).map_err(Failure::io)?;
    Ok((summary, start.elapsed().as_secs_f64()))
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Failure {
        Failure::refused(match error {
            OutputError::Exists(_) => format!("--output {error}; --force replaces it, --resume goes on with it"),
            OutputError::Input(_) => format!("--output {error}"),
            OutputError::Nothing(_) => format!("--frames: {error}"),
        })
    }
}

impl From<RunError> for Failure {
    fn from(error: RunError) -> Failure {
        match error {
            RunError::Frame { .. } => Failure::Frame(error.to_string()),
            RunError::Job(_) => Failure::refused(error),
            RunError::Sink(_) | RunError::Worker { .. } | RunError::Engine(_) => Failure::io(error),
        }
    }
}
