//! The variances that `--variance` names: one image for all frames, or a stack with one frame for each.

use aureole_core::pipeline::{Source, StackSpec};
use aureole_core::plan::{AnyPlan, Ingredients, PlanError};
use aureole_core::recipe::{ErrorModel, Mode};

use super::{Attached, JobError, RecipeSpec};
use crate::image::{self, Image};
use crate::source::{self, Stack};

const OPTION: &str = "--variance";

/// Where variances come from.
pub(super) enum Variances {
    /// There are none.
    None,
    /// The same for every frame.
    Image(Vec<f64>),
    /// A frame of them for each frame.
    Stack(Stack),
    /// The same, in frames that the job was given.
    Given(StackSpec),
}

impl Variances {
    /// Opens or reads what the recipe names for the frames of `data`.
    ///
    /// # Errors
    /// When it is neither an image nor a stack of as many frames, or the error model has no use for it.
    pub(super) fn open(
        recipe: &RecipeSpec,
        data: &StackSpec,
        given: Option<&Stack>,
        attached: &Attached,
    ) -> Result<Variances, JobError> {
        let found = match &recipe.variance {
            Some(_) if given.is_some() => given_frames(given, data)?,
            Some(input) => read(input, data, attached)?,
            None => Variances::None,
        };
        match (recipe.error_model, &found) {
            (ErrorModel::Variance, Variances::None) => {
                Err(JobError::Option { option: "--error-model", reason: "variance: needs --variance beside it".into() })
            }
            (ErrorModel::Variance, _) | (_, Variances::None) => Ok(found),
            _ => Err(refuse("has a use with --error-model variance only")),
        }
    }

    /// The image, where all frames have the same variances.
    pub(super) fn image(&self) -> Option<&[f64]> {
        if let Variances::Image(image) = self { Some(image) } else { None }
    }

    /// The stack, where each frame has its own.
    pub(super) fn into_stack(self) -> Option<Stack> {
        if let Variances::Stack(stack) = self { Some(stack) } else { None }
    }

    /// The plan that takes them.
    pub(super) fn plan(&self, ingredients: &Ingredients<'_>, mode: Mode) -> Result<AnyPlan, PlanError> {
        match self {
            Variances::Stack(stack) => AnyPlan::with_variances(ingredients, mode, stack.spec()),
            Variances::Given(spec) => AnyPlan::with_variances(ingredients, mode, spec),
            _ => AnyPlan::new(ingredients, mode),
        }
    }

    /// What the user should be told.
    pub(super) fn notices(&self) -> Vec<String> {
        let Variances::Stack(stack) = self else { return Vec::new() };
        stack.notices().iter().map(|notice| format!("{OPTION}: {notice}")).collect()
    }
}

/// Frames of variances that the job was given, if they fit the data.
fn given_frames(given: Option<&Stack>, data: &StackSpec) -> Result<Variances, JobError> {
    let Some(spec) = given.map(Stack::spec) else { return Ok(Variances::None) };
    if (spec.shape, spec.frames) != (data.shape, data.frames) {
        return Err(refuse("the frames given with the job are not as many, or not of the shape, of the data's"));
    }
    Ok(Variances::Given(spec.clone()))
}

fn refuse(reason: impl Into<String>) -> JobError {
    JobError::Option { option: OPTION, reason: reason.into() }
}

fn read(input: &str, data: &StackSpec, attached: &Attached) -> Result<Variances, JobError> {
    let shape = |found| {
        let expected = data.shape;
        let file = input.to_owned();
        if found == expected { Ok(()) } else { Err(JobError::Shape { option: OPTION, file, found, expected }) }
    };
    let given = attached.get(input).map_err(|error| JobError::Image { option: OPTION, error })?;
    if let Some(image) = given {
        shape(image.shape)?;
        return Ok(Variances::Image(image.to_f64()));
    }
    let opened = source::open_within(&[input.to_owned()], attached.reach);
    if let Some(stack) = opened.as_ref().ok().filter(|stack| stack.spec().frames > 1) {
        let there = stack.spec().frames;
        shape(stack.spec().shape)?;
        if there != data.frames {
            let needed = "one image, or one frame of variances for each frame, is needed";
            return Err(refuse(format!("{input}: {there} frames beside a stack of {}; {needed}", data.frames)));
        }
        return Ok(opened.map(Variances::Stack)?);
    }
    // What is neither is refused as a stack, which has the stricter rules.
    let image: Image = image::read_image_within(input, attached.reach).map_err(|error| match opened {
        Err(as_stack) => refuse(as_stack.to_string()),
        Ok(_) => JobError::Image { option: OPTION, error },
    })?;
    shape(image.shape)?;
    Ok(Variances::Image(image.to_f64()))
}
