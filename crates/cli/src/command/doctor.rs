//! `aureole doctor`.
use crate::exit::{Exit, Outcome};
pub(crate) fn run() -> Outcome {
    Ok(Exit::Done)
}
