//! What a job reads from files beside its frames, as arrays that go with it.

use aureole_core::detector::DetectorFile;
use aureole_core::dtype::Dtype;
use aureole_core::pipeline::Source;

use crate::hdf5::open::describe_io;
use crate::image::Image;
use crate::job::prepare::option;
use crate::job::{
    ATTACHED, Attached, EdgesSpec, GeometrySpec, JobError, Normalization, Prepared, PreparedRecipe, RecipeSpec, auto,
    edges,
};

/// The recipes without a file in them, and the arrays that they name instead.
pub(super) fn inline(job: &Prepared) -> Result<(Vec<RecipeSpec>, Attached), JobError> {
    if job.variance.is_some() {
        return Err(option(
            "--variance",
            "a stack of variances cannot be sent with the chunks; workers must see the files",
        ));
    }
    let mut packing = Packing { job, arrays: Attached::default() };
    let recipes = job.each_recipe().enumerate().map(|(nth, (recipe, prepared))| packing.recipe(nth, recipe, prepared));
    Ok((recipes.collect::<Result<_, _>>()?, packing.arrays))
}

/// Refuses a detector file that workers would seek elsewhere.
pub(super) fn check_detector_files(job: &Prepared) -> Result<(), JobError> {
    for (recipe, prepared) in job.each_recipe() {
        let Some(DetectorFile::Nexus(path) | DetectorFile::Spline(path)) = prepared.geometry.detector.file() else {
            continue;
        };
        let found = crate::detector::locate(path, recipe.geometry.folder());
        let here = std::path::Path::new(path);
        if here.is_relative() && found == here {
            let reason = format!("the detector file {path} has no full name, by which workers elsewhere would find it");
            return Err(option("--poni", reason));
        }
    }
    Ok(())
}

struct Packing<'a> {
    job: &'a Prepared,
    arrays: Attached,
}

impl Packing<'_> {
    fn recipe(&mut self, nth: usize, recipe: &RecipeSpec, prepared: &PreparedRecipe) -> Result<RecipeSpec, JobError> {
        if let Some(DetectorFile::Nexus(path) | DetectorFile::Spline(path)) = prepared.geometry.detector.file() {
            let reason = format!("the detector file {path} cannot be sent with the chunks; workers must see the files");
            return Err(option("--poni", reason));
        }
        let mut sent = recipe.clone();
        sent.geometry = GeometrySpec::Poni(geometry_text(&recipe.geometry)?);
        let found = |role| prepared.found.iter().find(|(name, _)| *name == role).map(|(_, input)| input.as_str());
        let mask = auto::named(recipe.mask.as_ref()).or(found("mask"));
        sent.mask = mask.map(|input| self.image("--mask", &format!("{nth}.mask"), input)).transpose()?;
        sent.dark = self.images("--dark", &format!("{nth}.dark"), recipe.dark.as_deref())?;
        sent.flat = match &prepared.sensitivity {
            Some(values) => Some(self.values(&format!("{nth}.flat"), values, self.job.stack.spec().shape)),
            None => self.images("--flat", &format!("{nth}.flat"), auto::named(recipe.flat.as_ref()))?,
        };
        sent.absorption = self.images("--absorption", &format!("{nth}.absorption"), recipe.absorption.as_deref())?;
        let variance = recipe.variance.as_deref();
        sent.variance =
            variance.map(|input| self.image("--variance", &format!("{nth}.variance"), input)).transpose()?;
        if let Some(EdgesSpec::File(_)) = recipe.edges {
            let edges = edges::read(recipe, &self.job.attached)?.unwrap_or_default();
            sent.edges = Some(EdgesSpec::File(self.series(&format!("{nth}.edges"), &edges)));
        }
        if let Normalization::Dataset(input) = &recipe.normalization {
            let fail = |error| JobError::Image { option: "--normalization", error };
            let values = self.job.attached.series(input).map_err(fail)?;
            sent.normalization = Normalization::Dataset(self.series(&format!("{nth}.normalization"), &values));
        }
        Ok(sent)
    }

    /// One image, as it is.
    fn image(&mut self, option: &'static str, name: &str, input: &str) -> Result<String, JobError> {
        let image = self.job.attached.image(input).map_err(|error| JobError::Image { option, error })?;
        self.arrays.arrays.insert(name.to_owned(), image);
        Ok(format!("{ATTACHED}{name}"))
    }

    /// The images of a list, each as it is: their mean is made there as it would be here.
    fn images(&mut self, option: &'static str, name: &str, inputs: Option<&str>) -> Result<Option<String>, JobError> {
        let Some(inputs) = inputs.map(crate::input::list) else { return Ok(None) };
        let each =
            inputs.into_iter().enumerate().map(|(nth, input)| self.image(option, &format!("{name}.{nth}"), input));
        Ok(Some(each.collect::<Result<Vec<String>, _>>()?.join(",")))
    }

    fn series(&mut self, name: &str, values: &[f64]) -> String {
        self.values(name, values, (1, values.len()))
    }

    fn values(&mut self, name: &str, values: &[f64], shape: (usize, usize)) -> String {
        let bytes = values.iter().flat_map(|value| value.to_ne_bytes()).collect();
        self.arrays.arrays.insert(name.to_owned(), Image { shape, dtype: Dtype::F64, bytes });
        format!("{ATTACHED}{name}")
    }
}

fn geometry_text(geometry: &GeometrySpec) -> Result<String, JobError> {
    match geometry {
        GeometrySpec::Poni(text) => Ok(text.clone()),
        GeometrySpec::File(path) => {
            let fail = |error| option("--poni", format!("{}: {}", path.display(), describe_io(&error)));
            Ok(String::from_utf8_lossy(&std::fs::read(path).map_err(fail)?).into_owned())
        }
    }
}
