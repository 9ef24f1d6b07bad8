//! Errors as Python's own exceptions.

use aureole::job::{JobError, OutputError, ResumeError};
use aureole::result::ResultError;
use aureole::source::SourceError;
use aureole::verify::VerifyError;
use aureole_core::pipeline::RunError;
use pyo3::PyErr;
use pyo3::exceptions::{PyFileExistsError, PyFileNotFoundError, PyOSError, PyRuntimeError, PyValueError};

/// A job that is refused: `FileNotFoundError` where the reason is a missing file, else `ValueError`.
pub(crate) fn refused(error: &JobError) -> PyErr {
    let text = error.to_string();
    let file =
        matches!(error, JobError::Source(SourceError::Hdf5(_)) | JobError::Image { .. } | JobError::Option { .. });
    if file && text.contains("no such file") {
        return PyFileNotFoundError::new_err(text);
    }
    PyValueError::new_err(text)
}

/// A run that broke off: `ValueError` for a job or a frame (of a strict run) that makes no sense, `OSError` for a result that
/// cannot be written, `RuntimeError` for a worker that died.
pub(crate) fn broken(error: &RunError) -> PyErr {
    let text = error.to_string();
    match error {
        RunError::Job(_) | RunError::Frame { .. } => PyValueError::new_err(text),
        RunError::Sink(_) => PyOSError::new_err(text),
        RunError::Worker { .. } | RunError::Engine(_) => PyRuntimeError::new_err(text),
    }
}

/// The same in a task, of which the run that gave it says the rest.
pub(crate) fn of_task(error: &RunError) -> PyErr {
    match error {
        RunError::Worker { reason, .. } => PyRuntimeError::new_err(reason.clone()),
        error => broken(error),
    }
}

/// A result that may not be written: `FileExistsError` where there is one, else `ValueError`.
pub(crate) fn unwritable(error: &OutputError) -> PyErr {
    match error {
        OutputError::Exists(_) => {
            PyFileExistsError::new_err(format!("{error}; force=True replaces it, resume=True goes on with it"))
        }
        OutputError::Input(_) | OutputError::Nothing(_) => PyValueError::new_err(error.to_string()),
    }
}

/// A result that cannot be gone on with: `OSError` where it cannot be written, else `ValueError`.
pub(crate) fn other_job(error: &ResumeError) -> PyErr {
    match error {
        ResumeError::Sink(error) => PyOSError::new_err(error.to_string()),
        ResumeError::Job(error) => refused(error),
        error => PyValueError::new_err(error.to_string()),
    }
}

/// A result that cannot be checked: `FileNotFoundError` where it is not there, else `ValueError`.
pub(crate) fn unchecked(error: &VerifyError) -> PyErr {
    let text = error.to_string();
    match error {
        VerifyError::Result(ResultError::Unreadable { file, .. }) if !file.exists() => {
            PyFileNotFoundError::new_err(text)
        }
        _ => PyValueError::new_err(text),
    }
}
