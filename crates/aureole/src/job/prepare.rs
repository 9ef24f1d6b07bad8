//! From a description to what an executor runs.

use std::num::NonZero;
use std::ops::Range;
use std::time::Instant;

use aureole_codec::{ChunkFormat, Isa};
use aureole_core::binning::{AzimuthalBins, AzimuthalSpec, Binning, BinningSpec};
use aureole_core::correction::{Corrections, Polarization};
use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;
use aureole_core::geometry::Geometry;
use aureole_core::images::{StackImage, StackImages, WithImages};
use aureole_core::pipeline::{Executor, Job, Plan, RunError, Sink, Source, StackSpec, Summary};
use aureole_core::plan::{AnyPlan, Ingredients};
use aureole_core::poni;
use aureole_core::recipe::{Dummy, Marks};

use super::auto::{self, Found};
use super::variance::Variances;
use super::{Execution, GeometrySpec, JobError, JobSpec, Normalization, RecipeSpec, cache, edges};
use crate::hdf5::open::describe_io;
use crate::image::{self, ImageError};
use crate::layout;
use crate::source::{self, Paired, Stack};

/// A job ready to run: its stack is open, its plan is made.
pub struct Prepared {
    /// The description it was made from.
    pub spec: JobSpec,
    /// The stack.
    pub stack: Stack,
    /// The geometry, with the detector's shape known.
    pub geometry: Geometry,
    /// The plan; where images of the stack are asked for, one of frames that are decoded already.
    pub plan: AnyPlan,
    marks: Marks,
    /// One frame of variances for each frame, where the recipe names such a stack.
    pub variance: Option<Stack>,
    /// Edges of the bins, one more than there are bins, in the recipe's unit.
    pub edges: Vec<f64>,
    /// Centres of the bins, in the recipe's unit.
    pub centres: Vec<f64>,
    /// Bins along the azimuthal axis of a cake, in its unit.
    pub azimuthal: Option<AzimuthalBins>,
    /// Pixels that the detector's gaps and the mask leave out of every frame.
    pub masked: usize,
    /// The frames to integrate.
    pub frames: Range<usize>,
    /// Threads to use.
    pub threads: NonZero<usize>,
    /// Vector instructions in use.
    pub isa: Isa,
    /// What the user should be told.
    pub notices: Vec<String>,
    /// What was found beside the data, by what it is used as.
    pub found: Vec<(&'static str, String)>,
    /// Seconds it took to make all this.
    pub seconds: f64,
}

/// Opens the stack, reads every image and makes the plan; refuses whatever is wrong before any frame is read.
///
/// # Errors
/// See [`JobError`].
pub fn prepare(mut spec: JobSpec) -> Result<Prepared, JobError> {
    let start = Instant::now();
    let edges = edges::read(&spec.recipe)?;
    if let Some(edges) = &edges {
        spec.recipe.bins = edges.len() - 1;
    }
    let recipe = &spec.recipe;
    let isa = choose_isa(&spec.execution)?;
    let geometry = read_geometry(&recipe.geometry)?;
    let stack = source::open(&spec.inputs)?;
    let StackSpec { shape, dtype, .. } = *stack.spec();
    let geometry = geometry.for_frames(shape)?;
    let frames = frame_range(&spec, stack.spec().frames)?;
    let found = Found::beside(recipe, &spec.inputs, &stack, shape)?;
    let variances = Variances::open(recipe, stack.spec())?;
    let images = Images::read(recipe, shape, &geometry.detector, &found)?;
    let (dummy, notice) = dummy(recipe, &geometry.detector, dtype)?;
    check_saturation(recipe)?;
    let request = binning_spec(recipe, edges);
    let plan_cache = spec.execution.plan_cache.as_deref();
    let (binning, cached) = cache::bin(plan_cache, &geometry, images.mask.as_deref(), &request)?;
    let normalization = normalization(&recipe.normalization, stack.spec().frames)?;
    let norm = images.norm(corrections(recipe).image(&geometry)?, dummy);
    let ingredients = Ingredients {
        matrix: &binning.matrix,
        norm: &norm,
        dark: images.dark.as_deref(),
        dtype,
        format: &plan_format(recipe, stack.spec())?,
        error_model: recipe.error_model,
        errors: recipe.errors,
        variance: variances.image(),
        dummy,
        saturation: recipe.saturation,
        normalization: &normalization,
        empty: f32::NAN,
        isa,
    };
    let plan = variances.plan(&ingredients, recipe.mode)?;
    let threads = spec.execution.threads.and_then(NonZero::new).unwrap_or_else(layout::allowed_cores);
    let notices = stack
        .notices()
        .iter()
        .cloned()
        .chain(notice)
        .chain(found.notices)
        .chain(cached)
        .chain(variances.notices())
        .collect();
    let named = [("mask", found.mask), ("flat", found.flat)];
    let found = named.into_iter().filter_map(|(role, input)| Some((role, input?))).collect();
    let Binning { edges, centres, azimuthal, .. } = binning;
    let seconds = start.elapsed().as_secs_f64();
    let marks = Marks { dummy, saturation: spec.recipe.saturation };
    let masked = images.mask.iter().flatten().filter(|masked| **masked).count();
    Ok(Prepared {
        spec,
        stack,
        geometry,
        plan,
        marks,
        variance: variances.into_stack(),
        edges,
        centres,
        azimuthal,
        masked,
        frames,
        threads,
        isa,
        notices,
        found,
        seconds,
    })
}

impl Prepared {
    /// What runs the job.
    #[must_use]
    pub fn executor(&self) -> Box<dyn Executor> {
        self.spec.execution.layout.executor(self.frames.len(), self.threads)
    }

