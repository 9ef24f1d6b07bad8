//! From a description to what an executor runs.

use std::num::NonZero;
use std::ops::Range;
use std::path::Path;
use std::time::Instant;

use aureole_codec::{ChunkFormat, Isa};
use aureole_core::binning::{AzimuthalBins, AzimuthalSpec, Binning, BinningSpec};
use aureole_core::correction::{Corrections, Polarization};
use aureole_core::decoded::Decoded;
use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;
use aureole_core::geometry::Geometry;
use aureole_core::images::{StackImage, StackImages};
use aureole_core::pipeline::{Executor, Job, RunError, Sink, Source, StackSpec, Summary};
use aureole_core::plan::{AnyPlan, Ingredients, PlanSet};
use aureole_core::poni;
use aureole_core::recipe::{Dummy, ErrorModel, Marks};

use super::auto::{self, Found};
use super::variance::Variances;
use super::{Execution, GeometrySpec, JobError, JobSpec, Normalization, RecipeSpec, cache, edges, map, regions};
use crate::hdf5::open::describe_io;
use crate::image::{self, ImageError};
use crate::layout;
use crate::sink::nexus::{self, Map};
use crate::source::{self, Paired, Stack};

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
    decodes_whole: bool,
    /// The frames to integrate.
    pub frames: Range<usize>,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// Vector instructions in use.
    pub isa: Isa,
    /// What the user should be told.
    pub notices: Vec<String>,
    /// Seconds it took to make all this.
    pub seconds: f64,
    /// The map on which the frames lie, its axes read.
    pub map: Option<Map>,
}

/// What is known of a recipe before the first frame.
pub struct PreparedRecipe {
    /// The geometry, with the detector's shape known.
    pub geometry: Geometry,
    marks: Marks,
    /// Edges of the bins, one more than there are bins, in the recipe's unit.
    pub edges: Vec<f64>,
    /// Centres of the bins, in the recipe's unit.
    pub centres: Vec<f64>,
    /// Bins along the azimuthal axis of a cake, in its unit.
    pub azimuthal: Option<AzimuthalBins>,
    /// Pixels that the detector's gaps and the mask leave out of every frame.
    pub masked: usize,
    /// What was found beside the data, by what it is used as.
    pub found: Vec<(&'static str, String)>,
}

/// What all recipes of a job share.
struct Shared<'a> {
    inputs: &'a [String],
    stack: &'a Stack,
    /// How the plans' frames are stored.
    format: ChunkFormat,
    isa: Isa,
    plan_cache: Option<&'a Path>,
}

/// Opens the stack, reads every image and makes the plans; refuses whatever is wrong before any frame is read.
///
/// # Errors
/// See [`JobError`].
pub fn prepare(mut spec: JobSpec) -> Result<Prepared, JobError> {
    let start = Instant::now();
    check_names(&spec.recipes)?;
    let isa = choose_isa(&spec.execution)?;
    let stack = source::open(&spec.inputs)?;
    let frames = frame_range(&spec, stack.spec().frames)?;
    let map = map::prepare(&spec, frames.end, &stack)?;
    let decodes_whole = decodes_whole(&spec);
    let format = plan_format(decodes_whole, stack.spec())?;
    let plan_cache = spec.execution.plan_cache.as_deref();
    let shared = Shared { inputs: &spec.inputs, stack: &stack, format, isa, plan_cache };
    let mut notices = stack.notices().to_vec();
    let (mut recipes, mut plans) = (Vec::new(), Vec::new());
    let mut variance: Option<(String, Stack)> = None;
    for recipe in &mut spec.recipes {
        let (prepared, plan, variances) = prepare_recipe(recipe, &shared, &mut notices)?;
        recipes.push(prepared);
        plans.push(plan);
        keep_variances(recipe, variances, &mut variance)?;
    }
    let variance = variance.map(|(_, stack)| stack);
    let mut seen = std::collections::BTreeSet::new();
    notices.retain(|notice| seen.insert(notice.clone()));
    let threads = spec.execution.threads.and_then(NonZero::new).unwrap_or_else(layout::allowed_cores);
    let (plans, seconds) = (PlanSet::new(plans), start.elapsed().as_secs_f64());
    Ok(Prepared { spec, stack, variance, recipes, plans, decodes_whole, frames, threads, isa, notices, seconds, map })
}

