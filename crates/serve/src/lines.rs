//! The lines of a waterfall: one a frame, one value a radial bin.

use std::ops::Range;

use aureole::result::{RecipeLook, StoredRows};

/// Where lines come from, from any thread.
pub trait Lines: Sync {
    /// Values of a line.
    fn width(&self) -> usize;

    /// Bytes that are read for a line.
    fn bytes(&self) -> usize;

    /// Reads the lines of `frames`, one after the other, into `out`; a value that is not there is NaN.
    ///
    /// # Errors
    /// When they cannot be read, in one sentence.
    fn read(&self, frames: Range<usize>, out: &mut [f32]) -> Result<(), String>;
}

/// The lines of a recipe: its patterns, or the means of its cakes over the azimuth.
pub struct RecipeLines<'a> {
    rows: &'a StoredRows<f32>,
    /// Radial bins.
    radial: usize,
}

impl<'a> RecipeLines<'a> {
    /// Of the intensities of a recipe.
    #[must_use]
    pub fn of(recipe: &'a RecipeLook) -> RecipeLines<'a> {
        RecipeLines { rows: &recipe.intensity, radial: recipe.axis.centres.len() }
    }
}

impl Lines for RecipeLines<'_> {
    fn width(&self) -> usize {
        self.radial
    }

    fn bytes(&self) -> usize {
        4 * self.rows.width()
    }

    fn read(&self, frames: Range<usize>, out: &mut [f32]) -> Result<(), String> {
        if self.rows.width() == self.radial {
            return self.rows.read(frames.start, out);
        }
        let mut cake = vec![0.0; self.rows.width()];
        for (frame, line) in frames.zip(out.chunks_exact_mut(self.radial)) {
            self.rows.read(frame, &mut cake)?;
            mean_over_azimuth(&cake, line);
        }
        Ok(())
    }
}

/// The mean of the finite values above each radial bin; NaN where there is none. The azimuthal bins of `cake` are the slowest.
pub fn mean_over_azimuth(cake: &[f32], line: &mut [f32]) {
    let mut sums = vec![(0.0f64, 0u32); line.len()];
    for row in cake.chunks_exact(line.len()) {
        for (sum, value) in sums.iter_mut().zip(row).filter(|(_, value)| value.is_finite()) {
            *sum = (sum.0 + f64::from(*value), sum.1 + 1);
        }
    }
    for (out, (sum, count)) in line.iter_mut().zip(sums) {
        *out = if count == 0 { f32::NAN } else { (sum / f64::from(count)) as f32 };
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn bins_without_pixels_do_not_count_in_the_mean_of_a_cake() {
        let (mut line, nan) = ([0.0; 3], f32::NAN);
        super::mean_over_azimuth(&[1.0, nan, nan, 3.0, 5.0, nan], &mut line);
        assert_eq!(line[..2], [2.0, 5.0]);
        assert!(line[2].is_nan());
    }
}
