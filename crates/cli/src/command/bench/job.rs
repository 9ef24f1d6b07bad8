//! The job that is measured: over a stack that is given, or over one that is simulated.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};

use aureole::job::{self, Execution, FrameRange, GeometrySpec, JobSpec};
use aureole::simulate::SimulateError;
use aureole::source;
use aureole_core::pipeline::Source;
use aureole_core::poni;

use super::scratch::Scratch;
use crate::args::bench::{MeasuredArgs, SimulatedArgs};
use crate::args::integrate::{RecipeArgs, single_recipe};
use crate::command::simulate;
use crate::exit::Failure;
use crate::progress::Progress;

/// The job, and what the user should be told about it.
pub(super) struct Meant {
    pub(super) job: JobSpec,
    pub(super) notices: Vec<String>,
}

/// The job that was asked for; a stack of `simulated_frames` is simulated where none is given. `None` when that was stopped.
pub(super) fn meant(
    stack: Option<String>,
    simulated: &SimulatedArgs,
    recipe: RecipeArgs,
    measured: &MeasuredArgs,
    simulated_frames: usize,
    scratch: &Scratch,
    stop: &AtomicBool,
) -> Result<Option<Meant>, Failure> {
    let (input, geometry, frames) = match stack {
        Some(stack) => (stack.clone(), None, first(&stack, measured.frames)?),
        None => {
            if recipe.detector.poni.is_some() {
                return Err(Failure::refused("--poni: goes with a STACK; the simulated one has its own geometry"));
            }
            let Some(geometry) = simulate(simulated, simulated_frames, scratch, stop)? else {
                return Ok(None);
            };
            (scratch.stack().display().to_string(), Some(geometry), FrameRange::default())
        }
    };
    let mut notices = Vec::new();
    let inputs = vec![input];
    let recipes = vec![single_recipe(recipe, geometry, &inputs, &mut notices)?];
    let execution = Execution { isa: measured.isa.map(str::to_owned), ..Execution::default() };
    let job = JobSpec { version: job::VERSION, inputs, frames, recipes, images: Vec::new(), execution, map: None };
    Ok(Some(Meant { job, notices }))
}

/// The first frames of a stack, no more than it has.
fn first(stack: &str, frames: Option<u32>) -> Result<FrameRange, Failure> {
    let Some(frames) = frames else { return Ok(FrameRange::default()) };
    let there = source::open(&[stack.to_owned()]).map_err(Failure::refused)?.spec().frames;
    Ok(FrameRange { start: None, end: Some(there.min(frames as usize)) })
}

/// Writes the stack and returns its geometry; `None` when it was stopped.
fn simulate(
    typed: &SimulatedArgs,
    frames: usize,
    scratch: &Scratch,
    stop: &AtomicBool,
) -> Result<Option<GeometrySpec>, Failure> {
    let detector = typed.detector.as_deref().unwrap_or("eiger_4M");
    let stack = simulate::stack(detector, typed.dtype.unwrap_or("uint32"), frames, typed.mean, typed.gaps, 0)?;
    let progress = Progress::new(Some(frames as u64));
    let told = |done| {
        progress.at(done as u64);
        if stop.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let written = stack.write(&scratch.stack(), &told);
    progress.finish();
    match written {
        Ok(_) => Ok(Some(GeometrySpec::Poni(poni::write(&stack.geometry())))),
        Err(SimulateError::Stopped) => Ok(None),
        Err(error) => Err(error.into()),
    }
}
