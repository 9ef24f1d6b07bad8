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
//! allocated ahead, filled with NaN: rows then change data only and not the file's structure, so that others read it while it
//! grows. What does change structure goes through one place (`change.rs`), which a program killed in its middle leaves to be taken
//! back by the next run (`journal.rs`).

mod azint;
mod begun;
mod change;
mod column;
mod description;
mod grid;
mod images;
pub mod journal;
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
use aureole_core::pipeline::{Rows, Sink, SinkError, failure};
use hdf5_metno::file::{FileBuilder, LibraryVersion};
use hdf5_metno::{Dataset, File};
use rustix::fs::{CWD, RenameFlags, renameat_with};
use rustix::io::Errno;

use super::clock;
use crate::hdf5::attributes::unicode;
use crate::hdf5::raw;
use column::Column;
use journal::Journal;
use parts::Parts;
use rows::RecipeRows;

pub use begun::{Begun, check_constants};
pub use description::{Axis, Beamline, Corrections, Description, Numbers, Provenance, RecipeDescription, check_name};
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
    /// The row behind all that were ever taken, by earlier runs, too.
    end: usize,
    /// Rows that have their place in the file.
    allocated: usize,
    /// Rows after which they are written.
    rows_a_chunk: usize,
    written: Instant,
    open: bool,
    /// What takes a change back that is not ended. Behind the file, which must be closed by then; `None` for a file that nobody
    /// goes on with.
    journal: Option<Journal>,
}

/// The datasets with one row a frame.
struct Columns {
    recipes: Vec<RecipeRows>,
    status: Column<u8>,
    reason: Dataset,
    /// Rows and reasons of failed frames that are not in the file yet.
    reasons: Vec<(usize, String)>,
    /// Of frames that have numbers of their own.
    image_id: Option<Column<i64>>,
}

/// How a file is made.
#[derive(Default)]
struct Made {
    /// It may replace one that is there.
    force: bool,
    /// Where its rows are, if not in it.
    parts: Option<Parts>,
    /// Nobody goes on with it.
    alone: bool,
}

/// A name in the same folder for a file that is to become `path`, hidden. Where no journal keeps others away it is of this process.
fn beside(path: &Path, alone: bool) -> PathBuf {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let suffix = if alone { std::process::id().to_string() } else { "new".into() };
    path.with_file_name(format!(".{name}.{suffix}"))
}

/// Says so where a name is a symbolic link: what it leads to was not named, and is not to be written.
///
/// # Errors
/// The sentence.
pub fn refuse_link(path: &Path) -> Result<(), String> {
    match std::fs::read_link(path) {
        Ok(target) => Err(format!(
            "{} is a symbolic link to {}; results are not written through links, so name the file itself",
            path.display(),
            target.display()
        )),
        Err(_) => Ok(()),
    }
}

impl NexusSink {
    /// Creates the file; with `force` it replaces one that exists.
    ///
    /// # Errors
    /// When the file exists and `force` is not given, cannot be created, or the disk is full.
    pub fn create(path: &Path, description: Description, force: bool) -> Result<NexusSink, SinkError> {
        NexusSink::build(path, description, Made { force, ..Made::default() })
    }

    /// The same for a file that nobody goes on with, should the run be killed: it has no journal.
    pub(crate) fn create_alone(path: &Path, description: Description) -> Result<NexusSink, SinkError> {
        NexusSink::build(path, description, Made { force: true, alone: true, ..Made::default() })
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
        let parts = Some(Parts::new(path, &description, ranges));
        NexusSink::build(path, description, Made { force, parts, alone: false })
    }

