//! Frames of floats, whose sums have the bits of adding pixel after pixel.

use std::collections::BTreeSet;

use aureole_core::dtype::Dtype;
use aureole_core::recipe::{Dummy, Marks};
use aureole_core::testing::Random;

use crate::machine::{Machine, machine};
use crate::memory::{LANES, MARKED_ROOM, Memory, Stored};
use crate::stack::{Shape, Stack, recipe};
use crate::twin;

fn pixel(random: &mut Random) -> f64 {
    match random.below(80) {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => f64::NEG_INFINITY,
        3 => -2.0,
        4 => -1.5,
        5 => 1e9,
        6 => -0.0,
        7 => 250.0,
        _ => (random.unit() - 0.1) * 300.0,
    }
}

fn elements(dtype: Dtype, elems: usize, random: &mut Random) -> Vec<u8> {
    let bytes = |value: f64| match dtype {
        Dtype::F32 => (value as f32).to_ne_bytes().to_vec(),
        _ => value.to_ne_bytes().to_vec(),
    };
    (0..elems).flat_map(|_| bytes(pixel(random))).collect()
}

fn check(machine: &Machine, stack: &Stack, elems: usize) {
    let mut random = Random::new(elems as u64);
    let frames: Vec<_> = (0..2 * LANES)
        .map(|lane| match lane {
            2 | 30 => Stored::Absent,
            _ => Stored::Elements(elements(stack.dtype, elems, &mut random)),
        })
        .collect();
    let mut memory = Memory::new(&stack.tables, &frames);
    memory.gather(machine);
    for (lane, frame) in frames.iter().enumerate() {
        let Stored::Elements(elements) = frame else { continue };
        let raw = twin::floats(stack.dtype, elements);
        for (recipe, plan) in stack.plans.iter().enumerate() {
            assert_eq!(memory.sums(recipe, lane), twin::float_sums(plan, &raw), "recipe {recipe}, lane {lane}");
        }
        let marks = stack.plans[0].marks();
        let marked: BTreeSet<_> = stack.used.iter().filter(|elem| marks.masks_float(raw[**elem])).collect();
        let marked: Vec<_> = marked.into_iter().map(|elem| (*elem as u32, 0)).collect();
        let (mut found, count) = memory.marked(lane);
        found.sort_unstable();
        assert_eq!(count, marked.len(), "number of marked pixels, lane {lane}");
        assert!(if count <= MARKED_ROOM { found == marked } else { found.iter().all(|pixel| marked.contains(pixel)) });
    }
}

#[test]
fn floats_are_added_in_the_order_of_their_pixels() {
    let Some(machine) = machine() else { return };
    let dummy = Some(Dummy { value: -2.0, delta: 0.5 });
    for dtype in [Dtype::F32, Dtype::F64] {
        for marks in [Marks::default(), Marks { dummy, saturation: Some(250.0) }] {
            for elems in [9, 613, 4007] {
                let shape = Shape { dtype, elems, block_elems: 0 };
                check(
                    machine,
                    &Stack::new(shape, &[recipe(13, true), recipe(29, false)], marks, |elem| elem % 7 == 3),
                    elems,
                );
            }
        }
    }
}
