//! Pixels out of blocks.

use std::fmt::Write;

use aureole_fpga::model::unshuffle::{Marks, planes, raw, unshuffle};

use crate::random::Random;
use crate::support::{Bench, Built, hex, noticed, same};

/// What the elements are, and which of their values are marked.
#[derive(Clone, Copy)]
struct Type {
    elem_log2: u32,
    signed: bool,
    marks: Marks,
}

struct Block {
    elems: usize,
    raw: bool,
    status: u8,
    bytes: Vec<u8>,
    planes: u32,
}

impl Block {
    /// Planes are zero, one bit or random, and a few that are zero are said not to be.
    fn random(random: &mut Random, elem_log2: u32, elems: usize) -> Self {
        let status = if random.once_in(6) { 1 + random.below(2) as u8 } else { 0 };
        let as_they_are = !elems.is_multiple_of(8) || random.once_in(6);
        let plane = (elems / 8).max(1);
        let mut bytes = vec![0; elems << elem_log2];
        for plane in bytes.chunks_mut(plane) {
            match random.below(3) {
                0 => {}
                1 => plane[random.below(plane.len())] = 1 << random.below(8),
                _ => plane.iter_mut().for_each(|byte| *byte = random.next() as u8),
            }
        }
        let more = if random.once_in(2) { random.next() as u32 & random.next() as u32 } else { 0 };
        let planes = if as_they_are { !0 } else { planes(&bytes, elems, 1 << elem_log2) | more };
        Block { elems, raw: as_they_are, status, bytes, planes }
    }

    fn input(&self) -> String {
        format!("{} {} {} {} {}\n", self.elems, u8::from(self.raw), self.status, self.planes, hex(&self.bytes))
    }

    /// The line that the bench writes for the block.
    fn expected(&self, of: Type) -> String {
        let mut line = self.status.to_string();
        let size = 1 << of.elem_log2;
        let pixels = match (self.status, self.raw) {
            (0, false) => unshuffle(&self.bytes, self.elems, size, of.signed),
            (0, true) => raw(&self.bytes, size, of.signed),
            _ => {
                line.push_str(&" -".repeat(self.elems));
                Vec::new()
            }
        };
        for value in pixels {
            let mark = if of.marks.marks(value) { "m" } else { "" };
            write!(line, " {mark}{value:x}").unwrap();
        }
        line + "\n"
    }
}

/// Writes, but for the last line, and the cycles in it.
fn run(bench: &Built, seed: u64, stalls: u64, of: Type, blocks: &[Block]) -> Result<(String, u64), String> {
    let [(low0, span0), (low1, span1)] = of.marks.ranges.map(|(low, span)| (low.into(), span.into()));
    let arguments = [seed, stalls, of.elem_log2.into(), of.signed.into(), of.marks.on.into(), low0, span0, low1, span1];
    let seen = bench.run(&arguments, &blocks.iter().map(Block::input).collect::<String>())?;
    let (lines, cycles) = seen.rsplit_once("cycles ").ok_or("no cycles")?;
    Ok((lines.into(), cycles.trim().parse().unwrap()))
}

fn pixels_are_those_of_the_model(bench: &Built) -> Result<(), String> {
    for seed in 1..13 {
        let mut random = Random::new(seed);
        let elem_log2 = (seed % 3) as u32;
        let ranges = [0, 1].map(|_| (random.any_length().wrapping_neg(), random.any_length()));
        let of = Type { elem_log2, signed: seed % 2 == 0, marks: Marks { on: seed % 5 != 0, ranges } };
        let most = 8192 >> elem_log2;
        let blocks: Vec<Block> = (0..12)
            .map(|_| {
                let elems = match random.below(6) {
                    0 => 1 + random.below(7),
                    1 => most - 8 * random.below(2),
                    class => 8 * (1 + random.below(most >> (class + 2))),
                };
                Block::random(&mut random, elem_log2, elems)
            })
            .collect();
        let (seen, _) = run(bench, seed, [0, 20, 70][random.below(3)], of, &blocks)?;
        same(&seen, &blocks.iter().map(|block| block.expected(of)).collect::<String>())?;
    }
    Ok(())
}

#[test]
fn pixels_are_those_of_the_model_whatever_the_block() {
    for (width, slots) in [(16, 16), (32, 32), (16, 8), (8, 16)] {
        let Some(bench) = Bench::new("bit_unshuffle").parameter("WIDTH", width).parameter("SLOTS", slots).build()
        else {
            return;
        };
        pixels_are_those_of_the_model(&bench).unwrap();
    }
}

/// Blocks of 2048 elements of 4 bytes with so many planes.
fn block_of_planes(count: usize) -> Block {
    let bytes = vec![0xa5; 256 * count].into_iter().chain(vec![0; 256 * (32 - count)]).collect();
    Block { elems: 2048, raw: false, status: 0, bytes, planes: ((1_u64 << count) - 1) as u32 }
}

#[test]
fn a_block_takes_the_cycles_of_its_planes() {
    let Some(bench) = Bench::new("bit_unshuffle").build() else { return };
    let of = Type { elem_log2: 2, signed: false, marks: Marks::default() };
    for (count, most) in [(0, 133), (1, 133), (8, 133), (16, 261), (32, 517)] {
        let cycles = |blocks: u64| {
            let blocks: Vec<Block> = (0..blocks).map(|_| block_of_planes(count)).collect();
            run(&bench, 1, 0, of, &blocks).unwrap().1
        };
        let each = (cycles(11) - cycles(1)) / 10;
        assert!(each <= most, "{each} cycles a block of {count} planes");
    }
}

#[test]
fn mutations_are_noticed() {
    let mutations = [
        ("unshuffle_steps.sv", "drain == 0 ||", "1'b1 ||"),
        ("unshuffle_steps.sv", "8 * WIDTH / SLOTS", "8 * WIDTH / SLOTS - 1"),
        ("unshuffle_steps.sv", "others == 0 && timer == 0", "others == 0"),
        ("unshuffle_steps.sv", "!busy && w_room", "!busy"),
        ("unshuffle_planes.sv", "take <= in_end && (have || now)", "take <= in_end"),
        ("bit_unshuffle.sv", "s_valid && s_read && !s_raw", "s_valid && !s_raw"),
        ("unshuffle_planes.sv", "have <= !in_end && (have || now)", "have <= have || now"),
        ("unshuffle_pixel.sv", "sign_1 || sign_2", "sign_2"),
        ("mark.sv", "above1 <= cfg_mark_span1", "above1 < cfg_mark_span1"),
        ("bit_unshuffle.sv", "if (done) {part, line} <= 0;", "if (done) line <= 0;"),
        ("bit_unshuffle.sv", "raw_now ? d_last : out_final && last", "raw_now ? d_last : out_final"),
    ];
    noticed("bit_unshuffle", &[("WIDTH", 16), ("SLOTS", 16)], &mutations, pixels_are_those_of_the_model);
}
