//! A result whose rows are in files of their own, one for each range of frames, written by whoever integrated it: the datasets with
//! a row a frame are virtual and lead there. Only the status of the frames is in the result itself, so that nobody's
//! patterns pass through one process.
//!
//! A part that is not there, or not yet, reads as NaN, so that the result can be made first and opens at any time. Each part is a
//! result that opens alone.

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};

use aureole_core::pattern::Pattern;
use hdf5_metno::plist::dataset_create::Layout;
use hdf5_metno::types::OwnedDynValue;
use hdf5_metno::{Dataset, Extent, File, Group, H5Type, Hyperslab, SliceOrIndex};

use super::{DONE, Description, RecipeDescription, azint};
use crate::hdf5::attributes::put;
use crate::hdf5::raw;

type Result<T> = hdf5_metno::Result<T>;

/// Parts at most: each takes some 20 KB of memory for each of the datasets while the result is made.
pub const MOST: usize = 20_000;

/// Name in the folder of the file with the plan's constants.
const CONSTANTS: &str = "constants.h5";

/// The folder of the parts of a result: `scan.parts` beside `scan.h5`.
#[must_use]
pub fn folder(result: &Path) -> PathBuf {
    result.with_extension("parts")
}

/// The file of a range in the folder.
#[must_use]
pub fn file(folder: &Path, frames: &Range<usize>) -> PathBuf {
    folder.join(format!("{:09}-{:09}.h5", frames.start, frames.end))
}

/// Makes the folder, empty of parts. Other files in it are left alone.
///
/// # Errors
/// When it cannot be made or emptied.
pub(super) fn clear(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_part = name.strip_suffix(".h5").and_then(|name| name.split_once('-')).is_some_and(|(from, to)| {
            [from, to].iter().all(|number| number.len() >= 9 && number.bytes().all(|byte| byte.is_ascii_digit()))
        });
        if is_part || name == CONSTANTS {
            std::fs::remove_file(folder.join(name))?;
        }
    }
    Ok(())
}

/// The parts of a result.
pub(super) struct Parts {
    folder: PathBuf,
    /// The folder's name, as virtual datasets find it beside the result.
    name: String,
    ranges: Vec<Range<usize>>,
    first_frame: usize,
    /// Of each recipe, the rows of frames that mask pixels of their own.
    own: Vec<BTreeSet<usize>>,
    status: Vec<u8>,
}

impl Parts {
    pub(super) fn new(result: &Path, description: &Description, ranges: Vec<Range<usize>>) -> Parts {
        let folder = folder(result);
        let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let own = vec![BTreeSet::new(); description.recipes.len()];
        let status = vec![0; description.frames];
        Parts { folder, name, ranges, first_frame: description.first_frame, own, status }
    }

    /// Notes what a part says of a frame.
    pub(super) fn note(&mut self, row: usize, patterns: &[Pattern], status: u8) {
        if let Some(known) = self.status.get_mut(row) {
            *known = status;
        }
        for (own, _) in self.own.iter_mut().zip(patterns).filter(|(_, pattern)| pattern.own.is_some()) {
            own.insert(row);
        }
    }

    /// Creates the virtual datasets of a recipe in its group.
    pub(super) fn create(&self, data: &Group, recipe: &RecipeDescription, sums: bool) -> Result<()> {
        let whole = |dataset: &str| self.whole(recipe, dataset);
        let intensity = self.dataset(data, recipe, "I", f32::NAN, whole("I"))?;
        azint::intensity(&intensity)?;
        put(&intensity, "interpretation", recipe.interpretation())?;
        if let Some(kind) = &recipe.errors {
            let errors = self.dataset(data, recipe, "I_errors", f32::NAN, whole("I_errors"))?;
            azint::errors(&errors, kind)?;
        }
        let variance = recipe.errors.as_ref().map(|_| "variance");
        for name in ["signal"].into_iter().chain(variance).filter(|_| sums) {
            self.dataset(data, recipe, name, f64::NAN, whole(name))?;
        }
        Ok(())
    }

