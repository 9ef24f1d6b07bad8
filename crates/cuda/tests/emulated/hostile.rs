//! Chunks that are broken: each is left to the host, and nothing is read or written that is not the frame's.

use aureole_codec::{BlockIndex, Decoder, Isa};
use aureole_core::dtype::Dtype;
use aureole_core::recipe::Marks;
use aureole_core::testing::Random;

use crate::check::{Frame, Truth, check};
use crate::content::Content;
use crate::machine::machine;
use crate::memory::Stored;
use crate::stack::{Shape, Stack, recipe};
use crate::streams::{self, Kind};

/// A chunk, and what the decoder of the CPU makes of it.
fn frame(stack: &Stack, chunk: Vec<u8>) -> Frame {
    let mut decoder = Decoder::new(&stack.format, Isa::best());
    let mut elements = vec![0; stack.format.bytes()];
    // Blocks of another size than the stack's are decoded by the host.
    let is_odd = decoder.index(&chunk[..], 0, &mut BlockIndex::default()).is_err();
    let truth = match decoder.decode_chunk(&chunk, 0, &mut elements) {
        Ok(()) if is_odd => Truth::Odd(elements),
        Ok(()) => Truth::Elements(elements),
        Err(_) => Truth::Broken,
    };
    (Stored::Chunk(chunk), truth)
}

/// Two blocks and elements behind them.
fn stack(dtype: Dtype) -> Stack {
    Stack::new(Shape { dtype, elems: 107, block_elems: 64 }, &[recipe(7, true)], Marks::default(), |_| false)
}

fn streams_of(stack: &Stack, random: &mut Random, kind: Kind) -> Vec<Vec<u8>> {
    let bodies = streams::bodies(stack).into_iter().enumerate();
    let size = stack.dtype.size();
    bodies.map(|(number, body)| streams::block(random, kind, streams::used_of(stack, number), body * size).0).collect()
}

/// Chunks of the encoder, and such with blocks of every kind of sequence.
fn good_chunks(stack: &Stack, random: &mut Random) -> Vec<Vec<u8>> {
    let shape = Shape { dtype: stack.dtype, elems: stack.format.elems(), block_elems: stack.format.block_elems() };
    let mut chunks: Vec<_> = [Content::Low, Content::Noise15, Content::Steps]
        .map(|content| stack.encode(&content.elements(shape, random)))
        .into();
    for kind in [Kind::Any, Kind::Sparse, Kind::Quiet] {
        let blocks = streams_of(stack, random, kind);
        chunks.push(streams::chunk(stack, random, &blocks));
    }
    chunks
}

const DTYPES: [Dtype; 3] = [Dtype::U8, Dtype::U16, Dtype::U32];

#[test]
fn truncated_chunks_are_left_to_the_host() {
    let Some(machine) = machine() else { return };
    for stack in DTYPES.map(stack) {
        let mut random = Random::new(1);
        for chunk in [0, 5].map(|i| good_chunks(&stack, &mut random)[i].clone()) {
            let absent = (Stored::Absent, Truth::Nothing);
            let mut frames = vec![absent.clone(); 3];
            for len in 0..=chunk.len() {
                // What is missing follows in memory: the next frame begins there, where its number is a multiple of 4.
                let (there, missing) = chunk.split_at(len);
                frames.extend([there, missing].map(|part| frame(&stack, part.to_vec())));
                frames.extend([absent.clone(), absent.clone()]);
            }
            frames.push(frame(&stack, [&chunk[..], &[1, 2, 3]].concat()));
            check(machine, &stack, &frames, &[1]);
        }
    }
}

#[test]
fn broken_bits_never_give_wrong_sums() {
    let Some(machine) = machine() else { return };
    for stack in DTYPES.map(stack) {
        let mut random = Random::new(2);
        let mut frames = Vec::new();
        for i in 0..60 {
            let chunks = good_chunks(&stack, &mut random);
            for mut chunk in chunks {
                for _ in 0..1 + i % 3 {
                    let bit = random.below(8 * chunk.len());
                    chunk[bit / 8] ^= 1 << (bit % 8);
                }
                frames.push(frame(&stack, chunk));
            }
        }
        assert!(frames.iter().filter(|frame| matches!(frame.1, Truth::Broken)).count() > 50);
        check(machine, &stack, &frames, &[1, 2, 4]);
    }
}

#[test]
fn blocks_end_where_their_output_does() {
    let Some(machine) = machine() else { return };
    for stack in DTYPES.map(stack) {
        let mut random = Random::new(3);
        let mut frames = Vec::new();
        let mut push = |random: &mut Random, first: &[u8], second: &[u8]| {
            let chunk = streams::chunk(&stack, random, &[first.to_vec(), second.to_vec()]);
            frames.push(frame(&stack, chunk));
        };
        let size = 64 * stack.dtype.size();
        for kind in [Kind::Any, Kind::Sparse] {
            let [first, second] = &streams_of(&stack, &mut random, kind)[..] else { panic!("two blocks") };
            // Blocks that end too early, go on too long, or hold more or less than they should.
            (0..first.len()).for_each(|len| push(&mut random, &first[..len], second));
            (0..first.len()).for_each(|len| push(&mut random, &first[len..], second));
            for more in [vec![0], vec![0x10, 7], vec![0x11, 7, 1], vec![0x0F, 1, 0], vec![0xF0], vec![255; 40]] {
                push(&mut random, &[first, &more[..]].concat(), second);
            }
            for wrong in (size - 5..size + 6).filter(|wrong| *wrong != size) {
                let other = streams::block(&mut random, kind, streams::used_of(&stack, 0), wrong).0;
                push(&mut random, &other, second);
            }
        }
        check(machine, &stack, &frames, &[1]);
    }
}