/// Makes the plan of one recipe, and fills in the number of its bins where edges give it.
fn prepare_recipe(
    recipe: &mut RecipeSpec,
    shared: &Shared<'_>,
    notices: &mut Vec<String>,
) -> Result<(PreparedRecipe, AnyPlan, Variances), JobError> {
    let edges = edges::read(recipe)?;
    if let Some(edges) = &edges {
        recipe.bins = edges.len() - 1;
    }
    let recipe = &*recipe;
    let StackSpec { shape, dtype, frames, .. } = *shared.stack.spec();
    let (geometry, left_out) = read_geometry(&recipe.geometry)?;
    let geometry = geometry.for_frames(shape)?;
    let found = Found::beside(recipe, shared.inputs, shared.stack, shape)?;
    let mut images = Images::read(recipe, shape, &geometry.detector, &found)?;
    regions::leave_out(recipe, &geometry, &mut images.mask)?;
    let variances = Variances::open(recipe, shared.stack.spec())?;
    let (dummy, notice) = dummy(recipe, &geometry.detector, dtype)?;
    check_saturation(recipe)?;
    let request = binning_spec(recipe, edges);
    let (binning, cached) = cache::bin(shared.plan_cache, &geometry, images.mask.as_deref(), &request)?;
    let normalization = normalization(&recipe.normalization, frames)?;
    let norm = images.norm(corrections(recipe).image(&geometry)?, dummy);
    let ingredients = Ingredients {
        matrix: &binning.matrix,
        norm: &norm,
        dark: images.dark.as_deref(),
        dtype,
        format: &shared.format,
        error_model: recipe.error_model,
        errors: recipe.errors,
        variance: variances.image(),
        dummy,
        saturation: recipe.saturation,
        normalization: &normalization,
        empty: f32::NAN,
        isa: shared.isa,
    };
    let plan = variances.plan(&ingredients, recipe.mode)?;
    notices.extend(left_out.into_iter().chain(notice).chain(found.notices).chain(cached).chain(variances.notices()));
    let named = [("mask", found.mask), ("flat", found.flat)];
    let found = named.into_iter().filter_map(|(role, input)| Some((role, input?))).collect();
    let Binning { edges, centres, azimuthal, .. } = binning;
    let marks = Marks { dummy, saturation: recipe.saturation };
    let masked = images.mask.iter().flatten().filter(|masked| **masked).count();
    Ok((PreparedRecipe { geometry, marks, edges, centres, azimuthal, masked, found }, plan, variances))
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
    /// What runs the job.
    #[must_use]
    pub fn executor(&self) -> Box<dyn Executor> {
        self.spec.execution.layout.executor(self.frames.len(), self.threads)
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

    /// Integrates all frames, adds them to `images` as [`Prepared::images`] gave them, and pushes their patterns in order;
    /// the sink is not finished.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn run(&self, images: Option<&StackImages>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let format = &self.stack.spec().format;
        let decoded = Decoded { plan: &self.plans, images, format, isa: self.isa };
        let paired = self.variance.as_ref().map(|variance| Paired { data: &self.stack, variance });
        let job = Job {
            source: paired.as_ref().map_or(&self.stack as &dyn Source, |paired| paired),
            plan: if self.decodes_whole { &decoded } else { &self.plans },
            frames: self.frames.clone(),
            batch: self.spec.execution.batch,
            strict: self.spec.execution.strict,
        };
        self.executor().run(&job, sink)
    }
}

fn option(option: &'static str, reason: impl Into<String>) -> JobError {
    JobError::Option { option, reason: reason.into() }
}

fn choose_isa(execution: &Execution) -> Result<Isa, JobError> {
    let Some(name) = &execution.isa else { return Ok(Isa::best()) };
    Isa::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Isa::available().into_iter().map(Isa::name).collect();
        option("--isa", format!("{name}: not on this processor; it has {}", names.join(", ")))
    })
}

