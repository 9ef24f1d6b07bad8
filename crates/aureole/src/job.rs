//! The description of a run: enough for another process to do it again.

mod absolute;
mod auto;
mod bins;
mod cache;
mod edges;
mod error;
mod follow;
mod given;
mod map;
mod output;
mod parcel;
mod prepare;
pub mod pyfai;
mod record;
mod regions;
mod relocate;
mod resume;
mod run;
mod tune;
mod variance;
mod work;

use std::path::{Path, PathBuf};

use aureole_core::binning::{Band, Split};
use aureole_core::images::StackImage;
use aureole_core::recipe::{ErrorKind, ErrorModel, Mode};
use aureole_core::unit::{Sample, Unit};
use serde::{Deserialize, Serialize};

pub use error::JobError;
pub use given::{ATTACHED, Attached, Given};
pub use map::{MapAxisSpec, MapSpec};
pub use output::OutputError;
pub use parcel::{Parcel, Sent};
pub use prepare::{Prepared, PreparedRecipe, check_ahead, default_threads, prepare, prepare_given, read_geometry};
pub use record::named_files;
pub(crate) use record::{sha256, state as source_state};
pub(crate) use relocate::find as find_file;
pub use resume::{ResumeError, Resumed};
pub use run::Input;
pub use work::work;

use crate::layout::Layout;
use crate::machine::Pin;
use crate::source::{Reach, StreamOptions};

/// The version of the description that this program writes.
pub const VERSION: u32 = 1;

/// A run: what to read, what to compute, how to spread the work. Serialises to JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JobSpec {
    /// Version of this description, [`VERSION`].
    pub version: u32,
    /// The stacks, one after the other: `FILE` or `FILE::/path`, or a pattern of these, which a run replaces by the files it found; or a
    /// stream, which is followed: `tcp://HOST:PORT`.
    pub inputs: Vec<String>,
    /// First frame and one past the last one; the whole stack if nothing is said.
    #[serde(default)]
    pub frames: FrameRange,
    /// What to compute, in one pass over the frames: at least one recipe, each of another name.
    pub recipes: Vec<RecipeSpec>,
    /// Images of the whole stack, made in the same pass; pixels that the first recipe masks by their value do not count.
    #[serde(default)]
    pub images: Vec<StackImage>,
    /// How to spread the work.
    #[serde(default)]
    pub execution: Execution,
    /// The map on which the frames lie.
    #[serde(default)]
    pub map: Option<MapSpec>,
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

/// What to compute. Images are named `FILE` (`.npy`, `.edf`, `.tif`, `.cbf`) or `FILE::/path`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecipeSpec {
    /// Name of its group in the result.
    #[serde(default = "data")]
    pub name: String,
    /// The geometry.
    pub geometry: GeometrySpec,
    /// Number of bins; with `edges` it is found by counting these.
    pub bins: usize,
    /// Unit of the bins' axis.
    pub unit: Unit,
    /// Where bins begin and end; they are even if nothing is said.
    #[serde(default)]
    pub edges: Option<EdgesSpec>,
    /// The second axis of a cake; the result is a pattern if nothing is said.
    #[serde(default)]
    pub cake: Option<CakeSpec>,
    /// Part of the axis, in its unit; all that the detector covers if nothing is said.
    #[serde(default)]
    pub radial_range: Option<(f64, f64)>,
    /// Sector in degrees; may cross 180. For a cake the range of its azimuthal axis, in that axis's unit.
    #[serde(default)]
    pub azimuth_range: Option<(f64, f64)>,
    /// How the sample is held, for fibre and grazing-incidence units; angles in rad.
    #[serde(default)]
    pub sample: Sample,
    /// Azimuths run from 0 to 360 degrees, instead of from −180 to 180.
    #[serde(default)]
    pub chi_at_0: bool,
    /// How pixels are shared among bins.
    pub split: Split,
    /// How the pixels of a bin become one number.
    #[serde(default)]
    pub mode: Mode,
    /// Where errors come from.
    #[serde(default)]
    pub error_model: ErrorModel,
    /// Which error is written.
    #[serde(default)]
    pub errors: ErrorKind,
    /// The pixels' variances, for the error model `variance`: an image, or a stack with one frame for each frame.
    #[serde(default)]
    pub variance: Option<String>,
    /// Polarization factor, −1 to 1; no correction if nothing is said.
    #[serde(default)]
    pub polarization: Option<f64>,
    /// Degrees by which the axes of polarization are turned.
    #[serde(default)]
    pub polarization_offset: f64,
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
    /// Image of the factors by which pixels see less than arrives, beside `flat`: what the sample or the sensor absorbs.
    #[serde(default)]
    pub absorption: Option<String>,
    /// Value of pixels without a measurement; the detector's own marker if nothing is said.
    #[serde(default)]
    pub dummy: Option<f64>,
    /// How far from `dummy` a value may lie.
    #[serde(default)]
    pub delta_dummy: Option<f64>,
    /// Counts from which on a pixel of a frame is left out.
    #[serde(default)]
    pub saturation: Option<f64>,
    /// What patterns are divided by.
    #[serde(default)]
    pub normalization: Normalization,
    /// Sectors to leave out, in degrees, counted upwards from the first azimuth; may cross 180.
    #[serde(default)]
    pub mask_sectors: Vec<(f64, f64)>,
    /// Rings to leave out, in the unit of the (radial) axis.
    #[serde(default)]
    pub mask_rings: Vec<(f64, f64)>,
    /// The range of a second coordinate that a pattern is integrated along; all of it if nothing is said.
    #[serde(default)]
    pub along: Option<Band>,
}

