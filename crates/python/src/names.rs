//! Geometries, methods and modes, as people name them.

use aureole::detector;
use aureole::job::{self, GeometrySpec};
use aureole::source::Reach;
use aureole_core::poni;
use aureole_core::recipe::Mode;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::errors::refused;

/// Reads a geometry as a description has it (JSON: `{"file": PATH}` or `{"poni": TEXT}`): `{dist, poni1, poni2, rot1, rot2,
/// rot3, wavelength, detector, shape, poni}`, lengths in m, angles in rad; `poni` is the text of a PONI file.
#[pyfunction]
pub(crate) fn read_geometry<'py>(py: Python<'py>, geometry: &str) -> PyResult<Bound<'py, PyDict>> {
    let spec: GeometrySpec =
        serde_json::from_str(geometry).map_err(|error| PyValueError::new_err(format!("geometry: {error}")))?;
    let (geometry, _) = job::read_geometry(&spec).map_err(|error| refused(&error))?;
    let read = PyDict::new(py);
    read.set_item("dist", geometry.distance)?;
    read.set_item("poni1", geometry.poni1)?;
    read.set_item("poni2", geometry.poni2)?;
    read.set_item("rot1", geometry.rot1)?;
    read.set_item("rot2", geometry.rot2)?;
    read.set_item("rot3", geometry.rot3)?;
    read.set_item("wavelength", geometry.wavelength)?;
    read.set_item("detector", geometry.detector.name())?;
    read.set_item("shape", geometry.detector.shape())?;
    read.set_item("poni", poni::write(&geometry))?;
    Ok(read)
}

/// The geometry that the first of the inputs states, as the text of a PONI file, and what the user should be told; None where it states
/// none.
#[pyfunction]
pub(crate) fn stated_geometry(py: Python<'_>, inputs: Vec<String>, allow_external: bool) -> Option<(String, String)> {
    let stated = py.detach(move || detector::stated(&inputs, Reach::of(allow_external)))?;
    Some((poni::write(&stated.geometry), stated.notice()))
}

/// The splitting (`no`, `bbox`, `pseudo`, `full`) that a method of pyFAI names, given as JSON.
#[pyfunction]
pub(crate) fn splitting(method: &str) -> PyResult<String> {
    let method = serde_json::from_str(method).map_err(|error| PyValueError::new_err(format!("method: {error}")))?;
    job::pyfai::splitting("method", &method).map(|split| split.to_string()).map_err(|error| refused(&error))
}

/// A mode such as `median` or `percentile:10,90`, as a description has it (JSON).
#[pyfunction]
pub(crate) fn mode(name: &str) -> PyResult<String> {
    let mode = Mode::from_name(name).map_err(|error| PyValueError::new_err(format!("mode: {error}")))?;
    serde_json::to_string(&mode).map_err(|error| PyValueError::new_err(error.to_string()))
}