/// The geometry, and sentences about what its file says besides.
fn read_geometry(spec: &GeometrySpec) -> Result<(Geometry, Vec<String>), JobError> {
    let beside = spec.folder();
    let (file, text) = match spec {
        GeometrySpec::Poni(text) => ("the job's PONI text".to_owned(), text.clone()),
        GeometrySpec::File(path) => {
            let unreadable = |error| option("--poni", format!("{}: {}", path.display(), describe_io(&error)));
            let text = std::fs::read(path).map_err(unreadable)?;
            (path.display().to_string(), String::from_utf8_lossy(&text).into_owned())
        }
    };
    if poni::fit2d::is_fit2d(&text) {
        let geometry = poni::fit2d::parse(&text).map_err(|error| JobError::Poni { file, error })?;
        return Ok((geometry, Vec::new()));
    }
    if poni::imctrl::is_imctrl(&text) {
        let controls = poni::imctrl::parse(&text).map_err(|error| JobError::Poni { file, error })?;
        return Ok((controls.geometry, controls.notices));
    }
    let read = |detector, file: &_| crate::detector::read(detector, file, beside);
    let geometry = poni::parse_with(&text, &read).map_err(|error| JobError::Poni { file, error })?;
    Ok((geometry, Vec::new()))
}

fn frame_range(spec: &JobSpec, there: usize) -> Result<Range<usize>, JobError> {
    let range = spec.frames.start.unwrap_or(0)..spec.frames.end.unwrap_or(there);
    if range.start > range.end || range.end > there {
        let asked = format!("{}:{}", range.start, range.end);
        return Err(option("--frames", format!("{asked}: the stack has frames 0:{there}")));
    }
    Ok(range)
}

fn corrections(recipe: &RecipeSpec) -> Corrections {
    let offset = recipe.polarization_offset.to_radians();
    let polarization = recipe.polarization.map(|factor| Polarization { factor, offset });
    Corrections { solid_angle: recipe.solid_angle, polarization }
}

fn check_saturation(recipe: &RecipeSpec) -> Result<(), JobError> {
    match recipe.saturation {
        Some(counts) if !counts.is_finite() => Err(option("--saturation", format!("{counts}: a number is needed"))),
        _ => Ok(()),
    }
}

/// How the plans' frames are stored: without filters, where frames are decoded before.
fn plan_format(decoded: bool, spec: &StackSpec) -> Result<ChunkFormat, JobError> {
    if !decoded {
        return Ok(spec.format.clone());
    }
    let decoded = ChunkFormat::new(Vec::new(), spec.format.elem_size(), spec.format.elems());
    decoded.map_err(|error| option("--image", error.to_string()))
}

/// The recipe's images, in f64 and of the frames' shape.
struct Images {
    mask: Option<Vec<bool>>,
    dark: Option<Vec<f64>>,
    flat: Option<Vec<f64>>,
    absorption: Option<Vec<f64>>,
}

impl Images {
    fn read(
        recipe: &RecipeSpec,
        shape: (usize, usize),
        detector: &Detector,
        found: &Found,
    ) -> Result<Images, JobError> {
        let mut mask = detector.mask();
        if let Some(file) = found.mask.as_deref().or(auto::named(recipe.mask.as_ref())) {
            let (found, user) = image::read_mask(file).map_err(|error| JobError::Image { option: "--mask", error })?;
            fits("--mask", file, found, shape)?;
            match &mut mask {
                Some(mask) => mask.iter_mut().zip(user).for_each(|(mask, user)| *mask |= user),
                None => mask = Some(user),
            }
        }
        let dark = correction("--dark", recipe.dark.as_deref(), shape)?;
        let flat = correction("--flat", auto::named(recipe.flat.as_ref()), shape)?;
        let flat = flat.or_else(|| found.sensitivity.clone());
        let absorption = correction("--absorption", recipe.absorption.as_deref(), shape)?;
        Ok(Images { mask, dark, flat, absorption })
    }

