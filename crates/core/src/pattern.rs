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
    /// Standard error of the mean, or the standard deviation where the recipe says so; empty when the recipe has no error model.
    pub errors: Vec<f32>,
    /// `Σ c·(raw − dark)`; empty when nobody wants the sums.
    pub signal: Vec<f64>,
    /// `Σ c²·variance`; empty when the recipe has no error model, or nobody wants the sums.
    pub variance: Vec<f64>,
    /// What this frame masks, where it masks pixels of its own; `None` where the plan's constants hold. In modes that choose
    /// among the pixels of a bin, what the chosen ones give.
    pub own: Option<OwnConstants>,
}

impl Pattern {
    /// A pattern of so many bins, with all its buffers allocated; `errors` says whether it has any.
    #[must_use]
    pub fn of_bins(bins: usize, errors: bool) -> Pattern {
        let with_errors = if errors { bins } else { 0 };
        Pattern {
            intensity: vec![f32::NAN; bins],
            errors: vec![f32::NAN; with_errors],
            signal: vec![f64::NAN; bins],
            variance: vec![f64::NAN; with_errors],
            ..Pattern::default()
        }
    }

    /// The same without room for the sums, which then are not kept.
    #[must_use]
    pub fn without_sums(self) -> Pattern {
        Pattern { signal: Vec::new(), variance: Vec::new(), ..self }
    }

    /// Marks the frame as failed; all numbers become NaN.
    pub fn fail(&mut self, reason: String) {
        self.intensity.fill(f32::NAN);
        self.errors.fill(f32::NAN);
        self.signal.fill(f64::NAN);
        self.variance.fill(f64::NAN);
        self.own = None;
        self.status = Status::Failed(reason);
    }
}

/// The constants of a frame that masks pixels of its own (dummy values, NaN), one value a bin.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OwnConstants {
    /// `Σ c·n` over the pixels that the frame leaves.
    pub norm: Vec<f64>,
    /// `Σ c` over the pixels that the frame leaves.
    pub count: Vec<f64>,
}
