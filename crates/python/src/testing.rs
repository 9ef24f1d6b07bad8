//! The executor contract over an engine in Python; for tests only.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use aureole::layout::{Elsewhere, elsewhere};
use aureole_core::pipeline::{Job, Plan, Source};
use aureole_core::testing::case::CaseSource;
use aureole_core::testing::faults::FaultyPlan;
use aureole_core::testing::{Case, executor_contract};
use pyo3::exceptions::{PyRuntimeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::engine::PyEngine;
use crate::errors::of_task;
use crate::supervise::supervise;

pub(crate) fn add(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_function(wrap_pyfunction!(testing_contract, module)?)?;
    module.add_function(wrap_pyfunction!(testing_integrate, module)?)
}

/// Checks everything that a layout promises, of the layout that an open engine makes with tasks of `range` frames; raises what
/// is said of a broken promise.
#[pyfunction]
#[pyo3(signature = (engine, range=None))]
fn testing_contract(py: Python<'_>, engine: &Bound<'_, PyAny>, range: Option<usize>) -> PyResult<()> {
    let engine = engine.clone().unbind();
    let make = move |case: &Case| -> Box<dyn aureole_core::pipeline::Executor> {
        let engine = Python::attach(|py| {
            let line = case.line().into_pyobject(py).expect("text is an object").into_any();
            PyEngine::new(engine.bind(py).clone(), line, false).expect("an engine")
        });
        Box::new(Elsewhere { engine: Box::new(engine), range, parts: false, start: 0.0 })
    };
    let kept =
        supervise(py, None, |_| std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| executor_contract(&make))))?;
    kept.map_err(|panic| {
        let said = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        PyRuntimeError::new_err(said.unwrap_or("a promise was broken").to_owned())
    })
}

/// A case made ready.
struct Stage {
    source: CaseSource,
    plan: Box<dyn Plan + Send>,
}

/// The case made last in this process, by its line.
static STAGES: Mutex<BTreeMap<String, Arc<Stage>>> = Mutex::new(BTreeMap::new());

/// Integrates some frames of a case: what a worker does.
#[pyfunction]
fn testing_integrate<'py>(
    py: Python<'py>,
    line: &str,
    start: usize,
    stop: usize,
    batch: Option<usize>,
    sums: bool,
) -> PyResult<Bound<'py, PyBytes>> {
    let case = Case::from_line(line).map_err(PyValueError::new_err)?;
    let done = py.detach(|| {
        let stage = {
            let mut stages = STAGES.lock().unwrap_or_else(PoisonError::into_inner);
            let made = stages.get(line).cloned();
            made.unwrap_or_else(|| {
                let source = case.source();
                let stage = Arc::new(Stage { plan: case.plan(source.spec()), source });
                stages.clear();
                stages.insert(line.to_owned(), stage.clone());
                stage
            })
        };
        let plan = FaultyPlan { plan: stage.plan.as_ref(), panic_at: case.panic_at };
        let job = Job { source: &stage.source, plan: &plan, frames: start..stop, batch, strict: false };
        elsewhere::integrate(&job, sums)
    });
    Ok(PyBytes::new(py, &done.map_err(|error| of_task(&error))?))
}
