//! Patterns one after the other, while later ones are still computed.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Rows, RunError, Sink, SinkError};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::engine;
use crate::errors::broken;
use crate::job::{Job, run_by};
use crate::rows::Collector;

/// Deliveries that wait for the reader, at most; a delivery is a batch of frames.
const WAITING: usize = 4;

/// What the run has to say: the patterns of consecutive frames, or why it broke off.
type Said = Result<(usize, Vec<Pattern>), RunError>;

/// An iterator over `(first frame, {status, reasons, recipes})`, a batch of frames at a time. A reader that takes its time holds
/// the run up; one that goes away ends it.
#[pyclass(frozen, module = "aureole._native")]
pub(crate) struct Stream {
    job: Py<Job>,
    sums: bool,
    /// Set when nobody reads any more.
    gone: Arc<AtomicBool>,
    run: Mutex<Option<(Receiver<Said>, JoinHandle<()>)>>,
}

/// Hands patterns to the reader.
struct Handing {
    to: Sender<Said>,
    gone: Arc<AtomicBool>,
    sums: bool,
}

impl Sink for Handing {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        let gone = self.to.send(Ok((rows.first, rows.patterns.to_vec()))).is_err();
        Ok(if gone { ControlFlow::Break(()) } else { ControlFlow::Continue(()) })
    }

    /// Asked while a stack that grows is waited for.
    fn wants_more(&mut self) -> bool {
        !self.gone.load(Ordering::Relaxed)
    }

    fn wants_sums(&self) -> bool {
        self.sums
    }
}

#[pymethods]
impl Stream {
    #[new]
    #[pyo3(signature = (job, sums=false, engine=None))]
    fn new(job: Bound<'_, Job>, sums: bool, engine: Option<&Bound<'_, PyAny>>) -> PyResult<Stream> {
        let prepared = job.get().prepared.clone();
        let layout = engine.map(|engine| engine::layout(engine, &job, None)).transpose()?;
        let (to, from) = bounded(WAITING);
        let gone = Arc::<AtomicBool>::default();
        let noticed = Arc::clone(&gone);
        let thread = std::thread::spawn(move || {
            let mut sink = Handing { to: to.clone(), gone: noticed, sums };
            if let Err(error) = run_by(&prepared, layout.as_ref(), None, &mut sink) {
                let _ = to.send(Err(error));
            }
        });
        Ok(Stream { job: job.unbind(), sums, gone, run: Mutex::new(Some((from, thread))) })
    }

    fn __iter__(this: Py<Self>) -> Py<Self> {
        this
    }

    fn __next__<'py>(&self, py: Python<'py>) -> PyResult<Option<(usize, Bound<'py, PyDict>)>> {
        match py.detach(|| self.wait())? {
            None => Ok(None),
            Some(Err(error)) => Err(broken(&error)),
            Some(Ok((first, patterns))) => {
                let job = &self.job.get().prepared;
                let recipes = job.recipes.len();
                let mut collector = Collector::new(job, patterns.len() / recipes, self.sums);
                let rows = Rows { first, recipes, patterns: &patterns };
                let _ = collector.push(&rows);
                Ok(Some((first, collector.into_python(py)?)))
            }
        }
    }

    /// Ends the run; what comes after is the end of the iteration.
    fn close(&self, py: Python<'_>) {
        py.detach(|| self.end());
    }
}

impl Stream {
    /// The next delivery; None behind the last. Hears Ctrl-C.
    fn wait(&self) -> PyResult<Option<Said>> {
        let mut run =
            self.run.lock().map_err(|_| PyRuntimeError::new_err("another thread died while it read this stream"))?;
        let Some((from, _)) = &*run else { return Ok(None) };
        loop {
            match from.recv_timeout(Duration::from_millis(50)) {
                Ok(said) => return Ok(Some(said)),
                Err(RecvTimeoutError::Timeout) => Python::attach(|py| py.check_signals())?,
                Err(RecvTimeoutError::Disconnected) => {
                    let ended = run.take().map(|(_, thread)| thread.join());
                    return match ended {
                        Some(Err(_)) => Err(PyRuntimeError::new_err("a thread panicked: this is a defect of Aureole")),
                        _ => Ok(None),
                    };
                }
            }
        }
    }

    fn end(&self) {
        let taken = self.run.lock().ok().and_then(|mut run| run.take());
        if let Some((from, thread)) = taken {
            // Without a reader the run ends at its next delivery, or when it looks for frames in vain.
            self.gone.store(true, Ordering::Relaxed);
            drop(from);
            let _ = thread.join();
        }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        Python::attach(|py| py.detach(|| self.end()));
    }
}
