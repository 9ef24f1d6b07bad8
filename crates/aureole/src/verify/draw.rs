//! Which frames are checked.

use std::ops::Range;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Frames that are integrated at once, at most.
const AT_ONCE: usize = 16;

/// So many of the rows (all if nothing is said), each at most once and any of them as likely as another, ascending; the same for the
/// same seed.
pub(super) fn choose(mut rows: Vec<usize>, count: Option<usize>, seed: u64) -> Vec<usize> {
    let count = count.unwrap_or(rows.len()).min(rows.len());
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    for nth in 0..count {
        let left = (rows.len() - nth) as u64;
        rows.swap(nth, nth + (random.next_u64() % left) as usize);
    }
    rows.truncate(count);
    rows.sort_unstable();
    rows
}

/// Ascending rows as ranges of neighbours.
pub(super) fn runs(rows: &[usize]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for &row in rows {
        match runs.last_mut().filter(|run| run.end == row && run.len() < AT_ONCE) {
            Some(run) => run.end += 1,
            None => runs.push(row..row + 1),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_rows_and_others_draw_others() {
        let draw = |seed| choose((0..1000).collect(), Some(16), seed);
        assert_eq!(draw(1), draw(1));
        assert_ne!(draw(1), draw(2));
        for seed in 0..50 {
            let mut drawn = draw(seed);
            assert!(drawn.is_sorted());
            drawn.dedup();
            assert_eq!(drawn.len(), 16, "each at most once");
        }
        let often: usize =
            (0..2000).map(|seed| choose((0..10).collect(), Some(1), seed)[0]).filter(|row| *row == 9).count();
        assert!((100..300).contains(&often), "one of ten in a tenth of draws: {often} of 2000");
    }

    #[test]
    fn more_than_there_are_is_all_of_them() {
        for count in [None, Some(3), Some(99)] {
            assert_eq!(choose(vec![4, 5, 9], count, 7), [4, 5, 9]);
        }
        assert!(choose(vec![], Some(3), 7).is_empty());
    }

    #[test]
    fn neighbours_are_taken_together() {
        assert_eq!(runs(&[1, 2, 3, 7, 9, 10]), [1..4, 7..8, 9..11]);
        let long: Vec<usize> = (0..40).collect();
        assert_eq!(runs(&long), [0..16, 16..32, 32..40]);
    }
}
