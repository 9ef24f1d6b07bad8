//! The images that a recipe names.

use aureole_core::detector::Detector;
use aureole_core::recipe::Dummy;

use crate::job::auto::{self, Found};
use crate::job::{Attached, JobError, RecipeSpec};

/// The recipe's images, in f64 and of the frames' shape.
pub(super) struct Images {
    pub(super) mask: Option<Vec<bool>>,
    pub(super) dark: Option<Vec<f64>>,
    flat: Option<Vec<f64>>,
    absorption: Option<Vec<f64>>,
}

impl Images {
    pub(super) fn read(
        recipe: &RecipeSpec,
        shape: (usize, usize),
        detector: &Detector,
        found: &Found,
        attached: &Attached,
    ) -> Result<Images, JobError> {
        let mut mask = detector.mask();
        if let Some(file) = found.mask.as_deref().or(auto::named(recipe.mask.as_ref())) {
            let (found, user) = attached.mask(file).map_err(|error| JobError::Image { option: "--mask", error })?;
            fits("--mask", file, found, shape)?;
            match &mut mask {
                Some(mask) => mask.iter_mut().zip(user).for_each(|(mask, user)| *mask |= user),
                None => mask = Some(user),
            }
        }
        let dark = correction("--dark", recipe.dark.as_deref(), shape, attached)?;
        let flat = correction("--flat", auto::named(recipe.flat.as_ref()), shape, attached)?;
        let flat = flat.or_else(|| found.sensitivity.clone());
        let absorption = correction("--absorption", recipe.absorption.as_deref(), shape, attached)?;
        Ok(Images { mask, dark, flat, absorption })
    }

    /// `n` of each pixel: the corrections of the geometry times flat and absorption; 0 where the flat or the dark holds the
    /// value of a pixel without a measurement.
    pub(super) fn norm(&self, mut norm: Vec<f64>, dummy: Option<Dummy>) -> Vec<f64> {
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
fn correction(
    option: &'static str,
    file: Option<&str>,
    shape: (usize, usize),
    attached: &Attached,
) -> Result<Option<Vec<f64>>, JobError> {
    let Some(files) = file.map(crate::input::list) else { return Ok(None) };
    let mut mean = vec![0.0; shape.0 * shape.1];
    for file in &files {
        let image = attached.image(file).map_err(|error| JobError::Image { option, error })?;
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
