//! The command, for the script that the package installs.

use std::ffi::OsString;

use pyo3::prelude::*;

use crate::engine::PyEngines;

/// Does what the command `aureole` would do with these words, the program's name first, and returns its exit code.
#[pyfunction]
pub(crate) fn command(py: Python<'_>, arguments: Vec<OsString>) -> u8 {
    py.detach(|| aureole_cli::run(arguments, Some(&PyEngines)))
}
