//! What has to be known before the first row.

use std::sync::Arc;

use super::Map;
use crate::result::SourceState;

/// Patterns a chunk of the file.
const ROWS_A_CHUNK: usize = 64;

/// Bytes of a chunk of cakes, at most, where one cake is not larger.
const CAKE_CHUNK: usize = 1 << 20;

/// Bytes of rows that are allocated ahead.
const BYTES_AHEAD: usize = 32 << 20;

/// What a result file says of its run, known before the first row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Description {
    /// The entry's title.
    pub title: String,
    /// Number in the stack of the frame in the first row.
    pub first_frame: usize,
    /// Frames that will be pushed, at most.
    pub frames: usize,
    /// The frames are taken while they are written; nobody may know how many will come.
    pub followed: bool,
    /// Whether the sums `signal` and `variance` are kept.
    pub sums: bool,
    /// Where the frames were taken.
    pub beamline: Beamline,
    /// What each recipe gives, in the order of a frame's patterns; at least one, the first of which viewers show.
    pub recipes: Vec<RecipeDescription>,
    /// Where the result comes from.
    pub provenance: Provenance,
    /// The map on which the frames lie.
    pub map: Option<Map>,
    /// Numbers that the frames have beside those of their rows.
    pub numbers: Option<Numbers>,
}

/// Tells the number of a frame in its series, asked while the frame's pattern is pushed.
#[derive(Clone)]
pub struct Numbers(Arc<dyn Fn(usize) -> Option<u64> + Send + Sync>);

impl Numbers {
    /// From a function of the frame's place in the stack.
    #[must_use]
    pub fn new(of: impl Fn(usize) -> Option<u64> + Send + Sync + 'static) -> Numbers {
        Numbers(Arc::new(of))
    }

    /// The number as it is written: -1 where it is not known.
    pub(super) fn of(&self, frame: usize) -> i64 {
        (self.0)(frame).and_then(|number| i64::try_from(number).ok()).unwrap_or(-1)
    }
}

impl std::fmt::Debug for Numbers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Numbers")
    }
}

impl PartialEq for Numbers {
    fn eq(&self, other: &Numbers) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What a result file says of one recipe.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RecipeDescription {
    /// Name of its NXdata group in `/entry`.
    pub name: String,
    /// What the errors of the patterns are, in words; `None` where they have none (and, with sums, no variances).
    pub errors: Option<String>,
    /// How the pixels of a bin became one number, such as `mean`.
    pub mode: String,
    /// The radial axis.
    pub axis: Axis,
    /// The azimuthal axis of a cake.
    pub azimuthal: Option<Axis>,
    /// `Σ c·n` a bin, of the plan; the azimuthal bins of a cake slowest.
    pub norm: Vec<f64>,
    /// `Σ c` a bin, of the plan: pixels, fractions of pixels included.
    pub count: Vec<f64>,
    /// Wavelength in metres, when the geometry has one.
    pub wavelength: Option<f64>,
    /// Which corrections the intensities have.
    pub corrections: Corrections,
}

/// An axis of bins.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Axis {
    /// The unit's name, such as `q_nm^-1` or `2th_deg`.
    pub name: String,
    /// The unit as NeXus wants it, such as `1/nm` or `degree`.
    pub units: String,
    /// The axis in words, for plots.
    pub long_name: String,
    /// Centres of the bins.
    pub centres: Vec<f64>,
    /// Edges of the bins, one more than centres.
    pub edges: Vec<f64>,
}

/// Which corrections the intensities have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Corrections {
    /// Divided by the solid angle of the pixels.
    pub solid_angle: bool,
    /// Divided by the polarization of the scattered beam.
    pub polarization: bool,
    /// Divided by a monitor, frame by frame.
    pub monitor: bool,
}

/// Where frames were taken, as far as the files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beamline {
    /// Name of the instrument.
    pub instrument: Option<String>,
    /// Name of the source of X-rays.
    pub source: Option<String>,
    /// Its type, such as `Synchrotron X-ray Source`.
    pub source_type: Option<String>,
}

/// Where a result comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Name of the program.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The parallel layout.
    pub layout: String,
    /// What it ran on.
    pub device: String,
    /// The job as JSON.
    pub job: String,
    /// What a file was used as (`poni`, `mask`, `dark`, `flat`), its name and the SHA-256 of its content.
    pub files: Vec<(String, String, String)>,
    /// The datasets read, in order.
    pub sources: Vec<String>,
    /// Their state, one for each of them; none where they are in no file.
    pub states: Vec<SourceState>,
    /// Rows, columns and type of a frame, such as `195 x 487 uint32`.
    pub frames_of: String,
}

