//! Photons drawn from expected numbers, and frames made of them.

use aureole_core::dtype::Dtype;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, Poisson};
use rayon::prelude::*;

/// The photons of one frame.
pub(super) struct Frame {
    photons: Vec<u32>,
}

impl Frame {
    /// Draws the photons of frame number `frame`. Each row has a stream of random numbers of its own, so that threads
    /// may take rows in any order.
    pub(super) fn draw(expected: &[f64], columns: usize, seed: u64, frame: u64) -> Frame {
        let mut photons = vec![0; expected.len()];
        let rows = photons.par_chunks_mut(columns.max(1)).zip(expected.par_chunks(columns.max(1)));
        rows.enumerate().for_each(|(row, (photons, expected))| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream((frame << 32) | row as u64);
            for (pixel, &mean) in photons.iter_mut().zip(expected) {
                // A mean of 0 has no distribution, and no photons.
                *pixel = Poisson::new(mean).map_or(0, |poisson| poisson.sample(&mut random) as u32);
            }
        });
        Frame { photons }
    }

    /// The frame's pixels as stored, `add` counts more in each; `gaps` hold the largest value of the integer `dtype`,
    /// which counts do not exceed.
    pub(super) fn bytes(&self, dtype: Dtype, add: u32, gaps: Option<&[bool]>) -> Vec<u8> {
        let most = u64::MAX >> (64 - 8 * dtype.size() + usize::from(dtype.is_signed()));
        let in_gap = |i: usize| gaps.is_some_and(|gaps| gaps[i]);
        let mut bytes = Vec::with_capacity(self.photons.len() * dtype.size());
        for (i, photons) in self.photons.iter().enumerate() {
            let counts = if in_gap(i) { most } else { (u64::from(*photons) + u64::from(add)).min(most) };
            // Little-endian, as the file's type says.
            bytes.extend_from_slice(&counts.to_le_bytes()[..dtype.size()]);
        }
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn photons_have_the_expected_mean_and_variance() {
        let frame = Frame::draw(&vec![4.5; 100_000], 1000, 1, 0);
        let mean = frame.photons.iter().map(|&n| f64::from(n)).sum::<f64>() / 1e5;
        let variance = frame.photons.iter().map(|&n| (f64::from(n) - mean).powi(2)).sum::<f64>() / 1e5;
        // Five standard errors of each.
        assert!((mean - 4.5).abs() < 5.0 * (4.5_f64 / 1e5).sqrt(), "{mean}");
        assert!((variance - 4.5).abs() < 5.0 * ((2.0 * 4.5_f64.powi(2) + 4.5) / 1e5).sqrt(), "{variance}");
    }

    #[test]
    fn another_frame_or_seed_has_other_photons_and_the_same_has_the_same() {
        let draw = |seed, frame| Frame::draw(&[20.0; 64], 8, seed, frame).photons;
        assert_eq!(draw(1, 2), draw(1, 2));
        assert_ne!(draw(1, 2), draw(1, 3));
        assert_ne!(draw(1, 2), draw(2, 2));
    }

    #[test]
    fn gaps_hold_the_largest_value_and_counts_stop_at_it() {
        let frame = Frame { photons: vec![1, 300, 2] };
        assert_eq!(frame.bytes(Dtype::U8, 0, Some(&[false, false, true])), [1, 255, 255]);
        assert_eq!(frame.bytes(Dtype::I16, 5, Some(&[true, false, false])), [255, 127, 49, 1, 7, 0]);
        assert_eq!(frame.bytes(Dtype::U64, 0, None).len(), 24);
    }
}