    fn build(path: &Path, description: Description, made: Made) -> Result<NexusSink, SinkError> {
        let Made { force, parts, alone } = made;
        let fail = |why: &str| SinkError(format!("{} cannot be created ({why})", path.display()));
        description.check().map_err(|why| SinkError(format!("{}: {why}", path.display())))?;
        refuse_link(path).map_err(SinkError)?;
        if path.exists() && !force {
            return Err(SinkError(format!("{} exists; it is not replaced unless forced", path.display())));
        }
        let mut journal = if alone { None } else { Some(Journal::lock(path).map_err(|why| fail(&why))?) };
        // What is to be replaced stays until the new file is there, with room for its first rows; and a name never leads to half a file.
        let place = beside(path, alone);
        if !alone {
            // Left there by a run that was killed.
            let _ = std::fs::remove_file(&place);
        }
        let virtual_rows = description.map.is_some() || parts.is_some();
        let file = options(virtual_rows).create_excl(&place).map_err(|error| fail(&error.to_string()))?;
        let allocated = description.rows_ahead().min(description.frames);
        let built = layout::build(&file, &description, allocated, parts.as_ref()).and_then(|columns| {
            if let Some(map) = &description.map {
                let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                map::build(&file, &description, map, folder)?;
            }
            file.flush()?;
            if let Some(journal) = &mut journal {
                let same = std::fs::File::options().read(true).write(true).open(&place);
                journal.attach(same.map_err(|error| error.to_string())?);
                journal.forget().map_err(|error| error.to_string())?;
            }
            appear(&place, path, force).map_err(|error| error.to_string())?;
            Ok(columns)
        });
        let columns = built.map_err(|error| {
            // Nothing of worth is in it, and it would be in the way of the next try.
            let _ = std::fs::remove_file(&place);
            fail(&error.to_string())
        })?;
        Ok(NexusSink::of(path, file, description, columns, parts, journal))
    }

    /// A sink over datasets that are there, with nothing taken yet.
    fn of(
        path: &Path,
        file: File,
        description: Description,
        columns: Columns,
        parts: Option<Parts>,
        journal: Option<Journal>,
    ) -> NexusSink {
        // As many as the smallest chunk has, so that no more than that of a cake is kept back.
        let chunks = description.recipes.iter().map(|recipe| recipe.rows_a_chunk(description.frames));
        let rows_a_chunk = chunks.min().unwrap_or(1);
        let (path, allocated, written) = (path.to_owned(), columns.status.allocated(), Instant::now());
        let (next, end, open) = (0, 0, true);
        NexusSink {
            path,
            file,
            description,
            columns,
            parts,
            next,
            end,
            allocated,
            rows_a_chunk,
            written,
            open,
            journal,
        }
    }

