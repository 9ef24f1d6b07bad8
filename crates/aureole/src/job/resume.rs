//! Going on with a result that an earlier run of the same job has begun.

mod differences;

use std::ops::Range;
use std::path::{Path, PathBuf};

use aureole_core::images::StackImages;
use aureole_core::pipeline::{Executor, RunError, Sink, SinkError, Summary};

use super::record::state;
use super::{Input, JobError, JobSpec, Prepared};
use crate::result::{Record, ResultError};
use crate::sink::NexusSink;
use crate::sink::nexus::{Begun, Description, check_constants};

/// Why a job cannot go on with a result.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ResumeError {
    /// It cannot be read, or is no result.
    #[error(transparent)]
    Result(#[from] ResultError),
    /// The job is another one.
    #[error("{}: {what} was {was} when it was begun and is {now} now", file.display())]
    Differs {
        /// The result.
        file: PathBuf,
        /// What differs.
        what: String,
        /// Its value in the result.
        was: String,
        /// Its value now.
        now: String,
    },
    /// Such a result cannot be gone on with.
    #[error("{}: {reason}", file.display())]
    Refused {
        /// The result.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// A file that the job names can no longer be read.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The result cannot be written.
    #[error(transparent)]
    Sink(#[from] SinkError),
}

/// What is to be done about a result that is there.
pub enum Resumed {
    /// Nothing: all frames were done or failed, and nothing was written.
    Complete {
        /// Its frames.
        frames: usize,
        /// Those that failed.
        failed: usize,
    },
    /// There is more to do.
    GoesOn {
        /// The result, for the rows of the remaining frames.
        sink: Box<NexusSink>,
        /// The remaining frames.
        remaining: Vec<Range<usize>>,
        /// Frames that were done before.
        done: usize,
        /// Frames that failed before, and stay so.
        failed: usize,
        /// What the user should be told.
        notices: Vec<String>,
    },
}

impl Prepared {
    /// Goes on with the result `output`; `sums` as of [`Prepared::description`]. `failed` has frames that failed tried again.
    ///
    /// The job must be that of the result: the same inputs, recipes, frames and map, the same content of all files that it names,
    /// and the same version of the program. How the work is spread may differ, since it changes no bit.
    ///
    /// # Errors
    /// See [`ResumeError`]; a change of the file that an earlier run had broken off is then taken back all the same.
    pub fn resume(&self, output: &Path, sums: bool, failed: bool) -> Result<Resumed, ResumeError> {
        let mut begun = Begun::open(output)?;
        let description = self.description(sums)?;
        let notices = self.compare(output, begun.record(), &description)?;
        check_constants(output, &description)?;
        begun.expect(description.frames);
        let record = begun.record();
        let (done, earlier) = (record.count(1), record.count(2));
        if record.is_complete() && !(failed && earlier > 0) {
            return Ok(Resumed::Complete { frames: record.planned, failed: earlier });
        }
        if record.in_parts {
            let reason =
                "its rows are in files of their own (--output-parts), with which no other run can go on; begin anew";
            return Err(ResumeError::Refused { file: output.to_owned(), reason: reason.into() });
        }
        if !self.spec.images.is_empty() {
            let reason = "images of the stack (--image) need all frames in one run; leave them out, or begin anew";
            return Err(ResumeError::Refused { file: output.to_owned(), reason: reason.into() });
        }
        let remaining = begun.remaining(failed);
        let sink = Box::new(begun.into_sink(description, failed)?);
        let kept = if failed { 0 } else { earlier };
        Ok(Resumed::GoesOn { sink, remaining, done, failed: kept, notices })
    }

    /// Integrates the frames of some ranges, one range after the other, as [`Prepared::run_by`] does.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn run_ranges(
        &self,
        executor: &dyn Executor,
        ranges: &[Range<usize>],
        images: Option<&StackImages>,
        sink: &mut dyn Sink,
    ) -> Result<Summary, RunError> {
        let mut whole = Summary::default();
        for frames in ranges {
            if let Some(growing) = self.stack.grows() {
                return self.follow(growing, frames.clone(), images, sink);
            }
            let input = Input { frames: frames.clone(), ..self.input() };
            whole.add(self.run_by(executor, &input, images, sink)?);
            if whole.stopped {
                break;
            }
        }
        Ok(whole)
    }

    /// Refuses a result of another job; what to tell the user of one of the same.
    fn compare(&self, file: &Path, record: &Record, now: &Description) -> Result<Vec<String>, ResumeError> {
        let refused = |reason: &str| ResumeError::Refused { file: file.to_owned(), reason: reason.to_owned() };
        let differs = |what: &str, was: &dyn std::fmt::Display, now: &dyn std::fmt::Display| {
            let (what, was, now) = (what.to_owned(), was.to_string(), now.to_string());
            Err(ResumeError::Differs { file: file.to_owned(), what, was, now })
        };
        let from = &now.provenance;
        if (&record.program, &record.version) != (&from.program, &from.version) {
            let (was, now) = (format!("{} {}", record.program, record.version), format!("aureole {}", from.version));
            return differs("the program", &was, &now);
        }
        if self.given_frames {
            return Err(refused(
                "frames in memory cannot be told from others; only those in files can be gone on with",
            ));
        }
        let begun = JobSpec::from_json(&record.job).map_err(|error| refused(&error.to_string()))?;
        if let Some(found) = differences::first(&begun, &self.spec) {
            return differs(&found.key, &found.was, &found.now);
        }
        let range = |first: usize, count: usize| format!("{first}:{}", first.saturating_add(count));
        let (was, is) = (range(record.first_frame, record.planned), range(now.first_frame, now.frames));
        if was != is && !(record.followed && record.first_frame == now.first_frame && record.planned <= now.frames) {
            return differs("frames", &was, &is);
        }
        if record.sums != now.sums {
            let word = |sums: bool| if sums { "on" } else { "off" };
            return differs("--sums", &word(record.sums), &word(now.sums));
        }
        let mut files = from.files.clone();
        files.sort();
        if let Some((was, is)) = record.files.iter().zip(&files).find(|(was, is)| was != is) {
            let shown = |(_, name, digest): &(String, String, String)| format!("{name} (SHA-256 {digest})");
            return differs(&was.0, &shown(was), &shown(is));
        }
        if record.files.len() != files.len() {
            return differs("number of files that the job names", &record.files.len(), &files.len());
        }
        if record.followed {
            // It was begun before the files were complete, or there.
            return Ok(Vec::new());
        }
        self.compare_sources(record, now).map_or_else(|(what, was, is)| differs(&what, &was, &is), Ok)
    }

    /// Compares the datasets by what they are; that a file was changed since is only told.
    fn compare_sources(&self, record: &Record, now: &Description) -> Result<Vec<String>, (String, String, String)> {
        let from = &now.provenance;
        let names = |names: Vec<&str>| names.join(", ");
        let was = names(record.sources.iter().map(|source| source.name.as_str()).collect());
        let is = names(from.sources.iter().map(String::as_str).collect());
        if was != is {
            return Err(("source".into(), was, is));
        }
        if record.frames_of != from.frames_of {
            return Err(("a frame".into(), record.frames_of.clone(), from.frames_of.clone()));
        }
        let mut notices = Vec::new();
        for (source, origin) in record.sources.iter().zip(self.origins()) {
            let (Some(was), is) = (source.state, state(origin)) else { continue };
            if was.frames != is.frames {
                let what = format!("the number of frames of {}", source.name);
                return Err((what, was.frames.to_string(), is.frames.to_string()));
            }
            if was != is {
                notices.push(format!(
                    "{} was changed after the result was begun; its frames are said to be the same",
                    source.name
                ));
            }
        }
        Ok(notices)
    }
}
