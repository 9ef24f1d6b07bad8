//! The datasets of one recipe that have a row a frame.

use aureole_core::pattern::{Pattern, Status};
use hdf5_metno::{Group, Result};

use super::RecipeDescription;
use super::column::Column;
use super::own::OwnColumns;
use crate::hdf5::attributes::put;

/// What one recipe gives for each frame.
pub(super) struct RecipeRows {
    group: Group,
    description: RecipeDescription,
    rows_a_chunk: usize,
    intensity: Column<f32>,
    errors: Option<Column<f32>>,
    signal: Option<Column<f64>>,
    variance: Option<Column<f64>>,
    own: Option<OwnColumns>,
}

/// How many rows a dataset has at first, how many a chunk of it, and whether sums are kept.
#[derive(Clone, Copy)]
pub(super) struct Room {
    pub(super) rows: usize,
    pub(super) frames: usize,
    pub(super) sums: bool,
}

impl RecipeRows {
    /// Creates the datasets in the recipe's NXdata group.
    pub(super) fn create(group: Group, description: &RecipeDescription, room: Room) -> Result<RecipeRows> {
        let rows_a_chunk = description.rows_a_chunk(room.frames);
        let floats = |name: &str| Column::of_bins(&group, name, description, rows_a_chunk, room.rows, f32::NAN);
        let sums = |name: &str| Column::of_bins(&group, name, description, rows_a_chunk, room.rows, f64::NAN);
        let intensity = floats("I")?;
        let dataset = group.dataset("I")?;
        put(&dataset, "long_name", "intensity")?;
        put(&dataset, "interpretation", if description.azimuthal.is_some() { "image" } else { "spectrum" })?;
        let has_errors = description.errors.is_some();
        let errors = has_errors.then(|| floats("I_errors")).transpose()?;
        if let Some(kind) = &description.errors {
            let dataset = group.dataset("I_errors")?;
            put(&dataset, "long_name", kind)?;
        }
        let signal = room.sums.then(|| sums("signal")).transpose()?;
        let variance = (room.sums && has_errors).then(|| sums("variance")).transpose()?;
        let description = description.clone();
        Ok(RecipeRows { group, description, rows_a_chunk, intensity, errors, signal, variance, own: None })
    }

    /// Takes the pattern of the next frame. `status` has the rows of all frames before it, `allocated` how many have
    /// their place in the file, and `written` how many of them are there.
    pub(super) fn take(
        &mut self,
        pattern: &Pattern,
        status: &Column<u8>,
        allocated: usize,
        written: usize,
    ) -> Result<()> {
        let failed = !matches!(pattern.status, Status::Done);
        self.intensity.take(&pattern.intensity, failed, f32::NAN)?;
        if let Some(errors) = &mut self.errors {
            errors.take(&pattern.errors, failed, f32::NAN)?;
        }
        if let Some(signal) = &mut self.signal {
            signal.take(&pattern.signal, failed, f64::NAN)?;
        }
        if let Some(variance) = &mut self.variance {
            variance.take(&pattern.variance, failed, f64::NAN)?;
        }
        if pattern.own.is_some() && self.own.is_none() {
            let (description, rows_a_chunk) = (&self.description, self.rows_a_chunk);
            self.own = Some(OwnColumns::begin(&self.group, description, rows_a_chunk, allocated, written, status)?);
        }
        match &mut self.own {
            Some(own) => own.take(pattern.own.as_ref(), failed, &self.description),
            None => Ok(()),
        }
    }

    /// Writes the pending rows, the first of them as row `first`.
    pub(super) fn write(&mut self, first: usize) -> Result<()> {
        self.intensity.write(first)?;
        self.errors.as_mut().map_or(Ok(()), |errors| errors.write(first))?;
        self.signal.as_mut().map_or(Ok(()), |signal| signal.write(first))?;
        self.variance.as_mut().map_or(Ok(()), |variance| variance.write(first))?;
        self.own.as_mut().map_or(Ok(()), |own| own.write(first))
    }

    /// Makes room for `rows` rows, or cuts off what is behind them.
    pub(super) fn resize(&self, rows: usize) -> Result<()> {
        self.intensity.resize(rows)?;
        self.errors.as_ref().map_or(Ok(()), |errors| errors.resize(rows))?;
        self.signal.as_ref().map_or(Ok(()), |signal| signal.resize(rows))?;
        self.variance.as_ref().map_or(Ok(()), |variance| variance.resize(rows))?;
        self.own.as_ref().map_or(Ok(()), |own| own.resize(rows))
    }
}
