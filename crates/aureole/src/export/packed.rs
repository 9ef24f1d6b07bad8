//! The result itself in less room: the same NeXus file, its rows compressed by gzip, which every program that reads HDF5 can undo.
//!
//! A run writes rows as they are, so that they can be read while the file grows and a run that was killed can be gone on with. Once it has
//! ended, neither matters any more.

use std::path::Path;

use aureole_core::dtype::Dtype;
use bytemuck::Pod;
use hdf5_metno::types::OwnedDynValue;
use hdf5_metno::{Dataset, File, Group, H5Type, Result};

use super::{ExportError, Exported, check_new};
use crate::hdf5::attributes::{put, string};
use crate::hdf5::element::element;
use crate::hdf5::raw;
use crate::result::{ResultFile, recipes};

/// The datasets of a recipe that have a row a frame.
const ROWS: [&str; 6] = ["I", "I_errors", "signal", "variance", "norm_per_frame", "count_per_frame"];

/// Rows a chunk where they lie in other files, which have chunks of their own.
const ROWS_A_CHUNK: usize = 64;

/// Bytes that are copied at a time, at least one chunk.
const AT_A_TIME: usize = 16 << 20;

/// Writes a copy whose rows are compressed with `level`, 1 (fast) to 9 (small).
pub(super) fn write(
    result: &ResultFile,
    level: u8,
    file: &Path,
    force: bool,
) -> std::result::Result<Exported, ExportError> {
    let fail = |error: hdf5_metno::Error| ExportError::Write { file: file.to_owned(), reason: error.to_string() };
    let from = File::open(result.file()).map_err(fail)?;
    if !from.link_exists("entry/end_time") {
        let name = result.file().display();
        return Err(ExportError::Unsuitable(format!("{name}: its run has not ended; --resume goes on with it")));
    }
    check_new([&file.to_owned()], force)?;
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = file.with_file_name(format!(".{name}.{}", std::process::id()));
    let copied = copy(&from, &beside, level).map_err(fail).and_then(|()| {
        let renamed = std::fs::rename(&beside, file);
        renamed.map_err(|error| ExportError::Write { file: file.to_owned(), reason: error.to_string() })
    });
    if copied.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    copied?;
    let frames = result.frames();
    Ok(Exported { files: 1, frames, left_out: (0..frames).filter(|frame| !result.is_done(*frame)).count() })
}

fn copy(from: &File, to: &Path, level: u8) -> Result<()> {
    let to = File::create(to)?;
    put(&to, "NX_class", "NXroot")?;
    put(&to, "default", "entry")?;
    // With its attributes and datasets, and its groups without what is in them.
    raw::copy(from, "entry", &to, true)?;
    let (from, into) = (from.group("entry")?, to.group("entry")?);
    let recipes = recipes(&from);
    for name in from.member_names()? {
        let Ok(group) = from.group(&name) else { continue };
        if recipes.contains(&name) {
            recipe(&group, &into.group(&name)?, level)?;
        } else {
            into.unlink(&name)?;
            raw::copy(&from, &name, &into, false)?;
        }
    }
    to.flush()
}

/// Copies the datasets of a recipe into its group.
fn recipe(from: &Group, into: &Group, level: u8) -> Result<()> {
    for name in from.member_names()? {
        if into.link_exists(&name) {
            into.unlink(&name)?;
        }
        if !ROWS.contains(&name.as_str()) {
            raw::copy(from, &name, into, false)?;
            continue;
        }
        let rows = from.dataset(&name)?;
        match element(&rows.dtype()?).map(|element| element.dtype) {
            Ok(Dtype::F32) => compress::<f32>(&rows, into, &name, f32::NAN, level)?,
            Ok(Dtype::F64) => compress::<f64>(&rows, into, &name, f64::NAN, level)?,
            _ => return Err(format!("{name} is not as this program writes it").into()),
        }
    }
    Ok(())
}

/// Copies rows into a dataset of the same chunks, compressed.
fn compress<T: H5Type + Pod + Into<OwnedDynValue>>(
    from: &Dataset,
    into: &Group,
    name: &str,
    fill: T,
    level: u8,
) -> Result<()> {
    let shape = from.shape();
    let dtype = if size_of::<T>() == 4 { Dtype::F32 } else { Dtype::F64 };
    let mut chunk = shape.clone();
    chunk[0] = from.chunk().map_or(ROWS_A_CHUNK, |chunk| chunk[0]).clamp(1, shape[0].max(1));
    let builder = into.new_dataset::<T>().shape(shape.clone()).chunk(chunk.clone());
    let made = builder.shuffle().deflate(level).fill_value(fill).create(name)?;
    for attribute in from.attr_names()? {
        let text = string(from, &attribute).ok_or_else(|| format!("{name}/@{attribute} is no text"))?;
        put(&made, &attribute, &text)?;
    }
    let row: usize = shape[1..].iter().product();
    let rows = (AT_A_TIME / (row * size_of::<T>()).max(1) / chunk[0]).max(1) * chunk[0];
    let mut values = Vec::new();
    for first in (0..shape[0]).step_by(rows) {
        let mut block = shape.clone();
        block[0] = rows.min(shape[0] - first);
        let mut start = vec![0; shape.len()];
        start[0] = first;
        values.resize(block[0] * row, fill);
        raw::read_block(from, &start, &block, dtype, bytemuck::cast_slice_mut(&mut values))?;
        raw::write_rows(&made, first, &values)?;
    }
    Ok(())
}
