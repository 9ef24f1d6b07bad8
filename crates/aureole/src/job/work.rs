//! The job as workers in other processes take it: those of the layout `processes`, and those of engines.

use std::ops::Range;
use std::os::unix::net::UnixStream;
use std::path::Path;

use aureole_core::pipeline::{Job, RunError, Source};

use super::bins::Bins;
use super::prepare::prepare_with;
use super::{Execution, Given, Input, JobSpec, Prepared, Sent};
use crate::layout::processes::WorkerEnd;
use crate::layout::{Layout, elsewhere};
use crate::sink::nexus::{Description, parts};

/// Serves as a worker process: takes a job from the run at the other end of `socket`, prepares it, and integrates the frames
/// that it is given.
///
/// # Errors
/// When what comes is no job of this version, or the run says what makes no sense. That the job cannot be prepared is told
/// to the run and no error here; nor is that the run is gone.
pub fn work(socket: UnixStream) -> Result<(), String> {
    let Some((end, job)) = WorkerEnd::accept(socket)? else { return Ok(()) };
    let prepare = |spec| prepare_with(spec, Given::default(), end.beside().map(Bins::made));
    match JobSpec::from_json(&job).and_then(prepare) {
        Ok(prepared) => prepared.with_parts(&prepared.input(), None, |source, plan| end.serve(source, plan)),
        Err(error) => {
            end.refuse(&format!("a worker process refuses the job: {error}"));
            Ok(())
        }
    }
}

impl Prepared {
    /// Integrates some frames in one thread, for an engine: the bytes of their patterns. The frames are those of the job's
    /// stack, or `chunks` of it that were sent, as [`Prepared::chunks`] gave them.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn integrate_range(
        &self,
        frames: Range<usize>,
        chunks: Option<&[u8]>,
        sums: bool,
    ) -> Result<Vec<u8>, RunError> {
        let spec = || self.stack.spec().clone();
        let sent = chunks.map(|chunks| Sent::new(spec(), frames.start, chunks)).transpose().map_err(RunError::Job)?;
        let data = sent.as_ref().map_or(&self.stack as &dyn Source, |sent| sent);
        let input = Input { data, ..self.input() };
        self.with_parts(&input, None, |source, plan| {
            let batch = self.spec.execution.batch;
            elsewhere::integrate(&Job { source, plan, frames, batch, strict: false }, sums)
        })
    }

    /// The same into a file of the folder, as a part of a result; `description` is that of the job. Returns what is known of the
    /// frames, without their numbers.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn integrate_part(
        &self,
        frames: Range<usize>,
        description: &Description,
        folder: &Path,
    ) -> Result<Vec<u8>, RunError> {
        let path = parts::file(folder, &frames);
        let description =
            Description { first_frame: frames.start, frames: frames.len(), map: None, ..description.clone() };
        self.with_parts(&self.input(), None, |source, plan| {
            let batch = self.spec.execution.batch;
            elsewhere::integrate_into(&Job { source, plan, frames, batch, strict: false }, description, &path)
        })
    }

    /// What a worker process is told: the same frames and recipes, and the same vector instructions.
    pub(super) fn for_workers(&self) -> JobSpec {
        let execution = Execution {
            layout: Layout::Threads,
            threads: Some(1),
            isa: Some(self.isa.name().to_owned()),
            plan_cache: self.spec.execution.plan_cache.clone(),
            allow_external: self.spec.execution.allow_external,
            ..Execution::default()
        };
        JobSpec { execution, map: None, ..self.spec.clone() }
    }
}
