//! The rows of a result by their places in its file: read past HDF5, from any thread, also while the file grows.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use aureole_core::dtype::Dtype;
use bytemuck::Pod;
use hdf5_metno::Dataset;
use hdf5_metno::dataset::Layout;

use crate::hdf5::raw;

/// Most rows, and most elements of a row, that are believed: what a file claims is no reason to allocate.
const MOST_ROWS: usize = 1 << 25;
const MOST_WIDTH: usize = 1 << 24;

/// An element of a stored row.
pub trait Element: Pod + hdf5_metno::H5Type {
    /// Its type in a stack.
    const DTYPE: Dtype;
    /// What a row holds that was never written.
    const BLANK: Self;
}

impl Element for f32 {
    const DTYPE: Dtype = Dtype::F32;
    const BLANK: f32 = f32::NAN;
}

impl Element for u8 {
    const DTYPE: Dtype = Dtype::U8;
    const BLANK: u8 = 0;
}

/// The rows of one dataset.
#[derive(Clone, Debug)]
pub struct StoredRows<T> {
    rows: usize,
    width: usize,
    place: Place,
    element: std::marker::PhantomData<T>,
}

/// Where rows are.
#[derive(Clone, Debug)]
enum Place {
    /// In chunks of whole rows, by the chunk's number; those never written are not in the list.
    Chunks { file: Arc<File>, rows_a_chunk: usize, chunks: Arc<Vec<(u64, u64)>> },
    /// One behind the other.
    Contiguous { file: Arc<File>, address: u64 },
    /// Where HDF5 alone finds them: compressed, of another type, or in other files.
    Library { file: PathBuf, path: String, shape: Vec<usize> },
}

impl<T: Element> StoredRows<T> {
    /// Of a dataset of `path`, open as `file`, with one row a frame.
    ///
    /// # Errors
    /// When it claims more than can be, or its chunks cannot be listed.
    pub(super) fn of(dataset: &Dataset, file: &Arc<File>, path: &Path) -> Result<StoredRows<T>, String> {
        let shape = dataset.shape();
        let rows = shape.first().copied().unwrap_or(0);
        let width = shape.iter().skip(1).try_fold(1usize, |width, length| width.checked_mul(*length));
        let width = width.filter(|width| *width <= MOST_WIDTH && rows <= MOST_ROWS && *width > 0);
        let width =
            width.ok_or_else(|| format!("{} has a shape of {shape:?}, too large to be shown", dataset.name()))?;
        let place = plain::<T>(dataset, file, &shape)?;
        let place = place.unwrap_or_else(|| Place::Library { file: path.to_owned(), path: dataset.name(), shape });
        Ok(StoredRows { rows, width, place, element: std::marker::PhantomData })
    }

    /// Rows that have their place, whether written or not.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Elements of a row.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// Reads whole rows from row `first` on, as many as `out` holds.
    ///
    /// # Errors
    /// When they are not all there, or cannot be read.
    pub fn read(&self, first: usize, out: &mut [T]) -> Result<(), String> {
        let count = out.len() / self.width;
        if count * self.width != out.len() || first.checked_add(count).is_none_or(|end| end > self.rows) {
            return Err(format!("rows {first}.. of {} are not there", self.rows));
        }
        match &self.place {
            Place::Library { file, path, shape } => library(file, path, shape, first, out),
            Place::Contiguous { file, address } => {
                fill(file, *address + self.bytes(first * self.width), bytemuck::cast_slice_mut(out))
            }
            Place::Chunks { rows_a_chunk, .. } => {
                let (mut row, mut rest) = (first, out);
                while !rest.is_empty() {
                    let here = (rows_a_chunk - row % rows_a_chunk).min(rest.len() / self.width);
                    let (part, behind) = rest.split_at_mut(here * self.width);
                    self.piece(row, 0, part)?;
                    (row, rest) = (row + here, behind);
                }
                Ok(())
            }
        }
    }

