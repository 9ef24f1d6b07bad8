//! What a run and its worker processes say to each other.

use serde::{Deserialize, Serialize};

/// From the run to a worker: one order, then ranges until the end of the stream.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum ToWorker {
    /// What to make ready.
    Order {
        /// Version of the program that says this.
        program: String,
        /// What the job is, in the words of whoever made the layout.
        job: String,
        /// Patterns have room for their sums.
        sums: bool,
        /// A file follows.
        beside: bool,
    },
    /// Frames to integrate.
    Range {
        /// The first frame, and one past the last.
        frames: (usize, usize),
        /// Where in the shared memory their patterns go.
        at: u64,
        /// Bytes that there is room for.
        room: usize,
    },
}

/// From a worker to the run: ready or not, then an answer for each range, in the order in which they came.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum FromWorker {
    /// It waits for ranges.
    Ready,
    /// It cannot run the job; one sentence.
    Refused(String),
    /// The patterns of a range are in the shared memory: so many bytes.
    Done(usize),
    /// It panicked in a range; what it said.
    Panicked(String),
}
