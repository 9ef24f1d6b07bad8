//! A dataset with one row a frame.

use std::ops::Range;

use hdf5_metno::plist::dataset_create::AllocTime;
use hdf5_metno::types::OwnedDynValue;
use hdf5_metno::{Dataset, Extent, Group, H5Type};

use super::RecipeDescription;
use crate::hdf5::raw;

/// A dataset of rows, and the rows that are not in it yet.
pub(super) struct Column<T> {
    dataset: Dataset,
    /// Elements a row.
    width: usize,
    rows: Vec<T>,
}

impl<T: H5Type + Copy + Into<OwnedDynValue>> Column<T> {
    /// Creates a dataset of `rows` rows with one element a bin, filled with `fill`, in chunks of `rows_a_chunk`.
    pub(super) fn of_bins(
        group: &Group,
        name: &str,
        description: &RecipeDescription,
        rows_a_chunk: usize,
        rows: usize,
        fill: T,
    ) -> hdf5_metno::Result<Self> {
        let bins = description.dimensions();
        let shape: Vec<Extent> =
            [Extent::resizable(rows)].into_iter().chain(bins.iter().copied().map(Extent::fixed)).collect();
        let chunk: Vec<usize> = [rows_a_chunk].into_iter().chain(bins).collect();
        let builder = group.new_dataset::<T>().shape(shape).chunk(chunk);
        let dataset = builder.alloc_time(Some(AllocTime::Early)).fill_value(fill).create(name)?;
        Ok(Column { dataset, width: description.bins(), rows: Vec::new() })
    }

    /// Creates a dataset of `rows` single values.
    pub(super) fn of_values(group: &Group, name: &str, rows: usize, fill: T) -> hdf5_metno::Result<Self> {
        let builder = group.new_dataset::<T>().shape(Extent::resizable(rows)).chunk(4096);
        let dataset = builder.alloc_time(Some(AllocTime::Early)).fill_value(fill).create(name)?;
        Ok(Column { dataset, width: 1, rows: Vec::new() })
    }

    /// The dataset `name` of a file that is there, which must be as one that was created with the same `bins` a row.
    ///
    /// # Errors
    /// When there is none, or it is another.
    pub(super) fn open(group: &Group, name: &str, bins: &[usize]) -> hdf5_metno::Result<Self> {
        let dataset = group.dataset(name)?;
        let shape = dataset.shape();
        let fits = dataset.dtype()?.is::<T>() && dataset.is_chunked() && dataset.is_resizable();
        if !dataset.filters().is_empty() {
            return Err("it is compressed; go on with the file that it was exported from".into());
        }
        if !fits || shape.get(1..) != Some(bins) {
            return Err(format!("{} is not as this program writes it", dataset.name()).into());
        }
        Ok(Column { dataset, width: bins.iter().product(), rows: Vec::new() })
    }

    /// The places of its rows in the file, in bytes.
    pub(super) fn places(&self, places: &mut Vec<Range<u64>>) -> hdf5_metno::Result<()> {
        self.dataset.chunks_visit(|chunk| {
            places.extend((chunk.addr != u64::MAX).then(|| chunk.addr..chunk.addr.saturating_add(chunk.size)));
            0
        })
    }

    /// Rows that have their place in the file.
    pub(super) fn allocated(&self) -> usize {
        self.dataset.shape().first().copied().unwrap_or(0)
    }

    /// Takes a row; of a failed frame, one of `blank`.
    ///
    /// # Errors
    /// When the row has not the column's width.
    pub(super) fn take(&mut self, row: &[T], failed: bool, blank: T) -> hdf5_metno::Result<()> {
        if failed {
            self.rows.resize(self.rows.len() + self.width, blank);
        } else if row.len() == self.width {
            self.rows.extend_from_slice(row);
        } else {
            let (have, want, name) = (row.len(), self.width, self.dataset.name());
            return Err(format!("a pattern with {have} values for {name}, which has {want}").into());
        }
        Ok(())
    }

    /// Rows taken and not written.
    pub(super) fn pending(&self) -> usize {
        self.rows.len() / self.width
    }

    /// The values taken and not written.
    pub(super) fn waiting(&self) -> &[T] {
        &self.rows
    }

    /// Writes values over some of those that are there, from row `first` on.
    pub(super) fn overwrite(&self, first: usize, values: &[T]) -> hdf5_metno::Result<()> {
        raw::write_rows(&self.dataset, first, values)
    }

    /// Writes the pending rows, the first of them as row `first`.
    pub(super) fn write(&mut self, first: usize) -> hdf5_metno::Result<()> {
        if !self.rows.is_empty() {
            raw::write_rows(&self.dataset, first, &self.rows)?;
            self.rows.clear();
        }
        Ok(())
    }

    /// Makes room for `rows` rows, or cuts off what is behind them.
    pub(super) fn resize(&self, rows: usize) -> hdf5_metno::Result<()> {
        let mut shape = self.dataset.shape();
        if let Some(first) = shape.first_mut() {
            *first = rows;
        }
        self.dataset.resize(shape)
    }

    /// All values written so far.
    pub(super) fn read(&self) -> hdf5_metno::Result<Vec<T>> {
        self.dataset.read_raw()
    }
}
