//! The groups, datasets and attributes of the file.

use aureole_core::pipeline::ENDLESS;
use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{Dataset, Extent, File, Group, H5Type};

use super::azint;
use super::column::Column;
use super::parts::Parts;
use super::rows::{RecipeRows, Room};
use super::{Columns, DONE, Description, FAILED, RecipeDescription};
use crate::hdf5::attributes::{put, put_all, unicode};
use crate::hdf5::raw;
use crate::result::SourceState;
use crate::sink::clock;

type Result<T> = hdf5_metno::Result<T>;

/// Builds the file, with room for `rows` rows, or with rows that are in `parts`.
pub(super) fn build(file: &File, description: &Description, rows: usize, parts: Option<&Parts>) -> Result<Columns> {
    put(file, "NX_class", "NXroot")?;
    put(file, "default", "entry")?;
    let entry = group(file, "entry", "NXentry")?;
    let recipes: Vec<&str> = description.recipes.iter().map(|recipe| recipe.name.as_str()).collect();
    put(&entry, "default", if description.map.is_some() { "map" } else { recipes[0] })?;
    put_all(&entry, "recipes", &recipes)?;
    text(&entry, "title", &description.title)?;
    text(&entry, "start_time", &clock::now())?;
    azint::describe(&entry, description)?;
    reduction(&entry, description)?;
    let room = Room { rows, frames: description.frames, sums: description.sums };
    let mut recipes = Vec::new();
    for recipe in &description.recipes {
        let data = data(&entry, recipe)?;
        match parts {
            None => recipes.push(RecipeRows::create(data, recipe, room)?),
            Some(parts) => parts.create(&data, recipe, description.sums)?,
        }
    }
    columns(&entry, description, recipes, rows)
}

/// The NXdata group of a recipe.
fn data(entry: &Group, recipe: &RecipeDescription) -> Result<Group> {
    let data = group(entry, &recipe.name, "NXdata")?;
    put(&data, "signal", "I")?;
    put(&data, "interpretation", recipe.interpretation())?;
    put(&data, "mode", &recipe.mode)?;
    let applied = recipe.corrections;
    for (name, applied) in [
        ("solid_angle_applied", applied.solid_angle),
        ("polarization_applied", applied.polarization),
        ("monitor_applied", applied.monitor),
    ] {
        data.new_attr::<bool>().create(name)?.write_scalar(&applied)?;
    }
    axes(&data, recipe)?;
    constants(&data, recipe)?;
    Ok(data)
}

/// Writes what is known at the end: the time, and how many frames are done and failed.
pub(super) fn finish(file: &File, time: &str, status: &[u8]) -> Result<()> {
    let entry = file.group("entry")?;
    reopen(file)?;
    text(&entry, "end_time", time)?;
    let frames = entry.group("frames")?;
    for (name, of) in [("done", DONE), ("failed", FAILED)] {
        let count = status.iter().filter(|status| **status == of).count() as u64;
        match frames.attr(name) {
            Ok(attribute) => attribute.write_scalar(&count)?,
            Err(_) => frames.new_attr::<u64>().create(name)?.write_scalar(&count)?,
        }
    }
    Ok(())
}

/// Takes back that the run has ended.
pub(super) fn reopen(file: &File) -> Result<()> {
    let entry = file.group("entry")?;
    if entry.link_exists("end_time") { entry.unlink("end_time") } else { Ok(()) }
}

/// The datasets with a row a frame of a file that is there, made for the same description.
pub(super) fn open(file: &File, description: &Description) -> Result<Columns> {
    let entry = file.group("entry")?;
    let room = Room { rows: 0, frames: description.frames, sums: description.sums };
    let recipes = description.recipes.iter().map(|recipe| RecipeRows::open(entry.group(&recipe.name)?, recipe, room));
    let recipes = recipes.collect::<Result<Vec<_>>>()?;
    let frames = entry.group("frames")?;
    let status = Column::open(&frames, "status", &[])?;
    let reason = frames.dataset("reason")?;
    let rows = status.allocated();
    if reason.shape() != [rows] || recipes.iter().any(|recipe| recipe.allocated() != rows) {
        return Err("its datasets differ in their number of rows".into());
    }
    Ok(Columns { recipes, status, reason, reasons: Vec::new(), image_id: None })
}

fn columns(entry: &Group, description: &Description, recipes: Vec<RecipeRows>, rows: usize) -> Result<Columns> {
    let frames = group(entry, "frames", "NXcollection")?;
    frames.new_attr::<u64>().create("first_frame")?.write_scalar(&(description.first_frame as u64))?;
    if description.first_frame + description.frames < ENDLESS {
        frames.new_attr::<u64>().create("planned")?.write_scalar(&(description.frames as u64))?;
    }
    if description.followed {
        frames.new_attr::<u8>().create("followed")?.write_scalar(&1)?;
    }
    let status = Column::of_values(&frames, "status", rows, 0u8)?;
    let meaning: &Dataset = &frames.dataset("status")?;
    put(meaning, "meaning", "0 not done, 1 done, 2 failed")?;
    let reason = frames.new_dataset::<VarLenUnicode>().shape(Extent::resizable(rows)).chunk(1024).create("reason")?;
    let numbered = description.numbers.is_some();
    let image_id = numbered.then(|| Column::of_values(&frames, "image_id", rows, -1i64)).transpose()?;
    Ok(Columns { recipes, status, reason, reasons: Vec::new(), image_id })
}