    /// Writes what is left, the time and how many frames are done, and closes the file. Rows never pushed are not in it.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self) -> Result<(), SinkError> {
        self.open = false;
        // Virtual datasets lead to all their rows, whether they were written or not.
        let all = self.description.map.is_some() || self.parts.is_some();
        let rows = if all { self.description.frames } else { self.end };
        let finished = self.write_rows().and_then(|()| self.cut_off(rows)).and_then(|()| {
            self.change(0, |sink| {
                layout::finish(&sink.file, &clock::now(), &sink.columns.status.read()?)?;
                sink.parts.as_ref().map_or(Ok(()), |parts| parts.finish(&sink.file, &sink.description))
            })
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
        let room = asked.len().saturating_add(1).saturating_mul(8).saturating_mul(shape.0).saturating_mul(shape.1);
        let written = self.change(room, |sink| images::write(&sink.file, shape, asked, images));
        written.map_err(|error| self.fail(&error))
    }

    fn fail(&self, error: &hdf5_metno::Error) -> SinkError {
        SinkError(format!("{} cannot be written ({error})", self.path.display()))
    }

    /// Takes the patterns of one frame into the buffers.
    fn take(&mut self, row: usize, patterns: &[Pattern]) -> hdf5_metno::Result<()> {
        self.begin_own(patterns)?;
        for (recipe, pattern) in self.columns.recipes.iter_mut().zip(patterns) {
            recipe.take(pattern)?;
        }
        let failed = failure(patterns);
        let status = if failed.is_some() { FAILED } else { DONE };
        if let Some(parts) = &mut self.parts {
            parts.note(row, patterns, status);
        }
        self.columns.reasons.extend(failed.map(|why| (row, why.to_owned())));
        if let Some((column, numbers)) = self.columns.image_id.as_mut().zip(self.description.numbers.as_ref()) {
            column.take(&[numbers.of(self.description.first_frame + row)], false, -1)?;
        }
        self.columns.status.take(&[status], false, 0)
    }

    /// Makes the datasets for constants a frame, where a pattern is the first to need them.
    fn begin_own(&mut self, patterns: &[Pattern]) -> hdf5_metno::Result<()> {
        let needed =
            self.columns.recipes.iter().zip(patterns).filter_map(|(recipe, pattern)| recipe.own_bytes(pattern));
        let bytes: usize = needed.sum();
        if bytes == 0 {
            return Ok(());
        }
        self.change(bytes.saturating_mul(self.rows_in_chunks(self.allocated)), |sink| {
            let (columns, allocated) = (&mut sink.columns, sink.allocated);
            let mut each = columns.recipes.iter_mut().zip(patterns);
            each.try_for_each(|(recipe, pattern)| recipe.begin_own(pattern, &columns.status, allocated))
        })
    }

    /// Writes the rows kept back, and makes sure that they can be read.
    fn write_rows(&mut self) -> hdf5_metno::Result<()> {
        if self.is_torn() {
            return Err("an earlier change of it failed".into());
        }
        let first = self.next - self.columns.status.pending();
        self.columns.recipes.iter_mut().try_for_each(|recipe| recipe.write(first))?;
        self.columns.image_id.as_mut().map_or(Ok(()), |column| column.write(first))?;
        self.write_reasons()?;
        // HDF5 writes datasets in an order of its own when a file is flushed: so once before and once behind the status, which says
        // that the row is there.
        self.file.flush()?;
        self.columns.status.write(first)?;
        self.written = Instant::now();
        self.file.flush()
    }

    fn write_reasons(&mut self) -> hdf5_metno::Result<()> {
        if self.columns.reasons.is_empty() {
            return Ok(());
        }
        let bytes = self.columns.reasons.iter().map(|(_, why)| why.len() + 64).sum();
        self.change(bytes, |sink| {
            let (reason, reasons) = (&sink.columns.reason, std::mem::take(&mut sink.columns.reasons));
            reasons.iter().try_for_each(|(row, why)| raw::write_rows(reason, *row, &[unicode(why)]))
        })
    }

    fn resize(&mut self, rows: usize) -> hdf5_metno::Result<()> {
        let row: usize = self.columns.recipes.iter().map(RecipeRows::row_bytes).sum();
        let new = self.rows_in_chunks(rows.saturating_sub(self.allocated));
        self.change(row.saturating_mul(new), |sink| sink.set_rows(rows))
    }

    /// So many rows, up to whole chunks at both ends.
    fn rows_in_chunks(&self, rows: usize) -> usize {
        let longest = self.description.recipes.iter().map(|recipe| recipe.rows_a_chunk(self.description.frames)).max();
        rows.saturating_add(2 * longest.unwrap_or(1))
    }

    fn set_rows(&mut self, rows: usize) -> hdf5_metno::Result<()> {
        self.columns.recipes.iter().try_for_each(|recipe| recipe.resize(rows))?;
        self.columns.status.resize(rows)?;
        self.columns.image_id.as_ref().map_or(Ok(()), |column| column.resize(rows))?;
        self.columns.reason.resize([rows])?;
        self.allocated = rows;
        Ok(())
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
            self.end = self.end.max(self.next);
            if self.next.is_multiple_of(self.rows_a_chunk) || self.written.elapsed() > PATIENCE {
                self.write_rows()?;
            }
        }
        Ok(())
    }
}

/// How result files are opened. Without locks, others may open the file while it grows. Later formats than that of HDF5 1.8 mark an
/// open file, and one that was never closed would not open again. Virtual datasets are of HDF5 1.10, without such a mark.
fn options(virtual_rows: bool) -> FileBuilder {
    let newest = if virtual_rows { LibraryVersion::V110 } else { LibraryVersion::V18 };
    let mut options = File::with_options();
    options.with_fapl(|access| access.file_locking(false).libver_bounds(LibraryVersion::V18, newest));
    options
}

/// Gives a file its name; one that has come there meanwhile is not replaced unless forced.
fn appear(place: &Path, path: &Path, force: bool) -> std::io::Result<()> {
    if !force {
        match renameat_with(CWD, place, CWD, path, RenameFlags::NOREPLACE) {
            // Not all file systems can.
            Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP) => {}
            done => return done.map_err(Into::into),
        }
    }
    std::fs::rename(place, path)
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
