//! The gather form of a plan: for what sums alone cannot give, a worker decodes a frame as a whole and takes the pixels of
//! one bin after the other.
//!
//! Sigma clipping, percentiles, what lies above them and the azimuthal error model need it. All is f64, the pixels of a bin come in the order
//! of the frame, and one worker does all of a frame: the bits do not depend on the layout.

mod clip;
mod columns;
mod frame;
mod moments;
mod percentile;
mod worker;

use std::sync::Arc;

use aureole_codec::{ChunkFormat, Isa};

use crate::dtype::Dtype;
use crate::pattern::Pattern;
use crate::pipeline::{self, StackSpec, Worker};
use crate::plan::{self, Ingredients, PlanError};
use crate::recipe::{ErrorKind, ErrorModel, Marks, Mode};
use crate::sums::LANES;
use columns::Columns;
use frame::Frame;
use worker::GatherWorker;

/// A plan whose workers see the pixels of each bin. Copies share the tables.
#[derive(Clone, Debug)]
pub struct GatherPlan {
    columns: Arc<Columns>,
    /// `n` of each pixel.
    norm: Arc<[f64]>,
    /// Dark of each pixel; empty without a dark.
    dark: Arc<[f64]>,
    /// Variance of each pixel; empty without an image of variances.
    variance: Arc<[f64]>,
    /// How the frames of variances are stored; `None` where frames come without.
    variances: Option<(Dtype, ChunkFormat)>,
    dtype: Dtype,
    format: ChunkFormat,
    marks: Marks,
    mode: Mode,
    error_model: ErrorModel,
    errors: ErrorKind,
    normalization: Vec<f64>,
    empty: f32,
    isa: Isa,
}

impl GatherPlan {
    /// Makes a plan.
    ///
    /// # Errors
    /// When shapes disagree, the mode's numbers make no sense, or no pixel is left.
    pub fn new(ingredients: &Ingredients<'_>, mode: Mode) -> Result<GatherPlan, PlanError> {
        plan::check(ingredients)?;
        GatherPlan::of(ingredients, mode, None)
    }

    /// Makes the plan of frames that come with frames of variances, stored as `variances` says; a pixel whose variance is
    /// negative or not finite is masked in its frame.
    ///
    /// # Errors
    /// As [`GatherPlan::new`], and when the error model is not that of variances.
    pub fn with_variances(
        ingredients: &Ingredients<'_>,
        mode: Mode,
        variances: &StackSpec,
    ) -> Result<GatherPlan, PlanError> {
        plan::check_with_variances(ingredients, variances)?;
        GatherPlan::of(ingredients, mode, Some((variances.dtype, variances.format.clone())))
    }

    fn of(
        ingredients: &Ingredients<'_>,
        mode: Mode,
        variances: Option<(Dtype, ChunkFormat)>,
    ) -> Result<GatherPlan, PlanError> {
        mode.check().map_err(PlanError::Mode)?;
        let norm: Arc<[f64]> = (0..ingredients.norm.len()).map(|pixel| ingredients.usable_norm(pixel)).collect();
        let columns = Columns::new(ingredients.matrix, |pixel| norm[pixel] > 0.0);
        if columns.is_empty() {
            return Err(PlanError::NoPixels);
        }
        let image = |image: Option<&[f64]>| Arc::from(image.unwrap_or_default());
        Ok(GatherPlan {
            columns: Arc::new(columns),
            norm,
            dark: image(ingredients.dark),
            variance: image(ingredients.variance),
            variances,
            dtype: ingredients.dtype,
            format: ingredients.format.clone(),
            marks: ingredients.marks(),
            mode,
            error_model: ingredients.error_model,
            errors: ingredients.errors,
            normalization: ingredients.normalization.to_vec(),
            empty: ingredients.empty,
            isa: ingredients.isa,
        })
    }

    /// The same plan with other factors of the norm: one a frame, one for all, or empty for 1.
    #[must_use]
    pub fn with_normalization(&self, normalization: &[f64]) -> GatherPlan {
        GatherPlan { normalization: normalization.to_vec(), ..self.clone() }
    }

    /// Number of bins.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.columns.bins()
    }

    /// Number of entries, (pixel, bin) pairs with a share.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.columns.entries()
    }

    /// `Σ c·n` of each bin, over all its pixels.
    #[must_use]
    pub fn norm(&self) -> Vec<f64> {
        self.columns.sums(|pixel| self.norm[pixel])
    }

    /// `Σ c` of each bin, over all its pixels.
    #[must_use]
    pub fn count(&self) -> Vec<f64> {
        self.columns.sums(|_| 1.0)
    }

    /// True when patterns have errors.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.error_model != ErrorModel::None
    }

    /// Room for a frame.
    fn frame(&self) -> Frame {
        Frame::new(&self.format, self.dtype, self.isa)
    }

    /// Room for a frame of variances, where there are such.
    fn variance_frame(&self) -> Option<Frame> {
        self.variances.as_ref().map(|(dtype, format)| Frame::new(format, *dtype, self.isa))
    }
}

impl pipeline::Plan for GatherPlan {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(GatherWorker::new(self))
    }

    fn pattern(&self, _recipe: usize) -> Pattern {
        Pattern::of_bins(self.bins(), self.has_errors())
    }

    fn max_batch(&self) -> usize {
        LANES
    }
}