    /// Reads elements `start..` of one row, as many as `out` holds.
    ///
    /// # Errors
    /// As of [`StoredRows::read`].
    pub fn read_part(&self, row: usize, start: usize, out: &mut [T]) -> Result<(), String> {
        if row >= self.rows || start.checked_add(out.len()).is_none_or(|end| end > self.width) {
            return Err(format!("row {row} of {} is not there", self.rows));
        }
        match &self.place {
            Place::Chunks { .. } => self.piece(row, start, out),
            Place::Contiguous { file, address } => {
                fill(file, *address + self.bytes(row * self.width + start), bytemuck::cast_slice_mut(out))
            }
            Place::Library { .. } => {
                let mut whole = vec![T::BLANK; self.width];
                self.read(row, &mut whole)?;
                out.copy_from_slice(&whole[start..start + out.len()]);
                Ok(())
            }
        }
    }

    /// Reads what lies within one chunk.
    fn piece(&self, row: usize, start: usize, out: &mut [T]) -> Result<(), String> {
        let Place::Chunks { file, rows_a_chunk, chunks } = &self.place else { return Err("no chunks".into()) };
        let number = (row / rows_a_chunk) as u64;
        let own = chunks.get(row / rows_a_chunk).filter(|chunk| chunk.0 == number);
        let found = own.or_else(|| chunks.binary_search_by_key(&number, |chunk| chunk.0).ok().map(|at| &chunks[at]));
        match found {
            Some((_, address)) => {
                let inside = self.bytes(row % rows_a_chunk * self.width + start);
                fill(file, address.saturating_add(inside), bytemuck::cast_slice_mut(out))
            }
            None => {
                out.fill(T::BLANK);
                Ok(())
            }
        }
    }

    fn bytes(&self, elements: usize) -> u64 {
        (elements * size_of::<T>()) as u64
    }
}

/// The place of rows that are stored as they are in memory; `None` where only HDF5 can read them.
fn plain<T: Element>(dataset: &Dataset, file: &Arc<File>, shape: &[usize]) -> Result<Option<Place>, String> {
    let same = dataset.dtype().is_ok_and(|dtype| dtype.is::<T>()) && dataset.filters().is_empty();
    match dataset.layout() {
        Layout::Contiguous if same => {
            Ok(dataset.offset().map(|address| Place::Contiguous { file: Arc::clone(file), address }))
        }
        Layout::Chunked if same => {
            let dims = dataset.chunk().unwrap_or_default();
            if dims.get(1..) != shape.get(1..) || dims.first().is_none_or(|rows| *rows == 0) {
                return Ok(None);
            }
            let (rows_a_chunk, mut chunks) = (dims[0], Vec::new());
            let visited = dataset.chunks_visit(|chunk| {
                if chunk.addr != u64::MAX {
                    chunks.push((chunk.offset[0] / rows_a_chunk as u64, chunk.addr));
                }
                0
            });
            visited.map_err(|error| format!("the chunks of {} cannot be listed ({error})", dataset.name()))?;
            chunks.sort_unstable();
            Ok(Some(Place::Chunks { file: Arc::clone(file), rows_a_chunk, chunks: Arc::new(chunks) }))
        }
        _ => Ok(None),
    }
}

fn fill(file: &File, address: u64, out: &mut [u8]) -> Result<(), String> {
    file.read_exact_at(out, address).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => "the file ends before these rows".into(),
        _ => format!("the file cannot be read ({error})"),
    })
}

/// Rows through the library, from the file opened anew.
fn library<T: Element>(file: &Path, path: &str, shape: &[usize], first: usize, out: &mut [T]) -> Result<(), String> {
    let fail = |error: hdf5_metno::Error| format!("{path} cannot be read ({error})");
    let dataset = super::look::open(file).and_then(|file| file.dataset(path)).map_err(fail)?;
    let width: usize = shape.iter().skip(1).product();
    let mut start = vec![0; shape.len()];
    let mut block = shape.to_vec();
    (start[0], block[0]) = (first, out.len() / width);
    raw::read_block(&dataset, &start, &block, T::DTYPE, bytemuck::cast_slice_mut(out)).map_err(fail)
}
