//! Filter 2: byte `j` of every element stored together.

/// Undoes the byte transpose; bytes behind the last whole element were stored as they are. Lengths are equal.
pub(crate) fn undo(elem_size: usize, src: &[u8], dst: &mut [u8]) {
    let elems = src.len() / elem_size;
    for byte in 0..elem_size {
        let plane = &src[byte * elems..][..elems];
        for (element, value) in dst.chunks_exact_mut(elem_size).zip(plane) {
            element[byte] = *value;
        }
    }
    let whole = elems * elem_size;
    dst[whole..].copy_from_slice(&src[whole..]);
}
