//! The constants of frames that mask pixels of their own, from the first such frame on.

use std::ops::Range;

use aureole_core::pattern::OwnConstants;
use hdf5_metno::Group;

use super::column::Column;
use super::{DONE, RecipeDescription};

/// The two datasets.
const NAMES: [&str; 2] = ["norm_per_frame", "count_per_frame"];

/// `norm_per_frame` and `count_per_frame`.
pub(super) struct OwnColumns {
    norm: Column<f64>,
    count: Column<f64>,
}

impl OwnColumns {
    /// Creates the two datasets, with room for `allocated` rows. The plan's constants are written for all frames that are done in the
    /// file, and taken for those in `status` that are pending.
    pub(super) fn begin(
        data: &Group,
        description: &RecipeDescription,
        rows_a_chunk: usize,
        allocated: usize,
        status: &Column<u8>,
    ) -> hdf5_metno::Result<OwnColumns> {
        let column = |name| Column::of_bins(data, name, description, rows_a_chunk, allocated, f64::NAN);
        let (norm, count) = (column(NAMES[0])?, column(NAMES[1])?);
        let mut own = OwnColumns { norm, count };
        for (row, _) in status.read()?.into_iter().enumerate().filter(|(_, status)| *status == DONE) {
            own.take(None, false, description)?;
            own.write(row)?;
        }
        for status in status.waiting() {
            own.take(None, *status != DONE, description)?;
        }
        Ok(own)
    }

    /// Those of a file that is there; `None` where no frame of it masked pixels of its own yet.
    pub(super) fn open(data: &Group, bins: &[usize]) -> hdf5_metno::Result<Option<OwnColumns>> {
        if !NAMES.iter().any(|name| data.link_exists(name)) {
            return Ok(None);
        }
        let column = |name| Column::open(data, name, bins);
        Ok(Some(OwnColumns { norm: column(NAMES[0])?, count: column(NAMES[1])? }))
    }

    /// As [`Column::places`].
    pub(super) fn places(&self, places: &mut Vec<Range<u64>>) -> hdf5_metno::Result<()> {
        self.norm.places(places)?;
        self.count.places(places)
    }

    /// Takes the constants of a frame, its own or the plan's.
    pub(super) fn take(
        &mut self,
        own: Option<&OwnConstants>,
        failed: bool,
        description: &RecipeDescription,
    ) -> hdf5_metno::Result<()> {
        let (norm, count) = own.map_or((&description.norm, &description.count), |own| (&own.norm, &own.count));
        self.norm.take(norm, failed, f64::NAN)?;
        self.count.take(count, failed, f64::NAN)
    }

    /// Writes the pending rows, the first of them as row `first`.
    pub(super) fn write(&mut self, first: usize) -> hdf5_metno::Result<()> {
        self.norm.write(first)?;
        self.count.write(first)
    }

    /// As [`Column::resize`].
    pub(super) fn resize(&self, rows: usize) -> hdf5_metno::Result<()> {
        self.norm.resize(rows)?;
        self.count.resize(rows)
    }
}
