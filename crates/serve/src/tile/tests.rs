use super::*;

/// A stack in memory, of a function.
struct Made<F: Fn(usize, usize) -> f32 + Sync> {
    width: usize,
    of: F,
}

impl<F: Fn(usize, usize) -> f32 + Sync> Lines for Made<F> {
    fn width(&self) -> usize {
        self.width
    }

    fn bytes(&self) -> usize {
        4 * self.width
    }

    fn read(&self, frames: Range<usize>, out: &mut [f32]) -> Result<(), String> {
        // Dirty buffers.
        out.fill(-9e9);
        for (frame, line) in frames.zip(out.chunks_exact_mut(self.width)) {
            for (bin, value) in line.iter_mut().enumerate() {
                *value = (self.of)(frame, bin);
            }
        }
        Ok(())
    }
}

fn pyramid(lines: &dyn Lines, frames: usize, budget: usize, done: &dyn Fn(usize) -> bool) -> Pyramid {
    let mut pyramid = Pyramid::new(lines.width(), budget);
    pyramid.make_room(frames);
    let size = 1 << pyramid.base();
    let cells: Vec<_> = (0..frames.div_ceil(size))
        .map(|cell| {
            let covers = cell * size..((cell + 1) * size).min(frames);
            extremes(lines, covers, done, &mut Vec::new()).unwrap()
        })
        .collect();
    pyramid.put(0, &cells);
    pyramid
}

fn value(half: u16) -> f32 {
    f32::from_bits(u32::from(half) << 16)
}

/// The highest value of a place of a tile, of all its frames and bins one by one.
fn naive(
    lines: &dyn Lines,
    asked: Asked,
    row: usize,
    column: usize,
    frames: usize,
    done: &dyn Fn(usize) -> bool,
) -> f32 {
    let (row, column) = (asked.row * ROWS + row, asked.column * COLUMNS + column);
    let mut kept = f32::NAN;
    for frame in (row << asked.level..(row + 1) << asked.level).filter(|frame| *frame < frames && done(*frame)) {
        let mut line = vec![0.0; lines.width()];
        lines.read(frame..frame + 1, &mut line).unwrap();
        let bins = column << asked.bin_level..((column + 1) << asked.bin_level).min(line.len());
        for value in line[bins].iter().filter(|value| value.is_finite()) {
            let better = if asked.which == Which::High { *value > kept } else { *value < kept };
            kept = if kept.is_nan() || better { *value } else { kept };
        }
    }
    kept
}

#[test]
fn tiles_of_every_level_hold_what_their_frames_and_bins_do() {
    let lines = Made {
        width: 37,
        of: |frame, bin| if (frame * bin) % 13 == 5 { f32::NAN } else { ((frame * 31 + bin * 17) % 251) as f32 },
    };
    let (frames, done) = (1000, |frame: usize| frame % 11 != 3 && !(200..300).contains(&frame));
    for budget in [1 << 20, 20_000, 4000] {
        let pyramid = pyramid(&lines, frames, budget, &done);
        let count = |range: Range<usize>| range.filter(|frame| done(*frame)).count() as u32;
        let stack = Stack { lines: &lines, pyramid: &pyramid, done: &done, count: &count, frames };
        for (level, row, bin_level) in [(0, 0, 0), (0, 7, 1), (1, 2, 0), (3, 0, 2), (5, 0, 0), (10, 0, 5), (12, 0, 6)] {
            for which in [Which::Low, Which::High] {
                let asked = Asked { level, row, bin_level, column: 0, which };
                let tile = stack.tile(asked).unwrap().unwrap();
                assert!(!tile.sampled);
                for (nth, half) in tile.values.iter().enumerate() {
                    let (row, column) = (nth / tile.columns, nth % tile.columns);
                    let (got, wanted) = (value(*half), naive(&lines, asked, row, column, frames, &done));
                    assert!(
                        got == wanted || got.is_nan() && wanted.is_nan(),
                        "{asked:?} {row} {column}: {got} {wanted}"
                    );
                }
            }
        }
    }
}

#[test]
fn a_spike_in_one_frame_of_a_hundred_thousand_is_in_a_tile_at_every_zoom() {
    let (frames, hot) = (100_000, (77_777, 513));
    let lines = Made { width: 1000, of: move |frame, bin| if (frame, bin) == hot { 5e5 } else { 1.0 } };
    let done = |_: usize| true;
    let pyramid = pyramid(&lines, frames, 4 << 20, &done);
    let count = |range: Range<usize>| range.len() as u32;
    let stack = Stack { lines: &lines, pyramid: &pyramid, done: &done, count: &count, frames };
    for level in 0..=MOST_LEVEL {
        for bin_level in [0, 1, 4, 10] {
            let row = (hot.0 >> level) / ROWS;
            let tile = stack.tile(Asked { level, row, bin_level, column: 0, which: Which::High }).unwrap().unwrap();
            let at = ((hot.0 >> level) % ROWS) * tile.columns + (hot.1 >> bin_level);
            assert!((value(tile.values[at]) / 5e5 - 1.0).abs() < 0.005, "level {level}, {bin_level}");
        }
    }
}

#[test]
fn until_the_pyramid_is_made_a_tile_shows_a_part_of_its_frames_and_says_so() {
    let lines = Made { width: 4, of: |frame, _| frame as f32 };
    let done = |frame: usize| frame >= 40;
    let mut pyramid = Pyramid::new(4, 1000);
    pyramid.make_room(640);
    let level = pyramid.base() + 1;
    let count = |range: Range<usize>| range.filter(|frame| done(*frame)).count() as u32;
    let stack = Stack { lines: &lines, pyramid: &pyramid, done: &done, count: &count, frames: 640 };
    let tile = stack.tile(Asked { level, row: 0, bin_level: 0, column: 0, which: Which::High }).unwrap().unwrap();
    assert!(tile.sampled);
    for (row, half) in tile.values.chunks(4).map(|row| row[0]).enumerate() {
        let frames = (row << level) as f32..((row + 1) << level) as f32;
        assert!(value(half) >= frames.start * 0.99 && value(half) <= frames.end, "row {row}: {}", value(half));
    }
}

#[test]
fn there_is_no_tile_outside_and_no_number_is_too_large() {
    let lines = Made { width: 4, of: |_, _| 1.0 };
    let pyramid = pyramid(&lines, 10, 1000, &|_| true);
    let count = |range: Range<usize>| range.len() as u32;
    let stack = Stack { lines: &lines, pyramid: &pyramid, done: &|_| true, count: &count, frames: 10 };
    for (row, column) in [(1, 0), (0, 1), (usize::MAX, 0), (0, usize::MAX), (usize::MAX / ROWS, 0)] {
        let asked = Asked { level: 0, row, bin_level: 0, column, which: Which::Low };
        assert_eq!(stack.tile(asked), Ok(None));
    }
}

#[test]
fn a_value_keeps_three_digits() {
    for number in [1.0f32, -3.5, 1234.5, 1e-20, 6.5e30, f32::MAX, f32::MIN_POSITIVE, 0.0] {
        let back = value(half(number));
        assert!((back - number).abs() <= number.abs() / 256.0, "{number} {back}");
    }
    assert!(value(half(f32::NAN)).is_nan() && value(half(f32::INFINITY)).is_nan());
}
