//! The check of kernels for integers against their naive twin.

use std::collections::BTreeSet;

use crate::machine::Machine;
use crate::memory::{LANES, MARKED_ROOM, Memory, Stored, is_all, narrow_frames};
use crate::stack::Stack;
use crate::twin;

/// What a frame holds.
#[derive(Clone, Debug)]
pub(crate) enum Truth {
    /// There is none.
    Nothing,
    /// These elements.
    Elements(Vec<u8>),
    /// Nothing that can be decoded.
    Broken,
    /// These elements, which the host may be left to decode.
    Odd(Vec<u8>),
}

/// A frame and what it holds.
pub(crate) type Frame = (Stored, Truth);

/// What a frame is to give: sums of each recipe and marked pixels.
type Expected = (Vec<(Vec<u64>, Vec<u64>)>, Vec<(u32, u32)>);

/// Integrates frames, with threads in different orders, and compares all with the twin; returns the blocks and batches that
/// the narrow kernel left.
pub(crate) fn check(machine: &Machine, stack: &Stack, frames: &[Frame], orders: &[u64]) -> BTreeSet<(usize, usize)> {
    let mut frames = frames.to_vec();
    frames.resize(frames.len().next_multiple_of(LANES), (Stored::Absent, Truth::Nothing));
    let expected: Vec<_> = frames.iter().map(|(_, truth)| expected(stack, truth)).collect();
    let stored: Vec<_> = frames.iter().map(|(stored, _)| stored.clone()).collect();
    let mut left = BTreeSet::new();
    for order in orders {
        let mut memory = Memory::new(&stack.tables, &stored);
        memory.integrate(machine, stack.sums_variance(), *order);
        for (lane, (_, truth)) in frames.iter().enumerate() {
            let is_left = memory.is_left(lane);
            let is_right = match truth {
                Truth::Nothing | Truth::Elements(_) => !is_left,
                Truth::Broken => is_left,
                Truth::Odd(_) => true,
            };
            assert!(is_right, "frame {lane} of order {order} is left to the host: {is_left}");
            let is_absent = matches!(truth, Truth::Nothing);
            assert!(!is_absent || memory.marked(lane).1 == 0, "absent frame {lane} has marked pixels");
            if let Some(expected) = &expected[lane]
                && !is_left
            {
                compare(stack, &memory, lane, expected);
            }
        }
        if !is_all(*order) {
            left = check_wide(stack, &memory, &frames);
        }
    }
    left
}

fn expected(stack: &Stack, truth: &Truth) -> Option<Expected> {
    let (Truth::Elements(elements) | Truth::Odd(elements)) = truth else { return None };
    let raw = twin::integers(stack.dtype, elements);
    let sums = stack.plans.iter().map(|plan| twin::sums(plan, &raw)).collect();
    Some((sums, twin::marked(&stack.plans[0], &stack.used, &raw)))
}

fn compare(stack: &Stack, memory: &Memory<'_>, lane: usize, (sums, marked): &Expected) {
    let what = || format!("frame {lane} of {:?}", stack.tables.cut);
    for (recipe, (signal, variance)) in sums.iter().enumerate() {
        let found = memory.sums(recipe, lane);
        assert_eq!(found.0, *signal, "signal, recipe {recipe}, {}", what());
        assert_eq!(found.1, *variance, "variance, recipe {recipe}, {}", what());
    }
    let (mut found, count) = memory.marked(lane);
    found.sort_unstable();
    assert_eq!(count, marked.len(), "number of marked pixels, {}", what());
    if count <= MARKED_ROOM {
        assert_eq!(found, *marked, "marked pixels, {}", what());
    }
    let distinct: BTreeSet<_> = found.iter().collect();
    assert_eq!(distinct.len(), count.min(MARKED_ROOM), "pixels are marked once, {}", what());
    assert!(distinct.iter().all(|pixel| marked.contains(pixel)), "only marked pixels, {}", what());
}

/// Each block that a narrow tile cannot hold is left, once.
fn check_wide(stack: &Stack, memory: &Memory<'_>, frames: &[Frame]) -> BTreeSet<(usize, usize)> {
    let wide = memory.wide();
    let distinct: BTreeSet<_> = wide.iter().copied().collect();
    assert_eq!(distinct.len(), wide.len(), "a block is left once");
    let size = stack.dtype.size();
    assert!(size > 1 || wide.is_empty(), "pixels of 8 bits are not tried to be held narrow");
    for (lane, (_, truth)) in frames.iter().enumerate() {
        if let Truth::Elements(elements) = truth
            && size > 1
        {
            let raw = twin::integers(stack.dtype, elements);
            let large = stack.used.iter().filter(|elem| !(0..1 << (4 * size)).contains(&raw[**elem]));
            for block in large.map(|elem| elem / stack.tables.cut.block_elems) {
                assert!(
                    distinct.contains(&(block, lane / narrow_frames() * narrow_frames())),
                    "block {block} of frame {lane} has large pixels"
                );
            }
        }
    }
    distinct
}
