//! Sums of frames.

use std::fmt::Write;

use aureole_fpga::model::accumulate::{Block, Pixel, Sums, accumulate};
use aureole_fpga::model::plan::{Entry, Word};

use crate::random::Random;
use crate::support::{Bench, Built, noticed, same};

const BLOCK_PIXELS: usize = 8192;

/// What a run has in common.
struct Setup {
    slots: usize,
    bins: usize,
    /// Bins that the module has.
    most_bins: usize,
    signed: bool,
    blocks: usize,
}

/// A frame: words, blocks and the verdict on its chunk.
struct Frame {
    words: Vec<Word>,
    blocks: Vec<Block>,
    bad: bool,
}

/// Values of every length, of both signs where there are signs, and the extremes.
fn value(random: &mut Random, wide: bool) -> u32 {
    let value = if wide { random.any_length() } else { random.any_length() & 0xffff };
    match random.below(8) {
        0 if wide => u32::MAX,
        1 if wide => 1 << 31,
        2 => 0,
        3 if wide => value.wrapping_neg(),
        _ => value,
    }
}

/// Every other bin of a slot is one that it had up to six words ago.
fn word(random: &mut Random, setup: &Setup, before: &[Word], lines: usize) -> Word {
    let entry = |slot: usize| {
        let earlier = before.iter().rev().nth(random.below(6)).and_then(|word: &Word| word.entries[slot]);
        let bin = match (random.below(16), earlier) {
            (0, _) => setup.most_bins + random.below((1 << 16) - setup.most_bins),
            (1..8, Some(earlier)) => earlier.bin.into(),
            _ => random.below(setup.bins),
        };
        let line = if random.once_in(4) { random.below(BLOCK_PIXELS / setup.slots) } else { random.below(lines) };
        let coefficient = if random.once_in(6) { u32::MAX } else { random.any_length() };
        let entry = Entry { coefficient, bin: bin as u16, line: line as u16, variance: random.once_in(4) };
        (!random.once_in(5)).then_some(entry)
    };
    Word { entries: (0..setup.slots).map(entry).collect(), last: false }
}

fn frame(random: &mut Random, setup: &Setup) -> Frame {
    // Few frames have marked pixels, bad blocks or none at all, and some have values of few bits only.
    let (marks, bad_blocks, narrow) = (random.once_in(4), random.once_in(3), random.once_in(3));
    let mut frame = Frame { words: Vec::new(), blocks: Vec::new(), bad: random.once_in(2) };
    for _ in 0..setup.blocks {
        let count = 1 + random.below(30);
        for _ in 0..count {
            let word = word(random, setup, &frame.words, 4);
            frame.words.push(word);
        }
        frame.words.last_mut().unwrap().last = true;
        let status = if bad_blocks && random.once_in(2) { 1 + random.below(2) as u8 } else { 0 };
        let often = 1 + random.below(20);
        let pixel = |random: &mut Random| {
            let wide = !narrow && random.once_in(often);
            Pixel { value: value(random, wide), marked: marks && random.once_in(300) }
        };
        frame.blocks.push(Block { status, pixels: (0..BLOCK_PIXELS).map(|_| pixel(random)).collect() });
    }
    frame
}

/// Only pixels that entries name are told to the bench.
fn input(frame: &Frame, setup: &Setup) -> String {
    let mut text = format!("f {}\n", u8::from(frame.bad));
    let mut words = frame.words.iter();
    for block in &frame.blocks {
        let mut pixels = format!("b {}", block.status);
        for word in words.by_ref() {
            text.push('w');
            for (slot, bits) in word.pack().into_iter().enumerate() {
                write!(text, " {bits:x}").unwrap();
                if let Some(entry) = word.entries[slot] {
                    let number = usize::from(entry.line) * setup.slots + slot;
                    let Pixel { value, marked } = block.pixels[number];
                    write!(pixels, " {number:x} {:x}", u64::from(marked) << 32 | u64::from(value)).unwrap();
                }
            }
            text.push('\n');
            if word.last {
                break;
            }
        }
        text += &(pixels + "\n");
    }
    text
}

fn expected(frame: &Frame, setup: &Setup) -> String {
    let Sums { status, bins } = accumulate(&frame.words, &frame.blocks, setup.bins, setup.signed, frame.bad);
    let sums: Vec<String> = bins.iter().map(|sum| format!(" {sum:x}")).collect();
    format!("{status:x}{}\n", sums.concat())
}

/// Lines of frames, and the numbers of the last line: cycles and those waited for pixels, plan, upper halves, output.
fn run(bench: &Built, seed: u64, stalls: u64, setup: &Setup, frames: &[Frame]) -> Result<(String, Vec<usize>), String> {
    let line_bits = (BLOCK_PIXELS / setup.slots).ilog2();
    let arguments = [seed, stalls, setup.signed.into(), setup.blocks as u64, setup.bins as u64, u64::from(line_bits)];
    let text: String = frames.iter().map(|frame| input(frame, setup)).collect();
    let seen = bench.run(&arguments, &text)?;
    let (lines, numbers) = seen.rsplit_once("cycles ").ok_or("no cycles")?;
    Ok((lines.into(), numbers.split_whitespace().map(|number| number.parse().unwrap()).collect()))
}

