//! Why nothing could be measured.

use aureole_core::pipeline::{RunError, SinkError};

use crate::job::JobError;

/// Why a measurement ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BenchError {
    /// The layout cannot run the job.
    #[error("{0}")]
    Refused(String),
    /// The job names a file that can no longer be read.
    #[error(transparent)]
    Job(#[from] JobError),
    /// The run broke off.
    #[error(transparent)]
    Run(RunError),
    /// The result could not be written.
    #[error(transparent)]
    Write(#[from] SinkError),
    /// A file of the stack cannot be opened for its pages to be dropped.
    #[error("--cold: {file}: {reason}")]
    Pages {
        /// The file.
        file: String,
        /// Why.
        reason: String,
    },
}

impl From<RunError> for BenchError {
    fn from(error: RunError) -> BenchError {
        match error {
            RunError::Job(reason) => BenchError::Refused(reason),
            other => BenchError::Run(other),
        }
    }
}
