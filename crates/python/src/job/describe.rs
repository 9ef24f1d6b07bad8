//! What is known of a job and of a run, as dictionaries.

use aureole::job::Prepared;
use aureole_core::pipeline::{HardwareCycles, Summary};
use aureole_core::recipe::ErrorModel;
use aureole_core::unit::Unit;
use numpy::PyArray1;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// `[{name, mode, error_model, split, masked, wavelength, radial, azimuthal}]`; the axes as [`axis`] gives them.
pub(super) fn recipes<'py>(py: Python<'py>, job: &Prepared) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let described = job.each_recipe().map(|(spec, prepared)| {
        let recipe = PyDict::new(py);
        recipe.set_item("name", &spec.name)?;
        recipe.set_item("mode", spec.mode.to_string())?;
        let errors = (spec.error_model != ErrorModel::None).then(|| spec.errors.long_name());
        recipe.set_item("errors", errors)?;
        recipe.set_item("split", spec.split.to_string())?;
        recipe.set_item("masked", prepared.masked)?;
        recipe.set_item("wavelength", prepared.geometry.wavelength)?;
        recipe.set_item("radial", axis(py, spec.unit, &prepared.centres, &prepared.edges)?)?;
        let azimuthal = spec.cake.zip(prepared.azimuthal.as_ref());
        let azimuthal = azimuthal.map(|(cake, bins)| axis(py, cake.unit, &bins.centres, &bins.edges)).transpose()?;
        recipe.set_item("azimuthal", azimuthal)?;
        Ok(recipe)
    });
    described.collect()
}

/// `{unit, units, long_name, centres, edges}`: the unit's name, what NeXus calls it, and the bins in it.
fn axis<'py>(py: Python<'py>, unit: Unit, centres: &[f64], edges: &[f64]) -> PyResult<Bound<'py, PyDict>> {
    let axis = PyDict::new(py);
    axis.set_item("unit", unit.name())?;
    axis.set_item("units", unit.nexus_units())?;
    axis.set_item("long_name", unit.long_name())?;
    axis.set_item("centres", PyArray1::from_slice(py, centres))?;
    axis.set_item("edges", PyArray1::from_slice(py, edges))?;
    Ok(axis)
}

/// What the cycles of a design in hardware went into.
fn hardware<'py>(py: Python<'py>, cycles: &HardwareCycles) -> PyResult<Bound<'py, PyDict>> {
    let HardwareCycles { lanes, all, lost, clock, part } = cycles;
    let (said, causes) = (PyDict::new(py), PyDict::new(py));
    lost.iter().try_for_each(|(cause, cycles)| causes.set_item(cause, cycles))?;
    said.set_item("lanes", lanes)?;
    said.set_item("cycles", all)?;
    said.set_item("cycles_lost", causes)?;
    said.set_item("clock_hz", clock)?;
    said.set_item("part", part)?;
    Ok(said)
}

/// What a run into a file did, which had so many frames before.
pub(super) fn written<'py>(py: Python<'py>, run: &Summary, before: usize) -> PyResult<Bound<'py, PyDict>> {
    let said = summary(py, run)?;
    said.set_item("before", before)?;
    Ok(said)
}

/// What a run did.
pub(super) fn summary<'py>(py: Python<'py>, summary: &Summary) -> PyResult<Bound<'py, PyDict>> {
    let Summary { frames, failed, bytes_in, stages, threads, batch, stopped, joules, .. } = summary;
    let said = PyDict::new(py);
    said.set_item("frames", frames)?;
    said.set_item("failed", failed)?;
    said.set_item("bytes_in", bytes_in)?;
    said.set_item("threads", threads)?;
    said.set_item("batch", batch)?;
    said.set_item("stopped", stopped)?;
    let seconds = PyDict::new(py);
    for (stage, spent) in
        [("read", stages.read), ("decode", stages.decode), ("accumulate", stages.accumulate), ("write", stages.write)]
    {
        seconds.set_item(stage, spent)?;
    }
    said.set_item("stage_seconds", seconds)?;
    said.set_item("start_seconds", summary.start)?;
    said.set_item("survived", &summary.survived)?;
    said.set_item("joules", joules)?;
    said.set_item("hardware", summary.hardware.as_ref().map(|cycles| hardware(py, cycles)).transpose()?)?;
    Ok(said)
}
