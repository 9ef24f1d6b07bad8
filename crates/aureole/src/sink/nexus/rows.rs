//! The datasets of one recipe that have a row a frame.

use std::ops::Range;

use aureole_core::pattern::{Pattern, Status};
use hdf5_metno::{Group, Result};

use super::column::Column;
use super::own::OwnColumns;
use super::{RecipeDescription, azint};
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
        azint::intensity(&dataset)?;
        put(&dataset, "interpretation", description.interpretation())?;
        let has_errors = description.errors.is_some();
        let errors = has_errors.then(|| floats("I_errors")).transpose()?;
        if let Some(kind) = &description.errors {
            let dataset = group.dataset("I_errors")?;
            azint::errors(&dataset, kind)?;
        }
        let signal = room.sums.then(|| sums("signal")).transpose()?;
        let variance = (room.sums && has_errors).then(|| sums("variance")).transpose()?;
        let description = description.clone();
        Ok(RecipeRows { group, description, rows_a_chunk, intensity, errors, signal, variance, own: None })
    }

    /// The datasets of a file that is there, made for the same recipe.
    ///
    /// # Errors
    /// When one is missing or is another, and when rows are elsewhere.
    pub(super) fn open(group: Group, description: &RecipeDescription, room: Room) -> Result<RecipeRows> {
        let bins = description.dimensions();
        let has_errors = description.errors.is_some();
        let floats = |name: &str| Column::open(&group, name, &bins);
        let sums = |name: &str| Column::open(&group, name, &bins);
        let (intensity, errors) = (floats("I")?, has_errors.then(|| floats("I_errors")).transpose()?);
        let signal = room.sums.then(|| sums("signal")).transpose()?;
        let variance = (room.sums && has_errors).then(|| sums("variance")).transpose()?;
        let (own, rows_a_chunk) = (OwnColumns::open(&group, &bins)?, description.rows_a_chunk(room.frames));
        let description = description.clone();
        Ok(RecipeRows { group, description, rows_a_chunk, intensity, errors, signal, variance, own })
    }

    /// The places of all its rows in the file, and of the plan's constants, in bytes.
    pub(super) fn places(&self, places: &mut Vec<Range<u64>>) -> Result<()> {
        for name in ["norm", "count"] {
            let constants = self.group.dataset(name)?;
            places.extend(constants.offset().map(|at| at..at.saturating_add(constants.storage_size())));
        }
        self.intensity.places(places)?;
        self.errors.as_ref().map_or(Ok(()), |errors| errors.places(places))?;
        self.signal.as_ref().map_or(Ok(()), |signal| signal.places(places))?;
        self.variance.as_ref().map_or(Ok(()), |variance| variance.places(places))?;
        self.own.as_ref().map_or(Ok(()), |own| own.places(places))
    }

    /// Rows that have their place in the file.
    pub(super) fn allocated(&self) -> usize {
        self.intensity.allocated()
    }

    /// Bytes of one row in all its datasets.
    pub(super) fn row_bytes(&self) -> usize {
        let floats = 1 + usize::from(self.errors.is_some());
        let sums = usize::from(self.signal.is_some()) + usize::from(self.variance.is_some());
        let own = if self.own.is_some() { 2 } else { 0 };
        self.description.bins() * (4 * floats + 8 * (sums + own))
    }

    /// Bytes of one row of the constants of its own; `None` where these datasets are there, or `pattern` needs none.
    pub(super) fn own_bytes(&self, pattern: &Pattern) -> Option<usize> {
        (pattern.own.is_some() && self.own.is_none()).then(|| 16 * self.description.bins())
    }

    /// Creates the datasets for constants a frame, with as many rows as the others have, if `pattern` is the first to need them.
    pub(super) fn begin_own(&mut self, pattern: &Pattern, status: &Column<u8>, allocated: usize) -> Result<()> {
        if self.own_bytes(pattern).is_some() {
            let (description, rows_a_chunk) = (&self.description, self.rows_a_chunk);
            self.own = Some(OwnColumns::begin(&self.group, description, rows_a_chunk, allocated, status)?);
        }
        Ok(())
    }

    /// Takes the pattern of the next frame.
    pub(super) fn take(&mut self, pattern: &Pattern) -> Result<()> {
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
