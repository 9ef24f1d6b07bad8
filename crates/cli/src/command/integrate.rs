//! `aureole integrate`.
use crate::args::integrate::IntegrateArgs;
use crate::exit::{Exit, Outcome};
pub(crate) fn run(_args: IntegrateArgs) -> Outcome {
    Ok(Exit::Done)
}
