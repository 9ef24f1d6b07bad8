//! `aureole simulate`: a stack to try things with, and its PONI file.

use aureole::simulate::{Profile, SimulateError, Simulation};
use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;
use aureole_core::poni;

use super::output;
use crate::args::simulate::SimulateArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::print;
use crate::progress::Progress;

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
    let progress = Progress::new(stack.frames as u64);
    let written = stack.write(&args.output, &|done| progress.at(done as u64))?;
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
    let detector =
        Detector::by_name(&args.detector).map_err(|error| Failure::refused(format!("--detector {error}")))?;
    if detector.shape().is_none() {
        return Err(Failure::refused(format!("--detector {}: this detector has no shape of its own", args.detector)));
    }
    let dtype = Dtype::from_name(args.dtype).ok_or_else(|| Failure::refused(format!("--dtype {}", args.dtype)))?;
    let profile = if args.profile == "sparse" { Profile::Sparse { mean: args.mean } } else { Profile::Tutorial };
    Ok(Simulation { detector, dtype, frames: args.frames, profile, gaps: args.gaps, seed: args.seed })
}

impl From<SimulateError> for Failure {
    fn from(error: SimulateError) -> Failure {
        match error {
            SimulateError::Write { .. } => Failure::io(error),
            _ => Failure::refused(error),
        }
    }
}
