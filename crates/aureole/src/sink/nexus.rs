//! The NeXus file, streamed: created with all that is known beforehand, then a row a frame.
//!
//! ```text
//! /entry                NXentry, @default = data: title, start_time, end_time
//!   data                NXdata, @signal = I, @axes = [., radial_axis] or [., azimuthal_axis, radial_axis]; one a recipe,
//!                       of its name
//!     I, I_errors       float32 (frames, bins), of cakes (frames, azimuthal, radial); NaN where a frame failed
//!     radial_axis       float64 (bins), with radial_axis_edges (bins + 1)
//!     azimuthal_axis    the same, of cakes
//!     norm, count       float64 (bins): the plan's constants
//!     norm_per_frame, count_per_frame    float64 (frames, bins), once a frame masks pixels of its own
//!     signal, variance  float64 (frames, bins), when asked for
//!   images              NXdata, when asked for: sum int64; mean, max, variance float64; count uint32 (rows, columns)
//!   map, pyFAI          the map on which the frames lie, see `map.rs`
//!   frames              status: 0 not done, 1 done, 2 failed; reason; image_id of frames from a stream
//!   reduction           NXprocess: program, version, date, layout, device, mode, job, SHA-256 of files, sources
//! ```
//! Rows are kept back for a fifth of a second at most, and then written and flushed. The space of the next rows is
//! allocated ahead, filled with NaN: rows then change data only and not the file's structure, so that a
//! program killed at any time leaves a file that opens, and others read it while it grows.

mod column;
mod description;
mod grid;
mod images;
mod layout;
mod map;
mod own;
pub mod parts;
mod rows;

use std::ops::{ControlFlow, Range};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use aureole_core::images::{StackImage, StackImages};
use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Rows, Sink, SinkError, Summary, failure};
use hdf5_metno::file::LibraryVersion;
use hdf5_metno::{Dataset, File};

use super::clock;
use crate::hdf5::attributes::unicode;
use crate::hdf5::raw;
use column::Column;
use parts::Parts;
use rows::RecipeRows;

pub use description::{Axis, Corrections, Description, Numbers, Provenance, RecipeDescription, check_name};
pub use map::{Map, MapAxis};

/// Rows are kept back for no longer than this.
const PATIENCE: Duration = Duration::from_millis(200);

/// Status of a frame in the file.
const DONE: u8 = 1;
const FAILED: u8 = 2;

/// Writes patterns to a NeXus file.
pub struct NexusSink {
    path: PathBuf,
    file: File,
    description: Description,
    columns: Columns,
    /// Where the rows are, if not in this file.
    parts: Option<Parts>,
    /// The row behind the last one taken.
    next: usize,
    /// Rows that have their place in the file.
    allocated: usize,
    /// Rows after which they are written.
    rows_a_chunk: usize,
    written: Instant,
    open: bool,
}

/// The datasets with one row a frame.
struct Columns {
    recipes: Vec<RecipeRows>,
    status: Column<u8>,
    reason: Dataset,
    /// Of frames that have numbers of their own.
    image_id: Option<Column<i64>>,
}

/// A name in the same folder for a file that is to replace `path`, hidden and of this process alone.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!(".{name}.{}", std::process::id()))
}

impl NexusSink {
    /// Creates the file; with `force` it replaces one that exists.
    ///
    /// # Errors
    /// When the file exists and `force` is not given, cannot be created, or the disk is full.
    pub fn create(path: &Path, description: Description, force: bool) -> Result<NexusSink, SinkError> {
        NexusSink::build(path, description, force, None)
    }

