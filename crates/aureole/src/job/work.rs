//! The job as a worker process of the layout `processes` takes it.

use std::os::unix::net::UnixStream;

use super::{Execution, JobSpec, Prepared, prepare};
use crate::layout::Layout;
use crate::layout::processes::WorkerEnd;

/// Serves as a worker process: takes a job from the run at the other end of `socket`, prepares it, and integrates the frames
/// that it is given.
///
/// # Errors
/// When what comes is no job of this version, or the run says what makes no sense. That the job cannot be prepared is told
/// to the run and no error here; nor is that the run is gone.
pub fn work(socket: UnixStream) -> Result<(), String> {
    let Some((end, job)) = WorkerEnd::accept(socket)? else { return Ok(()) };
    match JobSpec::from_json(&job).and_then(prepare) {
        Ok(prepared) => prepared.with_parts(&prepared.input(), None, |source, plan| end.serve(source, plan)),
        Err(error) => {
            end.refuse(&format!("a worker process refuses the job: {error}"));
            Ok(())
        }
    }
}

impl Prepared {
    /// What a worker process is told: the same frames and recipes, and the same vector instructions.
    pub(super) fn for_workers(&self) -> JobSpec {
        let execution = Execution {
            layout: Layout::Threads,
            threads: Some(1),
            isa: Some(self.isa.name().to_owned()),
            plan_cache: self.spec.execution.plan_cache.clone(),
            ..Execution::default()
        };
        JobSpec { execution, map: None, ..self.spec.clone() }
    }
}
