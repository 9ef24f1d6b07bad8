//! CBF's byte offsets, naively.

use crate::DecodeError;

/// Decodes so many elements byte by byte; `None` when the input ends too early. With them the bytes that they took.
#[must_use]
pub fn naive(elem_size: usize, src: &[u8], elems: usize) -> Option<(Vec<u8>, usize)> {
    let (mut input, mut out, mut value) = (src.iter(), Vec::new(), 0_i128);
    for _ in 0..elems {
        for width in [1, 2, 4, 8] {
            let mut difference = 0_i128;
            for byte in 0..width {
                difference += i128::from(*input.next()?) << (8 * byte);
            }
            let lowest = 1_i128 << (8 * width - 1);
            if difference == lowest && width < 8 {
                continue;
            }
            value += if difference >= lowest { difference - 2 * lowest } else { difference };
            break;
        }
        out.extend_from_slice(&value.to_le_bytes()[..elem_size]);
    }
    Some((out, src.len() - input.len()))
}

/// Encodes elements, each taken as signed, as briefly as can be.
#[must_use]
pub fn encode(elem_size: usize, data: &[u8]) -> Vec<u8> {
    let (mut out, mut before) = (Vec::new(), 0_i64);
    for element in data.chunks_exact(elem_size) {
        let negative = element.last().is_some_and(|byte| byte & 0x80 != 0);
        let mut bytes = [if negative { 0xff } else { 0 }; 8];
        bytes[..elem_size].copy_from_slice(element);
        let value = i64::from_le_bytes(bytes);
        let difference = value.wrapping_sub(before);
        before = value;
        let fits = |bits: u32| difference.unsigned_abs() < 1 << (bits - 1);
        let (escapes, width): (&[u8], usize) = match difference {
            _ if fits(8) => (&[], 1),
            _ if fits(16) => (&[0x80], 2),
            _ if fits(32) => (&[0x80, 0, 0x80], 4),
            _ => (&[0x80, 0, 0x80, 0, 0, 0, 0x80], 8),
        };
        out.extend_from_slice(escapes);
        out.extend_from_slice(&difference.to_le_bytes()[..width]);
    }
    out
}

/// Runs a decoder against the naive one: both fail, or both give the same elements and take the same bytes, whatever was in the
/// output before. Returns the error or the elements.
///
/// # Errors
/// The decoder's own error, when the naive one fails too.
///
/// # Panics
/// When the two differ, or the decoder writes outside of its output.
pub fn check(
    decode: impl FnOnce(usize, &[u8], &mut [u8]) -> Result<usize, DecodeError>,
    elem_size: usize,
    src: &[u8],
    elems: usize,
) -> Result<Vec<u8>, DecodeError> {
    let (result, bytes) = super::guarded(elems * elem_size, |out| decode(elem_size, src, out));
    match (result, naive(elem_size, src, elems)) {
        (Ok(taken), Some(expected)) => {
            assert!((&bytes, taken) == (&expected.0, expected.1), "wrong elements from {src:02x?}");
        }
        (Ok(_), None) => panic!("no error for {src:02x?}, which ends before {elems} elements do"),
        (Err(error), Some(_)) => panic!("'{error}' for {src:02x?}, which has {elems} elements"),
        (Err(_), None) => {}
    }
    result.map(|_| bytes)
}