fn axes(data: &Group, description: &RecipeDescription) -> Result<()> {
    let azimuthal = description.azimuthal.iter().map(|axis| ("azimuthal_axis", axis));
    let axes: Vec<_> = azimuthal.chain([("radial_axis", &description.axis)]).collect();
    let names: Vec<&str> = ["."].into_iter().chain(axes.iter().map(|(name, _)| *name)).collect();
    put_all(data, "axes", &names)?;
    for (index, (name, axis)) in axes.iter().enumerate() {
        data.new_attr::<i32>().create(format!("{name}_indices").as_str())?.write_scalar(&(index as i32 + 1))?;
        let [of_centres, of_edges] = azint::long_names(axis, *name == "azimuthal_axis");
        let both = [((*name).to_owned(), &axis.centres, of_centres), (format!("{name}_edges"), &axis.edges, of_edges)];
        for (name, values, long_name) in both {
            let dataset = data.new_dataset_builder().with_data(values).create(name.as_str())?;
            put(&dataset, "units", &axis.units)?;
            put(&dataset, "long_name", &long_name)?;
            put(&dataset, "unit_name", &axis.name)?;
        }
    }
    Ok(())
}

fn constants(data: &Group, description: &RecipeDescription) -> Result<()> {
    let of_bins = |name: &str, values: &[f64]| {
        let dataset = data.new_dataset::<f64>().shape(description.dimensions()).create(name)?;
        raw::write_rows(&dataset, 0, values)?;
        Ok::<_, hdf5_metno::Error>(dataset)
    };
    let norm = of_bins("norm", &description.norm)?;
    azint::norm(&norm)?;
    let count = of_bins("count", &description.count)?;
    put(&count, "long_name", "pixels, fractions of pixels included")
}

fn reduction(entry: &Group, description: &Description) -> Result<()> {
    let from = &description.provenance;
    let reduction = group(entry, "reduction", "NXprocess")?;
    text(&reduction, "program", &from.program)?;
    text(&reduction, "version", &from.version)?;
    text(&reduction, "date", &clock::now())?;
    text(&reduction, "layout", &from.layout)?;
    text(&reduction, "device", &from.device)?;
    text(&reduction, "mode", &description.recipes[0].mode)?;
    text(&reduction, "job", &from.job)?;
    text(&reduction, "reference", env!("CARGO_PKG_REPOSITORY"))?;
    azint::parameters(&reduction, &from.job)?;
    let sources: Vec<VarLenUnicode> = from.sources.iter().map(|source| unicode(source)).collect();
    let dataset = reduction.new_dataset::<VarLenUnicode>().shape([sources.len()]).create("sources")?;
    dataset.write_raw(&sources)?;
    put(&dataset, "frames_of", &from.frames_of)?;
    states(&reduction, &from.states)?;
    let files = group(&reduction, "files", "NXcollection")?;
    for (role, name, digest) in &from.files {
        let file = text(&files, role, name)?;
        put(&file, "sha256", digest)?;
    }
    Ok(())
}

/// What is kept of the sources to notice that they are others.
fn states(reduction: &Group, states: &[SourceState]) -> Result<()> {
    let numbers = |name: &str, of: fn(&SourceState) -> u64| {
        let values: Vec<u64> = states.iter().map(of).collect();
        reduction.new_dataset_builder().with_data(&values).create(name)
    };
    if states.is_empty() {
        return Ok(());
    }
    numbers("source_frames", |state| state.frames)?;
    let (bytes, times) = (numbers("source_bytes", |of| of.bytes)?, numbers("source_modified", |of| of.modified)?);
    put(&bytes, "units", "byte")?;
    put(&times, "units", "nanoseconds since 1970-01-01T00:00:00Z")
}

pub(super) fn group(at: &Group, name: &str, class: &str) -> Result<Group> {
    let group = at.create_group(name)?;
    put(&group, "NX_class", class)?;
    Ok(group)
}

pub(super) fn text(at: &Group, name: &str, text: &str) -> Result<Dataset> {
    value(at, name, &unicode(text))
}

pub(super) fn value<T: H5Type>(at: &Group, name: &str, value: &T) -> Result<Dataset> {
    let dataset = at.new_dataset::<T>().create(name)?;
    dataset.write_scalar(value)?;
    Ok(dataset)
}
