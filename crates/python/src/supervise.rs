//! Work without the interpreter's lock, under the eyes of the thread that asked for it: it hears Ctrl-C and tells how far
//! the work is.

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use aureole_core::pipeline::{Rows, Sink, SinkError};
use crossbeam_channel::{RecvTimeoutError, bounded};
use pyo3::exceptions::PyRuntimeError;
use pyo3::prelude::*;

/// How often signals are looked for and progress is told.
const PERIOD: Duration = Duration::from_millis(50);

/// What the work and the thread that watches it share.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// Set when the work is no longer wanted.
    stop: AtomicBool,
    /// Frames pushed so far.
    done: AtomicUsize,
}

/// Does `work` in a thread of its own and waits for it; `progress`, if there is one, is called with the number of frames
/// pushed so far. An exception (`KeyboardInterrupt`, or one of `progress`) stops the work, and is raised when it has ended.
pub(crate) fn supervise<T: Send>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(&Watch) -> T + Send,
) -> PyResult<T> {
    let watch = Watch::default();
    let progress = progress.map(|progress| progress.clone().unbind());
    let look = |py: Python<'_>| -> PyResult<()> {
        py.check_signals()?;
        let Some(progress) = &progress else { return Ok(()) };
        progress.call1(py, (watch.done.load(Ordering::Relaxed),)).map(drop)
    };
    let (result, raised) = py.detach(|| {
        std::thread::scope(|scope| {
            let (finished, wait) = bounded(1);
            let watch = &watch;
            let thread = scope.spawn(move || {
                let result = work(watch);
                let _ = finished.send(());
                result
            });
            let mut raised = None;
            while let Err(RecvTimeoutError::Timeout) = wait.recv_timeout(PERIOD) {
                if raised.is_none() {
                    raised = Python::attach(look).err();
                    watch.stop.store(raised.is_some(), Ordering::Relaxed);
                }
            }
            (thread.join(), raised)
        })
    });
    if let Some(raised) = raised {
        return Err(raised);
    }
    look(py)?;
    result.map_err(|_| PyRuntimeError::new_err("a thread of the integration panicked: this is a defect of Aureole"))
}

/// Does `work` that cannot be stopped in a thread of its own; after Ctrl-C it is left to end by itself.
pub(crate) fn abandonable<T: Send + 'static>(py: Python<'_>, work: impl FnOnce() -> T + Send + 'static) -> PyResult<T> {
    let (finished, wait) = bounded(1);
    std::thread::spawn(move || finished.send(work()));
    py.detach(|| {
        loop {
            match wait.recv_timeout(PERIOD) {
                Ok(result) => return Ok(result),
                Err(RecvTimeoutError::Timeout) => Python::attach(|py| py.check_signals())?,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(PyRuntimeError::new_err("a thread panicked: this is a defect of Aureole"));
                }
            }
        }
    })
}

/// A sink that can be told to stop, and counts.
pub(crate) struct Watched<'a, S> {
    pub(crate) sink: S,
    pub(crate) watch: &'a Watch,
}

impl<S: Sink> Sink for Watched<'_, S> {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        let flow = self.sink.push(rows)?;
        self.watch.done.fetch_add(rows.frames(), Ordering::Relaxed);
        Ok(if self.wants_more() { flow } else { ControlFlow::Break(()) })
    }

    fn wants_more(&mut self) -> bool {
        !self.watch.stop.load(Ordering::Relaxed) && self.sink.wants_more()
    }

    fn wants_sums(&self) -> bool {
        self.sink.wants_sums()
    }
}
