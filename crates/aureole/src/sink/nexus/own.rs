//! The constants of frames that mask pixels of their own, from the first such frame on.

use aureole_core::pattern::OwnConstants;
use hdf5_metno::Group;

use super::RecipeDescription;
use super::column::Column;

/// `norm_per_frame` and `count_per_frame`.
pub(super) struct OwnColumns {
    norm: Column<f64>,
    count: Column<f64>,
}

impl OwnColumns {
    /// Creates the two datasets. The plan's constants are written for frames done among the first `written` rows and
    /// taken for those in `status` that are pending.
    pub(super) fn begin(
        data: &Group,
        description: &RecipeDescription,
        rows_a_chunk: usize,
        allocated: usize,
        written: usize,
        status: &Column<u8>,
    ) -> hdf5_metno::Result<OwnColumns> {
        let column = |name| Column::of_bins(data, name, description, rows_a_chunk, allocated, f64::NAN);
        let (norm, count) = (column("norm_per_frame")?, column("count_per_frame")?);
        let mut own = OwnColumns { norm, count };
        for (row, status) in status.read()?.into_iter().take(written).enumerate() {
            own.take(None, status != 1, description)?;
            own.write(row)?;
        }
        for status in status.waiting() {
            own.take(None, *status != 1, description)?;
        }
        Ok(own)
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
