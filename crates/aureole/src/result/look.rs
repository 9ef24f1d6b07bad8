//! What a result is at one moment: a look at its file that keeps nothing of HDF5 open, so that the next look sees what was
//! written meanwhile.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{Dataset, File, Group};

use super::map::ResultMap;
use super::rows::StoredRows;
use super::{Axis, Record, ResultError, attribute, own, record};
use crate::hdf5::attributes::text;
use crate::hdf5::open::{describe_io, is_hdf5};

/// Bins of an axis, and recipes, that are shown at most.
const MOST_BINS: usize = 1 << 20;
const MOST_RECIPES: usize = 64;

/// A result as one look has found it.
#[derive(Clone, Debug)]
pub struct Look {
    /// The file.
    pub file: PathBuf,
    /// The entry's title.
    pub title: String,
    /// When the run began, as the file has it; empty where it does not say.
    pub started: String,
    /// When it ended; empty while it has not.
    pub ended: String,
    /// Wavelength in metres, where the file has one.
    pub wavelength: Option<f64>,
    /// Number in the stack of the frame in the first row.
    pub first_frame: usize,
    /// Frames that the run was for, where the file says it.
    pub planned: Option<usize>,
    /// Status of each row: 0 not done, 1 done, 2 failed; `None` in files that do not say.
    pub status: Option<StoredRows<u8>>,
    /// The recipes, in their order; at least one.
    pub recipes: Vec<RecipeLook>,
    /// The map, where the run made one.
    pub map: Option<ResultMap>,
    /// The run behind it, where the file tells of one.
    pub record: Option<Arc<Record>>,
}

/// One recipe of a result.
#[derive(Clone, Debug)]
pub struct RecipeLook {
    /// Its name.
    pub name: String,
    /// How the pixels of a bin became one number, such as `mean`.
    pub mode: String,
    /// The radial axis.
    pub axis: Axis,
    /// The unit of the radial axis, such as `q_nm^-1`; empty where the file does not say.
    pub unit: String,
    /// The azimuthal axis of cakes.
    pub azimuthal: Option<Axis>,
    /// Intensities.
    pub intensity: StoredRows<f32>,
    /// Their errors, where there are some.
    pub errors: Option<StoredRows<f32>>,
    /// What the errors are, in words.
    pub errors_are: String,
}

impl Look {
    /// Looks at a file, without a lock.
    ///
    /// # Errors
    /// When it cannot be read, leads to other files, or holds no patterns where `aureole integrate` puts them.
    pub fn at(path: &Path) -> Result<Look, ResultError> {
        let unreadable = |reason: String| ResultError::Unreadable { file: path.to_owned(), reason };
        let not_a_result = |reason: String| ResultError::NotAResult { file: path.to_owned(), reason };
        let plain = std::fs::File::open(path).map_err(|error| unreadable(describe_io(&error)))?;
        let file = open(path).map_err(|_| match is_hdf5(path) {
            Ok(true) => unreadable("HDF5 cannot open it; it is damaged or cut short".into()),
            _ => not_a_result("this is no HDF5 file".into()),
        })?;
        own::check(&file, path).map_err(unreadable)?;
        look(&file, &Arc::new(plain), path).map_err(not_a_result)
    }

    /// True for a file that has patterns where `aureole integrate` puts them, as far as a glance tells.
    #[must_use]
    pub fn is_worth_it(path: &Path) -> bool {
        let Ok(file) = open(path) else { return false };
        let first = super::first_recipe(&file).unwrap_or_else(|| "data".into());
        let group = file.group("entry").and_then(|entry| entry.group(&first));
        group.is_ok_and(|group| group.link_exists("I") && group.link_exists("radial_axis"))
    }

    /// Frames that have a row, whether it is written or not.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.recipes.iter().map(|recipe| recipe.intensity.rows()).min().unwrap_or(0)
    }

    /// Why rows failed, one sentence each; empty where the file does not say.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn reasons(&self, rows: &[usize]) -> Result<Vec<String>, ResultError> {
        let unreadable =
            |error: hdf5_metno::Error| ResultError::Unreadable { file: self.file.clone(), reason: error.to_string() };
        let file = open(&self.file).map_err(unreadable)?;
        let Ok(reasons) = file.dataset("entry/frames/reason") else { return Ok(vec![String::new(); rows.len()]) };
        let there = reasons.shape().first().copied().unwrap_or(0);
        let reason = |row: &usize| {
            if *row >= there {
                return Ok(String::new());
            }
            let read = reasons.read_slice_1d::<VarLenUnicode, _>(*row..*row + 1).map_err(unreadable)?;
            Ok(read.first().map(ToString::to_string).unwrap_or_default())
        };
        rows.iter().map(reason).collect()
    }
}

