//! Results checked.

use std::path::PathBuf;

use aureole::verify::{Report, Request};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::unchecked;
use crate::supervise::abandonable;

/// Integrates frames of the result `path` again and compares them: what was checked and what differs. `frames` is how many, all
/// where it is `None`; `data` a folder in which files are sought that are not where the result says.
#[pyfunction]
#[pyo3(signature = (path, frames, seed, data=None))]
pub(crate) fn verify<'py>(
    py: Python<'py>,
    path: PathBuf,
    frames: Option<usize>,
    seed: u64,
    data: Option<PathBuf>,
) -> PyResult<Bound<'py, PyDict>> {
    let checked =
        abandonable(py, move || aureole::verify::verify(&path, &Request { frames, seed, data }, &mut |_, _| {}))?;
    let report = checked.map_err(|error| unchecked(&error))?;
    let Report { frames, candidates, planned, failed_again, datasets, files, sources, differences, notes } = report;
    let said = PyDict::new(py);
    said.set_item("frames", frames)?;
    said.set_item("candidates", candidates)?;
    said.set_item("planned", planned)?;
    said.set_item("failed_again", failed_again)?;
    said.set_item("datasets", datasets)?;
    said.set_item("files", files)?;
    said.set_item("sources", sources)?;
    said.set_item("differences", differences)?;
    said.set_item("notes", notes)?;
    Ok(said)
}
