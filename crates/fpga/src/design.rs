//! What a design is built with.

/// The most bytes of a block, `BLOCK_BYTES` of the design: what bitshuffle takes unless it is told otherwise.
pub const BLOCK_BYTES: usize = 8192;

/// Parameters of `rtl/top.sv`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Design {
    /// Frames at once.
    pub lanes: usize,
    /// Bytes that a lane takes, copies and writes in a cycle; a power of two.
    pub width: usize,
    /// Products a cycle and lane, and banks of pixels; a power of two.
    pub slots: usize,
    /// The most bins of a frame, over all recipes; sums of variances are bins, too.
    pub bins: usize,
}

impl Default for Design {
    /// The one that `--layout fpga` simulates.
    fn default() -> Self {
        Design { lanes: 4, width: 16, slots: 16, bins: 4096 }
    }
}

impl Design {
    /// Cycles a second of a lane placed and routed for [`Design::PART`], with sums for 1024 bins (docs/fpga.md).
    pub const CLOCK: f64 = 95.5e6;

    /// The part for which it was.
    pub const PART: &'static str = "ECP5-85 of speed grade 8, a lane routed";

    /// Bytes of a word of the plan.
    #[must_use]
    pub fn word_bytes(&self) -> usize {
        8 * self.slots
    }
}
