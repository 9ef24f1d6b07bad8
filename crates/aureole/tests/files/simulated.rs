//! A small simulated stack, and a job over it.

use std::ops::ControlFlow;
use std::path::Path;

use aureole::job::{self, JobSpec, Prepared};
use aureole::simulate::{Profile, SimulateError, Simulation};
use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;
use aureole_core::poni;

fn stack(frames: usize) -> Simulation {
    let detector = Detector::by_name("Pilatus100k").unwrap();
    let profile = Profile::Sparse { mean: 0.1 };
    Simulation { detector, dtype: Dtype::U16, frames, profile, gaps: false, seed: 1 }
}

/// A job over a stack in `folder`; how it is spread is said in JSON.
pub(crate) fn prepared(folder: &Path, frames: usize, execution: &str) -> Prepared {
    let (file, stack) = (folder.join("stack.h5"), stack(frames));
    stack.write(&file, &|_| ControlFlow::Continue(())).unwrap();
    let poni = serde_json::to_string(&poni::write(&stack.geometry())).unwrap();
    let recipe = format!(r#"{{"geometry": {{"poni": {poni}}}, "bins": 50, "unit": "q_nm^-1", "split": "no"}}"#);
    let inputs = serde_json::to_string(&file.display().to_string()).unwrap();
    let spec = format!(r#"{{"version": 1, "inputs": [{inputs}], "recipes": [{recipe}], "execution": {execution}}}"#);
    job::prepare(JobSpec::from_json(&spec).unwrap()).unwrap()
}

#[test]
fn a_simulation_ends_when_it_is_asked_to() {
    let folder = tempfile::tempdir().unwrap();
    let until = |frames| if frames < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) };
    let ended = stack(20).write(&folder.path().join("stack.h5"), &until);
    assert!(matches!(ended, Err(SimulateError::Stopped)), "{ended:?}");
}
