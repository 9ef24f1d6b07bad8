//! A diffraction map: the rows of a result, seen as an image of patterns. Nothing is stored twice: its datasets are virtual
//! and lead to the rows.
//!
//! ```text
//! /entry/map              NXdata, @signal = map, @axes = [q, slow, fast], named by the unit: the map as an image
//! /entry/pyFAI            NXprocess as pyFAI-diffmap writes it: configuration (JSON), offset
//! /entry/pyFAI/result     NXdata, @signal = intensity, @axes = [slow, fast, q]
//!   intensity, errors     float32 (slow, fast, bins), virtual; NaN where there is no frame
//!   map                   float32 (bins, slow, fast), virtual
//!   slow, fast            float64: positions of the rows and columns
//!   map_ptr               int32 (slow, fast): number of the frame, -1 where there is none
//! /entry/measurement      links to the datasets of frames: images_0001, ...
//! ```

use std::path::{Path, PathBuf};

use hdf5_metno::{File, Group};

use super::{Description, RecipeDescription, grid, layout};
use crate::hdf5::attributes::{put, put_all};
use crate::sink::clock;

type Result<T> = hdf5_metno::Result<T>;

/// How the frames of a result lie on a map, a row after the other.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Map {
    /// The rows.
    pub slow: MapAxis,
    /// The columns.
    pub fast: MapAxis,
    /// Every second row was taken backwards.
    pub snake: bool,
    /// Number in the stack of the first point's frame.
    pub offset: usize,
    /// The settings of each recipe as pyFAI-integrate's JSON, for its readers.
    pub configurations: Vec<String>,
    /// The HDF5 datasets that hold the frames, in order: file and path in it.
    pub images: Vec<(PathBuf, String)>,
}

/// One of the two axes of a map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MapAxis {
    /// The position of each row or column, in `units`.
    pub values: Vec<f64>,
    /// Name of the motor.
    pub long_name: String,
    /// Units of the positions; empty where they are not known.
    pub units: String,
}

impl Map {
    /// Rows and columns.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        (self.slow.values.len(), self.fast.values.len())
    }
}

/// Builds the groups of a map over the rows of all recipes, which must have their place in the file; `beside` is the folder
/// of the file. The first recipe's are `map` and `pyFAI`; those of others have its name behind.
pub(super) fn build(file: &File, description: &Description, map: &Map, beside: &Path) -> Result<()> {
    let entry = file.group("entry")?;
    for (nth, recipe) in description.recipes.iter().enumerate() {
        let behind = if nth == 0 { String::new() } else { format!("_{}", recipe.name) };
        let configuration = map.configurations.get(nth).map_or("{}", String::as_str);
        let process = process(&entry, &format!("pyFAI{behind}"), map, configuration)?;
        let result = layout::group(&process, "result", "NXdata")?;
        let image = layout::group(&entry, &format!("map{behind}"), "NXdata")?;
        of_recipe(&entry.group(&recipe.name)?, description, recipe, map, (&result, &image))?;
    }
    measurement(&entry, map, beside)
}

fn of_recipe(
    data: &Group,
    description: &Description,
    recipe: &RecipeDescription,
    map: &Map,
    (result, image): (&Group, &Group),
) -> Result<()> {
    let names = axes(data, recipe, map, result)?;
    let of_bins: Vec<&str> = names.iter().map(String::as_str).collect();
    grid::build(data, description, recipe, map, result)?;
    pointers(description, map, result)?;

    put(result, "signal", "intensity")?;
    put_all(result, "axes", &[&["slow", "fast"], of_bins.as_slice()].concat())?;
    let shared = ["intensity", "map", "map_ptr", "slow", "fast"];
    for name in shared.iter().chain(&of_bins).filter(|name| result.link_exists(name)) {
        image.link_hard(&format!("{}/{name}", result.name()), name)?;
    }
    let turned = image.link_exists("map");
    put(image, "signal", if turned { "map" } else { "intensity" })?;
    let axes = if turned { [of_bins.as_slice(), &["slow", "fast"]] } else { [&["slow", "fast"], of_bins.as_slice()] };
    put_all(image, "axes", &axes.concat())
}

fn process(entry: &Group, name: &str, map: &Map, configuration: &str) -> Result<Group> {
    let process = layout::group(entry, name, "NXprocess")?;
    layout::text(&process, "program", "aureole")?;
    layout::text(&process, "version", env!("CARGO_PKG_VERSION"))?;
    layout::text(&process, "date", &clock::now())?;
    layout::value(&process, "offset", &(map.offset as i64))?;
    let note = layout::group(&process, "configuration", "NXnote")?;
    layout::text(&note, "type", "text/json")?;
    layout::text(&note, "data", configuration)?;
    Ok(process)
}

/// Puts the axes into the group; the names of those of the bins, the slowest first.
fn axes(data: &Group, description: &RecipeDescription, map: &Map, result: &Group) -> Result<Vec<String>> {
    for (name, axis) in [("slow", &map.slow), ("fast", &map.fast)] {
        let dataset = result.new_dataset_builder().with_data(&axis.values).create(name)?;
        put(&dataset, "long_name", &axis.long_name)?;
        put(&dataset, "interpretation", "scalar")?;
        if !axis.units.is_empty() {
            put(&dataset, "units", &axis.units)?;
        }
    }
    // As pyFAI names it: the unit without what it is measured in.
    let unit = description.axis.name.as_str();
    let space = unit.rsplit_once('_').map_or(unit, |(space, _)| space);
    let radial = if result.link_exists(space) { unit } else { space }.replace('/', "|");
    let azimuthal = description.azimuthal.iter().map(|_| ("azimuthal_axis", "azimuthal".to_owned()));
    let axes: Vec<(&str, String)> = azimuthal.chain([("radial_axis", radial)]).collect();
    for (from, name) in &axes {
        result.link_hard(&format!("{}/{from}", data.name()), name)?;
    }
    Ok(axes.into_iter().map(|(_, name)| name).collect())
}

/// The number of the frame at each point.
fn pointers(description: &Description, map: &Map, result: &Group) -> Result<()> {
    let (slow, fast) = map.shape();
    let mut numbers = vec![-1i32; slow * fast];
    for frame in grid::frames(description, map) {
        let (row, column) = grid::place(map, frame);
        numbers[row * fast + column] = frame as i32;
    }
    let dataset = result.new_dataset::<i32>().shape([slow, fast]).create("map_ptr")?;
    dataset.write_raw(&numbers)?;
    put(&dataset, "interpretation", "image")?;
    put(&dataset, "long_name", "number of the frame at each point, -1 where there is none")
}

/// Links to the frames, by names relative to the file where they are beside or below it.
fn measurement(entry: &Group, map: &Map, beside: &Path) -> Result<()> {
    if entry.link_exists("measurement") {
        return Ok(());
    }
    let measurement = layout::group(entry, "measurement", "NXcollection")?;
    let beside = beside.canonicalize().unwrap_or_else(|_| beside.to_owned());
    for (nth, (file, path)) in map.images.iter().enumerate() {
        let file = file.canonicalize().unwrap_or_else(|_| file.clone());
        let name = file.strip_prefix(&beside).unwrap_or(&file);
        measurement.link_external(&name.to_string_lossy(), path, &format!("images_{:04}", nth + 1))?;
    }
    Ok(())
}
