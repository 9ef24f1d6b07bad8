//! Reading a result back: the NeXus file that a run has written, or is still writing.

mod about;
mod axis;
mod inputs;
mod look;
mod map;
mod overview;
mod own;
mod record;
mod rows;

use std::path::{Path, PathBuf};

use aureole_core::unit::Unit;
use hdf5_metno::{Dataset, File, Group, Location};

pub use about::{About, reasons, utc};
pub use inputs::{FileNow, SourceNow, file_now, source_now};
pub use look::{Look, RecipeLook};
pub use map::ResultMap;
pub use overview::Overview;
pub use record::{Record, RecordedSource, SourceState};
pub use rows::{Element, StoredRows};

use crate::hdf5::open::{describe_io, is_hdf5};

/// The status of a frame that was integrated.
const DONE: u8 = 1;

/// What can be wrong with a result file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResultError {
    /// The file cannot be opened or read.
    #[error("{}: {reason}", file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What went wrong, in one sentence.
        reason: String,
    },
    /// The file opens but holds no patterns.
    #[error("{}: {reason}; a result of `aureole integrate` is needed", file.display())]
    NotAResult {
        /// The file.
        file: PathBuf,
        /// What is missing.
        reason: String,
    },
}

/// An axis of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct Axis {
    /// The centre of each bin, in `units`.
    pub centres: Vec<f64>,
    /// NeXus name of the unit, such as `1/nm`.
    pub units: String,
    /// What the axis measures, such as `Scattering vector q`.
    pub long_name: String,
}

/// One pattern or cake of a result, one value a bin; the azimuthal bins of a cake slowest.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Intensities.
    pub intensity: Vec<f32>,
    /// Standard errors of the mean, where the run had an error model.
    pub errors: Option<Vec<f32>>,
}

/// An open result of patterns or cakes.
pub struct ResultFile {
    file: PathBuf,
    axis: Axis,
    azimuthal: Option<Axis>,
    intensity: Dataset,
    errors: Option<Dataset>,
    frames: usize,
    done: Option<Vec<u8>>,
}

impl ResultFile {
    /// Opens a result: the patterns of one of its recipes, or of the first one.
    ///
    /// # Errors
    /// When the file cannot be read, or holds no patterns where `aureole integrate` puts them (`/entry/RECIPE`).
    pub fn open(file: &Path, recipe: Option<&str>) -> Result<ResultFile, ResultError> {
        let unreadable = |reason: String| ResultError::Unreadable { file: file.to_owned(), reason };
        let not_a_result = |reason: &str| ResultError::NotAResult { file: file.to_owned(), reason: reason.to_owned() };
        std::fs::File::open(file).map_err(|error| unreadable(error.to_string()))?;
        let handle = File::open(file).map_err(|_| not_a_result("this is no HDF5 file"))?;
        let default = first_recipe(&handle).unwrap_or_else(|| "data".into());
        let data = recipe.unwrap_or(&default);
        let intensity = handle.dataset(&format!("/entry/{data}/I")).map_err(|_| match recipe {
            Some(_) => unreadable(format!(
                "there is no recipe {data}; it has {}",
                handle.group("entry").map(|entry| recipes(&entry)).unwrap_or_default().join(", ")
            )),
            None => not_a_result(&format!("there is no dataset /entry/{data}/I")),
        })?;
        let axis = |name: &str| {
            let dataset = handle
                .dataset(&format!("/entry/{data}/{name}"))
                .map_err(|_| not_a_result(&format!("there is no /entry/{data}/{name}")))?;
            let centres = dataset.read_1d::<f64>().map_err(|error| unreadable(error.to_string()))?.to_vec();
            let units = attribute(&dataset, "units");
            // NeXus fixes the long names of some axes; the unit's name says more.
            let unit = Unit::from_name(&attribute(&dataset, "unit_name")).ok();
            let long_name = unit.map_or_else(|| attribute(&dataset, "long_name"), |unit| unit.long_name().to_owned());
            Ok::<_, ResultError>(Axis { centres, units, long_name })
        };
        let shape = intensity.shape();
        let (frames, azimuthal) = match shape[..] {
            [frames, _] => (frames, None),
            [frames, ..] if shape.len() == 3 => (frames, Some(axis("azimuthal_axis")?)),
            _ => {
                return Err(not_a_result(&format!("/entry/{data}/I has {} dimensions instead of 2 or 3", shape.len())));
            }
        };
        let axis = axis("radial_axis")?;
        let bins: Vec<usize> = azimuthal.iter().chain([&axis]).map(|axis| axis.centres.len()).collect();
        if bins != shape[1..] {
            return Err(not_a_result(&format!("/entry/{data}/I has {:?} bins, its axes {bins:?}", &shape[1..])));
        }
        let errors = handle.dataset(&format!("/entry/{data}/I_errors")).ok().filter(|errors| errors.shape() == shape);
        let done = handle.dataset("/entry/frames/status").and_then(|status| status.read_1d::<u8>());
        let done = done.ok().map(|status| status.to_vec()).filter(|status| status.len() == frames);
        Ok(ResultFile { file: file.to_owned(), axis, azimuthal, intensity, errors, frames, done })
    }

