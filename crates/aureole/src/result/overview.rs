//! All rows of a result seen once: what the bins are like over all frames, and the frames over all bins.

use std::ops::Range;

use super::{ResultError, ResultFile};

/// Values that are in memory at once, 8 MiB of them; at least one row.
const AT_ONCE: usize = 2 << 20;

/// Bytes that are read at most; of larger results every so many rows.
const MOST_BYTES: usize = 16 << 30;

/// What a pass over the rows of a result found. Values that are not finite are in none of the figures.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Overview {
    /// Mean of each bin over the rows read; NaN where none has a value. Of cakes the azimuthal bins slowest.
    pub mean: Vec<f64>,
    /// The least value of each bin; NaN where none has one.
    pub lowest: Vec<f32>,
    /// The greatest value of each bin; NaN where none has one.
    pub highest: Vec<f32>,
    /// Mean of each row over its bins, one a row of the result; NaN where it was not done, not read or has no value.
    pub frames: Vec<f64>,
    /// Rows that were read.
    pub read: usize,
    /// Every so many rows were read: 1 for all of them.
    pub step: usize,
}

impl ResultFile {
    /// Reads all rows that are done, in pieces, and hands each of them to `each` with its number.
    ///
    /// Of a result of more than 16 GiB rows at even distances are read, so many as these bytes hold.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn overview(&self, each: &mut dyn FnMut(usize, &[f32])) -> Result<Overview, ResultError> {
        let bins = self.bins();
        let step = (self.frames() * bins * 4).div_ceil(MOST_BYTES).max(1);
        let mut sums = Sums::new(bins);
        let mut seen = Overview { frames: vec![f64::NAN; self.frames()], step, ..Overview::default() };
        for rows in pieces(self.frames(), bins, step) {
            let values = self.intensities(rows.clone())?;
            for (row, values) in rows.zip(values.chunks_exact(bins)).filter(|(row, _)| self.is_done(*row)) {
                seen.frames[row] = sums.add(values);
                seen.read += 1;
                each(row, values);
            }
        }
        let mean = |(sum, count): (&f64, &u64)| if *count == 0 { f64::NAN } else { sum / *count as f64 };
        seen.mean = sums.sum.iter().zip(&sums.count).map(mean).collect();
        (seen.lowest, seen.highest) = (sums.lowest, sums.highest);
        Ok(seen)
    }

    /// Bins of a row.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.axis().centres.len() * self.azimuthal().map_or(1, |axis| axis.centres.len())
    }

    /// The intensities of neighbouring rows, one row after the other.
    fn intensities(&self, rows: Range<usize>) -> Result<Vec<f32>, ResultError> {
        if self.azimuthal().is_some() || rows.len() == 1 {
            let mut values = Vec::with_capacity(rows.len() * self.bins());
            rows.into_iter().try_for_each(|row| {
                values.extend(self.intensity_of(row)?);
                Ok::<_, ResultError>(())
            })?;
            return Ok(values);
        }
        let read = self.intensity.read_slice_2d::<f32, _>((rows.clone(), ..));
        let rows = read.map_err(|error| ResultError::Unreadable {
            file: self.file().to_owned(),
            reason: format!("frames {} to {}: {error}", rows.start, rows.end - 1),
        })?;
        Ok(rows.iter().copied().collect())
    }
}

/// The rows to read, as many at once as fit; one at a time where some are left out.
fn pieces(rows: usize, bins: usize, step: usize) -> impl Iterator<Item = Range<usize>> {
    let length = if step > 1 { 1 } else { (AT_ONCE / bins.max(1)).max(1) };
    (0..rows).step_by(length.max(step)).map(move |first| first..(first + length).min(rows))
}

/// Sums over rows, a bin each.
struct Sums {
    sum: Vec<f64>,
    count: Vec<u64>,
    lowest: Vec<f32>,
    highest: Vec<f32>,
}

impl Sums {
    fn new(bins: usize) -> Sums {
        Sums { sum: vec![0.0; bins], count: vec![0; bins], lowest: vec![f32::NAN; bins], highest: vec![f32::NAN; bins] }
    }

    /// Takes a row; its own mean.
    fn add(&mut self, values: &[f32]) -> f64 {
        let (mut sum, mut count) = (0.0, 0u64);
        for (bin, &value) in values.iter().enumerate().filter(|(_, value)| value.is_finite()) {
            (sum, count) = (sum + f64::from(value), count + 1);
            self.sum[bin] += f64::from(value);
            self.count[bin] += 1;
            // The other one where one is NaN.
            self.lowest[bin] = self.lowest[bin].min(value);
            self.highest[bin] = self.highest[bin].max(value);
        }
        if count == 0 { f64::NAN } else { sum / count as f64 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_read_once_each_in_pieces_that_fit() {
        for (rows, bins) in [(0, 10), (1, 10), (1000, 1), (70, AT_ONCE / 16), (5, 3 * AT_ONCE)] {
            let read: Vec<Range<usize>> = pieces(rows, bins, 1).collect();
            assert!(read.iter().all(|piece| piece.len() == 1 || piece.len() * bins <= AT_ONCE), "{rows} x {bins}");
            assert_eq!(read.into_iter().flatten().collect::<Vec<_>>(), (0..rows).collect::<Vec<_>>());
        }
        assert_eq!(pieces(10, 5, 3).collect::<Vec<_>>(), [0..1, 3..4, 6..7, 9..10]);
    }

    #[test]
    fn what_is_not_finite_is_in_no_figure() {
        let mut sums = Sums::new(3);
        assert_eq!(sums.add(&[1.0, f32::NAN, 5.0]), 3.0);
        assert_eq!(sums.add(&[3.0, f32::NAN, f32::INFINITY]), 3.0);
        assert!(sums.add(&[f32::NAN; 3]).is_nan());
        assert_eq!((sums.sum[0], sums.count[0], sums.lowest[0], sums.highest[0]), (4.0, 2, 1.0, 3.0));
        assert_eq!((sums.count[1], sums.lowest[1].is_nan()), (0, true));
        assert_eq!((sums.lowest[2], sums.highest[2]), (5.0, 5.0));
    }
}
