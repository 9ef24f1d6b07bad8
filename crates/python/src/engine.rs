//! Engines in Python (`python/aureole/_engines`), as the library asks for them.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use aureole::job::Prepared;
use aureole::layout::Elsewhere;
use aureole::layout::elsewhere::{Answers, Engine, EngineError, Engines, Order, Settings};
use aureole::sink::nexus::parts;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyDict;

use crate::job::Job;

/// Seconds after which the run is asked whether more is wanted.
const PERIOD: f64 = 0.1;

/// An engine with the work that it is to do.
pub(crate) struct PyEngine {
    engine: Py<PyAny>,
    /// A job, or the line of a case.
    work: Py<PyAny>,
    name: &'static str,
    workers: usize,
    /// The folder in which tasks leave their patterns.
    parts: Option<PathBuf>,
    /// Tells this run from all others, whose plans its workers must not take for their own.
    run: String,
    /// Its cluster was made for this run and ends with it.
    own: bool,
}

impl PyEngine {
    /// An open engine and what it is to integrate, for which its workers are made ready.
    fn ready(
        engine: &Bound<'_, PyAny>,
        work: &Bound<'_, PyAny>,
        parts: Option<PathBuf>,
        own: bool,
    ) -> PyResult<PyEngine> {
        let mut made = PyEngine::new(engine.clone(), work.clone(), own)?;
        made.parts = parts;
        engine.call_method1("prepare", (order_of(engine, work, &Order::default(), None, &made.run)?,))?;
        Ok(made)
    }

    /// An open engine and what it is to integrate.
    pub(crate) fn new(engine: Bound<'_, PyAny>, work: Bound<'_, PyAny>, own: bool) -> PyResult<PyEngine> {
        let name: String = engine.getattr("name")?.extract()?;
        let name = if name == "dask" { "dask" } else { "joblib" };
        let workers = engine.getattr("workers")?.extract()?;
        let run = engine.py().import("aureole._engines.task")?.call_method0("new_run")?.extract()?;
        Ok(PyEngine { engine: engine.unbind(), work: work.unbind(), name, workers, parts: None, run, own })
    }
}

/// The layout that runs a job by an engine, which is opened for it.
/// Its tasks leave their patterns beside `output`, where they are to.
pub(crate) fn layout(
    engine: &Bound<'_, PyAny>,
    job: &Bound<'_, Job>,
    output: Option<&Path>,
) -> PyResult<Elsewhere<'static>> {
    let prepared = &job.get().prepared;
    let execution = &prepared.spec.execution;
    let begun = Instant::now();
    engine.call_method1("open", (execution.workers, execution.scheduler.as_deref()))?;
    let range = prepared.range(engine.getattr("send_chunks")?.extract()?);
    let folder = match (engine.getattr("output_parts")?.is_truthy()?, output) {
        (false, _) => None,
        (true, Some(output)) => Some(parts::folder(output)),
        (true, None) => return Err(PyValueError::new_err("output_parts: parts lie beside an output; give one")),
    };
    let parts = folder.is_some();
    let engine = PyEngine::ready(engine, job.as_any(), folder, false)?;
    Ok(Elsewhere { engine: Box::new(engine), range, parts, start: begun.elapsed().as_secs_f64() })
}

/// The order for Python, whose engine says whether frames go with the tasks.
fn order_of<'py>(
    engine: &Bound<'py, PyAny>,
    work: &Bound<'py, PyAny>,
    order: &Order,
    parts: Option<&Path>,
    run: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let ranges: Vec<(usize, usize)> = order.ranges.iter().map(|range| (range.start, range.end)).collect();
    let send_chunks = engine.getattr("send_chunks")?;
    // The name that all workers know it by.
    let parts = parts.map(std::path::absolute).transpose()?;
    let parts = parts.map(|folder| folder.display().to_string());
    let tasks = engine.py().import("aureole._engines.task")?;
    tasks.call_method1("order", (work, ranges, order.sums, order.batch, send_chunks, parts, run))
}

