//! From a description to what an executor runs.

mod fpga;
mod gpu;
mod images;
mod layout;
mod recipe;

use std::fs::File;
use std::num::NonZero;
use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use aureole_codec::{ChunkFormat, Isa};
use aureole_core::images::{StackImage, StackImages};
use aureole_core::pipeline::{Source, StackSpec};
use aureole_core::plan::PlanSet;
use aureole_core::recipe::ErrorModel;

use super::bins::Bins;
use super::variance::Variances;
use super::{Attached, Execution, Given, JobError, JobSpec, RecipeSpec, auto, follow, map};
use crate::layout::{Launch, Layout};
use crate::machine::Topology;
use crate::sink::nexus::{self, Map};
use crate::source::{self, Stack};
use gpu::Gpus;
use recipe::Shared;

pub use recipe::{PreparedRecipe, read_geometry};

/// A job ready to run: its stack is open, its plans are made.
pub struct Prepared {
    /// The description it was made from.
    pub spec: JobSpec,
    /// The stack.
    pub stack: Stack,
    /// One frame of variances for each frame, where a recipe names such a stack.
    pub variance: Option<Stack>,
    /// The recipes, in the order of the description.
    pub recipes: Vec<PreparedRecipe>,
    /// Their plans: of frames that are decoded already, where `decodes_whole`.
    pub plans: PlanSet,
    /// Each frame is decoded as a whole, once, for all that need it so.
    pub(super) decodes_whole: bool,
    /// The frames to integrate.
    pub frames: Range<usize>,
    /// Threads to use, or worker processes.
    pub threads: NonZero<usize>,
    /// Vector instructions in use.
    pub isa: Isa,
    /// What the user should be told.
    pub notices: Vec<String>,
    /// Seconds it took to make all this.
    pub seconds: f64,
    /// The map on which the frames lie, its axes read.
    pub map: Option<Map>,
    /// The arrays that it was given.
    pub attached: Attached,
    /// The frames were given to it; they are in no file.
    pub(super) given_frames: bool,
    /// Names of the GPUs that it goes to, which are in use; none where the host integrates its frames.
    pub(super) gpus: Vec<String>,
    /// What there is no kernel for in it.
    pub(crate) without_kernel: Option<String>,
    /// How worker processes are started; this very program as `aureole worker` if nothing is said.
    pub launch: Option<Launch>,
    /// The bins, for worker processes.
    pub(super) bins: Option<Arc<File>>,
}

/// Opens the stack, reads every image and makes the plans; refuses whatever is wrong before any frame is read.
///
/// # Errors
/// See [`JobError`].
pub fn prepare(spec: JobSpec) -> Result<Prepared, JobError> {
    prepare_given(spec, Given::default())
}

/// Refuses what is wrong in a description whatever its frames are like: layouts that do not go with it, and geometries that cannot be read.
///
/// # Errors
/// See [`JobError`].
pub fn check_ahead(spec: &JobSpec) -> Result<(), JobError> {
    check_names(&spec.recipes)?;
    layout::check(spec, &Given::default())?;
    follow::check(spec)?;
    choose_isa(&spec.execution)?;
    spec.recipes.iter().try_for_each(|recipe| read_geometry(&recipe.geometry).map(drop))
}

/// As [`prepare`], with frames and arrays that are in memory already.
///
/// # Errors
/// See [`JobError`].
pub fn prepare_given(spec: JobSpec, given: Given) -> Result<Prepared, JobError> {
    let bins = (spec.execution.layout == Layout::Processes).then(Bins::new);
    prepare_with(spec, given, bins)
}

