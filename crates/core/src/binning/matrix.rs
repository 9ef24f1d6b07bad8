//! The sparse matrix from pixels to bins.

/// The share that each pixel gives to each bin, one row a pixel (compressed sparse rows).
///
/// Pixels are numbered in the order of the stored frame, the fast axis first. Immutable once built.
#[derive(Clone, Debug, PartialEq)]
pub struct Matrix {
    bins: usize,
    /// `offsets[pixel]..offsets[pixel + 1]` are the entries of a pixel.
    offsets: Vec<u32>,
    bins_of: Vec<u32>,
    shares: Vec<f32>,
    /// One bit a pixel, see [`Matrix::is_whole`].
    whole: Vec<u64>,
}

impl Matrix {
    /// The number of bins.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.bins
    }

    /// The number of pixels, masked ones included (they have no entries).
    #[must_use]
    pub fn pixels(&self) -> usize {
        self.offsets.len() - 1
    }

    /// The number of entries of all pixels.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.bins_of.len()
    }

    /// The bins that a pixel reaches, ascending, and its share (positive) in each.
    ///
    /// # Panics
    /// When there is no such pixel.
    pub fn entries_of(&self, pixel: usize) -> impl Iterator<Item = (u32, f32)> + '_ {
        let range = self.offsets[pixel] as usize..self.offsets[pixel + 1] as usize;
        self.bins_of[range.clone()].iter().copied().zip(self.shares[range].iter().copied())
    }

    /// True when the pixel lies wholly inside the range, so that its shares sum to one (up to their rounding to f32).
    ///
    /// # Panics
    /// When there is no such pixel.
    #[must_use]
    pub fn is_whole(&self, pixel: usize) -> bool {
        assert!(pixel < self.pixels(), "pixel {pixel} of {}", self.pixels());
        self.whole[pixel / 64] >> (pixel % 64) & 1 == 1
    }

    /// For each bin `Σ share·value`, in f64 and in pixel order: what the kernels do fast.
    ///
    /// # Panics
    /// When `values` has not one value a pixel.
    #[must_use]
    pub fn multiply(&self, values: &[f64]) -> Vec<f64> {
        assert_eq!(values.len(), self.pixels(), "one value a pixel");
        let mut sums = vec![0.0; self.bins];
        for (pixel, value) in values.iter().enumerate() {
            for (bin, share) in self.entries_of(pixel) {
                sums[bin as usize] += f64::from(share) * value;
            }
        }
        sums
    }
}

impl Matrix {
    /// The matrix of all pixels from those of consecutive parts, which must have the same bins.
    pub(super) fn stack(bins: usize, parts: Vec<Matrix>) -> Result<Matrix, TooManyEntries> {
        let mut builder = MatrixBuilder::new(bins);
        builder.reserve(parts.iter().map(Matrix::pixels).sum(), parts.iter().map(Matrix::entries).sum());
        // Each part is freed as soon as it is copied, so that the entries are hardly ever in memory twice.
        for part in parts {
            for pixel in 0..part.pixels() {
                builder.push(part.entries_of(pixel), part.is_whole(pixel))?;
            }
        }
        Ok(builder.finish())
    }
}

/// How much a share may exceed 1 by rounding, and more.
const SLACK: f32 = 1e-3;

impl Matrix {
    /// Its offsets, and the bin and the share of each entry; one bit a pixel for whole ones.
    pub(super) fn arrays(&self) -> (&[u32], &[u32], &[f32], &[u64]) {
        (&self.offsets, &self.bins_of, &self.shares, &self.whole)
    }

    /// The matrix of such arrays, wherever they come from.
    ///
    /// # Errors
    /// With what no matrix has.
    pub(super) fn from_arrays(
        bins: usize,
        offsets: Vec<u32>,
        bins_of: Vec<u32>,
        shares: Vec<f32>,
        whole: Vec<u64>,
    ) -> Result<Matrix, &'static str> {
        let first_and_last = (offsets.first().copied(), offsets.last().map(|last| *last as usize));
        if first_and_last != (Some(0), Some(bins_of.len())) || !offsets.is_sorted() {
            return Err("its pixels are out of order");
        }
        if shares.len() != bins_of.len() || whole.len() != (offsets.len() - 1).div_ceil(64) {
            return Err("its arrays differ in length");
        }
        if !shares.iter().all(|share| *share > 0.0 && *share <= 1.0 + SLACK) {
            return Err("a pixel has a share that is none");
        }
        let in_order = |pixel: &[u32]| {
            let bins_of = &bins_of[pixel[0] as usize..pixel[1] as usize];
            bins_of.windows(2).all(|pair| pair[0] < pair[1]) && bins_of.last().is_none_or(|bin| (*bin as usize) < bins)
        };
        if !offsets.windows(2).all(in_order) {
            return Err("a pixel has a bin that is none");
        }
        Ok(Matrix { bins, offsets, bins_of, shares, whole })
    }
}

