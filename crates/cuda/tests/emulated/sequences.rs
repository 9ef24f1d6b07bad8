//! Chunks whose LZ4 blocks have sequences that the encoder would not write.

use aureole_codec::testing::bitshuffle::naive_unshuffle;
use aureole_codec::testing::lz4::naive;
use aureole_core::dtype::Dtype;
use aureole_core::recipe::Marks;
use aureole_core::testing::Random;

use crate::check::{Frame, Truth, check};
use crate::machine::machine;
use crate::memory::{LANES, Stored};
use crate::stack::{Shape, Stack, recipe};
use crate::streams::{self, Kind, Script};

/// Blocks whose planes are whole words or not, and short ones.
const SIZES: [(usize, usize); 5] = [(2 * 1024, 1024), (2003, 1000), (1601, 800), (512, 136), (95, 32)];

fn frame(stack: &Stack, random: &mut Random, kind: Kind) -> Frame {
    let size = stack.dtype.size();
    let mut elements = Vec::new();
    let mut blocks = Vec::new();
    for (number, body) in streams::bodies(stack).into_iter().enumerate() {
        let (block, planes) = streams::block(random, kind, streams::used_of(stack, number), body * size);
        assert_eq!(naive(&block, body * size).as_ref(), Some(&planes), "a block as it should be");
        elements.extend(naive_unshuffle(size, &planes));
        blocks.push(block);
    }
    let mut chunk = streams::chunk(stack, random, &blocks);
    let tail = chunk.len() - stack.dtype.size() * (stack.format.elems() % 8);
    if kind.is_careful() {
        chunk[tail..].fill(0);
    }
    elements.extend_from_slice(&chunk[tail..]);
    (Stored::Chunk(chunk), Truth::Elements(elements))
}

fn check_kind(dtype: Dtype, kind: Kind, is_masked: impl Fn(usize) -> bool) {
    let Some(machine) = machine() else { return };
    for (elems, block_elems) in SIZES {
        let stack = Stack::new(Shape { dtype, elems, block_elems }, &[recipe(17, false)], Marks::default(), &is_masked);
        let mut random = Random::new(elems as u64);
        // Where one frame is wide, its whole batch is: there, each has a batch of its own.
        let (apart, count) = if kind == Kind::Almost { (LANES, 40) } else { (1, 2 * LANES) };
        let mut frames = vec![(Stored::Absent, Truth::Nothing); apart * count];
        frames.iter_mut().step_by(apart).for_each(|place| *place = frame(&stack, &mut random, kind));
        let wide = check(machine, &stack, &frames, &[3, 4, 5]);
        assert!(kind != Kind::Quiet || wide.is_empty(), "{wide:?} of {elems} elements could be held narrow");
    }
}

#[test]
fn every_kind_of_sequence_is_decoded() {
    for dtype in [Dtype::U8, Dtype::I16, Dtype::U32] {
        check_kind(dtype, Kind::Any, |_| false);
        check_kind(dtype, Kind::Sparse, |_| false);
    }
}

#[test]
fn what_is_not_kept_matters_where_pixels_are_in_use() {
    // Few pixels in use: many blocks have bits in upper planes, but not on these.
    for masked in [3, 20, 200] {
        check_kind(Dtype::U32, Kind::Sparse, |elem| elem / 3 % masked != 0);
        check_kind(Dtype::U32, Kind::Quiet, |elem| elem / 3 % masked != 0);
        check_kind(Dtype::U32, Kind::Almost, |elem| elem / 3 % masked != 0);
    }
}

/// Blocks of literals and a match, again and again, with every offset and length about which kernels take other ways.
fn all_matches(size: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
    let offsets = (1..=36).chain([63, 64, 65, 100, 124]).chain(126..=133).chain([192, 256, 259, 260]);
    let counts = [4, 5, 18, 30, 31, 32, 33, 34, 64, 67, 96, 126, 127, 128, 129, 130, 131, 255, 256, 257, 259, 386];
    let pairs = offsets.flat_map(|offset| counts.map(|count| (offset, count)));
    let mut random = Random::new(8);
    let mut blocks: Vec<Script> = Vec::new();
    for (offset, count) in pairs {
        if blocks.last().is_none_or(|block| block.left(size) < 300 + count) {
            blocks.push(Script::new(&mut random, 264));
        }
        // Where a match begins within a word changes from one to the next.
        let literals = 1 + random.below(21);
        blocks.last_mut().expect("a block").add(&mut random, literals, offset, count);
    }
    blocks.into_iter().map(|block| block.end(&mut random, size)).collect()
}

#[test]
fn every_offset_and_length_is_copied() {
    let Some(machine) = machine() else { return };
    let shape = Shape { dtype: Dtype::U8, elems: 8192, block_elems: 0 };
    let stack = Stack::new(shape, &[recipe(17, false)], Marks::default(), |_| false);
    let blocks = all_matches(8192).into_iter();
    let frame = |(block, planes): (Vec<u8>, Vec<u8>)| {
        assert_eq!(naive(&block, planes.len()).as_ref(), Some(&planes), "a block as it should be");
        let chunk = streams::chunk(&stack, &mut Random::new(1), &[block]);
        (Stored::Chunk(chunk), Truth::Elements(naive_unshuffle(1, &planes)))
    };
    let frames: Vec<_> = blocks.map(frame).collect();
    check(machine, &stack, &frames, &[1, 2, 3, 4]);
}
