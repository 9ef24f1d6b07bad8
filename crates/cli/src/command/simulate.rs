//! `aureole simulate`: a stack to try things with, and its PONI file.

use std::ops::ControlFlow;

use aureole::simulate::{Profile, SimulateError, Simulation};
use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;
use aureole_core::poni;

use super::output;
use crate::args::simulate::SimulateArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::print;
use crate::progress::Progress;

/// Photons a pixel, on average, of sparse frames unless something else is said.
const SPARSE_MEAN: f64 = 0.05;

pub(crate) fn run(args: &SimulateArgs) -> Outcome {
    let stack = meant(args)?;
    output::check("", &args.output)?;
    let beside = args.output.with_extension("poni");
    if beside == args.output {
        return Err(Failure::refused(format!("{}: the PONI file would have this name", args.output.display())));
    }
    for file in [&args.output, &beside] {
        if !args.force && file.exists() {
            return Err(Failure::refused(format!("{}: exists; --force replaces it", file.display())));
        }
    }
    let progress = Progress::new(Some(stack.frames as u64));
    let told = |done| {
        progress.at(done as u64);
        ControlFlow::Continue(())
    };
    let written = stack.write(&args.output, &told)?;
    let seconds = progress.finish();
    std::fs::write(&beside, poni::write(&stack.geometry()))
        .map_err(|error| Failure::io(format!("{}: {error}", beside.display())))?;
    let ratio = written.decoded as f64 / written.stored as f64;
    print::stdout(&format!(
        "{} frames of {} {} in {seconds:.1} s · {}, compressed {ratio:.1}:1 → {} and {}\n",
        print::thousands(stack.frames as u64),
        stack.detector.name(),
        stack.dtype,
        print::bytes(written.stored),
        args.output.display(),
        beside.display(),
    ))?;
    Ok(Exit::Done)
}

/// The stack that was asked for.
fn meant(args: &SimulateArgs) -> Result<Simulation, Failure> {
    let is_sparse = args.profile == "sparse";
    if let Some(mean) = args.mean.filter(|_| !is_sparse) {
        let reason =
            format!("--mean: {mean}: the tutorial's frames have a brightness of their own; add --profile sparse");
        return Err(Failure::refused(reason));
    }
    let mean = is_sparse.then(|| args.mean.unwrap_or(SPARSE_MEAN));
    stack(&args.detector, args.dtype, args.frames, mean, args.gaps, args.seed)
}

/// A stack of a detector and a pixel type, by their names; sparse where a mean number of photons is given.
pub(super) fn stack(
    detector: &str,
    dtype: &str,
    frames: usize,
    mean: Option<f64>,
    gaps: bool,
    seed: u64,
) -> Result<Simulation, Failure> {
    let named = |error| Failure::refused(format!("--detector {error}"));
    let known = Detector::by_name(detector).map_err(named)?;
    if known.shape().is_none() {
        return Err(Failure::refused(format!("--detector {detector}: this detector has no shape of its own")));
    }
    let dtype = Dtype::from_name(dtype).ok_or_else(|| Failure::refused(format!("--dtype {dtype}")))?;
    let profile = mean.map_or(Profile::Tutorial, |mean| Profile::Sparse { mean });
    Ok(Simulation { detector: known, dtype, frames, profile, gaps, seed })
}

impl From<SimulateError> for Failure {
    fn from(error: SimulateError) -> Failure {
        match error {
            SimulateError::Write { .. } => Failure::io(error),
            _ => Failure::refused(error),
        }
    }
}
