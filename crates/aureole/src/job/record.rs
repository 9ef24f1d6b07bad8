//! What the result file says of the job: enough to know how every number came about.

use std::fmt::Write;
use std::io::{BufReader, Read};
use std::path::Path;

use aureole_core::detector::DetectorFile;
use aureole_core::recipe::ErrorModel;
use sha2::{Digest, Sha256};

use super::auto;
use super::{EdgesSpec, GeometrySpec, JobError, Normalization, Prepared, RecipeSpec};
use crate::sink::nexus::{Axis, Corrections, Description, Provenance};
use crate::source::{Origin, Stack};

impl Prepared {
    /// What is known of the result before the first row; `sums` asks for the sums beside the means.
    ///
    /// # Errors
    /// When a file that the job names can no longer be read.
    pub fn description(&self, sums: bool) -> Result<Description, JobError> {
        let recipe = &self.spec.recipe;
        Ok(Description {
            title: format!("azimuthal integration of {}", self.spec.inputs.join(", ")),
            first_frame: self.frames.start,
            frames: self.frames.len(),
            errors: (recipe.error_model != ErrorModel::None).then(|| recipe.errors.long_name().to_owned()),
            mode: recipe.mode.to_string(),
            sums,
            axis: Axis {
                name: recipe.unit.name().into(),
                units: recipe.unit.nexus_units().into(),
                long_name: recipe.unit.long_name().into(),
                centres: self.centres.clone(),
                edges: self.edges.clone(),
            },
            azimuthal: recipe.cake.zip(self.azimuthal.as_ref()).map(|(cake, bins)| Axis {
                name: cake.unit.name().into(),
                units: cake.unit.nexus_units().into(),
                long_name: cake.unit.long_name().into(),
                centres: bins.centres.clone(),
                edges: bins.edges.clone(),
            }),
            norm: self.plan.norm(),
            count: self.plan.count(),
            wavelength: self.geometry.wavelength,
            corrections: Corrections {
                solid_angle: recipe.solid_angle,
                polarization: recipe.polarization.is_some(),
                monitor: matches!(recipe.normalization, Normalization::Dataset(_)),
            },
            provenance: self.provenance()?,
        })
    }

    fn provenance(&self) -> Result<Provenance, JobError> {
        let files = named_files(&self.spec.recipe)
            .into_iter()
            .chain(self.detector_file())
            .chain(self.found.iter().cloned())
            // A stack is no file to take the digest of; it is among the sources.
            .filter(|(role, _)| *role != "variance" || self.variance.is_none())
            .map(|(role, input)| {
                let (file, _) = crate::input::split(&input);
                Ok((role.to_owned(), input.clone(), sha256(role, file)?))
            })
            .collect::<Result<_, JobError>>()?;
        Ok(Provenance {
            program: "aureole".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            layout: self.executor().name().into(),
            device: format!("{} threads, {}", self.threads, self.isa),
            job: self.spec.to_json(),
            files,
            sources: self.origins().map(ToString::to_string).collect(),
        })
    }
}

impl Prepared {
    /// The datasets that are read frame by frame.
    pub fn origins(&self) -> impl Iterator<Item = &Origin> {
        let variances = self.variance.as_ref().map(Stack::origins).unwrap_or_default();
        self.stack.origins().iter().chain(variances)
    }

    /// The file that describes the detector, where one does.
    fn detector_file(&self) -> Option<(&'static str, String)> {
        let (DetectorFile::Nexus(path) | DetectorFile::Spline(path)) = self.geometry.detector.file()?;
        let path = crate::detector::locate(path, self.spec.recipe.geometry.folder());
        Some(("detector", path.display().to_string()))
    }
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
    let named = [
        ("poni", poni),
        ("edges", edges),
        ("mask", auto::named(recipe.mask.as_ref()).map(str::to_owned)),
        ("dark", recipe.dark.clone()),
        ("flat", auto::named(recipe.flat.as_ref()).map(str::to_owned)),
        ("absorption", recipe.absorption.clone()),
        ("variance", recipe.variance.clone()),
        ("normalization", monitor),
    ];
    named.into_iter().filter_map(|(role, input)| Some((role, input?))).collect()
}

/// SHA-256 of a file's content, in hexadecimal.
fn sha256(role: &str, file: &Path) -> Result<String, JobError> {
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
    let mut text = String::new();
    for byte in digest.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    Ok(text)
}