impl Engine for PyEngine {
    fn name(&self) -> &'static str {
        self.name
    }

    fn workers(&self) -> usize {
        self.workers
    }

    fn start(&self, order: &Order) -> Result<Box<dyn Answers + '_>, EngineError> {
        Python::attach(|py| {
            let engine = self.engine.bind(py);
            let started = order_of(engine, self.work.bind(py), order, self.parts.as_deref(), &self.run)
                .and_then(|order| engine.call_method1("start", (order,)));
            match started {
                Ok(running) => Ok(Box::new(PyAnswers(running.unbind())) as Box<dyn Answers>),
                Err(error) => Err(kind(py, &error)),
            }
        })
    }
}

impl Drop for PyEngine {
    fn drop(&mut self) {
        if self.own {
            // What cannot be closed ends with the process.
            let _ = Python::attach(|py| self.engine.call_method0(py, "close").map(drop));
        }
    }
}

/// Tasks under way.
struct PyAnswers(Py<PyAny>);

impl Answers for PyAnswers {
    fn next(&mut self) -> Result<Option<Box<dyn AsRef<[u8]>>>, EngineError> {
        Python::attach(|py| {
            let bytes = self.0.bind(py).call_method1("next", (PERIOD,));
            let bytes = bytes.and_then(|bytes| bytes.extract::<Option<PyBackedBytes>>().map_err(Into::into));
            match bytes {
                Ok(bytes) => Ok(bytes.map(|bytes| Box::new(bytes) as Box<dyn AsRef<[u8]>>)),
                Err(error) => Err(kind(py, &error)),
            }
        })
    }
}

impl Drop for PyAnswers {
    fn drop(&mut self) {
        // What is not wanted any more may fail.
        let _ = Python::attach(|py| self.0.call_method0(py, "cancel").map(drop));
    }
}

/// The error of an engine by its kind; what is none of its own is a failure of the frames in hand.
fn kind(py: Python<'_>, error: &PyErr) -> EngineError {
    let value = error.value(py);
    let said = value.to_string();
    let kind = value.getattr("kind").and_then(|kind| kind.extract::<String>()).unwrap_or_default();
    match kind.as_str() {
        "refused" => EngineError::Refused(said),
        "failed" => EngineError::Failed(said),
        "lost" => EngineError::Lost(said),
        _ => EngineError::Failed(error.to_string()),
    }
}

/// Workers where none are asked for: one a physical core that this process may use.
#[pyfunction]
pub(crate) fn default_workers() -> usize {
    aureole::job::default_threads().get()
}

/// Engines for the command.
pub(crate) struct PyEngines;

impl Engines for PyEngines {
    fn check(&self, name: &str) -> Result<(), String> {
        Python::attach(|py| py.import("aureole._engines")?.call_method1("check", (name,)).map(drop)).map_err(said)
    }

    fn engine(&self, job: &Arc<Prepared>, settings: &Settings) -> Result<Box<dyn Engine>, String> {
        let made: PyResult<PyEngine> = Python::attach(|py| {
            let named = PyDict::new(py);
            named.set_item("send_chunks", settings.send_chunks)?;
            let execution = &job.spec.execution;
            let engine = py.import("aureole._engines")?.call_method1("engine", (execution.layout.name(), named))?;
            engine.call_method1("open", (execution.workers, execution.scheduler.as_deref()))?;
            let work = Bound::new(py, Job::from(job.clone()))?.into_any();
            PyEngine::ready(&engine, &work, settings.parts.clone(), true)
        });
        Ok(Box::new(made.map_err(said)?))
    }
}

#[allow(clippy::needless_pass_by_value)]
fn said(error: PyErr) -> String {
    Python::attach(|py| match kind(py, &error) {
        EngineError::Refused(said) | EngineError::Failed(said) | EngineError::Lost(said) => said,
    })
}
