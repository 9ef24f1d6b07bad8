//! What goes with which layout.

use super::option;
use crate::job::{Execution, Given, JobError, JobSpec};
use crate::layout::Layout;
use crate::machine::Pin;

/// Refuses what does not go with the layout.
pub(super) fn check(spec: &JobSpec, given: &Given) -> Result<(), JobError> {
    let Execution { layout, threads, workers, pin, .. } = spec.execution;
    let name = layout.name();
    engine(&spec.execution)?;
    if layout.in_process() || layout == Layout::Auto {
        return workers.map_or(Ok(()), |workers| {
            let reason = format!("{workers}: layout {name} has no workers; processes, dask and joblib have");
            Err(option("--workers", reason))
        });
    }
    if let Some(threads) = threads {
        let reason = format!("{threads}: layout {name} has workers of one thread each; give --workers {threads}");
        return Err(option("--threads", reason));
    }
    if pin != Pin::Auto {
        let reason = format!("layout {name} leaves its workers where the system puts them; use auto");
        return Err(option("--pin", reason));
    }
    if layout == Layout::Processes && !given.is_empty() {
        let reason = "processes: its workers read files, not the frames and arrays of this process; use layout threads";
        return Err(option("--layout", reason));
    }
    if !spec.images.is_empty() {
        let reason = "images of the stack are summed in one process; use layout serial or threads";
        return Err(option("--image", reason));
    }
    Ok(())
}

/// Refuses what only engines have a use for.
fn engine(execution: &Execution) -> Result<(), JobError> {
    let Execution { layout, workers, scheduler, range, .. } = execution;
    if let Some(range) = range.filter(|range| *range == 0 || !layout.by_engine()) {
        let reason = match range {
            0 => "0: a task has one frame at least".to_owned(),
            _ => format!("{range}: layout {} has no tasks of several batches; dask and joblib have", layout.name()),
        };
        return Err(option("--range", reason));
    }
    let Some(scheduler) = scheduler else { return Ok(()) };
    if *layout != Layout::Dask {
        return Err(option("--scheduler", format!("{scheduler}: only layout dask has a scheduler")));
    }
    match workers {
        Some(workers) => {
            Err(option("--workers", format!("{workers}: the cluster of --scheduler {scheduler} has its own workers")))
        }
        None => Ok(()),
    }
}
