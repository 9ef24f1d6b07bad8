//! The engines behind `--layout dask` and `joblib`, which come from outside this program.

use std::sync::Arc;
use std::time::Instant;

use aureole::job::Prepared;
use aureole::layout::elsewhere::{Elsewhere, Engines, Settings};
use aureole::sink::NexusSink;
use aureole::sink::nexus::{Description, parts};

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
    let parts = meant.output_parts.then(|| parts::folder(&meant.output));
    let begun = Instant::now();
    let settings = Settings { send_chunks: meant.send_chunks, parts };
    let engine = engines.engine(job, &settings);
    let engine = engine.map_err(|reason| Failure::refused(format!("--layout {}: {reason}", layout.name())))?;
    let start = begun.elapsed().as_secs_f64();
    Ok(Some(Elsewhere { engine, range: job.range(meant.send_chunks), parts: meant.output_parts, start }))
}

/// The result file: with its rows, or over the files of `layout`'s tasks.
pub(super) fn sink(
    meant: &Meant,
    job: &Prepared,
    layout: Option<&Elsewhere<'_>>,
    description: Description,
) -> Result<NexusSink, Failure> {
    let (output, force) = (&meant.output, meant.force);
    let made = match layout.filter(|layout| layout.parts) {
        Some(layout) => {
            let ranges = layout.ranges(&job.frames, &job.plans, meant.sums);
            NexusSink::create_over_parts(output, description, force, ranges)
        }
        None => NexusSink::create(output, description, force),
    };
    made.map_err(Failure::io)
}

/// Refuses to replace parts that were not meant to be.
pub(super) fn check_parts(meant: &Meant) -> Result<(), Failure> {
    let folder = parts::folder(&meant.output);
    if meant.output_parts && meant.resume && meant.output.exists() {
        return Err(Failure::refused(
            "--resume: goes on with results that hold their rows, not with --output-parts; use --force",
        ));
    }
    if meant.output_parts && folder.exists() && !meant.force {
        return Err(Failure::refused(format!("--output-parts: {} exists; --force replaces it", folder.display())));
    }
    Ok(())
}
