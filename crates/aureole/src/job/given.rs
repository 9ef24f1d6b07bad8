//! What a job is given beside its description: arrays and frames that are in memory already.

use std::collections::BTreeMap;

use crate::image::{self, Image, ImageError};
use crate::source::{Reach, Stack};

/// How a description names an array that is given beside it: `attached:NAME`.
pub const ATTACHED: &str = "attached:";

/// Arrays that take the place of image files, by the names that follow [`ATTACHED`] in the description.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Attached {
    /// The arrays by their names.
    pub arrays: BTreeMap<String, Image>,
    /// How far the links of files may lead that are named in place of arrays.
    pub(super) reach: Reach,
}

impl FromIterator<(String, Image)> for Attached {
    fn from_iter<I: IntoIterator<Item = (String, Image)>>(arrays: I) -> Self {
        Attached { arrays: arrays.into_iter().collect(), reach: Reach::default() }
    }
}

/// What a job need not open itself.
#[derive(Debug, Default)]
pub struct Given {
    /// The frames, in place of the inputs.
    pub stack: Option<Stack>,
    /// One frame of variances for each frame, in place of what the recipes name.
    pub variance: Option<Stack>,
    /// Images.
    pub attached: Attached,
}

impl Given {
    /// True when the description says all there is.
    pub(super) fn is_empty(&self) -> bool {
        self.stack.is_none() && self.variance.is_none() && self.attached.arrays.is_empty()
    }
}

impl Attached {
    /// The array of a name such as `attached:mask`; `None` for the name of a file.
    ///
    /// # Errors
    /// When the description names an array that was not given.
    pub fn get(&self, input: &str) -> Result<Option<&Image>, ImageError> {
        let Some(name) = input.strip_prefix(ATTACHED) else { return Ok(None) };
        let missing = || {
            let given: Vec<&str> = self.arrays.keys().map(String::as_str).collect();
            let reason = format!("no such array was given with the job; it has {given:?}");
            ImageError::Read { file: input.into(), reason }
        };
        self.arrays.get(name).map(Some).ok_or_else(missing)
    }

    /// The image of a name, given or in a file.
    pub(super) fn image(&self, input: &str) -> Result<Image, ImageError> {
        self.get(input)?.map_or_else(|| image::read_image_within(input, self.reach), |image| Ok(image.clone()))
    }

    /// The mask of a name, given or in a file: its shape, and true where a pixel is left out.
    pub(super) fn mask(&self, input: &str) -> Result<((usize, usize), Vec<bool>), ImageError> {
        match self.get(input)? {
            Some(image) => Ok((image.shape, image.nonzero())),
            None => image::read_mask(input, self.reach),
        }
    }

    /// The series of numbers of a name, given (as an image of one row) or in a file.
    pub(super) fn series(&self, input: &str) -> Result<Vec<f64>, ImageError> {
        self.get(input)?.map_or_else(|| image::read_series(input, self.reach), |image| Ok(image.to_f64()))
    }
}

#[cfg(test)]
mod tests {
    use aureole_core::dtype::Dtype;

    use super::*;

    #[test]
    fn names_lead_to_what_was_given_and_never_to_files() {
        let image = Image { shape: (1, 3), dtype: Dtype::U8, bytes: vec![0, 2, 0] };
        let attached = Attached::from_iter([("mask".to_owned(), image.clone())]);
        assert_eq!(attached.image("attached:mask").unwrap(), image);
        assert_eq!(attached.mask("attached:mask").unwrap(), ((1, 3), vec![false, true, false]));
        assert_eq!(attached.series("attached:mask").unwrap(), [0.0, 2.0, 0.0]);
        let missing = attached.image("attached:flat").unwrap_err().to_string();
        assert!(missing.contains("attached:flat") && missing.contains("[\"mask\"]"), "{missing}");
        assert!(attached.image("no_such.npy").unwrap_err().to_string().contains("no_such.npy"));
    }
}
