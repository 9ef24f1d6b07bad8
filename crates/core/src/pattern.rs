//! The result of one frame.

/// What became of a frame.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Not integrated (yet).
    #[default]
    NotDone,
    /// Integrated.
    Done,
    /// Not integrable; the reason in one sentence. The pattern's numbers are NaN.
    Failed(String),
}

/// The pattern or cake of one frame: every slice has one value a bin (azimuthal bin slowest in a cake).
///
/// The buffers belong to the caller and are reused from frame to frame; a worker overwrites every value.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pattern {
    /// What became of the frame.
    pub status: Status,
    /// Weighted mean, `Σ c·(raw − dark) / Σ c·n`; the recipe's `empty` where no pixel reaches the bin.
    pub intensity: Vec<f32>,
    /// Standard error of the mean; empty when the recipe has no error model.
    pub errors: Vec<f32>,
    /// `Σ c·(raw − dark)`.
    pub signal: Vec<f64>,
    /// `Σ c²·variance`; empty when the recipe has no error model.
    pub variance: Vec<f64>,
    /// What this frame masks, where it masks pixels of its own; `None` where the plan's constants hold.
    pub own: Option<OwnConstants>,
}

/// The constants of a frame that masks pixels of its own (dummy values, NaN), one value a bin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnConstants {
    /// `Σ c·n` over the pixels that the frame leaves.
    pub norm: Vec<f64>,
    /// `Σ c` over the pixels that the frame leaves.
    pub count: Vec<f64>,
}
