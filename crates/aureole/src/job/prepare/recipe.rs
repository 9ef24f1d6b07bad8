//! One recipe of a job: its geometry, images and bins, and the plan that is made of them.

use std::path::Path;

use aureole_codec::{ChunkFormat, Isa};
use aureole_core::binning::{AzimuthalBins, AzimuthalSpec, Binning, BinningSpec};
use aureole_core::correction::{Corrections, Polarization};
use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;
use aureole_core::geometry::Geometry;
use aureole_core::pipeline::{Source, StackSpec};
use aureole_core::plan::{AnyPlan, Ingredients};
use aureole_core::poni;
use aureole_core::recipe::{Dummy, Marks};

use super::images::Images;
use super::option;
use crate::hdf5::open::describe_io;
use crate::job::auto::Found;
use crate::job::bins::{self, Bins};
use crate::job::variance::Variances;
use crate::job::{Attached, GeometrySpec, JobError, Normalization, RecipeSpec, cache, edges, regions};
use crate::source::Stack;

/// What is known of a recipe before the first frame.
pub struct PreparedRecipe {
    /// The geometry, with the detector's shape known.
    pub geometry: Geometry,
    pub(super) marks: Marks,
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
    /// Sensitivities that were found beside the data.
    pub(in crate::job) sensitivity: Option<Vec<f64>>,
}

/// What all recipes of a job share.
pub(super) struct Shared<'a> {
    pub(super) inputs: &'a [String],
    pub(super) stack: &'a Stack,
    /// How the plans' frames are stored.
    pub(super) format: ChunkFormat,
    pub(super) isa: Isa,
    /// The most bins of any recipe.
    pub(super) most_bins: usize,
    pub(super) plan_cache: Option<&'a Path>,
    pub(super) attached: &'a Attached,
    /// The frames of variances that the job was given, in place of what recipes name.
    pub(super) variance: Option<&'a Stack>,
}

/// Makes the plan of one recipe, and fills in the number of its bins where edges give it.
pub(super) fn prepare(
    recipe: &mut RecipeSpec,
    shared: &Shared<'_>,
    bins: Option<&mut Bins>,
    notices: &mut Vec<String>,
) -> Result<(PreparedRecipe, AnyPlan, Variances), JobError> {
    let edges = edges::read(recipe, shared.attached)?;
    if let Some(edges) = &edges {
        recipe.bins = edges.len() - 1;
    }
    let recipe = &*recipe;
    let StackSpec { shape, dtype, frames, .. } = *shared.stack.spec();
    let (geometry, left_out) = read_geometry(&recipe.geometry)?;
    let geometry = geometry.for_frames(shape)?;
    let found = Found::beside(recipe, shared.inputs, shared.stack, shape, shared.attached)?;
    let mut images = Images::read(recipe, shape, &geometry.detector, &found, shared.attached)?;
    regions::leave_out(recipe, &geometry, &mut images.mask)?;
    let variances = Variances::open(recipe, shared.stack.spec(), shared.variance, shared.attached)?;
    let (dummy, notice) = dummy(recipe, &geometry.detector, dtype)?;
    check_saturation(recipe)?;
    let request = binning_spec(recipe, edges);
    let make = || cache::bin(shared.plan_cache, &geometry, images.mask.as_deref(), &request);
    let (binning, cached) = bins::take_or_make(bins, make)?;
    let normalization = normalization(&recipe.normalization, frames, shared.attached)?;
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
        most_bins: shared.most_bins,
    };
    let plan = variances.plan(&ingredients, recipe.mode)?;
    notices.extend(left_out.into_iter().chain(notice).chain(found.notices).chain(cached).chain(variances.notices()));
    let (named, sensitivity) = ([("mask", found.mask), ("flat", found.flat)], found.sensitivity);
    let found = named.into_iter().filter_map(|(role, input)| Some((role, input?))).collect();
    let Binning { edges, centres, azimuthal, .. } = binning;
    let marks = Marks { dummy, saturation: recipe.saturation };
    let masked = images.mask.iter().flatten().filter(|masked| **masked).count();
    Ok((PreparedRecipe { geometry, marks, edges, centres, azimuthal, masked, found, sensitivity }, plan, variances))
}

/// The geometry that a description names, and sentences about what its file says besides.
///
/// # Errors
/// When the file cannot be read, or holds no geometry.
pub fn read_geometry(spec: &GeometrySpec) -> Result<(Geometry, Vec<String>), JobError> {
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

fn normalization(normalization: &Normalization, frames: usize, attached: &Attached) -> Result<Vec<f64>, JobError> {
    let factors = match normalization {
        Normalization::None => return Ok(Vec::new()),
        Normalization::Factor(factor) if factor.is_finite() && *factor > 0.0 => return Ok(vec![*factor]),
        Normalization::Factor(factor) => {
            return Err(option("--normalization", format!("{factor}: a positive number is needed")));
        }
        Normalization::Dataset(input) => {
            attached.series(input).map_err(|error| JobError::Image { option: "--normalization", error })?
        }
    };
    if factors.len() != frames {
        let reason = format!("{} values for {frames} frames; one a frame is needed", factors.len());
        return Err(option("--normalization", reason));
    }
    Ok(factors)
}
