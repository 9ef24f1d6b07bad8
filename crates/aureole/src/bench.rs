//! How fast a prepared job runs on this machine, by layout, number of threads and batch, beside what its decoder alone can do.
//!
//! A run counts from its first read to its last row on disk, as `aureole integrate` counts. Plans are made before, once.

mod about;
pub mod device;
mod error;
mod floor;
mod line;
mod pages;
mod run;

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

pub use about::{About, AboutRecipe, Cache};
pub use error::BenchError;
pub use floor::Floor;
pub use line::{Line, Shares};

use crate::job::Prepared;
use crate::layout::Layout;
use floor::Chunks;

/// What to measure: every layout with every number of threads and every batch.
#[derive(Clone, Debug)]
pub struct Request {
    /// The layouts, none of them `auto`.
    pub layouts: Vec<Layout>,
    /// Numbers of threads.
    pub threads: Vec<NonZero<usize>>,
    /// Frames that a worker takes at once; `None` for the layout's own choice.
    pub batches: Vec<Option<usize>>,
    /// Runs of each, of which the median and the best are told; at least 1.
    pub repeat: NonZero<usize>,
    /// Whether the stack's files are in the page cache when a run begins.
    pub cache: Cache,
}

/// What is told while the measuring goes on.
#[derive(Clone, Copy, Debug)]
pub enum News<'a> {
    /// What is going to be measured, and where.
    Begun(&'a About),
    /// The decoder alone was measured with one number of threads.
    Floor(&'a Floor),
    /// One layout was measured with one number of threads and one batch.
    Line(&'a Line),
    /// A layout cannot run this job here.
    Refused(&'a Refusal),
}

/// A layout that cannot run the job here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Refusal {
    /// The layout.
    pub layout: &'static str,
    /// Why, in one sentence.
    pub reason: String,
}

/// All that was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// What was measured, and where.
    pub about: About,
    /// The decoder alone, once a number of threads; empty where no chunk could be decoded.
    pub floors: Vec<Floor>,
    /// What was measured, in the order of the request.
    pub lines: Vec<Line>,
    /// The layouts that could not run.
    pub refused: Vec<Refusal>,
    /// True when the measuring was stopped before its end.
    pub stopped: bool,
}

impl Report {
    /// What had the most frames a second, by its median, and no frame that failed; `None` where there is none.
    #[must_use]
    pub fn fastest(&self) -> Option<&Line> {
        let whole = self.lines.iter().filter(|line| line.failed == 0);
        whole.max_by(|a, b| a.frames_per_second.total_cmp(&b.frames_per_second))
    }
}

/// Measures what is asked for. Results are written to `output`, over and over; `tell` hears of each measurement as it is
/// made; `stop`, once set, ends the run under way and all others.
///
/// # Errors
/// When the stack cannot be read at all, the result cannot be written, or a worker dies.
pub fn measure(
    prepared: &mut Prepared,
    request: &Request,
    output: &Path,
    stop: &AtomicBool,
    tell: &mut dyn FnMut(News<'_>),
) -> Result<Report, BenchError> {
    let stopped = || stop.load(Ordering::Relaxed);
    let stored = pages::warm(&prepared.stack, prepared.frames.clone(), stop);
    let about = About::of(prepared, request, stored);
    tell(News::Begun(&about));
    let mut report = Report { about, floors: Vec::new(), lines: Vec::new(), refused: Vec::new(), stopped: false };
    let chunks = Chunks::read(prepared);
    for &threads in &request.threads {
        if stopped() {
            break;
        }
        let Some(floor) = chunks.measure(threads, request.repeat, stop) else { break };
        tell(News::Floor(&floor));
        report.floors.push(floor);
    }
    drop(chunks);
    for &layout in &request.layouts {
        for (&threads, &batch) in request.threads.iter().flat_map(|n| request.batches.iter().map(move |b| (n, b))) {
            if stopped() || report.refused.iter().any(|refusal| refusal.layout == layout.name()) {
                break;
            }
            let floor = report.floors.iter().find(|floor| floor.threads == threads.get());
            match run::line(prepared, &run::Way { layout, threads, batch }, request, output, stop, floor) {
                Ok(None) => {}
                Ok(Some(line)) => {
                    tell(News::Line(&line));
                    report.lines.push(line);
                }
                Err(BenchError::Refused(reason)) => {
                    let layout = layout.name();
                    let reason = reason.trim_start_matches(&format!("layout {layout}: ")).to_owned();
                    let refusal = Refusal { layout, reason };
                    tell(News::Refused(&refusal));
                    report.refused.push(refusal);
                }
                Err(error) => return Err(error),
            }
        }
    }
    report.stopped = stopped();
    Ok(report)
}
