//! `--mask auto` and `--flat auto`: the pixel mask and the flat field that lie beside the data.
//!
//! They are sought in the `NXdetector` groups of the input files and of the files that hold the frames (an Eiger master keeps
//! them in `detectorSpecific`), then in the `_meta.h5` file that Odin writes beside frames. A stream has them in its start message.

use std::path::{Path, PathBuf};

use aureole_core::pipeline::Source;

use super::{ATTACHED, Attached, JobError, RecipeSpec};
use crate::detector::{flag, groups_with, referred};
use crate::hdf5::place::Place;
use crate::image::{self, Image};
use crate::source::stream::Beside as Streamed;
use crate::source::{Growing, Reach, Stack};

/// How the recipe asks for what is beside the data.
const AUTO: &str = "auto";

/// Names under which what came with a stream is attached to the job.
const MASK_OF_STREAM: &str = "pixel_mask of the stream";
const FLAT_OF_STREAM: &str = "flatfield of the stream";

/// What was found beside the data.
#[derive(Default)]
pub(super) struct Found {
    /// The mask as `FILE::/path`.
    pub(super) mask: Option<String>,
    /// The flat field as `FILE::/path`.
    pub(super) flat: Option<String>,
    /// Sensitivities by which to divide.
    pub(super) sensitivity: Option<Vec<f64>>,
    /// What the user should be told.
    pub(super) notices: Vec<String>,
}

/// A dataset beside the data.
struct Beside {
    place: Place,
    /// A Dectris detector's own: its flat field holds factors to multiply with.
    dectris: bool,
    /// The detector has applied it already.
    applied: bool,
}

impl Found {
    /// Seeks what the recipe asks for by `auto`.
    ///
    /// # Errors
    /// When there is none, or it cannot be read.
    pub(super) fn beside(
        recipe: &RecipeSpec,
        inputs: &[String],
        stack: &Stack,
        shape: (usize, usize),
        attached: &Attached,
    ) -> Result<Found, JobError> {
        let mut found = Found::default();
        if let Some(streamed) = stack.grows().and_then(Growing::beside) {
            found.take_streamed(recipe, streamed, attached)?;
            return Ok(found);
        }
        let (files, reach) = (files(inputs, stack), attached.reach);
        if recipe.mask.as_deref() == Some(AUTO) {
            let beside = seek(&files, reach, &["pixel_mask", "mask"], shape).ok_or_else(|| none("--mask", &files))?;
            let input = input(&beside.place);
            found.notices.push(format!("--mask auto: {input}"));
            found.mask = Some(input);
        }
        if recipe.flat.as_deref() == Some(AUTO) {
            let beside = seek(&files, reach, &["flatfield"], shape).ok_or_else(|| none("--flat", &files))?;
            found.take_flat(&beside, reach)?;
        }
        Ok(found)
    }

    fn take_flat(&mut self, beside: &Beside, reach: Reach) -> Result<(), JobError> {
        let input = input(&beside.place);
        if beside.applied {
            let reason = "the detector has applied it to these frames, so it is not applied again";
            self.notices.push(format!("--flat auto: {input}: {reason}"));
            return Ok(());
        }
        let image =
            image::read_image_within(&input, reach).map_err(|error| JobError::Image { option: "--flat", error })?;
        self.divide_by(&image, input, beside.dectris);
        Ok(())
    }

    fn divide_by(&mut self, image: &Image, input: String, factors: bool) {
        let values = image.to_f64();
        // A factor of 0 marks a pixel that the detector does not correct for: its sensitivity is not known.
        let sensitivity = |factor: f64| if factor > 0.0 { 1.0 / factor } else { 0.0 };
        let (values, how) = if factors {
            (values.into_iter().map(sensitivity).collect(), "factors to multiply with")
        } else {
            (values, "sensitivities to divide by")
        };
        self.notices.push(format!("--flat auto: {input}, taken as {how}"));
        (self.sensitivity, self.flat) = (Some(values), Some(input));
    }

    /// What came with a stream, and is attached to the job.
    fn take_streamed(&mut self, recipe: &RecipeSpec, streamed: &Streamed, attached: &Attached) -> Result<(), JobError> {
        if recipe.mask.as_deref() == Some(AUTO) {
            self.notices.push(format!("--mask auto: the {MASK_OF_STREAM}"));
            self.mask = Some(format!("{ATTACHED}{MASK_OF_STREAM}"));
        }
        if recipe.flat.as_deref() != Some(AUTO) {
            return Ok(());
        }
        if streamed.flat_applied {
            let reason = "the detector has applied its flat field to these frames, so it is not applied again";
            self.notices.push(format!("--flat auto: {reason}"));
            return Ok(());
        }
        let input = format!("{ATTACHED}{FLAT_OF_STREAM}");
        let image = attached.image(&input).map_err(|error| JobError::Image { option: "--flat", error })?;
        self.divide_by(&image, input, true);
        Ok(())
    }
}

