use super::*;

/// Lines of a stack, the same ones every time.
fn line(frame: usize, width: usize) -> Vec<f32> {
    let value = |bin: usize| ((frame * 7919 + bin * 104_729) % 1009) as f32 / 100.0 - 2.0;
    (0..width).map(|bin| if (frame + bin).is_multiple_of(97) { f32::NAN } else { value(bin) }).collect()
}

/// The naive twin: what a cell holds, of its frames one by one.
fn naive(frames: Range<usize>, width: usize, of: impl Fn(usize) -> Vec<f32>) -> Extremes {
    let mut extremes = Extremes::none(width);
    for value in frames.flat_map(|frame| of(frame).into_iter().enumerate()).filter(|(_, value)| value.is_finite()) {
        extremes.low[value.0] = extremes.low[value.0].min(value.1);
        extremes.high[value.0] = extremes.high[value.0].max(value.1);
    }
    extremes
}

fn fill(pyramid: &mut Pyramid, frames: Range<usize>, width: usize, of: impl Fn(usize) -> Vec<f32>) {
    let size = 1usize << pyramid.base();
    for cell in frames.start / size..frames.end.div_ceil(size) {
        let covers = cell * size..((cell + 1) * size).min(frames.end);
        let count = covers.len() as u32;
        pyramid.put(cell, &[(naive(covers, width, &of), count)]);
    }
}

fn check(pyramid: &Pyramid, frames: usize, width: usize) {
    for level in pyramid.base()..pyramid.base() + 14 {
        for cell in 0..frames.div_ceil(1 << level) {
            let covers = cell << level..((cell + 1) << level).min(frames);
            let wanted = naive(covers, width, |frame| line(frame, width));
            assert_eq!(pyramid.cell(level, cell, Which::Low), Some(&wanted.low[..]), "level {level} cell {cell}");
            assert_eq!(pyramid.cell(level, cell, Which::High), Some(&wanted.high[..]), "level {level} cell {cell}");
        }
    }
}

#[test]
fn every_level_has_the_extremes_of_its_frames() {
    for (frames, budget) in [(1, 1 << 20), (2, 1 << 20), (777, 1 << 20), (777, 9000), (1024, 4000)] {
        let mut pyramid = Pyramid::new(5, budget);
        pyramid.make_room(frames);
        fill(&mut pyramid, 0..frames, 5, |frame| line(frame, 5));
        check(&pyramid, frames, 5);
    }
}

#[test]
fn a_stack_that_grows_has_the_same_levels_as_one_that_was_there_at_once() {
    let mut pyramid = Pyramid::new(3, 20_000);
    let mut there = 0;
    for frames in [1, 2, 3, 40, 100, 101, 900, 2000, 5000] {
        pyramid.make_room(frames);
        let start = there >> pyramid.base() << pyramid.base();
        fill(&mut pyramid, start..frames, 3, |frame| line(frame, 3));
        there = frames;
        check(&pyramid, frames, 3);
    }
    assert!(pyramid.base() > 2, "it was to become coarser");
}

#[test]
fn one_hot_bin_of_a_hundred_thousand_frames_is_in_every_level() {
    let (frames, width, hot) = (100_000, 10, (61_803, 7));
    let of = |frame: usize| (0..width).map(|bin| if (frame, bin) == hot { 1e6 } else { 1.0 }).collect::<Vec<f32>>();
    let mut pyramid = Pyramid::new(width, 1 << 20);
    pyramid.make_room(frames);
    fill(&mut pyramid, 0..frames, width, of);
    for level in pyramid.base()..20 {
        let high = pyramid.cell(level, hot.0 >> level, Which::High).map(|values| values[hot.1]);
        assert_eq!(high, Some(1e6), "level {level}");
    }
}

#[test]
fn memory_stays_within_the_budget() {
    for frames in [10, 100_000, 3_000_000] {
        let mut pyramid = Pyramid::new(100, 1 << 20);
        pyramid.make_room(frames);
        let bytes: usize = pyramid.levels.iter().map(|level| 4 * (level.low.capacity() + level.high.capacity())).sum();
        assert!(bytes <= (1 << 20) + 20 * 800, "{frames} frames: {bytes}");
    }
}

#[test]
fn infinity_hides_no_other_value() {
    let mut extremes = Extremes::none(1);
    for value in [f32::INFINITY, 3.0, f32::NEG_INFINITY, f32::NAN, -1.0] {
        extremes.add(&[value]);
    }
    assert_eq!((extremes.low[0], extremes.high[0]), (-1.0, 3.0));
}
