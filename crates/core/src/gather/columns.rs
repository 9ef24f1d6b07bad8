//! The matrix from pixels to bins, turned: which pixels a bin has (compressed sparse columns).

use crate::binning::Matrix;

/// For each bin its pixels in the order of the frame, and the share of each.
#[derive(Debug)]
pub(super) struct Columns {
    /// `offsets[bin]..offsets[bin + 1]` are the entries of a bin.
    offsets: Vec<usize>,
    pixels: Vec<u32>,
    shares: Vec<f32>,
}

impl Columns {
    /// Turns a matrix, leaving out the pixels that `is_used` does not want.
    pub(super) fn new(matrix: &Matrix, is_used: impl Fn(usize) -> bool) -> Columns {
        let used = || (0..matrix.pixels()).filter(|pixel| is_used(*pixel));
        let mut offsets = vec![0usize; matrix.bins() + 1];
        for (bin, _) in used().flat_map(|pixel| matrix.entries_of(pixel)) {
            offsets[bin as usize + 1] += 1;
        }
        for bin in 0..matrix.bins() {
            offsets[bin + 1] += offsets[bin];
        }
        let entries = offsets.last().copied().unwrap_or(0);
        let (mut pixels, mut shares) = (vec![0; entries], vec![0.0; entries]);
        let mut next = offsets.clone();
        for pixel in used() {
            for (bin, share) in matrix.entries_of(pixel) {
                let entry = &mut next[bin as usize];
                // Numbers of pixels fit, since a matrix numbers its entries in 32 bits.
                pixels[*entry] = pixel as u32;
                shares[*entry] = share;
                *entry += 1;
            }
        }
        Columns { offsets, pixels, shares }
    }

    pub(super) fn bins(&self) -> usize {
        self.offsets.len() - 1
    }

    pub(super) fn entries(&self) -> usize {
        self.pixels.len()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pixels.is_empty()
    }

    /// The pixels of a bin and their shares.
    pub(super) fn of_bin(&self, bin: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let entries = self.offsets[bin]..self.offsets[bin + 1];
        let pixels = self.pixels[entries.clone()].iter();
        pixels.zip(&self.shares[entries]).map(|(pixel, share)| (*pixel as usize, f64::from(*share)))
    }

    /// For each bin the sum of `share·value(pixel)`.
    pub(super) fn sums(&self, value: impl Fn(usize) -> f64) -> Vec<f64> {
        (0..self.bins()).map(|bin| self.of_bin(bin).map(|(pixel, share)| share * value(pixel)).sum()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::stack::random_matrix;

    #[test]
    fn a_bin_has_its_pixels_in_the_order_of_the_frame() {
        let matrix = random_matrix(500, 40, 9);
        let columns = Columns::new(&matrix, |pixel| pixel % 3 > 0);
        for bin in 0..40 {
            let expected: Vec<(usize, f64)> = (0..500)
                .filter(|pixel| pixel % 3 > 0)
                .flat_map(|pixel| matrix.entries_of(pixel).map(move |(of, share)| (of, pixel, share)))
                .filter(|(of, ..)| *of == bin)
                .map(|(_, pixel, share)| (pixel, f64::from(share)))
                .collect();
            assert_eq!(columns.of_bin(bin as usize).collect::<Vec<_>>(), expected, "bin {bin}");
        }
    }
}
