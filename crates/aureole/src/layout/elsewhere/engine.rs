//! The seam for engines that are not part of this program, such as Dask and Joblib: they spread ranges of frames over
//! workers of their own, and hand back the bytes of their patterns.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use aureole_core::pipeline::RunError;

use crate::job::Prepared;

/// Integrates ranges of frames somewhere else.
pub trait Engine: Send + Sync {
    /// The layout's name, as `--layout` takes it.
    fn name(&self) -> &'static str;

    /// Ranges that are integrated at the same time, at least 1: workers of one thread each.
    fn workers(&self) -> usize;

    /// Starts to integrate the ranges of `order`.
    ///
    /// # Errors
    /// See [`EngineError`].
    fn start(&self, order: &Order) -> Result<Box<dyn Answers + '_>, EngineError>;
}

/// What an engine is asked to integrate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    /// Consecutive ranges of frames, none of them empty.
    pub ranges: Vec<Range<usize>>,
    /// Frames a worker decodes side by side; its own choice if nothing is said.
    pub batch: Option<usize>,
    /// The sums of patterns are wanted.
    pub sums: bool,
}

/// The answers to an order, one a range and in their order. Dropping it cancels what is under way.
///
/// An engine keeps a few ranges a worker under way, [`IN_HAND`] at most, and counts the range it answered last as one of
/// them until it is asked again: it is still being pushed.
pub trait Answers {
    /// The patterns of the next range as [`wire`](crate::wire) encodes them; `None` when they are not there yet, which it says
    /// after a tenth of a second or so. It is then asked again.
    ///
    /// # Errors
    /// See [`EngineError`].
    fn next(&mut self) -> Result<Option<Box<dyn AsRef<[u8]>>>, EngineError>;
}

/// Ranges a worker that are under way at most: one that it works on, one that waits there, and one that waits to be pushed.
pub const IN_HAND: usize = 3;

/// Why a range has no patterns.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
    /// The job cannot be run there: something it needs is missing.
    #[error("{0}")]
    Refused(String),
    /// The frames of this range cannot be integrated: a panic, or worker after worker died of them.
    #[error("{0}")]
    Failed(String),
    /// The engine itself is gone.
    #[error("{0}")]
    Lost(String),
}

impl EngineError {
    /// The error of a run that waited for the patterns of `frames`.
    pub(super) fn at(self, frames: &Range<usize>) -> RunError {
        match self {
            EngineError::Refused(reason) => RunError::Job(reason),
            EngineError::Failed(reason) => RunError::Worker { frames: frames.clone(), reason },
            EngineError::Lost(reason) => RunError::Engine(reason),
        }
    }
}

/// Where the program finds engines, if it has any.
pub trait Engines {
    /// Says in a sentence what is missing for an engine of this name, before any work is done for it.
    ///
    /// # Errors
    /// The sentence.
    fn check(&self, name: &str) -> Result<(), String>;

    /// The engine for a job, ready to work: of a cluster of its own, these processes have been started.
    ///
    /// # Errors
    /// A sentence that says what is missing.
    fn engine(&self, job: &Arc<Prepared>, settings: &Settings) -> Result<Box<dyn Engine>, String>;
}

/// What an engine is told beside the job.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Frames go with the ranges, for workers that do not see the files.
    pub send_chunks: bool,
    /// A folder in which workers leave the patterns of each range in a file, instead of handing them back.
    pub parts: Option<PathBuf>,
}
