//! How a job is cut into ranges for workers elsewhere.

use std::ops::Range;

use aureole_core::pattern::Pattern;

/// Frames a range where there are plenty: see docs/decisions/019. A task of Dask's costs some milliseconds beside its work, so
/// that it should last for some hundreds of them.
const FRAMES: usize = 64;

/// Frames a range at least, where there are that many: the vector lanes of the kernel.
const FEWEST: usize = aureole_core::sums::LANES;

/// Ranges that each worker should get at least, so that all of them end at about the same time.
const RANGES_A_WORKER: usize = 4;

/// Bytes of a range's patterns at most, unless one frame has more.
const MOST_BYTES: usize = 16 << 20;

/// Cuts `frames` into ranges of the size asked for, or of one that fits `workers` and the `patterns` of a frame.
pub(super) fn cut(
    frames: &Range<usize>,
    asked: Option<usize>,
    workers: usize,
    patterns: &[Pattern],
) -> Vec<Range<usize>> {
    let size = asked.unwrap_or_else(|| choose(frames.len(), workers, patterns)).max(1);
    frames.clone().step_by(size).map(|start| start..frames.end.min(start.saturating_add(size))).collect()
}

fn choose(frames: usize, workers: usize, patterns: &[Pattern]) -> usize {
    let fair = (frames / (RANGES_A_WORKER * workers.max(1))).clamp(FEWEST, FRAMES);
    let bytes: usize = patterns.iter().map(bytes).sum();
    fair.min(MOST_BYTES / bytes.max(1)).max(1)
}

fn bytes(pattern: &Pattern) -> usize {
    let Pattern { intensity, errors, signal, variance, .. } = pattern;
    size_of::<f32>() * (intensity.len() + errors.len()) + size_of::<f64>() * (signal.len() + variance.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(frames: usize, workers: usize, bins: usize) -> usize {
        let pattern = Pattern { intensity: vec![0.0; bins], ..Pattern::default() };
        cut(&(0..frames), None, workers, &[pattern])[0].len()
    }

    #[test]
    fn ranges_cover_all_frames_in_order() {
        let cut = cut(&(5..41), Some(8), 2, &[]);
        assert_eq!(cut, [5..13, 13..21, 21..29, 29..37, 37..41]);
        assert_eq!(super::cut(&(3..3), None, 2, &[]), []);
        assert_eq!(super::cut(&(0..5), Some(usize::MAX), 2, &[]).first(), Some(&(0..5)));
    }

    #[test]
    fn every_worker_gets_several_ranges_and_none_is_too_large() {
        assert_eq!(of(100_000, 4, 1000), 64);
        assert_eq!(of(320, 2, 1000), 40);
        assert_eq!(of(40, 2, 1000), 16);
        assert_eq!(of(5, 2, 1000), 5);
        assert_eq!(of(100_000, 4, 360 * 1000), 11, "cakes of 1.4 MB");
        assert_eq!(of(100_000, 4, 1 << 28), 1);
    }
}