    /// Writes what is known in the end: the constants of each frame, where some mask pixels of their own.
    pub(super) fn finish(&self, file: &File, description: &Description) -> Result<()> {
        for (recipe, own) in description.recipes.iter().zip(&self.own).filter(|(_, own)| !own.is_empty()) {
            let data = file.group(&format!("entry/{}", recipe.name))?;
            self.write_constants(recipe)?;
            for name in ["norm_per_frame", "count_per_frame"] {
                let pieces = self.ranges.iter().flat_map(|range| self.constants_of(range, recipe, name, own));
                self.dataset(&data, recipe, name, f64::NAN, pieces.collect())?;
            }
        }
        Ok(())
    }

    /// The plan's constants once a row, for as many frames as a range has.
    fn write_constants(&self, recipe: &RecipeDescription) -> Result<()> {
        let rows = self.ranges.iter().map(Range::len).max().unwrap_or(0);
        let file = File::append(self.folder.join(CONSTANTS))?;
        let data = file.create_group(&format!("entry/{}", recipe.name))?;
        for (name, values) in [("norm_per_frame", &recipe.norm), ("count_per_frame", &recipe.count)] {
            let shape: Vec<usize> = [rows].into_iter().chain(recipe.dimensions()).collect();
            let chunk: Vec<usize> = [1].into_iter().chain(recipe.dimensions()).collect();
            let dataset = data.new_dataset::<f64>().shape(shape).chunk(chunk).create(name)?;
            (0..rows).try_for_each(|row| raw::write_rows(&dataset, row, values))?;
        }
        Ok(())
    }

    /// Where a dataset is in all parts.
    fn whole(&self, recipe: &RecipeDescription, dataset: &str) -> Vec<Piece> {
        self.ranges.iter().map(|range| self.part(range, recipe, dataset)).collect()
    }

    fn part(&self, range: &Range<usize>, recipe: &RecipeDescription, dataset: &str) -> Piece {
        let file = file(Path::new(&self.name), range).display().to_string();
        let from = range.start - self.first_frame;
        Piece { file, path: format!("/entry/{}/{dataset}", recipe.name), rows: range.len(), from, count: range.len() }
    }

    /// Where the constants of a range's frames are: in its part if any of them has its own; else the plan's, for frames that were
    /// integrated.
    fn constants_of(
        &self,
        range: &Range<usize>,
        recipe: &RecipeDescription,
        dataset: &str,
        own: &BTreeSet<usize>,
    ) -> Vec<Piece> {
        let rows = range.start - self.first_frame..range.end - self.first_frame;
        let part = self.part(range, recipe, dataset);
        if own.range(rows.clone()).next().is_some() {
            return vec![part];
        }
        let longest = self.ranges.iter().map(Range::len).max().unwrap_or(0);
        let mut pieces: Vec<Piece> = Vec::new();
        for row in rows.filter(|row| self.status[*row] == DONE) {
            match pieces.last_mut().filter(|piece| piece.from + piece.count == row) {
                Some(piece) => piece.count += 1,
                None => pieces.push(Piece {
                    file: format!("{}/{CONSTANTS}", self.name),
                    path: part.path.clone(),
                    rows: longest,
                    from: row,
                    count: 1,
                }),
            }
        }
        pieces
    }

    fn dataset<T: H5Type + Into<OwnedDynValue>>(
        &self,
        data: &Group,
        recipe: &RecipeDescription,
        name: &str,
        fill: T,
        pieces: Vec<Piece>,
    ) -> Result<Dataset> {
        let bins = recipe.dimensions();
        let with_rows = |rows: usize| [rows].into_iter().chain(bins.iter().copied()).collect::<Vec<usize>>();
        let slab = |from: usize, count: usize| {
            let all = bins.iter().map(|bins| SliceOrIndex::from(0..*bins));
            Hyperslab::from([SliceOrIndex::from(from..from + count)].into_iter().chain(all).collect::<Vec<_>>())
        };
        let shape = with_rows(self.status.len());
        let mut builder = data.new_dataset::<T>().shape(shape.clone()).layout(Layout::Virtual).fill_value(fill);
        for Piece { file, path, rows, from, count } in pieces {
            let source: Vec<Extent> = with_rows(rows).into_iter().map(Extent::from).collect();
            builder = builder.virtual_map(&file, &path, source, slab(0, count), shape.clone(), slab(from, count));
        }
        builder.create(name)
    }
}

/// Consecutive rows of a dataset, which begin with the first row of a file.
struct Piece {
    file: String,
    path: String,
    /// Rows in the file.
    rows: usize,
    /// The first row of the result, and how many.
    from: usize,
    count: usize,
}