/// The same, with the bins that another process has made, or has a use for.
pub(super) fn prepare_with(mut spec: JobSpec, mut given: Given, mut bins: Option<Bins>) -> Result<Prepared, JobError> {
    let start = Instant::now();
    check_names(&spec.recipes)?;
    layout::check(&spec, &given)?;
    follow::check(&spec)?;
    let mut gpus = Gpus::begin(&spec.execution);
    let isa = choose_isa(&spec.execution)?;
    let given_frames = given.stack.is_some();
    given.attached.reach = spec.execution.reach();
    // Which files a pattern stands for is settled here, for all processes and for the record.
    spec.inputs = source::expand(&spec.inputs)?;
    let (stack, missing) = match given.stack {
        Some(stack) => (stack, None),
        None if spec.execution.follow.is_some() => (follow::open(&spec)?, None),
        None => source::open_start(&spec.inputs, spec.execution.reach())?,
    };
    if let Some(missing) = missing.filter(|_| spec.frames.end.is_none_or(|end| end > stack.spec().frames)) {
        return Err(missing.into());
    }
    auto::attach(&spec.recipes, &stack, &mut given.attached)?;
    let frames = frame_range(&spec, stack.spec().frames)?;
    let asked = spec.execution.threads.or(spec.execution.workers);
    let threads = asked.and_then(NonZero::new).unwrap_or_else(default_threads);
    // Of a stack that grows nobody knows how long it will be, and a GPU would begin anew with each piece of it.
    let long = if stack.grows().is_some() { 0 } else { frames.len() };
    gpus.see(&spec, stack.spec(), long, threads);
    if spec.execution.layout == Layout::Fpga {
        fpga::check_spec(&spec, stack.spec())?;
    }
    let map = map::prepare(&spec, frames.end, &stack)?;
    let decodes_whole = decodes_whole(&spec);
    let format = plan_format(decodes_whole, stack.spec())?;
    let plan_cache = spec.execution.plan_cache.as_deref();
    let most_bins = spec.recipes.iter().map(RecipeSpec::bins_in_all).max().unwrap_or(0);
    let shared = Shared {
        inputs: &spec.inputs,
        stack: &stack,
        format,
        isa,
        most_bins,
        plan_cache,
        attached: &given.attached,
        variance: given.variance.as_ref(),
    };
    let mut notices = stack.notices().to_vec();
    let (mut recipes, mut plans) = (Vec::new(), Vec::new());
    let mut variance: Option<(String, Stack)> = None;
    for recipe in &mut spec.recipes {
        let (prepared, plan, variances) = recipe::prepare(recipe, &shared, bins.as_mut(), &mut notices)?;
        recipes.push(prepared);
        plans.push(plan);
        keep_variances(recipe, variances, &mut variance)?;
    }
    let variance = given.variance.or(variance.map(|(_, stack)| stack));
    if spec.execution.layout == Layout::Fpga {
        fpga::check(spec.execution.lanes, variance.is_some(), &plans, &mut notices)?;
    }
    let (gpus, without_kernel) = gpus.end(variance.is_some(), &plans, &mut notices)?;
    let mut seen = std::collections::BTreeSet::new();
    notices.retain(|notice| seen.insert(notice.clone()));
    let (plans, seconds) = (PlanSet::new(plans), start.elapsed().as_secs_f64());
    let attached = given.attached;
    Ok(Prepared {
        spec,
        stack,
        variance,
        recipes,
        plans,
        decodes_whole,
        frames,
        threads,
        isa,
        notices,
        seconds,
        map,
        attached,
        given_frames,
        gpus,
        without_kernel,
        launch: None,
        bins: bins.as_ref().and_then(Bins::file),
    })
}

/// The number of threads where none is asked for: one a physical core that this process may use.
#[must_use]
pub fn default_threads() -> NonZero<usize> {
    NonZero::new(Topology::here().workers()).unwrap_or(NonZero::<usize>::MIN)
}

/// Keeps the stack of variances that a recipe names: one for all recipes of a job, since its frames come with those of the data.
fn keep_variances(
    recipe: &RecipeSpec,
    variances: Variances,
    kept: &mut Option<(String, Stack)>,
) -> Result<(), JobError> {
    let Some((input, stack)) = recipe.variance.clone().zip(variances.into_stack()) else { return Ok(()) };
    match kept {
        Some((other, _)) if *other != input => {
            Err(option("--variance", format!("{other} and {input}: recipes of one job share one stack of variances")))
        }
        _ => {
            *kept = Some((input, stack));
            Ok(())
        }
    }
}