fn sums_are_those_of_the_model(bench: &Built, slots: usize, most_bins: usize) -> Result<(), String> {
    for seed in 1..9 {
        let mut random = Random::new(seed);
        let bins = if seed % 3 == 0 { most_bins } else { 1 + random.below(most_bins.min(50)) };
        let setup = Setup { slots, bins, most_bins, signed: seed % 2 == 0, blocks: 1 + random.below(4) };
        let frames: Vec<Frame> = (0..6).map(|_| frame(&mut random, &setup)).collect();
        let (seen, _) = run(bench, seed, [0, 15, 60][random.below(3)], &setup, &frames)?;
        let expected: String = frames.iter().map(|frame| expected(frame, &setup)).collect();
        same(&seen, &expected).map_err(|error| format!("seed {seed}: {error}"))?;
    }
    Ok(())
}

#[test]
fn sums_are_those_of_the_model_whatever_the_plan() {
    for (slots, bins) in [(16, 1024), (8, 3), (32, 200)] {
        let Some(bench) = Bench::new("accumulate").parameter("SLOTS", slots).parameter("BINS", bins).build() else {
            return;
        };
        sums_are_those_of_the_model(&bench, slots as usize, bins as usize).unwrap();
    }
}

#[test]
fn a_word_takes_a_cycle_and_another_for_upper_halves() {
    let Some(bench) = Bench::new("accumulate").build() else { return };
    let setup = Setup { slots: 16, bins: 100, most_bins: 1024, signed: false, blocks: 4 };
    let mut random = Random::new(1);
    for every in [1, 3, 1000] {
        let mut frames: Vec<Frame> = (0..3).map(|_| frame(&mut random, &setup)).collect();
        let mut wide = 0;
        for frame in &mut frames {
            frame.blocks.iter_mut().for_each(|block| block.pixels.fill(Pixel { value: 77, marked: false }));
            let entry = Entry { coefficient: 5, bin: 1, line: 0, variance: false };
            for (number, word) in frame.words.iter_mut().enumerate() {
                word.entries.fill(Some(entry));
                if number % every == 0 {
                    word.entries[number % 16] = Some(Entry { line: 1, ..entry });
                }
            }
            for block in &mut frame.blocks {
                block.status = 0;
                block.pixels[16..32].fill(Pixel { value: 1 << 16, marked: false });
            }
            wide += frame.words.len().div_ceil(every);
        }
        let (seen, numbers) = run(&bench, 1, 0, &setup, &frames).unwrap();
        assert_eq!(seen, frames.iter().map(|frame| expected(frame, &setup)).collect::<String>());
        let words: usize = frames.iter().map(|frame| frame.words.len()).sum();
        let ending = 3 * (setup.bins + 24) + 1024 + 10;
        assert!(numbers[0] <= words + wide + ending, "{numbers:?} for {words} words, {wide} of them with upper halves");
        assert_eq!([numbers[1], numbers[3]], [0, wide], "{numbers:?}");
        assert!(numbers[4] <= ending, "{numbers:?}");
    }
}

#[test]
fn mutations_are_noticed() {
    let mutations = [
        ("slot_sum.sv", "r_is_c ? c_sum : r_is_early", "r_is_early"),
        ("slot_sum.sv", "r_is_c ? c_sum : r_is_early ? r_early : r", "r_is_early ? r_early : r_is_c ? c_sum : r"),
        ("slot_sum.sv", "a_is_c ? c_sum : d_sum", "a_is_d ? d_sum : c_sum"),
        ("slot_sum.sv", "a_is_c || a_is_d", "a_is_c"),
        ("slot_sum.sv", "a_used && a_bin == in_bin", "a_bin == in_bin"),
        ("slot_sum.sv", "c_dump ? 64'b0 : c_sum", "c_sum"),
        ("slot_product.sv", "cfg_signed && in_value[31]", "in_value[31]"),
        ("slot_product.sv", "{sign && !b_wide, b_value[15:0]}", "{sign, b_value[15:0]}"),
        ("slot_product.sv", "in_used && in_marked", "in_marked"),
        ("accumulate.sv", "read_valid && read_good", "read_valid"),
        ("slot.sv", "read_used && in_valid", "read_used"),
        ("slot.sv", "go <= !halt || rst", "go <= 1'b1"),
        ("accumulate.sv", "second <= hold", "second <= 0"),
        ("sums_out.sv", "!reserved[4] && fits", "fits"),
        ("sums_out.sv", "status == 1 ? 1 : f_bad ? 2 : status", "f_bad ? 2 : status"),
        ("plan_queue.sv", "17'(BINS)", "17'(BINS + 1000)"),
        ("plan_queue.sv", "free + 4'(put)", "free + 4'(in_valid)"),
    ];
    let check = |bench: &Built| sums_are_those_of_the_model(bench, 16, 64);
    noticed("accumulate", &[("SLOTS", 16), ("BINS", 64)], &mutations, check);
}
