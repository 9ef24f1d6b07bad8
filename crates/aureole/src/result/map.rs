//! The map on which the frames of a result lie.

use hdf5_metno::File;

use super::{Axis, ResultError, ResultFile, attribute};

/// Points that a map has at most; what a file claims is no reason to allocate.
const MOST_POINTS: usize = 1 << 26;

/// A map of a result.
#[derive(Clone, Debug, PartialEq)]
pub struct ResultMap {
    /// Positions of the rows.
    pub slow: Axis,
    /// Positions of the columns.
    pub fast: Axis,
    /// For each point, row by row, the row of [`ResultFile::row`] that belongs to it; `None` where there is no frame.
    pub rows: Vec<Option<usize>>,
}

impl ResultFile {
    /// The map, where the run made one.
    ///
    /// # Errors
    /// When the file cannot be read, or its parts do not belong together.
    pub fn map(&self) -> Result<Option<ResultMap>, ResultError> {
        let unreadable = |reason: String| ResultError::Unreadable { file: self.file.clone(), reason };
        let file = File::open(&self.file).map_err(|error| unreadable(error.to_string()))?;
        read(&file, self.frames()).map_err(unreadable)
    }
}

/// The map of an open file with so many rows.
pub(super) fn read(file: &File, rows: usize) -> Result<Option<ResultMap>, String> {
    let failed = |error: hdf5_metno::Error| error.to_string();
    let Ok(group) = file.group("entry/map") else { return Ok(None) };
    let axis = |name: &str| {
        let dataset = group.dataset(name)?;
        if dataset.size() > MOST_POINTS {
            return Err(format!("/entry/map/{name} has {} values, too many for a map", dataset.size()).into());
        }
        let (units, long_name) = (attribute(&dataset, "units"), attribute(&dataset, "long_name"));
        Ok::<_, hdf5_metno::Error>(Axis { centres: dataset.read_raw()?, units, long_name })
    };
    let (slow, fast) = (axis("slow").map_err(failed)?, axis("fast").map_err(failed)?);
    let numbers = group.dataset("map_ptr").map_err(failed)?;
    if Some(numbers.size()) != slow.centres.len().checked_mul(fast.centres.len()) || numbers.size() > MOST_POINTS {
        return Err("/entry/map/map_ptr has not one number for each of the map's points".into());
    }
    let numbers = numbers.read_raw::<i32>().map_err(failed)?;
    let first = file.group("entry/frames").and_then(|frames| frames.attr("first_frame")?.read_scalar::<u64>());
    let first = usize::try_from(first.map_err(failed)?).unwrap_or(usize::MAX);
    let row = |number: i32| usize::try_from(number).ok()?.checked_sub(first).filter(|row| *row < rows);
    Ok(Some(ResultMap { slow, fast, rows: numbers.into_iter().map(row).collect() }))
}