    /// The same for rows that others write, a file for each of the ranges in the [`parts::folder`] of the file: patterns pushed
    /// then need no numbers.
    ///
    /// # Errors
    /// As of [`NexusSink::create`]; when there are too many ranges, or the folder cannot be made.
    pub fn create_over_parts(
        path: &Path,
        description: Description,
        force: bool,
        ranges: Vec<Range<usize>>,
    ) -> Result<NexusSink, SinkError> {
        let fail = |why: String| SinkError(format!("{} cannot be created ({why})", path.display()));
        if ranges.len() > parts::MOST {
            let (parts, most) = (ranges.len(), parts::MOST);
            return Err(fail(format!("{parts} parts, where {most} are possible; give a larger --range")));
        }
        let folder = parts::folder(path);
        if folder.exists() && !force {
            return Err(fail(format!("{} exists; it is not replaced unless forced", folder.display())));
        }
        parts::clear(&folder).map_err(|error| fail(format!("{}: {error}", folder.display())))?;
        let parts = Parts::new(path, &description, ranges);
        NexusSink::build(path, description, force, Some(parts))
    }

    fn build(path: &Path, description: Description, force: bool, parts: Option<Parts>) -> Result<NexusSink, SinkError> {
        description.check().map_err(|why| SinkError(format!("{}: {why}", path.display())))?;
        if path.exists() && !force {
            return Err(SinkError(format!("{} exists; it is not replaced unless forced", path.display())));
        }
        let fail = |error: hdf5_metno::Error| SinkError(format!("{} cannot be created ({error})", path.display()));
        // Without locks, others may open the file while it grows. Later formats than that of HDF5 1.8 mark an open file,
        // and one that was never closed would not open again. Virtual datasets are of HDF5 1.10, without such a mark.
        let virtual_rows = description.map.is_some() || parts.is_some();
        let newest = if virtual_rows { LibraryVersion::V110 } else { LibraryVersion::V18 };
        let mut options = File::with_options();
        options.with_fapl(|access| access.file_locking(false).libver_bounds(LibraryVersion::V18, newest));
        // What is to be replaced stays until the new file is there, with room for its first rows.
        let place = if path.exists() { beside(path) } else { path.to_owned() };
        let file = options.create_excl(&place).map_err(fail)?;
        let allocated = description.rows_ahead().min(description.frames);
        let built = layout::build(&file, &description, allocated, parts.as_ref()).and_then(|columns| {
            if let Some(map) = &description.map {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                map::build(&file, &description, map, folder)?;
            }
            file.flush()?;
            std::fs::rename(&place, path).map_err(|error| error.to_string())?;
            Ok(columns)
        });
        let columns = built.map_err(|error| {
            // Nothing of worth is in it, and it would be in the way of the next try.
            let _ = std::fs::remove_file(&place);
            fail(error)
        })?;
        // As many as the smallest chunk has, so that no more than that of a cake is kept back.
        let chunks = description.recipes.iter().map(|recipe| recipe.rows_a_chunk(description.frames));
        let rows_a_chunk = chunks.min().unwrap_or(1);
        let (path, written) = (path.to_owned(), Instant::now());
        Ok(NexusSink { path, file, description, columns, parts, next: 0, allocated, rows_a_chunk, written, open: true })
    }