/// Takes the pixels of a [`Matrix`], one after the other.
#[derive(Clone, Debug)]
pub struct MatrixBuilder {
    matrix: Matrix,
}

/// The most entries a matrix may have: 2 GiB of them, and as much again in the plan made of it.
pub const MOST_ENTRIES: usize = 1 << 28;

/// A matrix with more than [`MOST_ENTRIES`] entries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("more than {MOST_ENTRIES} pairs of a pixel and a bin would have to be kept in memory: use fewer bins")]
pub struct TooManyEntries;

impl MatrixBuilder {
    /// A matrix of `bins` bins without pixels.
    #[must_use]
    pub fn new(bins: usize) -> MatrixBuilder {
        MatrixBuilder {
            matrix: Matrix { bins, offsets: vec![0], bins_of: Vec::new(), shares: Vec::new(), whole: Vec::new() },
        }
    }

    /// Reserves room for what is known to come.
    pub fn reserve(&mut self, pixels: usize, entries: usize) {
        self.matrix.offsets.reserve_exact(pixels);
        self.matrix.whole.reserve_exact(pixels.div_ceil(64));
        self.matrix.bins_of.reserve_exact(entries);
        self.matrix.shares.reserve_exact(entries);
    }

    /// Appends one pixel: its bins, ascending and below the number of bins, with its share in each.
    ///
    /// # Errors
    /// When there are more than [`MOST_ENTRIES`].
    ///
    /// # Panics
    /// In debug builds, when a bin is out of range or out of order.
    pub fn push(&mut self, entries: impl IntoIterator<Item = (u32, f32)>, whole: bool) -> Result<(), TooManyEntries> {
        let matrix = &mut self.matrix;
        let pixel = matrix.offsets.len() - 1;
        let first = matrix.bins_of.len();
        for (bin, share) in entries {
            debug_assert!((bin as usize) < matrix.bins, "bin {bin} of {}", matrix.bins);
            debug_assert!(matrix.bins_of[first..].last().is_none_or(|&last| last < bin), "bins out of order");
            matrix.bins_of.push(bin);
            matrix.shares.push(share);
        }
        if matrix.bins_of.len() > MOST_ENTRIES {
            return Err(TooManyEntries);
        }
        matrix.offsets.push(matrix.bins_of.len() as u32);
        if pixel.is_multiple_of(64) {
            matrix.whole.push(0);
        }
        matrix.whole[pixel / 64] |= u64::from(whole) << (pixel % 64);
        Ok(())
    }

    /// The finished matrix.
    #[must_use]
    pub fn finish(self) -> Matrix {
        self.matrix
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn small() -> Matrix {
        let mut builder = MatrixBuilder::new(3);
        builder.push([(0, 0.25), (2, 0.75)], true).unwrap();
        builder.push([], false).unwrap();
        builder.push([(1, 0.5)], false).unwrap();
        builder.finish()
    }

    #[test]
    fn each_pixel_keeps_its_entries_and_its_flag() {
        let matrix = small();
        assert_eq!((matrix.pixels(), matrix.bins(), matrix.entries()), (3, 3, 3));
        assert_eq!(matrix.entries_of(0).collect::<Vec<_>>(), [(0, 0.25), (2, 0.75)]);
        assert_eq!(matrix.entries_of(1).count(), 0);
        assert_eq!([0, 1, 2].map(|pixel| matrix.is_whole(pixel)), [true, false, false]);
    }

    #[test]
    fn multiplying_shares_each_value_among_its_bins() {
        assert_eq!(small().multiply(&[4.0, 100.0, 2.0]), [1.0, 1.0, 3.0]);
    }

    #[test]
    fn flags_hold_beyond_the_first_word() {
        let mut builder = MatrixBuilder::new(1);
        for pixel in 0..200 {
            builder.push([(0, 1.0)], pixel % 3 == 0).unwrap();
        }
        let matrix = builder.finish();
        assert!((0..200).all(|pixel| matrix.is_whole(pixel) == (pixel % 3 == 0)));
    }
}