/// Attaches to the job what recipes ask for by `auto` and the stream has brought.
///
/// # Errors
/// When it has not brought that.
pub(super) fn attach(recipes: &[RecipeSpec], stack: &Stack, attached: &mut Attached) -> Result<(), JobError> {
    let Some(streamed) = stack.grows().and_then(Growing::beside) else { return Ok(()) };
    let shape = stack.spec().shape;
    let asked =
        |named: fn(&RecipeSpec) -> &Option<String>| recipes.iter().any(|recipe| named(recipe).as_deref() == Some(AUTO));
    let refused = |option| move |reason: String| JobError::Option { option, reason: format!("auto: {reason}") };
    if asked(|recipe| &recipe.mask) {
        attached.arrays.insert(MASK_OF_STREAM.into(), streamed.mask(shape).map_err(refused("--mask"))?);
    }
    if asked(|recipe| &recipe.flat) && !streamed.flat_applied {
        attached.arrays.insert(FLAT_OF_STREAM.into(), streamed.flat(shape).map_err(refused("--flat"))?);
    }
    Ok(())
}

/// A recipe's file, when it names one.
pub(super) fn named(file: Option<&String>) -> Option<&str> {
    file.map(String::as_str).filter(|file| *file != AUTO)
}

fn input(place: &Place) -> String {
    format!("{}::{}", place.file.display(), place.path)
}

fn none(option: &'static str, files: &[PathBuf]) -> JobError {
    let names: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    let reason = match names.as_slice() {
        [] => "auto: image files have nothing beside their frames; name the file".to_owned(),
        names => format!("auto: none of the frames' shape in an NXdetector of {}", names.join(", ")),
    };
    JobError::Option { option, reason }
}

/// The input files and those that hold the frames, each once; image files, which hold nothing else, are left out.
fn files(inputs: &[String], stack: &Stack) -> Vec<PathBuf> {
    let named = inputs.iter().map(|input| crate::input::split(input).0.to_owned());
    let named = named.filter(|file| !image::is_image(file));
    let datasets = stack.origins().iter().filter(|origin| origin.dataset.is_some());
    let holding = datasets.map(|origin| origin.file.clone());
    let mut files: Vec<PathBuf> = Vec::new();
    for file in named.chain(holding) {
        if !files.contains(&file) {
            files.push(file);
        }
    }
    files
}

/// The first dataset of one of the names and of the shape.
fn seek(files: &[PathBuf], reach: Reach, names: &[&str], shape: (usize, usize)) -> Option<Beside> {
    let fits = |place: &Place| {
        let full = place.dataset().map(|dataset| dataset.shape()).unwrap_or_default();
        matches!(full.as_slice(), [leading @ .., rows, columns]
            if (*rows, *columns) == shape && leading.iter().all(|length| *length == 1))
    };
    files.iter().find_map(|file| in_groups(file, reach, names, &fits)).or_else(|| {
        let odin = files.iter().filter_map(|file| meta(file));
        odin.into_iter().find_map(|file| in_meta(&file, reach, names, &fits))
    })
}

/// In the `NXdetector` groups of a file.
fn in_groups(file: &Path, reach: Reach, names: &[&str], fits: &dyn Fn(&Place) -> bool) -> Option<Beside> {
    let root = Place::open(file, reach).ok()?;
    groups_with(&root).into_iter().find_map(|(group, specific)| {
        let holders = [Some(&group), specific.as_ref()];
        let places = holders.into_iter().flatten().flat_map(|holder| {
            names.iter().filter_map(|name| holder.find(name).ok()).map(|place| referred(&place).unwrap_or(place))
        });
        let place = places.into_iter().find(fits)?;
        let applied = holders.into_iter().flatten().any(|holder| flag(holder, "flatfield_correction_applied"));
        Some(Beside { place, dectris: specific.is_some(), applied })
    })
}

/// In the file that Odin writes beside frames.
fn in_meta(file: &Path, reach: Reach, names: &[&str], fits: &dyn Fn(&Place) -> bool) -> Option<Beside> {
    let root = Place::open(file, reach).ok()?;
    let place = names.iter().filter_map(|name| root.find(name).ok()).find(fits)?;
    let applied = root.find("_dectris").is_ok_and(|dectris| flag(&dectris, "flatfield_enabled"));
    Some(Beside { place, dectris: true, applied })
}

/// `scan_meta.h5` for `scan_000001.h5`.
fn meta(file: &Path) -> Option<PathBuf> {
    let stem = file.file_stem()?.to_str()?;
    let (before, number) = stem.rsplit_once('_')?;
    let numbered = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit());
    let meta = file.with_file_name(format!("{before}_meta.h5"));
    (numbered && meta.is_file()).then_some(meta)
}
