//! The plan that a recipe needs: sums where they do, else the pixels of each bin.

use super::{CpuPlan, Ingredients, PlanError};
use crate::gather::GatherPlan;
use crate::pipeline::{Plan, StackSpec};
use crate::recipe::{ErrorModel, Mode};

/// A plan of either form. Copies share the tables.
#[derive(Clone, Debug)]
pub enum AnyPlan {
    /// Sums of pixels, see [`CpuPlan`].
    Linear(Box<CpuPlan>),
    /// The pixels of each bin, see [`GatherPlan`].
    Gather(Box<GatherPlan>),
}

impl AnyPlan {
    /// Makes the plan that gives `mode`.
    ///
    /// # Errors
    /// When shapes disagree, the mode's numbers make no sense, or no pixel is left.
    pub fn new(ingredients: &Ingredients<'_>, mode: Mode) -> Result<AnyPlan, PlanError> {
        if mode.needs_pixels() || ingredients.error_model == ErrorModel::Azimuthal {
            return Ok(AnyPlan::Gather(Box::new(GatherPlan::new(ingredients, mode)?)));
        }
        Ok(AnyPlan::Linear(Box::new(CpuPlan::new(ingredients)?)))
    }

    /// The plan of sums, where it is one.
    #[must_use]
    pub fn linear(&self) -> Option<&CpuPlan> {
        match self {
            AnyPlan::Linear(plan) => Some(plan),
            AnyPlan::Gather(_) => None,
        }
    }

    /// Makes the plan of frames that come with frames of variances, stored as `variances` says.
    ///
    /// # Errors
    /// When shapes disagree, the error model is another one, or no pixel is left.
    pub fn with_variances(
        ingredients: &Ingredients<'_>,
        mode: Mode,
        variances: &StackSpec,
    ) -> Result<AnyPlan, PlanError> {
        Ok(AnyPlan::Gather(Box::new(GatherPlan::with_variances(ingredients, mode, variances)?)))
    }

    /// The same plan with other factors of the norm: one a frame, one for all, or empty for 1.
    #[must_use]
    pub fn with_normalization(&self, normalization: &[f64]) -> AnyPlan {
        match self {
            AnyPlan::Linear(plan) => AnyPlan::Linear(Box::new(plan.with_normalization(normalization))),
            AnyPlan::Gather(plan) => AnyPlan::Gather(Box::new(plan.with_normalization(normalization))),
        }
    }

    /// `Σ c·n` of each bin, over all its pixels.
    #[must_use]
    pub fn norm(&self) -> Vec<f64> {
        match self {
            AnyPlan::Linear(plan) => plan.constants().norm(),
            AnyPlan::Gather(plan) => plan.norm(),
        }
    }

    /// `Σ c` of each bin, over all its pixels.
    #[must_use]
    pub fn count(&self) -> Vec<f64> {
        match self {
            AnyPlan::Linear(plan) => plan.constants().count(),
            AnyPlan::Gather(plan) => plan.count(),
        }
    }

    /// The plan behind it.
    #[must_use]
    pub fn as_plan(&self) -> &dyn Plan {
        match self {
            AnyPlan::Linear(plan) => plan.as_ref(),
            AnyPlan::Gather(plan) => plan.as_ref(),
        }
    }
}
