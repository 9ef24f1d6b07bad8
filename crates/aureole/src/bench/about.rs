//! What is measured, and where: enough to compare one measurement with another.

use aureole_core::pipeline::Source;
use aureole_core::recipe::ErrorModel;
use serde::Serialize;

use super::Request;
use crate::job::{Prepared, RecipeSpec};
use crate::machine;
use crate::sink::clock;

/// Whether the stack's files are in the page cache when a run begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Cache {
    /// All frames were read once before.
    Warm,
    /// The system was asked to drop the files' pages before each run.
    Cold,
}

/// What is measured, and where.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct About {
    /// Version of the program.
    pub version: &'static str,
    /// When the measuring began, in UTC.
    pub date: String,
    /// The processor's name.
    pub processor: String,
    /// Cores that this process may use.
    pub cores: usize,
    /// Vector instructions in use.
    pub isa: &'static str,
    /// The stack's files or datasets.
    pub inputs: Vec<String>,
    /// The detector's name.
    pub detector: String,
    /// Frames of a run.
    pub frames: usize,
    /// Rows and columns of a frame.
    pub shape: (usize, usize),
    /// The pixels' type.
    pub dtype: &'static str,
    /// How the chunks are stored.
    pub format: String,
    /// Stored bytes of all frames of a run.
    pub stored_bytes: u64,
    /// Their bytes when decoded.
    pub decoded_bytes: u64,
    /// What is computed, a recipe each.
    pub recipes: Vec<AboutRecipe>,
    /// Seconds it took to open the stack and to make the plans; in no other figure.
    pub plan_seconds: f64,
    /// The page cache before each run.
    pub cache: Cache,
    /// Runs of each layout, number of threads and batch.
    pub repeat: usize,
}

/// What a recipe computes.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AboutRecipe {
    /// Its bins: of a cake those of both axes, the azimuthal ones first.
    pub bins: Vec<usize>,
    /// The unit of the (radial) axis.
    pub unit: String,
    /// How pixels are shared among bins.
    pub split: String,
    /// How the pixels of a bin become one number.
    pub mode: String,
    /// Where errors come from.
    pub error_model: &'static str,
    /// What is summed a bin and frame, constants of the plan left out; nothing where the pixels themselves are looked at.
    pub sums: Vec<&'static str>,
    /// Pixels left out of every frame.
    pub masked: usize,
}

impl About {
    /// What is known before the first run; `stored` bytes were read in a pass over all frames.
    pub(super) fn of(prepared: &Prepared, request: &Request, stored: u64) -> About {
        let spec = prepared.stack.spec();
        let frames = prepared.frames.len();
        About {
            version: env!("CARGO_PKG_VERSION"),
            date: clock::now(),
            processor: machine::processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: machine::Topology::here().workers(),
            isa: prepared.isa.name(),
            inputs: prepared.spec.inputs.clone(),
            detector: prepared
                .recipes
                .first()
                .map_or(String::new(), |recipe| recipe.geometry.detector.name().to_owned()),
            frames,
            shape: spec.shape,
            dtype: spec.dtype.name(),
            format: spec.format.to_string(),
            stored_bytes: stored,
            decoded_bytes: frames as u64 * spec.format.bytes() as u64,
            recipes: prepared.each_recipe().map(|(spec, recipe)| AboutRecipe::of(spec, recipe.masked)).collect(),
            plan_seconds: prepared.seconds,
            cache: request.cache,
            repeat: request.repeat.get(),
        }
    }

    /// Pixels of a frame.
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.shape.0 * self.shape.1
    }

    /// Decoded bytes a stored byte; `None` where nothing could be read.
    #[must_use]
    pub fn ratio(&self) -> Option<f64> {
        (self.stored_bytes > 0).then(|| self.decoded_bytes as f64 / self.stored_bytes as f64)
    }
}

impl AboutRecipe {
    fn of(recipe: &RecipeSpec, masked: usize) -> AboutRecipe {
        let gathers = recipe.mode.selects() || recipe.error_model == ErrorModel::Azimuthal;
        AboutRecipe {
            bins: recipe.cake.iter().map(|cake| cake.bins).chain([recipe.bins]).collect(),
            unit: recipe.unit.to_string(),
            split: recipe.split.to_string(),
            mode: recipe.mode.to_string(),
            error_model: recipe.error_model.name(),
            sums: match recipe.error_model {
                _ if gathers => Vec::new(),
                ErrorModel::None => vec!["signal"],
                _ => vec!["signal", "variance"],
            },
            masked,
        }
    }
}