/// The name of a recipe that has none of its own.
#[must_use]
pub fn data() -> String {
    "data".into()
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

impl RecipeSpec {
    /// Bins of a pattern, or of both axes of a cake, as far as they are known before edges are read.
    fn bins_in_all(&self) -> usize {
        self.bins.saturating_mul(self.cake.map_or(1, |cake| cake.bins))
    }
}

/// The azimuthal axis of a cake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CakeSpec {
    /// Number of bins.
    pub bins: usize,
    /// Unit of the axis.
    #[serde(default = "degrees")]
    pub unit: Unit,
}

fn degrees() -> Unit {
    Unit::ChiDeg
}

/// Where bins of a pattern, or the radial ones of a cake, begin and end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EdgesSpec {
    /// Each bin ends at the same multiple of where it begins; ends of the first and the last one, in the unit.
    Log {
        /// Where the first bin begins, above 0.
        first: f64,
        /// Where the last bin ends.
        last: f64,
    },
    /// The numbers in a file (`.npy` or text, or `FILE::/path` in HDF5), ascending, in the unit.
    File(String),
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
    /// Threads; one a physical core that the process may use if nothing is said.
    pub threads: Option<usize>,
    /// Workers of the layouts `processes`, `dask` and `joblib`, of one thread each; one a physical core that the process may use
    /// if nothing is said.
    pub workers: Option<usize>,
    /// Address of the scheduler of a Dask cluster that is there already; a cluster of its own if nothing is said.
    pub scheduler: Option<String>,
    /// Frames a task of the layouts `dask` and `joblib`; the layout's own choice if nothing is said.
    pub range: Option<usize>,
    /// Numbers of the devices of the layout `gpu`; the first one if nothing is said.
    pub devices: Vec<usize>,
    /// Per cent of each device's free memory that may be used; all of it if nothing is said.
    pub device_memory: Option<u8>,
    /// Lanes of the design of layout `fpga`, 1 to 16; `None` stands for those that it comes with.
    pub lanes: Option<u8>,
    /// Where threads are held.
    pub pin: Pin,
    /// Frames a worker takes at once; the layout's own choice if nothing is said.
    pub batch: Option<usize>,
    /// Vector instructions by name; the fastest there are if nothing is said.
    pub isa: Option<String>,
    /// The stack is still being written, and complete once no frame has come for so many seconds.
    pub follow: Option<u64>,
    /// Bytes of frames of a stream that may wait; 2 GB or a quarter of the memory if nothing is said.
    pub stream_memory: Option<u64>,
    /// The stream is shared with other receivers: each gets a part of the images, and rows are in the order of arrival.
    pub shared: bool,
    /// Links in the inputs and images may lead out of the folders of these.
    pub allow_external: bool,
    /// Stop at the first frame that fails.
    pub strict: bool,
    /// Folder in which the bins of plans are kept for runs to come; none if nothing is said.
    pub plan_cache: Option<PathBuf>,
}

impl Execution {
    /// How a stream is received.
    #[must_use]
    pub fn stream_options(&self) -> StreamOptions {
        StreamOptions { bound: self.stream_memory, shared: self.shared }
    }

    /// How far links in the files of the job may lead.
    #[must_use]
    pub fn reach(&self) -> Reach {
        Reach::of(self.allow_external)
    }

    /// Numbers of the devices of the layout `gpu`.
    #[must_use]
    pub fn devices(&self) -> Vec<usize> {
        if self.devices.is_empty() { vec![0] } else { self.devices.clone() }
    }
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