    /// Number of frames in the file.
    #[must_use]
    pub fn frames(&self) -> usize {
        self.frames
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &Path {
        &self.file
    }

    /// True where each intensity has an error beside it.
    #[must_use]
    pub fn has_errors(&self) -> bool {
        self.errors.is_some()
    }

    /// True for a frame that was integrated; for every one in a file that says nothing of it.
    #[must_use]
    pub fn is_done(&self, frame: usize) -> bool {
        let said = self.done.as_ref().map(|status| status.get(frame) == Some(&DONE));
        said.unwrap_or(frame < self.frames)
    }

    /// The last frame that was integrated; in a file that says nothing of it, the last one.
    #[must_use]
    pub fn last_done(&self) -> Option<usize> {
        match &self.done {
            Some(status) => status.iter().rposition(|&status| status == DONE),
            None => self.frames.checked_sub(1),
        }
    }

    /// The radial axis.
    #[must_use]
    pub fn axis(&self) -> &Axis {
        &self.axis
    }

    /// The azimuthal axis, where the result is one of cakes.
    #[must_use]
    pub fn azimuthal(&self) -> Option<&Axis> {
        self.azimuthal.as_ref()
    }

    /// Reads the pattern or cake of one frame, below [`ResultFile::frames`].
    ///
    /// # Errors
    /// When the file cannot be read there.
    pub fn row(&self, frame: usize) -> Result<Row, ResultError> {
        let errors = self.errors.as_ref().map(|errors| self.read(errors, frame)).transpose()?;
        Ok(Row { intensity: self.intensity_of(frame)?, errors })
    }

    fn intensity_of(&self, frame: usize) -> Result<Vec<f32>, ResultError> {
        self.read(&self.intensity, frame)
    }

    fn read(&self, dataset: &Dataset, frame: usize) -> Result<Vec<f32>, ResultError> {
        let row = match &self.azimuthal {
            None => dataset.read_slice_1d::<f32, _>((frame, ..)).map(|row| row.to_vec()),
            Some(_) => dataset.read_slice_2d::<f32, _>((frame, .., ..)).map(|row| row.iter().copied().collect()),
        };
        row.map_err(|error| ResultError::Unreadable {
            file: self.file.clone(),
            reason: format!("frame {frame}: {error}"),
        })
    }
}

/// Opens a result that may be growing: without a lock.
fn unlocked(path: &Path) -> Result<File, ResultError> {
    let unreadable = |reason: String| ResultError::Unreadable { file: path.to_owned(), reason };
    std::fs::File::open(path).map_err(|error| unreadable(describe_io(&error)))?;
    let mut options = File::with_options();
    options.with_fapl(|access| access.file_locking(false));
    options.open(path).map_err(|_| match is_hdf5(path) {
        Ok(true) => unreadable("HDF5 cannot open it; it is damaged or cut short".into()),
        _ => ResultError::NotAResult { file: path.to_owned(), reason: "this is no HDF5 file".into() },
    })
}

/// The first of the recipes that the file names, in its order.
fn first_recipe(file: &File) -> Option<String> {
    recipe_names(file).into_iter().next()
}

/// The recipes that the file names, in its order.
fn recipe_names(file: &File) -> Vec<String> {
    let names = file.group("entry").and_then(|entry| entry.attr("recipes"));
    let names = names.and_then(|names| names.read_1d::<hdf5_metno::types::VarLenUnicode>());
    names.map(|names| names.iter().map(ToString::to_string).collect()).unwrap_or_default()
}

/// The recipes of a result, whose entry is given: the groups that hold patterns.
pub(crate) fn recipes(entry: &Group) -> Vec<String> {
    let mut names = entry.member_names().unwrap_or_default();
    names.sort();
    names.into_iter().filter(|name| entry.dataset(&format!("{name}/I")).is_ok()).collect()
}

/// A string attribute of fixed or variable length; empty where there is none.
fn attribute(at: &Location, name: &str) -> String {
    use hdf5_metno::types::{FixedAscii, FixedUnicode, VarLenAscii, VarLenUnicode};
    let Ok(attribute) = at.attr(name) else { return String::new() };
    if let Ok(text) = attribute.read_scalar::<VarLenUnicode>() {
        return text.to_string();
    }
    if let Ok(text) = attribute.read_scalar::<VarLenAscii>() {
        return text.to_string();
    }
    if let Ok(text) = attribute.read_scalar::<FixedUnicode<128>>() {
        return text.to_string();
    }
    attribute.read_scalar::<FixedAscii<128>>().map_or_else(|_| String::new(), |text| text.to_string())
}
