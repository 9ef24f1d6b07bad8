//! What integrates: the model, the simulated design, and where the driver of a board belongs.

mod modelled;
mod simulated;

use std::fmt;

use crate::error::FpgaError;
pub use crate::model::accumulate::Sums;
pub use modelled::Modelled;
pub use simulated::Simulated;

/// A design at work on one job. A board's driver is a third kind, see docs/fpga.md: registers, streams and memory are those of `rtl/top.sv`.
pub trait Device: fmt::Debug + Send {
    /// Frames that it takes at once.
    fn lanes(&self) -> usize;

    /// Integrates the chunks of at most [`Device::lanes`] frames; a chunk of no bytes is no frame, what is said of it means nothing.
    ///
    /// # Errors
    /// When the design stands still.
    fn run(&mut self, chunks: &[&[u8]]) -> Result<Vec<Sums>, FpgaError>;

    /// Cycles since it was made, all lanes together; `None` where there are none to count.
    fn cycles(&mut self) -> Option<Cycles>;
}

/// Cycles, and those in which no word of the plan began, by what was waited for. They are those of all lanes: with four, four a clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cycles {
    /// All of them while frames were in work.
    pub all: u64,
    /// Bytes of a chunk.
    pub input: u64,
    /// The LZ4 decoder.
    pub decode: u64,
    /// The bit transpose.
    pub unshuffle: u64,
    /// Upper halves of values of more than 16 bits.
    pub accumulate: u64,
    /// Words of the plan: its memory, and lanes that are behind.
    pub plan: u64,
    /// Sums of the frame before on their way out.
    pub output: u64,
}
