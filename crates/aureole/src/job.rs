//! The description of a run: enough for another process to do it again.

mod auto;
mod error;
mod prepare;
pub mod pyfai;
mod record;

use std::path::{Path, PathBuf};

use aureole_core::binning::Split;
use aureole_core::recipe::ErrorModel;
use aureole_core::unit::Unit;
use serde::{Deserialize, Serialize};

pub use error::JobError;
pub use prepare::{Prepared, prepare};

use crate::layout::Layout;

/// The version of the description that this program writes.
pub const VERSION: u32 = 1;

/// A run: what to read, what to compute, how to spread the work. Serialises to JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobSpec {
    /// Version of this description, [`VERSION`].
    pub version: u32,
    /// The stacks, one after the other: `FILE` or `FILE::/path`.
    pub inputs: Vec<String>,
    /// First frame and one past the last one; the whole stack if nothing is said.
    #[serde(default)]
    pub frames: FrameRange,
    /// What to compute.
    pub recipe: RecipeSpec,
    /// How to spread the work.
    #[serde(default)]
    pub execution: Execution,
}

/// Part of a stack; frames are counted from 0 through all inputs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrameRange {
    /// The first frame; 0 if nothing is said.
    pub start: Option<usize>,
    /// One past the last frame; the end of the stack if nothing is said.
    pub end: Option<usize>,
}

/// What to compute. Images are named `FILE` (`.npy`, `.edf`, `.tif`) or `FILE::/path`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipeSpec {
    /// The geometry.
    pub geometry: GeometrySpec,
    /// Number of bins.
    pub bins: usize,
    /// Unit of the bins' axis.
    pub unit: Unit,
    /// Part of the axis, in its unit; all that the detector covers if nothing is said.
    #[serde(default)]
    pub radial_range: Option<(f64, f64)>,
    /// Sector in degrees; may cross 180.
    #[serde(default)]
    pub azimuth_range: Option<(f64, f64)>,
    /// How pixels are shared among bins.
    pub split: Split,
    /// Where errors come from.
    #[serde(default)]
    pub error_model: ErrorModel,
    /// Polarization factor, −1 to 1; no correction if nothing is said.
    #[serde(default)]
    pub polarization: Option<f64>,
    /// Correct for the solid angle of each pixel.
    #[serde(default = "yes")]
    pub solid_angle: bool,
    /// Pixels to leave out, beside the detector's own gaps; `auto` for the mask beside the data.
    #[serde(default)]
    pub mask: Option<String>,
    /// Counts to subtract.
    #[serde(default)]
    pub dark: Option<String>,
    /// Sensitivity of the pixels; `auto` for the flat field beside the data.
    #[serde(default)]
    pub flat: Option<String>,
    /// Value of pixels without a measurement; the detector's own marker if nothing is said.
    #[serde(default)]
    pub dummy: Option<f64>,
    /// How far from `dummy` a value may lie.
    #[serde(default)]
    pub delta_dummy: Option<f64>,
    /// What patterns are divided by.
    #[serde(default)]
    pub normalization: Normalization,
}

fn yes() -> bool {
    true
}

/// Where the geometry comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeometrySpec {
    /// A PONI file.
    File(PathBuf),
    /// The text of a PONI file.
    Poni(String),
}

impl GeometrySpec {
    /// The folder that file names in the geometry may be relative to.
    fn folder(&self) -> Option<&Path> {
        match self {
            GeometrySpec::File(path) => path.parent(),
            GeometrySpec::Poni(_) => None,
        }
    }
}

/// What each pattern is divided by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Normalization {
    /// Nothing.
    #[default]
    None,
    /// The same number for all frames.
    Factor(f64),
    /// A dataset `FILE::/path` with one number a frame.
    Dataset(String),
}

/// How the work is spread; none of it changes a bit of the result.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Execution {
    /// The layout.
    pub layout: Layout,
    /// Threads; all cores that the process may use if nothing is said.
    pub threads: Option<usize>,
    /// Frames a worker takes at once; the layout's own choice if nothing is said.
    pub batch: Option<usize>,
    /// Vector instructions by name; the fastest there are if nothing is said.
    pub isa: Option<String>,
    /// Stop at the first frame that fails.
    pub strict: bool,
}

impl JobSpec {
    /// Reads a description.
    ///
    /// # Errors
    /// When it is not JSON, has a key that is not known, or comes from a later version.
    pub fn from_json(text: &str) -> Result<JobSpec, JobError> {
        let spec: JobSpec = serde_json::from_str(text).map_err(|error| JobError::Description(error.to_string()))?;
        if spec.version != VERSION {
            return Err(JobError::Description(format!("version {}; this program reads {VERSION}", spec.version)));
        }
        Ok(spec)
    }

    /// The description as JSON.
    ///
    /// # Panics
    /// Never: every field has a form in JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("a job has only plain fields")
    }
}
