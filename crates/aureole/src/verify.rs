//! A result checked: some of its frames are integrated again by the simplest of all ways, and compared to the last bit.
//!
//! The job is that which the result holds. It is done in one thread, without vector instructions, a frame after the other; since all
//! layouts give the same bits, whatever made the result must have given these.

mod draw;
mod inputs;
mod rows;

use std::path::{Path, PathBuf};

use aureole_core::pipeline::Source;

use crate::job::{self, Execution, JobSpec, Prepared};
use crate::layout::Layout;
use crate::result::{Record, ResultError};
use crate::sink::nexus::{check_constants, journal};

/// What to check.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Frames to integrate again, chosen at random; all that have a status if nothing is said.
    pub frames: Option<usize>,
    /// What the choice depends on.
    pub seed: u64,
    /// Where files are sought that are not where the result says.
    pub data: Option<PathBuf>,
}

/// What was checked, and what was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The numbers in the stack of the frames that were integrated again, ascending.
    pub frames: Vec<usize>,
    /// Frames of the result that have a status: those done, and those failed.
    pub candidates: usize,
    /// Frames of the job.
    pub planned: usize,
    /// Of the frames integrated again, those that had failed and failed again.
    pub failed_again: usize,
    /// The datasets whose rows were compared.
    pub datasets: Vec<String>,
    /// Files whose SHA-256 was compared: what each is used as and its name.
    pub files: Vec<(String, String)>,
    /// Datasets with frames, as the result names them.
    pub sources: Vec<String>,
    /// What differs, a sentence each; empty for a result that is right.
    pub differences: Vec<String>,
    /// What is no difference but should be known, a sentence each: what was not checked, files with another date.
    pub notes: Vec<String>,
}

/// Why a result could not be checked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It cannot be read, or is no result.
    #[error(transparent)]
    Result(#[from] ResultError),
    /// What it was made of is not there any more, or it is not of a kind that can be made again.
    #[error("{}: {reason}", file.display())]
    Impossible {
        /// The result.
        file: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Checks a result; `progress` is told how many of how many frames were compared.
///
/// # Errors
/// When it cannot be checked, see [`VerifyError`]; that something differs is no error but in the report.
pub fn verify(file: &Path, request: &Request, progress: &mut dyn FnMut(usize, usize)) -> Result<Report, VerifyError> {
    let impossible = |reason: String| VerifyError::Impossible { file: file.to_owned(), reason };
    if journal::is_pending(file) {
        let reason = "a change of it is under way or was broken off; aureole integrate --resume puts that right";
        return Err(impossible(reason.into()));
    }
    let record = Record::read(file)?;
    let spec = JobSpec::from_json(&record.job).map_err(|error| impossible(error.to_string()))?;
    let mut report =
        Report { planned: record.planned, candidates: record.count(1) + record.count(2), ..Report::default() };
    notes(&record, &spec, &mut report);
    inputs::files(&record, request, &mut report).map_err(impossible)?;
    let prepared = match job::prepare(reference(spec, request)) {
        Ok(prepared) => prepared,
        // A file that is another one may not even fit.
        Err(error) if !report.differences.is_empty() => {
            report.notes.push(format!("no frame was integrated again: {error}"));
            return Ok(report);
        }
        Err(error) => return Err(impossible(error.to_string())),
    };
    inputs::sources(&record, request, &prepared, &mut report);
    compare(file, request, &record, &prepared, &mut report, progress).map_err(impossible)?;
    Ok(report)
}

/// The job, done the simplest way.
fn reference(spec: JobSpec, request: &Request) -> JobSpec {
    let execution = Execution {
        layout: Layout::Serial,
        threads: Some(1),
        isa: Some("scalar".into()),
        allow_external: spec.execution.allow_external,
        ..Execution::default()
    };
    let spec = JobSpec { execution, images: Vec::new(), map: None, ..spec };
    request.data.as_ref().map_or(spec.clone(), |folder| spec.found_in(folder))
}

/// What is not checked.
fn notes(record: &Record, spec: &JobSpec, report: &mut Report) {
    let here = env!("CARGO_PKG_VERSION");
    if record.version != here {
        report.notes.push(format!("it was made by {} {}, and is checked by {here}", record.program, record.version));
    }
    let left = record.planned - report.candidates.min(record.planned);
    if left > 0 {
        report.notes.push(format!("{left} frames are not done"));
    }
    if !spec.images.is_empty() {
        report.notes.push("the images of the stack are not checked".into());
    }
    if spec.map.is_some() {
        report.notes.push("the positions of the map are not checked; its intensities are those of the frames".into());
    }
}

fn compare(
    file: &Path,
    request: &Request,
    record: &Record,
    prepared: &Prepared,
    report: &mut Report,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<(), String> {
    let there = prepared.stack.spec().frames;
    let end = record.first_frame.saturating_add(record.planned);
    if end > there {
        report.differences.push(format!("the inputs have {there} frames, and the result is of frames up to {end}"));
        return Ok(());
    }
    let description = prepared.description(record.sums).map_err(|error| error.to_string())?;
    if let Err(error) = check_constants(file, &description) {
        report.differences.push(error.to_string());
    }
    let candidates = (0..record.status.len()).filter(|row| record.status[*row] != 0).collect();
    let chosen = draw::choose(candidates, request.frames, request.seed);
    report.frames = chosen.iter().map(|row| record.first_frame + row).collect();
    let rows = rows::Rows::open(file, record, prepared)?;
    report.datasets = rows.names();
    let mut compared = 0;
    for range in draw::runs(&chosen) {
        rows.compare(range.clone(), report)?;
        compared += range.len();
        progress(compared, chosen.len());
    }
    Ok(())
}
