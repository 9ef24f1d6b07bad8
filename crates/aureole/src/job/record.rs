//! What the result file says of the job: enough to know how every number came about.

mod beamline;

use std::fmt::Write;
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

use aureole_core::detector::DetectorFile;
use aureole_core::pipeline::{Source, StackSpec};
use aureole_core::plan::AnyPlan;
use aureole_core::recipe::ErrorModel;
use aureole_core::unit::Unit;
use sha2::{Digest, Sha256};

use super::{EdgesSpec, GeometrySpec, JobError, Normalization, Prepared, PreparedRecipe, RecipeSpec};
use super::{auto, pyfai};
use crate::result::SourceState;
use crate::sink::nexus::{Axis, Corrections, Description, Map, Numbers, Provenance, RecipeDescription};
use crate::source::{Origin, Stack};

impl Prepared {
    /// What is known of the result before the first row; `sums` asks for the sums beside the means.
    ///
    /// # Errors
    /// When a file that the job names can no longer be read.
    pub fn description(&self, sums: bool) -> Result<Description, JobError> {
        let recipes = self.each_recipe().zip(self.plans.plans());
        Ok(Description {
            title: self.title(),
            first_frame: self.frames.start,
            frames: self.frames.len(),
            followed: self.stack.grows().is_some(),
            sums,
            beamline: beamline::of(&self.spec, &self.stack),
            recipes: recipes.map(|((spec, prepared), plan)| describe(spec, prepared, plan)).collect(),
            provenance: self.provenance()?,
            map: self.described_map(),
            numbers: self.numbers(),
        })
    }

    /// Where the frames' own numbers come from, if they have such.
    fn numbers(&self) -> Option<Numbers> {
        let growing = self.stack.growing_source().filter(|growing| growing.is_numbered())?;
        Some(Numbers::new(move |frame| growing.number(frame)))
    }

    /// The map with the settings of each recipe, for programs that read pyFAI's maps.
    fn described_map(&self) -> Option<Map> {
        let written = self.each_recipe().map(|(recipe, prepared)| pyfai::write(recipe, &prepared.geometry));
        Some(Map { configurations: written.collect(), ..self.map.clone()? })
    }

    /// The datasets that are read frame by frame.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        let variances = self.variance.as_ref().map(Stack::origins).unwrap_or_default();
        self.stack.origins().iter().chain(variances)
    }

    /// Rows, columns and type of a frame: `195 x 487 uint32`.
    pub(crate) fn frames_of(&self) -> String {
        let StackSpec { shape: (rows, columns), dtype, .. } = *self.stack.spec();
        format!("{rows} x {columns} {dtype}")
    }

    fn title(&self) -> String {
        let mapped = self.spec.map.as_ref().and_then(|map| map.title.clone());
        mapped.unwrap_or_else(|| format!("azimuthal integration of {}", titled(&self.spec.inputs)))
    }

    fn provenance(&self) -> Result<Provenance, JobError> {
        let mut files: Vec<(String, String, String)> = Vec::new();
        for (recipe, prepared) in self.each_recipe() {
            let named = named_files(recipe).into_iter();
            for (role, input) in named.chain(detector_file(recipe, prepared)).chain(prepared.found.iter().cloned()) {
                let of_role =
                    |name: &str| name == role || name.strip_prefix(role).is_some_and(|rest| rest.starts_with('_'));
                let same_role = || files.iter().filter(|(name, ..)| of_role(name));
                // What another recipe names, too, stands there once. A stack is no file to take the digest of; it is among
                // the sources.
                let is_stack = role == "variance" && self.variance.is_some();
                if is_stack || same_role().any(|(_, file, _)| *file == input) {
                    continue;
                }
                let times = same_role().count() + 1;
                let digest = match self.attached.get(&input) {
                    Ok(Some(image)) => hexadecimal(&Sha256::digest(&image.bytes)),
                    _ => sha256(role, crate::input::split(&input).0)?,
                };
                let role = if times > 1 { format!("{role}_{times}") } else { role.to_owned() };
                files.push((role, input, digest));
            }
        }
        Ok(Provenance {
            program: "aureole".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            layout: self.executor().name().into(),
            device: format!("{}, {}", self.device(self.workers().get()), self.isa),
            job: self.spec.to_json(),
            files,
            sources: self.origins().map(ToString::to_string).collect(),
            states: if self.given_frames { Vec::new() } else { self.origins().map(state).collect() },
            frames_of: self.frames_of(),
        })
    }
}

