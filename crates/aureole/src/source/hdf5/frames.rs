//! A dataset seen as frames: the last two dimensions are rows and columns, all others count frames.

use aureole_codec::ChunkFormat;
use aureole_core::dtype::Dtype;
use aureole_core::pipeline::StackSpec;
use hdf5_metno::Dataset;

use crate::hdf5::Hdf5Error;
use crate::hdf5::element::{Element, element};
use crate::hdf5::place::Place;

/// Most frames of which a table is kept, where HDF5 does not say how many there really are.
pub(super) const LONGEST_TABLE: usize = 1 << 24;

/// The frames of a dataset.
pub(super) struct Frames {
    pub(super) dataset: Dataset,
    /// The dimensions before rows and columns.
    pub(super) leading: Vec<usize>,
    /// Their product; 1 for a dataset of two dimensions.
    pub(super) count: usize,
    /// Rows and columns.
    pub(super) shape: (usize, usize),
    pub(super) dtype: Dtype,
    /// True when stored elements are as in memory.
    pub(super) native: bool,
    /// True when they are, in the other byte order.
    pub(super) reversed: bool,
}

impl Frames {
    /// The frames of the dataset at a place.
    ///
    /// # Errors
    /// When it is a group, has fewer than two dimensions, has empty frames or does not hold numbers.
    pub(super) fn of(place: &Place) -> Result<Frames, Hdf5Error> {
        let Some(dataset) = place.dataset() else { return Err(place.fail("a group, not a dataset")) };
        Frames::of_dataset(dataset, &|reason| place.fail(reason))
    }

    /// The frames of a dataset, about which `fail` makes errors.
    ///
    /// # Errors
    /// As of [`Frames::of`].
    pub(super) fn of_dataset(dataset: &Dataset, fail: &dyn Fn(String) -> Hdf5Error) -> Result<Frames, Hdf5Error> {
        let full = dataset.shape();
        let Some((leading, &[rows, columns])) = full.split_last_chunk::<2>() else {
            return Err(fail(format!("shape {full:?}; a stack has rows, columns and, before them, frames")));
        };
        let product = full.iter().try_fold(8usize, |product, length| product.checked_mul(*length));
        if rows == 0 || columns == 0 || product.is_none() {
            return Err(fail(format!("shape {full:?}, which holds no frames that can be read")));
        }
        let datatype = dataset.dtype().map_err(|error| fail(format!("its type cannot be read ({error})")))?;
        let element = element(&datatype).and_then(|element| match element.boolean {
            true => Err("bool".into()),
            false => Ok(element),
        });
        let element = element.map_err(|name| {
            fail(format!("elements of type {name}; integers of 8 to 64 bits, float32 and float64 can be integrated"))
        })?;
        let (leading, count, dataset) = (leading.to_vec(), leading.iter().product(), dataset.clone());
        let Element { dtype, native, reversed, .. } = element;
        Ok(Frames { dataset, leading, count, shape: (rows, columns), dtype, native, reversed })
    }

    /// Refuses more frames than a table should be made of on the word of a file.
    ///
    /// # Errors
    /// Says how many are allowed.
    pub(super) fn check_count(&self, place: &Place) -> Result<(), Hdf5Error> {
        if self.count > LONGEST_TABLE {
            let reason = format!("{} frames; stored in this way, at most {LONGEST_TABLE} can be read", self.count);
            return Err(place.fail(reason));
        }
        Ok(())
    }

    /// Elements of a frame.
    pub(super) fn elems(&self) -> usize {
        self.shape.0 * self.shape.1
    }

    /// Bytes of a decoded frame.
    pub(super) fn bytes(&self) -> usize {
        self.elems() * self.dtype.size()
    }

    /// The frame that the element at `offset` (one value a dimension) is in; `None` outside the dataset.
    pub(super) fn number(&self, offset: &[u64]) -> Option<usize> {
        self.leading.iter().zip(offset).try_fold(0, |number, (length, at)| {
            let at = usize::try_from(*at).ok().filter(|at| at < length)?;
            Some(number * length + at)
        })
    }

    /// What a source of these frames says of itself when it hands them out in `format`.
    pub(super) fn spec(&self, format: ChunkFormat) -> StackSpec {
        StackSpec { frames: self.count, shape: self.shape, dtype: self.dtype, format }
    }

    /// The format of frames that are not encoded.
    ///
    /// # Errors
    /// Never for the sizes that [`Dtype`] has.
    pub(super) fn raw_format(&self, place: &Place) -> Result<ChunkFormat, Hdf5Error> {
        ChunkFormat::new(Vec::new(), self.dtype.size(), self.elems()).map_err(|error| place.fail(error.to_string()))
    }
}

/// The position of a frame in the leading dimensions, none of which is 0.
pub(super) fn position(leading: &[usize], frame: usize) -> Vec<usize> {
    let mut rest = frame;
    let mut position: Vec<usize> = Vec::with_capacity(leading.len());
    for length in leading.iter().rev() {
        position.push(rest % length);
        rest /= length;
    }
    position.reverse();
    position
}