    /// Writes what is left, the time and what the run did, and closes the file. Rows never pushed are not in it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, summary: &Summary) -> Result<(), SinkError> {
        self.open = false;
        // Virtual datasets lead to all their rows, whether they were written or not.
        let all = self.description.map.is_some() || self.parts.is_some();
        let rows = if all { self.description.frames } else { self.next };
        let finished = self.write_rows().and_then(|()| self.resize(rows)).and_then(|()| {
            layout::finish(&self.file, &clock::now(), summary)?;
            self.parts.as_ref().map_or(Ok(()), |parts| parts.finish(&self.file, &self.description))?;
            self.file.flush()
        });
        finished.map_err(|error| self.fail(&error))
    }

    /// Writes images of the whole stack, of `shape` (rows, columns): once, after the last pattern.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn write_images(
        &mut self,
        shape: (usize, usize),
        asked: &[StackImage],
        images: &StackImages,
    ) -> Result<(), SinkError> {
        images::write(&self.file, shape, asked, images).map_err(|error| self.fail(&error))
    }

    fn fail(&self, error: &hdf5_metno::Error) -> SinkError {
        SinkError(format!("{} cannot be written ({error})", self.path.display()))
    }

    /// Takes the patterns of one frame into the buffers.
    fn take(&mut self, row: usize, patterns: &[Pattern]) -> hdf5_metno::Result<()> {
        let Columns { recipes, status, reason, image_id } = &mut self.columns;
        let written = row - status.pending();
        for (recipe, pattern) in recipes.iter_mut().zip(patterns) {
            recipe.take(pattern, status, self.allocated, written)?;
        }
        let failed = failure(patterns);
        if let Some(parts) = &mut self.parts {
            parts.note(row, patterns, if failed.is_some() { FAILED } else { DONE });
        }
        if let Some(why) = failed {
            raw::write_rows(reason, row, &[unicode(why)])?;
        }
        if let Some((column, numbers)) = image_id.as_mut().zip(self.description.numbers.as_ref()) {
            column.take(&[numbers.of(self.description.first_frame + row)], false, -1)?;
        }
        status.take(&[if failed.is_some() { FAILED } else { DONE }], false, 0)
    }

    /// Writes the rows kept back, and makes sure that they can be read.
    fn write_rows(&mut self) -> hdf5_metno::Result<()> {
        let first = self.next - self.columns.status.pending();
        self.columns.recipes.iter_mut().try_for_each(|recipe| recipe.write(first))?;
        self.columns.image_id.as_mut().map_or(Ok(()), |column| column.write(first))?;
        // Last, so that a row said to be done is there.
        self.columns.status.write(first)?;
        self.written = Instant::now();
        self.file.flush()
    }

    fn resize(&mut self, rows: usize) -> hdf5_metno::Result<()> {
        self.columns.recipes.iter().try_for_each(|recipe| recipe.resize(rows))?;
        self.columns.status.resize(rows)?;
        self.columns.image_id.as_ref().map_or(Ok(()), |column| column.resize(rows))?;
        self.columns.reason.resize([rows])?;
        self.allocated = rows;
        self.file.flush()
    }

    fn push_rows(&mut self, row: usize, rows: &Rows<'_>) -> hdf5_metno::Result<()> {
        if row != self.next {
            self.write_rows()?;
            self.next = row;
        }
        for (_, patterns) in rows.iter() {
            if self.next >= self.allocated {
                let ahead = self.next + self.description.rows_ahead();
                self.resize(ahead.min(self.description.frames))?;
            }
            self.take(self.next, patterns)?;
            self.next += 1;
            if self.next.is_multiple_of(self.rows_a_chunk) || self.written.elapsed() > PATIENCE {
                self.write_rows()?;
            }
        }
        Ok(())
    }
}

impl Sink for NexusSink {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        let (here, there) = (self.description.recipes.len(), rows.recipes);
        if here != there {
            let path = self.path.display();
            return Err(SinkError(format!("patterns of {there} recipes do not belong to {path}, made for {here}")));
        }
        let start = self.description.first_frame;
        let row = rows.first.checked_sub(start).filter(|row| row + rows.frames() <= self.description.frames);
        let row = row.ok_or_else(|| {
            let (first, last) = (rows.first, rows.first + rows.frames());
            let end = start + self.description.frames;
            SinkError(format!(
                "frames {first}..{last} do not belong to {}, made for {start}..{end}",
                self.path.display()
            ))
        })?;
        self.push_rows(row, rows).map_err(|error| self.fail(&error))?;
        Ok(ControlFlow::Continue(()))
    }

    fn flush(&mut self) -> Result<(), SinkError> {
        self.write_rows().map_err(|error| self.fail(&error))
    }

    fn wants_sums(&self) -> bool {
        self.description.sums
    }
}

impl Drop for NexusSink {
    /// A run that ends early keeps what was pushed.
    fn drop(&mut self) {
        if self.open {
            let _ = self.write_rows();
        }
    }
}
