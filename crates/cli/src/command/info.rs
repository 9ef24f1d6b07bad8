//! `aureole info`.
use crate::args::info::InfoArgs;
use crate::exit::{Exit, Outcome};
pub(crate) fn run(_args: &InfoArgs) -> Outcome {
    Ok(Exit::Done)
}
