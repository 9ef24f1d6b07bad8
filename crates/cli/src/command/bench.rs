//! `aureole bench`: how fast this machine integrates, by layout, threads and batch.

mod job;
mod limits;
mod retune;
mod scratch;
mod table;

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};

use aureole::bench::{self, BenchError, Cache, News, Report, Request};
use aureole::job::default_threads;
use aureole::job::{Prepared, prepare};
use aureole::machine;
use aureole_core::pipeline::RunError;

use super::{output, stop};
use crate::args::bench::{BenchArgs, MeasuredArgs};
use crate::exit::{Exit, Failure, Outcome};
use crate::picture::{self, scaling};
use crate::print;
use scratch::Scratch;
use table::Table;

/// Frames that are simulated where nothing is said, unless they are fewer than [`FRAMES_A_THREAD`].
const FRAMES: usize = 128;

/// Frames a thread that tell one layout from another: a full batch for each.
const FRAMES_A_THREAD: usize = 16;

pub(crate) fn run(args: BenchArgs) -> Outcome {
    if args.told.gpu_limits {
        limits::check(&args.told)?;
    }
    let request = request(&args.measured)?;
    if let Some(plot) = &args.told.plot {
        picture::format("--plot", plot)?;
        output::check("--plot ", plot)?;
    }
    let most = request.threads.iter().map(|threads| threads.get()).max().unwrap_or(1);
    let frames = args.measured.frames.map_or(FRAMES.max(FRAMES_A_THREAD * most), |frames| frames as usize);
    if args.told.retune && args.stack.is_none() {
        retune::check(frames, most)?;
    }
    let stop = stop::on_signal()?;
    let scratch = Scratch::new(args.measured.folder.as_deref())?;
    let told = args.told;
    let Some(meant) = job::meant(args.stack, &args.simulated, args.recipe, &args.measured, frames, &scratch, stop)?
    else {
        return Ok(Exit::Interrupted);
    };
    let mut prepared = prepare(meant.job).map_err(Failure::refused)?;
    for notice in meant.notices.iter().chain(&prepared.notices) {
        print::stderr(&format!("note: {notice}"));
    }
    if prepared.frames.is_empty() {
        return Err(Failure::refused("there is nothing to integrate; the stack has no frames"));
    }
    if told.retune {
        retune::check(prepared.frames.len(), most)?;
    }
    if told.gpu_limits {
        return limits::tell(&prepared, &told);
    }
    let report = measure(&mut prepared, &request, &scratch, stop, told.json)?;
    if told.json {
        let text = serde_json::to_string_pretty(&report).map_err(Failure::io)?;
        print::stdout(&(text + "\n"))?;
    }
    if report.lines.is_empty() && !report.stopped {
        return Err(Failure::refused("no layout could run; see above"));
    }
    if let Some(plot) = told.plot.filter(|_| !report.lines.is_empty()) {
        scaling::figure(&report).write("--plot", &plot)?;
        print::stderr(&format!("plot: {}", plot.display()));
    }
    if told.retune && !report.stopped {
        retune::keep(&report)?;
    }
    Ok(match report {
        Report { stopped: true, .. } => Exit::Interrupted,
        Report { lines, .. } if lines.iter().any(|line| line.failed > 0) => Exit::FramesFailed,
        _ => Exit::Done,
    })
}

/// What is typed, with defaults for the rest.
fn request(args: &MeasuredArgs) -> Result<Request, Failure> {
    let mut threads: Vec<NonZero<usize>> = args.threads.iter().filter_map(|n| NonZero::new(usize::from(*n))).collect();
    if threads.is_empty() {
        threads = powers(default_threads());
    }
    let mut batches: Vec<Option<usize>> = args.batches.iter().map(|n| Some(usize::from(*n))).collect();
    if batches.is_empty() {
        batches.push(None);
    }
    let repeat = NonZero::new(usize::from(args.repeat)).ok_or_else(|| Failure::refused("--repeat 0: at least 1"))?;
    let cache = if args.cold { Cache::Cold } else { Cache::Warm };
    Ok(Request { layouts: args.layouts(has_gpu), threads, batches, repeat, cache })
}

/// True where there is a GPU that the kernels are for.
fn has_gpu() -> bool {
    machine::gpus().is_ok_and(|gpus| gpus.first().is_some_and(|gpu| gpu.check().is_ok()))
}

/// 1, 2, 4, ... and `most` itself.
fn powers(most: NonZero<usize>) -> Vec<NonZero<usize>> {
    let below = (0..usize::BITS).map(|power| 1_usize << power).take_while(|n| *n < most.get());
    below.filter_map(NonZero::new).chain([most]).collect()
}

/// Measures; the table grows on standard output as it is made, or, for JSON, on standard error.
fn measure(
    prepared: &mut Prepared,
    request: &Request,
    scratch: &Scratch,
    stop: &AtomicBool,
    json: bool,
) -> Result<Report, Failure> {
    let (mut told, mut table) = (Ok(()), Table::default());
    let mut tell = |news: News<'_>| {
        let text = table.text(news);
        if json {
            print::stderr(text.trim_end());
        } else if told.is_ok() {
            told = print::stdout(&text);
        }
    };
    let report = bench::measure(prepared, request, &scratch.result(), stop, &mut tell)?;
    told?;
    if report.stopped && stop.load(Ordering::Relaxed) {
        print::stderr("stopped; what was measured before is above");
    }
    Ok(report)
}

impl From<BenchError> for Failure {
    fn from(error: BenchError) -> Failure {
        match error {
            BenchError::Refused(_) | BenchError::Job(_) => Failure::refused(error),
            BenchError::Run(run @ RunError::Frame { .. }) => run.into(),
            _ => Failure::io(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use super::powers;

    #[test]
    fn threads_double_up_to_the_cores_allowed() {
        let of = |cores| powers(NonZero::new(cores).unwrap()).into_iter().map(NonZero::get).collect::<Vec<_>>();
        assert_eq!(of(1), [1]);
        assert_eq!(of(2), [1, 2]);
        assert_eq!(of(6), [1, 2, 4, 6]);
        assert_eq!(of(8), [1, 2, 4, 8]);
    }
}