/// Opens a result that others may be writing.
pub(super) fn open(path: &Path) -> hdf5_metno::Result<File> {
    let mut options = File::with_options();
    options.with_fapl(|access| access.file_locking(false));
    options.open(path)
}

fn look(file: &File, plain: &Arc<std::fs::File>, path: &Path) -> Result<Look, String> {
    let entry = file.group("entry").map_err(|_| "there is no /entry".to_owned())?;
    let word = |name: &str| entry.dataset(name).ok().and_then(|dataset| text(&dataset)).unwrap_or_default();
    let mut names = super::recipe_names(file);
    if names.is_empty() {
        names = super::recipes(file);
    }
    if names.is_empty() {
        return Err("there is no dataset /entry/data/I".into());
    }
    let recipes = names
        .into_iter()
        .take(MOST_RECIPES)
        .map(|name| recipe(&entry, name, plain, path))
        .collect::<Result<Vec<_>, _>>()?;
    let rows = recipes.iter().map(|recipe| recipe.intensity.rows()).min().unwrap_or(0);
    let frames = entry.group("frames").ok();
    let number = |name: &str| {
        let value = frames.as_ref()?.attr(name).ok()?.read_scalar::<u64>().ok()?;
        usize::try_from(value).ok()
    };
    let status = frames.as_ref().and_then(|frames| frames.dataset("status").ok());
    let status = status.map(|status| StoredRows::of(&status, plain, path)).transpose()?;
    Ok(Look {
        file: path.to_owned(),
        title: word("title"),
        started: word("start_time"),
        ended: word("end_time"),
        wavelength: wavelength(&entry),
        first_frame: number("first_frame").unwrap_or(0),
        planned: number("planned"),
        status: status.filter(|status| status.width() == 1),
        recipes,
        map: super::map::read(file, rows).unwrap_or(None),
        record: plain.metadata().ok().and_then(|about| record::read(file, about.len()).ok()).map(Arc::new),
    })
}

fn wavelength(entry: &Group) -> Option<f64> {
    let dataset = entry.dataset("instrument/monochromator/wavelength").ok()?;
    let angstrom = dataset.read_scalar::<f64>().ok()?;
    (angstrom > 0.0 && angstrom.is_finite()).then_some(angstrom * 1e-10)
}

fn recipe(entry: &Group, name: String, plain: &Arc<std::fs::File>, path: &Path) -> Result<RecipeLook, String> {
    let data = entry.group(&name).map_err(|_| format!("there is no /entry/{name}"))?;
    let intensity = data.dataset("I").map_err(|_| format!("there is no dataset /entry/{name}/I"))?;
    let shape = intensity.shape();
    if !(2..=3).contains(&shape.len()) {
        return Err(format!("/entry/{name}/I has {} dimensions instead of 2 or 3", shape.len()));
    }
    let axis = |of: &str, length: usize| {
        let dataset = data.dataset(of).map_err(|_| format!("there is no /entry/{name}/{of}"))?;
        if length > MOST_BINS {
            return Err(format!("/entry/{name}/{of} has {length} bins, too many to be shown"));
        }
        if dataset.shape() != [length] {
            return Err(format!("/entry/{name}/{of} has not the {length} bins of /entry/{name}/I"));
        }
        Ok((centres(&dataset)?, attribute(&dataset, "unit_name")))
    };
    let (axis_of_rows, unit) = axis("radial_axis", shape[shape.len() - 1])?;
    let azimuthal = (shape.len() == 3).then(|| axis("azimuthal_axis", shape[1])).transpose()?;
    let errors = data.dataset("I_errors").ok().filter(|errors| errors.shape()[1..] == shape[1..]);
    let errors_are = errors.as_ref().map(|errors| attribute(errors, "long_name")).unwrap_or_default();
    Ok(RecipeLook {
        mode: attribute(&data, "mode"),
        name,
        axis: axis_of_rows,
        unit,
        azimuthal: azimuthal.map(|(axis, _)| axis),
        intensity: StoredRows::of(&intensity, plain, path)?,
        errors: errors.map(|errors| StoredRows::of(&errors, plain, path)).transpose()?,
        errors_are,
    })
}

fn centres(dataset: &Dataset) -> Result<Axis, String> {
    let centres = dataset.read_raw::<f64>().map_err(|error| format!("{} cannot be read ({error})", dataset.name()))?;
    Ok(Axis { centres, units: attribute(dataset, "units"), long_name: attribute(dataset, "long_name") })
}