    /// The images that the recipe asks for, without a frame in them yet; `None` where it asks for none.
    ///
    /// # Errors
    /// When the stack's pixels have no exact sums.
    pub fn images(&self) -> Result<Option<StackImages>, JobError> {
        let asked = &self.spec.recipe.images;
        let StackSpec { shape, dtype, .. } = *self.stack.spec();
        if asked.is_empty() {
            return Ok(None);
        }
        let images = StackImages::new(dtype, shape.0 * shape.1, self.marks, asked.contains(&StackImage::Variance));
        images.map(Some).map_err(|error| option("--image", error.to_string()))
    }

    /// Integrates all frames, adds them to `images` as [`Prepared::images`] gave them, and pushes their patterns in order;
    /// the sink is not finished.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn run(&self, images: Option<&StackImages>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let format = &self.stack.spec().format;
        let with_images = images.map(|images| WithImages { plan: &self.plan, images, format, isa: self.isa });
        let paired = self.variance.as_ref().map(|variance| Paired { data: &self.stack, variance });
        let job = Job {
            source: paired.as_ref().map_or(&self.stack as &dyn Source, |paired| paired),
            plan: with_images.as_ref().map_or(&self.plan as &dyn Plan, |plan| plan),
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

fn read_geometry(spec: &GeometrySpec) -> Result<Geometry, JobError> {
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
        return poni::fit2d::parse(&text).map_err(|error| JobError::Poni { file, error });
    }
    let read = |detector, file: &_| crate::detector::read(detector, file, beside);
    poni::parse_with(&text, &read).map_err(|error| JobError::Poni { file, error })
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

/// How the plan's frames are stored: decoded, where images of the stack have decoded them before.
fn plan_format(recipe: &RecipeSpec, spec: &StackSpec) -> Result<ChunkFormat, JobError> {
    if recipe.images.is_empty() {
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

fn correction(option: &'static str, file: Option<&str>, shape: (usize, usize)) -> Result<Option<Vec<f64>>, JobError> {
    let Some(file) = file else { return Ok(None) };
    let image = image::read_image(file).map_err(|error: ImageError| JobError::Image { option, error })?;
    fits(option, file, image.shape, shape)?;
    Ok(Some(image.to_f64()))
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