#[test]
fn matches_stay_within_the_output() {
    let Some(machine) = machine() else { return };
    for stack in DTYPES.map(stack) {
        let mut random = Random::new(4);
        let second = streams_of(&stack, &mut random, Kind::Sparse)[1].clone();
        let size = 64 * stack.dtype.size();
        let mut frames = Vec::new();
        for literals in [1usize, 14] {
            let left = size - literals;
            for offset in [0, 1, literals - 1, literals, literals + 1, 40, 65535] {
                for count in [left - 6, left - 5, left - 1, left, left + 1, left + 255] {
                    // What is left is filled with literals.
                    let rest = left.saturating_sub(count).min(14);
                    let mut block = vec![(literals as u8) << 4 | 15];
                    block.extend((0..literals).map(|i| i as u8));
                    block.extend((offset as u16).to_le_bytes());
                    let more = count.saturating_sub(19);
                    block.extend(std::iter::repeat_n(255, more / 255));
                    block.push((more % 255) as u8);
                    block.push((rest as u8) << 4);
                    block.extend((0..rest).map(|i| 3 * i as u8));
                    frames.push(frame(&stack, streams::chunk(&stack, &mut random, &[block, second.clone()])));
                }
            }
        }
        assert!(frames.iter().filter(|frame| matches!(frame.1, Truth::Elements(_))).count() > 5);
        check(machine, &stack, &frames, &[1]);
    }
}

/// Blocks of `size` bytes, wrong by one somewhere.
fn wrong_by_one(size: usize) -> Vec<Vec<u8>> {
    let literals = |count: usize| {
        let mut block = vec![0xF0];
        put_length(&mut block, count);
        block.extend((0..count).map(|i| i as u8));
        block
    };
    let with_match = |mut block: Vec<u8>, offset: u8, count: usize| {
        block[0] |= 15;
        block.extend([offset, 0]);
        put_length(&mut block, count - 4);
        block.push(0);
        block
    };
    let mut blocks = Vec::new();
    // The output ends within literals, with a match behind them; within a match that would be the last.
    for count in [4, 19, 300] {
        blocks.extend([size - 1, size, size + 1].map(|there| with_match(literals(there), 1, count.max(19))));
        blocks.push(with_match(literals(size - 19), 5, 20 + count));
        blocks.push(with_match(literals(size - 20), 20, 20));
    }
    // The input ends within each byte of a length, of literals, or of an offset.
    for whole in [literals(size), with_match(literals(20), 3, size - 20)] {
        // Many of its literals are alike.
        let near = (0..whole.len()).filter(|len| *len < 60 || len % 97 == 0 || len + 40 > whole.len());
        blocks.extend(near.map(|len| whole[..len].to_vec()));
        blocks.push(whole);
    }
    blocks.extend([1, 2, 31, 32, 33, 64].map(|count| [&[0xF0][..], &vec![255; count]].concat()));
    blocks
}

fn put_length(block: &mut Vec<u8>, count: usize) {
    block.extend(std::iter::repeat_n(255, (count - 15) / 255));
    block.push(((count - 15) % 255) as u8);
}

#[test]
fn what_is_wrong_by_one_is_noticed() {
    let Some(machine) = machine() else { return };
    for dtype in DTYPES {
        let shape = Shape { dtype, elems: 2048, block_elems: 1024 };
        let stack = Stack::new(shape, &[recipe(7, false)], Marks::default(), |_| false);
        let mut random = Random::new(7);
        let second = streams_of(&stack, &mut random, Kind::Sparse)[1].clone();
        let mut chunk = |block| streams::chunk(&stack, &mut random, &[block, second.clone()]);
        let frames: Vec<_> =
            wrong_by_one(1024 * dtype.size()).into_iter().map(|block| frame(&stack, chunk(block))).collect();
        check(machine, &stack, &frames, &[1]);
    }
}

#[test]
fn lengths_do_not_wrap() {
    let Some(machine) = machine() else { return };
    let stack = stack(Dtype::U8);
    let second = streams_of(&stack, &mut Random::new(5), Kind::Sparse)[1].clone();
    // A match of 2³² bytes and 63 more after a literal.
    let more = (1u64 << 32) + 63 - 19;
    let mut block = vec![0x1F, 7, 1, 0];
    block.extend(std::iter::repeat_n(255, (more / 255) as usize));
    block.extend([(more % 255) as u8, 0]);
    let chunk = streams::chunk(&stack, &mut Random::new(6), &[block, second]);
    check(machine, &stack, &[frame(&stack, chunk)], &[1]);
}