/// What is kept of a source; zeros for what its file system does not say.
pub(crate) fn state(origin: &Origin) -> SourceState {
    let metadata = std::fs::metadata(&origin.file).ok();
    let modified = metadata.as_ref().and_then(|file| file.modified().ok()?.duration_since(UNIX_EPOCH).ok());
    SourceState {
        frames: origin.frames as u64,
        bytes: metadata.map_or(0, |file| file.len()),
        modified: modified.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(0)),
    }
}

/// The inputs in a line; of many, the first and the last.
fn titled(inputs: &[String]) -> String {
    match inputs {
        [first, .., last] if inputs.len() > 8 => format!("{first}, ..., {last} ({} inputs)", inputs.len()),
        _ => inputs.join(", "),
    }
}

fn describe(recipe: &RecipeSpec, prepared: &PreparedRecipe, plan: &AnyPlan) -> RecipeDescription {
    let axis = |unit: Unit, centres: &[f64], edges: &[f64]| Axis {
        name: unit.name().into(),
        units: unit.nexus_units().into(),
        long_name: unit.long_name().into(),
        centres: centres.to_vec(),
        edges: edges.to_vec(),
    };
    let azimuthal = recipe.cake.zip(prepared.azimuthal.as_ref());
    RecipeDescription {
        name: recipe.name.clone(),
        errors: (recipe.error_model != ErrorModel::None).then(|| recipe.errors.long_name().to_owned()),
        mode: recipe.mode.to_string(),
        axis: axis(recipe.unit, &prepared.centres, &prepared.edges),
        azimuthal: azimuthal.map(|(cake, bins)| axis(cake.unit, &bins.centres, &bins.edges)),
        norm: plan.norm(),
        count: plan.count(),
        wavelength: prepared.geometry.wavelength,
        corrections: Corrections {
            solid_angle: recipe.solid_angle,
            polarization: recipe.polarization.is_some(),
            monitor: matches!(recipe.normalization, Normalization::Dataset(_)),
        },
    }
}

/// The file that describes the detector, where one does.
fn detector_file(recipe: &RecipeSpec, prepared: &PreparedRecipe) -> Option<(&'static str, String)> {
    let (DetectorFile::Nexus(path) | DetectorFile::Spline(path)) = prepared.geometry.detector.file()?;
    let path = crate::detector::locate(path, recipe.geometry.folder());
    Some(("detector", path.display().to_string()))
}

/// The files that a recipe names, as `FILE` or `FILE::/path`, by what they are used as.
#[must_use]
pub fn named_files(recipe: &RecipeSpec) -> Vec<(&'static str, String)> {
    let poni = match &recipe.geometry {
        GeometrySpec::File(path) => Some(path.display().to_string()),
        GeometrySpec::Poni(_) => None,
    };
    let monitor = match &recipe.normalization {
        Normalization::Dataset(input) => Some(input.clone()),
        _ => None,
    };
    let edges = match &recipe.edges {
        Some(EdgesSpec::File(file)) => Some(file.clone()),
        _ => None,
    };
    let lists = [("dark", &recipe.dark), ("flat", &recipe.flat)].into_iter().flat_map(|(role, inputs)| {
        let inputs = auto::named(inputs.as_ref()).map(crate::input::list).unwrap_or_default();
        inputs.into_iter().map(move |input| (role, Some(input.to_owned()))).collect::<Vec<_>>()
    });
    let named = [
        ("poni", poni),
        ("edges", edges),
        ("mask", auto::named(recipe.mask.as_ref()).map(str::to_owned)),
        ("absorption", recipe.absorption.clone()),
        ("variance", recipe.variance.clone()),
        ("normalization", monitor),
    ];
    named.into_iter().chain(lists).filter_map(|(role, input)| Some((role, input?))).collect()
}

/// SHA-256 of a file's content in hexadecimal.
pub(crate) fn sha256(role: &str, file: &Path) -> Result<String, JobError> {
    let digest = || -> std::io::Result<Sha256> {
        let mut reader = BufReader::new(std::fs::File::open(file)?);
        let (mut digest, mut buffer) = (Sha256::new(), vec![0; 1 << 16]);
        loop {
            match reader.read(&mut buffer)? {
                0 => return Ok(digest),
                n => digest.update(&buffer[..n]),
            }
        }
    };
    let digest = digest().map_err(|error| JobError::Description(format!("{role} {}: {error}", file.display())))?;
    Ok(hexadecimal(&digest.finalize()))
}

fn hexadecimal(digest: &[u8]) -> String {
    digest.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