fn check_names(recipes: &[RecipeSpec]) -> Result<(), JobError> {
    if recipes.is_empty() {
        return Err(JobError::Description("it has no recipe".into()));
    }
    for (nth, recipe) in recipes.iter().enumerate() {
        nexus::check_name(&recipe.name).map_err(|reason| option("--recipe", reason))?;
        if recipes[..nth].iter().any(|other| other.name == recipe.name) {
            return Err(option("--recipe", format!("two recipes have the name {}", recipe.name)));
        }
    }
    Ok(())
}

/// True where something beside sums needs decoded frames: images of the stack, or one of several recipes.
fn decodes_whole(spec: &JobSpec) -> bool {
    let gathers = |recipe: &RecipeSpec| recipe.mode.selects() || recipe.error_model == ErrorModel::Azimuthal;
    !spec.images.is_empty() || (spec.recipes.len() > 1 && spec.recipes.iter().any(gathers))
}

impl Prepared {
    /// What [`Prepared::threads`] counts: `threads`, `processes` or `workers`.
    #[must_use]
    pub fn hands(&self) -> &'static str {
        match self.spec.execution.layout {
            Layout::Processes => "processes",
            Layout::Dask | Layout::Joblib => "workers",
            Layout::Auto | Layout::Serial | Layout::Threads | Layout::Gpu => "threads",
            Layout::Fpga => "lanes",
        }
    }

    /// What integrates: `NVIDIA H200, 16 threads`, or `16 threads`; `workers` of them.
    #[must_use]
    pub fn device(&self, workers: usize) -> String {
        let hands = format!("{workers} {}", self.hands());
        match self.layout() {
            Layout::Gpu if !self.gpus.is_empty() => format!("{}, {hands}", gpu::named(&self.gpus)),
            _ => hands,
        }
    }

    /// The recipes as described and as prepared.
    pub fn each_recipe(&self) -> impl Iterator<Item = (&RecipeSpec, &PreparedRecipe)> {
        self.spec.recipes.iter().zip(&self.recipes)
    }

    /// The images that the job asks for, without a frame in them yet; `None` where it asks for none.
    ///
    /// # Errors
    /// When the stack's pixels have no exact sums.
    pub fn images(&self) -> Result<Option<StackImages>, JobError> {
        let asked = &self.spec.images;
        let StackSpec { shape, dtype, .. } = *self.stack.spec();
        let Some(first) = self.recipes.first().filter(|_| !asked.is_empty()) else { return Ok(None) };
        let images = StackImages::new(dtype, shape.0 * shape.1, first.marks, asked.contains(&StackImage::Variance));
        images.map(Some).map_err(|error| option("--image", error.to_string()))
    }
}

fn choose_isa(execution: &Execution) -> Result<Isa, JobError> {
    let Some(name) = &execution.isa else { return Ok(Isa::best()) };
    Isa::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Isa::available().into_iter().map(Isa::name).collect();
        option("--isa", format!("{name}: not on this processor; it has {}", names.join(", ")))
    })
}

fn frame_range(spec: &JobSpec, there: usize) -> Result<Range<usize>, JobError> {
    let range = spec.frames.start.unwrap_or(0)..spec.frames.end.unwrap_or(there);
    if range.start > range.end || range.end > there {
        let asked = format!("{}:{}", range.start, range.end);
        return Err(option("--frames", format!("{asked}: the stack has frames 0:{there}")));
    }
    Ok(range)
}

/// How the plans' frames are stored: without filters, where frames are decoded before.
fn plan_format(decoded: bool, spec: &StackSpec) -> Result<ChunkFormat, JobError> {
    if !decoded {
        return Ok(spec.format.clone());
    }
    let decoded = ChunkFormat::new(Vec::new(), spec.format.elem_size(), spec.format.elems());
    decoded.map_err(|error| option("--image", error.to_string()))
}

/// An option with a value that is not allowed.
pub(super) fn option(option: &'static str, reason: impl Into<String>) -> JobError {
    JobError::Option { option, reason: reason.into() }
}
