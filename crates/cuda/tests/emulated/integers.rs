//! Frames that the encoder wrote.

use aureole_core::dtype::Dtype;
use aureole_core::recipe::{Dummy, Marks};
use aureole_core::testing::Random;

use crate::check::{Frame, Truth, check};
use crate::content::{Content, Detector};
use crate::machine::{Machine, machine};
use crate::memory::{LANES, Stored};
use crate::stack::{Recipe, Shape, Stack, recipe};

/// Types whose pixels kernels sum as integers.
const INTEGERS: [Dtype; 6] = [Dtype::U8, Dtype::U16, Dtype::U32, Dtype::I8, Dtype::I16, Dtype::I32];

/// Elements a frame and a block: whole blocks; a last one whose planes are no whole words; raw elements behind it, alone in a
/// block, alone in the frame; the smallest blocks; odd ones; those that bitshuffle takes by itself.
const SIZES: [(usize, usize); 9] =
    [(192, 64), (168, 64), (173, 64), (131, 64), (5, 64), (57, 8), (2303, 1000), (4_000, 1_032), (613 * 7, 0)];

/// A batch of small pixels, and one of all kinds, with lanes that hold none and frames that the host decoded.
fn two_batches(stack: &Stack, shape: Shape) -> Vec<Frame> {
    let mut random = Random::new(shape.elems as u64);
    let frame = |lane: usize| {
        let content = match lane {
            0..LANES => Content::small(shape.dtype.size())[lane % 3],
            _ => Content::ALL[lane % Content::ALL.len()],
        };
        let elements = content.elements(shape, &mut random);
        let stored = match lane {
            3 | 20 | 31 => return (Stored::Absent, Truth::Nothing),
            7 | 24..27 => Stored::Elements(elements.clone()),
            _ => Stored::Chunk(stack.encode(&elements)),
        };
        (stored, Truth::Elements(elements))
    };
    (0..2 * LANES).map(frame).collect()
}

fn check_sizes(machine: &Machine, dtype: Dtype, recipes: &[Recipe], marks: Marks) {
    for (elems, block_elems) in SIZES {
        let shape = Shape { dtype, elems, block_elems };
        let stack = Stack::new(shape, recipes, marks, |_| false);
        let wide = check(machine, &stack, &two_batches(&stack, shape), &[1, 2, 5]);
        assert!(wide.iter().all(|(_, lane)| *lane >= LANES), "small pixels are held narrow: {shape:?}");
    }
}

#[test]
fn sums_are_those_of_all_pixels() {
    let Some(machine) = machine() else { return };
    for dtype in INTEGERS {
        check_sizes(machine, dtype, &[recipe(13, false)], Marks::default());
    }
}

#[test]
fn recipes_with_variances_and_without_share_a_launch() {
    let Some(machine) = machine() else { return };
    let marks = Marks { dummy: Some(Dummy { value: -1.0, delta: 0.0 }), saturation: Some(5.0) };
    for dtype in INTEGERS {
        check_sizes(machine, dtype, &[recipe(29, true), recipe(3, false), recipe(40, true)], marks);
    }
}

#[test]
fn gaps_without_entries_stay_narrow() {
    let Some(machine) = machine() else { return };
    let detectors = [
        (Dtype::U32, 1030, 12),
        (Dtype::I32, 4148, 6),
        (Dtype::U32, 487, 30),
        (Dtype::U16, 1030, 24),
        (Dtype::I16, 487, 40),
    ];
    for (dtype, width, rows) in detectors {
        let shape = Shape { dtype, elems: width * rows, block_elems: 0 };
        let detector = Detector { width, rows };
        let recipe = Recipe { bins: 31, poisson: true, is_full: true };
        let stack = Stack::new(shape, &[recipe], Marks::default(), |elem| detector.is_gap(elem) || elem % width < 40);
        let mut random = Random::new(9);
        let frame = |lane| {
            let most = 1usize << usize::min((lane + 15) / 2, 4 * dtype.size() - 1);
            let elements = detector.elements(shape, most, &mut random);
            (Stored::Chunk(stack.encode(&elements)), Truth::Elements(elements))
        };
        let frames: Vec<_> = (0..LANES).map(frame).collect();
        let wide = check(machine, &stack, &frames, &[1, 2]);
        assert!(wide.is_empty(), "rows of {width}: left {wide:?}");
    }
}

#[test]
fn one_large_pixel_makes_its_block_wide() {
    let Some(machine) = machine() else { return };
    let shape = Shape { dtype: Dtype::U32, elems: 173, block_elems: 64 };
    let recipe = Recipe { bins: 5, poisson: false, is_full: true };
    let is_masked = |elem| (20..45).contains(&elem) || elem == 100 || (169..172).contains(&elem);
    let stack = Stack::new(shape, &[recipe], Marks::default(), is_masked);
    let mut random = Random::new(10);
    // Each frame has a batch of its own.
    let mut frames = vec![(Stored::Absent, Truth::Nothing); 2 * shape.elems * LANES];
    for (batch, place) in frames.iter_mut().step_by(LANES).enumerate() {
        let (elem, as_chunk) = (batch / 2, batch % 2 == 0);
        let mut elements = Content::Low.elements(shape, &mut random);
        elements[4 * elem..][..4].copy_from_slice(&[0, 0, 1 + (elem % 255) as u8, 0]);
        let stored = if as_chunk { Stored::Chunk(stack.encode(&elements)) } else { Stored::Elements(elements.clone()) };
        *place = (stored, Truth::Elements(elements));
    }
    let wide = check(machine, &stack, &frames, &[1]);
    for batch in 0..frames.len() / LANES {
        let (elem, as_chunk) = (batch / 2, batch % 2 == 0);
        let left: Vec<_> = wide.iter().filter(|wide| wide.1 == batch * LANES).map(|wide| wide.0).collect();
        if !is_masked(elem) {
            assert_eq!(left, [elem / 64], "pixel {elem}");
        } else if !as_chunk || elem >= 168 {
            // Of masked pixels in planes, matches may not tell all.
            assert!(left.is_empty(), "pixel {elem} is in no bin: {left:?}");
        }
    }
}
