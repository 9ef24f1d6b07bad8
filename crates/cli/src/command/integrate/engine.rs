//! The engines behind `--layout dask` and `joblib`, which come from outside this program.

use std::sync::Arc;

use aureole::job::Prepared;
use aureole::layout::elsewhere::{Elsewhere, Engines, Settings};

use crate::args::integrate::Meant;
use crate::exit::Failure;

/// Refuses a layout whose engine is not there, before any work is done.
pub(super) fn check(meant: &Meant, engines: Option<&dyn Engines>) -> Result<(), Failure> {
    let layout = meant.job.execution.layout;
    if !layout.by_engine() {
        return Ok(());
    }
    let name = layout.name();
    let refuse = |reason: &str| Failure::refused(format!("--layout {name}: {reason}"));
    match engines {
        Some(engines) => engines.check(name).map_err(|reason| refuse(&reason)),
        None => Err(refuse(&format!(
            "needs Python; pip install \"aureole[{name}]\" and run the command aureole that comes with it"
        ))),
    }
}

/// The layout of the job with its engine, if it has one: its workers are then started.
pub(super) fn start<'e>(
    meant: &Meant,
    job: &Arc<Prepared>,
    engines: Option<&'e dyn Engines>,
) -> Result<Option<Elsewhere<'e>>, Failure> {
    let layout = meant.job.execution.layout;
    let Some(engines) = engines.filter(|_| layout.by_engine()) else { return Ok(None) };
    let settings = Settings { send_chunks: meant.send_chunks, parts: None };
    let engine = engines.engine(job, &settings);
    let engine = engine.map_err(|reason| Failure::refused(format!("--layout {}: {reason}", layout.name())))?;
    Ok(Some(Elsewhere { engine, range: job.range(meant.send_chunks) }))
}
