//! Stacks that grow while they are integrated.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};

use super::stream::Beside;

/// How far a stack has grown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// Frames that can be read, from the first one on.
    pub frames: usize,
    /// No more will come.
    pub ended: bool,
}

/// A stack that is still being written, or sent.
///
/// Its `spec` tells how many frames are expected, [`ENDLESS`](aureole_core::pipeline::ENDLESS) where that is not known.
pub trait Growing: Source + Send {
    /// Waits for frames beyond the first `known`, for `patience` at most.
    ///
    /// # Errors
    /// One sentence, when nothing can come any more: what has arrived can still be read.
    fn wait(&self, known: usize, patience: Duration) -> Result<Arrived, String>;

    /// Says that no frame before this one will be asked for again.
    fn forget(&self, before: usize) {
        let _ = before;
    }

    /// What the user should be told of what was received, each sentence once.
    fn notes(&self) -> Vec<String> {
        Vec::new()
    }

    /// True when frames have numbers of their own.
    fn is_numbered(&self) -> bool {
        false
    }

    /// The number that the sender gave to a frame that is not forgotten; `None` where that is not known.
    fn number(&self, frame: usize) -> Option<u64> {
        let _ = frame;
        None
    }

    /// The pixel mask and the flat field that came with the frames, where such things come with them.
    fn beside(&self) -> Option<&Beside> {
        None
    }
}

/// A growing stack as a source that several hold.
pub(super) struct Shared(pub(super) Arc<dyn Growing>);

impl Source for Shared {
    fn spec(&self) -> &StackSpec {
        self.0.spec()
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        self.0.read(frame, buf)
    }

    fn open(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        self.0.open(frame, buf)
    }

    fn will_need(&self, frames: Range<usize>) {
        self.0.will_need(frames);
    }
}