    /// `n` of each pixel: the corrections of the geometry times flat and absorption; 0 where the flat or the dark holds the
    /// value of a pixel without a measurement.
    fn norm(&self, mut norm: Vec<f64>, dummy: Option<Dummy>) -> Vec<f64> {
        for factors in [&self.flat, &self.absorption].into_iter().flatten() {
            norm.iter_mut().zip(factors).for_each(|(norm, factor)| *norm *= factor);
        }
        if let Some(dummy) = dummy {
            for image in [&self.flat, &self.dark].into_iter().flatten() {
                norm.iter_mut().zip(image).filter(|(_, value)| dummy.marks(**value)).for_each(|(norm, _)| *norm = 0.0);
            }
        }
        norm
    }
}

/// The mean of one or several images.
fn correction(option: &'static str, file: Option<&str>, shape: (usize, usize)) -> Result<Option<Vec<f64>>, JobError> {
    let Some(files) = file.map(crate::input::list) else { return Ok(None) };
    let mut mean = vec![0.0; shape.0 * shape.1];
    for file in &files {
        let image = image::read_image(file).map_err(|error: ImageError| JobError::Image { option, error })?;
        fits(option, file, image.shape, shape)?;
        mean.iter_mut().zip(image.to_f64()).for_each(|(sum, value)| *sum += value);
    }
    if files.len() > 1 {
        mean.iter_mut().for_each(|sum| *sum /= files.len() as f64);
    }
    Ok(Some(mean))
}

fn fits(option: &'static str, file: &str, found: (usize, usize), expected: (usize, usize)) -> Result<(), JobError> {
    if found == expected { Ok(()) } else { Err(JobError::Shape { option, file: file.to_owned(), found, expected }) }
}

/// The dummy the recipe asks for, or else the detector's own; with a notice where the type cannot hold it.
fn dummy(recipe: &RecipeSpec, detector: &Detector, dtype: Dtype) -> Result<(Option<Dummy>, Option<String>), JobError> {
    let Some(value) = recipe.dummy else {
        if recipe.delta_dummy.is_some() {
            return Err(option("--delta-dummy", "needs --dummy beside it"));
        }
        let own = detector.dummy_for(dtype).map(|dummy| Dummy { value: dummy.value as f64, delta: dummy.delta });
        return Ok((own, None));
    };
    let delta = recipe.delta_dummy.unwrap_or(0.0);
    if !value.is_finite() || !delta.is_finite() || delta < 0.0 {
        return Err(option("--dummy", format!("{value} ± {delta}: a number, and a delta of at least 0, are needed")));
    }
    let dummy = Dummy { value, delta };
    let holds = dtype.is_float() || dummy.integers(dtype).is_some();
    let notice =
        (!holds).then(|| format!("--dummy {value}: no {dtype} pixel can have this value, so none is left out"));
    Ok((Some(dummy), notice))
}

fn binning_spec(recipe: &RecipeSpec, edges: Option<Vec<f64>>) -> BinningSpec {
    BinningSpec {
        edges,
        radial_range: recipe.radial_range,
        azimuth_range: recipe.azimuth_range,
        azimuthal: recipe.cake.map(|cake| AzimuthalSpec { bins: cake.bins, unit: cake.unit }),
        chi_at_0: recipe.chi_at_0,
        sample: recipe.sample,
        band: recipe.along,
        ..BinningSpec::new(recipe.bins, recipe.unit, recipe.split)
    }
}

fn normalization(normalization: &Normalization, frames: usize) -> Result<Vec<f64>, JobError> {
    let factors = match normalization {
        Normalization::None => return Ok(Vec::new()),
        Normalization::Factor(factor) if factor.is_finite() && *factor > 0.0 => return Ok(vec![*factor]),
        Normalization::Factor(factor) => {
            return Err(option("--normalization", format!("{factor}: a positive number is needed")));
        }
        Normalization::Dataset(input) => {
            image::read_series(input).map_err(|error| JobError::Image { option: "--normalization", error })?
        }
    };
    if factors.len() != frames {
        let reason = format!("{} values for {frames} frames; one a frame is needed", factors.len());
        return Err(option("--normalization", reason));
    }
    Ok(factors)
}
