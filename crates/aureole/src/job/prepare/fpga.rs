//! Jobs for a design in hardware: what it cannot take is refused before anything is written.

use aureole_core::pipeline::StackSpec;
use aureole_core::plan::AnyPlan;
use aureole_core::recipe::ErrorModel;

use super::option;
use crate::job::{JobError, JobSpec};
use crate::layout::Fpga;

/// Refuses what layout `fpga` cannot take before plans are made, which may take a while.
pub(super) fn check_spec(spec: &JobSpec, stack: &StackSpec) -> Result<(), JobError> {
    let refused = |what: String| Err(option("--layout", format!("fpga: the design has no {what}; use threads or gpu")));
    if !spec.images.is_empty() {
        return refused("images of the stack".to_owned());
    }
    for recipe in &spec.recipes {
        if recipe.mode.needs_pixels() {
            return refused(format!("mode {}", recipe.mode));
        }
        if recipe.error_model == ErrorModel::Azimuthal {
            return refused("error model azimuthal".to_owned());
        }
    }
    if !aureole_fpga::is_summed(stack.dtype) {
        return refused(format!("sums of {}", stack.dtype));
    }
    Ok(())
}

/// Refuses what the design cannot take, and a machine that cannot simulate it; says what is going to be built.
pub(super) fn check(
    lanes: Option<u8>,
    varied: bool,
    plans: &[AnyPlan],
    notices: &mut Vec<String>,
) -> Result<(), JobError> {
    let linear: Option<Vec<_>> = plans.iter().map(AnyPlan::linear).collect();
    let Some(plans) = linear.filter(|_| !varied) else {
        let reason = "fpga: the design has no sums of this job's variances; use threads";
        return Err(option("--layout", reason));
    };
    let fpga = Fpga::simulated(lanes);
    fpga.check(&plans).map_err(|error| option("--layout", format!("fpga: {error}")))?;
    if !fpga.is_built() {
        notices.push(
            "layout fpga: the simulation of the design is built first, once, which takes a minute or two".to_owned(),
        );
    }
    Ok(())
}
