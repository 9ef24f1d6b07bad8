//! `aureole simulate`.
use crate::args::simulate::SimulateArgs;
use crate::exit::{Exit, Outcome};
pub(crate) fn run(_args: &SimulateArgs) -> Outcome {
    Ok(Exit::Done)
}
