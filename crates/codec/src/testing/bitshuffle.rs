//! The bit transpose, naively.

use crate::bitshuffle::GROUP;

/// Calls `visit` with the places of each bit, in the elements and in the planes, counted in bits from the start.
fn each_bit(elem_size: usize, bytes: usize, mut visit: impl FnMut(usize, usize)) {
    let elems = bytes / elem_size;
    for element in 0..elems {
        for bit in 0..GROUP * elem_size {
            visit(element * GROUP * elem_size + bit, bit * elems + element);
        }
    }
}

fn copy_bit(src: &[u8], from: usize, dst: &mut [u8], to: usize) {
    dst[to / 8] |= (src[from / 8] >> (from % 8) & 1) << (to % 8);
}

/// Transposes the bits of a block of elements, bit by bit.
#[must_use]
pub fn naive_shuffle(elem_size: usize, elements: &[u8]) -> Vec<u8> {
    let mut planes = vec![0; elements.len()];
    each_bit(elem_size, elements.len(), |element, plane| copy_bit(elements, element, &mut planes, plane));
    planes
}

/// Undoes the transpose of a block, bit by bit.
#[must_use]
pub fn naive_unshuffle(elem_size: usize, planes: &[u8]) -> Vec<u8> {
    let mut elements = vec![0; planes.len()];
    each_bit(elem_size, planes.len(), |element, plane| copy_bit(planes, plane, &mut elements, element));
    elements
}

/// Runs an implementation against its naive twin, [`naive_shuffle`] or [`naive_unshuffle`], with a dirty output.
///
/// # Panics
/// When the two differ, or the implementation writes outside of its output.
pub fn check(
    twin: fn(usize, &[u8]) -> Vec<u8>,
    transpose: impl FnOnce(usize, &[u8], &mut [u8]),
    elem_size: usize,
    src: &[u8],
) {
    let ((), bytes) = super::guarded(src.len(), |out| transpose(elem_size, src, out));
    let expected = twin(elem_size, src);
    let wrong = bytes.iter().zip(&expected).position(|(a, b)| a != b);
    assert_eq!(wrong, None, "first wrong byte of {} with elements of {elem_size} bytes", src.len());
}
