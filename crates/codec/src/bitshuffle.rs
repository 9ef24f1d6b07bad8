//! The bit transpose of bitshuffle, undone for one block.
//!
//! A block of `n` elements (a multiple of 8) of `s` bytes is stored as `8 s` planes of `n / 8` bytes: plane `8 j + b` holds
//! bit `b` of byte `j` of every element, the first element in the lowest bit of the first byte.

mod scalar;

use crate::Isa;

/// Elements that share a byte of a plane: blocks are multiples of it.
pub const GROUP: usize = 8;

/// Undoes the bit transpose of one block of elements of `elem_size` bytes.
///
/// # Panics
/// When `src` and `dst` differ in length or do not hold a multiple of 8 elements: lengths are the caller's to check.
pub fn unshuffle(isa: Isa, elem_size: usize, src: &[u8], dst: &mut [u8]) {
    assert_eq!(src.len(), dst.len(), "a bit transpose keeps the length");
    assert_eq!(src.len() % (GROUP * elem_size), 0, "a bit transpose takes multiples of 8 elements");
    let _ = isa;
    scalar::unshuffle(elem_size, src, dst);
}