/// Names in `/entry` that no recipe can have.
const TAKEN: [&str; 15] = [
    "title",
    "start_time",
    "end_time",
    "definition",
    "solid_angle_applied",
    "polarization_applied",
    "normalization_applied",
    "monitor_applied",
    "instrument",
    "reduction",
    "frames",
    "images",
    "map",
    "pyFAI",
    "measurement",
];

/// Says what is wrong with the name of a recipe, if anything is.
///
/// # Errors
/// When it is not made of letters, digits and underscores, or `/entry` has another use for it.
pub fn check_name(name: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    if name.is_empty() || name.len() > 63 || !name.chars().all(plain) {
        return Err(format!("{name:?} cannot name a recipe; use letters, digits and underscores, at most 63"));
    }
    if TAKEN.contains(&name) || name.starts_with("map_") || name.starts_with("pyFAI_") {
        return Err(format!("{name} cannot name a recipe: the result file has another use for it"));
    }
    Ok(())
}

impl Description {
    /// Rows for which space is allocated at a time, in all recipes alike: whole chunks.
    pub(super) fn rows_ahead(&self) -> usize {
        if self.map.is_some() {
            // Virtual datasets lead to all rows, and HDF5 does not check that they are there.
            return self.frames.max(1);
        }
        let row = if self.sums { 24 } else { 8 };
        let bytes: usize = self.recipes.iter().map(|recipe| recipe.bins().max(1) * row).sum();
        let chunk = self.recipes.iter().map(|recipe| recipe.rows_a_chunk(usize::MAX)).max().unwrap_or(1);
        (BYTES_AHEAD / bytes.max(1) / chunk).max(1) * chunk
    }

    /// Refuses names that are taken, and arrays of different lengths.
    pub(super) fn check(&self) -> Result<(), String> {
        if self.recipes.is_empty() {
            return Err("no recipe".into());
        }
        if let Some(map) = self.map.as_ref().filter(|map| map.slow.values.is_empty() || map.fast.values.is_empty()) {
            let (slow, fast) = map.shape();
            return Err(format!("a map of {slow} x {fast} points"));
        }
        for (nth, recipe) in self.recipes.iter().enumerate() {
            check_name(&recipe.name)?;
            if self.recipes[..nth].iter().any(|other| other.name == recipe.name) {
                return Err(format!("two recipes have the name {}", recipe.name));
            }
            recipe.check()?;
        }
        Ok(())
    }
}

impl RecipeDescription {
    /// Bins of a pattern or a cake.
    pub(super) fn bins(&self) -> usize {
        self.dimensions().iter().product()
    }

    /// Bins along each axis, the slowest first.
    pub(super) fn dimensions(&self) -> Vec<usize> {
        self.azimuthal.iter().chain([&self.axis]).map(|axis| axis.centres.len()).collect()
    }

    /// What viewers are told that one frame's result is.
    pub(super) fn interpretation(&self) -> &'static str {
        if self.azimuthal.is_some() { "image" } else { "spectrum" }
    }

    /// Rows of a chunk in a file for so many frames.
    pub(super) fn rows_a_chunk(&self, frames: usize) -> usize {
        let rows = match &self.azimuthal {
            None => ROWS_A_CHUNK,
            Some(_) => (CAKE_CHUNK / (4 * self.bins().max(1))).clamp(1, ROWS_A_CHUNK),
        };
        rows.min(frames.max(1))
    }

    fn check(&self) -> Result<(), String> {
        let bins = self.bins();
        let axes = || self.azimuthal.iter().chain([&self.axis]);
        if bins == 0 || [self.norm.len(), self.count.len()] != [bins; 2] {
            let (norm, count) = (self.norm.len(), self.count.len());
            return Err(format!("{bins} bins, but {norm} values of norm and {count} of count"));
        }
        match axes().find(|axis| axis.edges.len() != axis.centres.len() + 1) {
            Some(axis) => {
                Err(format!("{} bins along {}, but {} edges", axis.centres.len(), axis.name, axis.edges.len()))
            }
            None => Ok(()),
        }
    }
}
