//! The portable transpose: 8 x 8 bits at a time in one 64-bit word.

use super::GROUP;

/// Undoes the transpose of a block, but for the first `done` bytes of each plane; lengths were checked by the caller. Bytes
/// of the elements all of whose planes are zero are not transposed: the high bytes of counting detectors.
pub(super) fn unshuffle(elem_size: usize, src: &[u8], dst: &mut [u8], done: usize) {
    let plane = src.len() / (GROUP * elem_size);
    let rest = &mut dst[done * GROUP * elem_size..];
    if rest.is_empty() {
        return;
    }
    rest.fill(0);
    for byte in 0..elem_size {
        let planes = &src[byte * GROUP * plane..][..GROUP * plane];
        if planes.iter().fold(0, |bits, byte| bits | byte) == 0 {
            continue;
        }
        for (group, out) in (done..).zip(rest.chunks_exact_mut(GROUP * elem_size)) {
            let bits = transpose8(std::array::from_fn(|bit| planes[bit * plane + group]));
            for (element, value) in bits.into_iter().enumerate() {
                out[element * elem_size + byte] = value;
            }
        }
    }
}

/// Transposes an 8 x 8 matrix of bits, a row a byte, by swapping ever larger off-diagonal squares.
pub(super) fn transpose8(rows: [u8; 8]) -> [u8; 8] {
    let mut x = u64::from_le_bytes(rows);
    for (shift, mask) in [(7, 0x00aa_00aa_00aa_00aa_u64), (14, 0x0000_cccc_0000_cccc), (28, 0x0000_0000_f0f0_f0f0)] {
        let swap = (x ^ (x >> shift)) & mask;
        x ^= swap ^ (swap << shift);
    }
    x.to_le_bytes()
}
