//! LZ4 blocks, naively.

use crate::DecodeError;

/// Decodes an LZ4 block byte by byte; `None` when it is malformed or does not hold exactly `len` bytes.
#[must_use]
pub fn naive(src: &[u8], len: usize) -> Option<Vec<u8>> {
    let mut input = src.iter().map(|byte| usize::from(*byte)).peekable();
    let mut out = Vec::new();
    loop {
        let token = input.next()?;
        for _ in 0..length(token >> 4, &mut input)? {
            out.push(u8::try_from(input.next()?).ok()?);
        }
        if input.peek().is_none() {
            return (out.len() == len).then_some(out);
        }
        let offset = input.next()? + 256 * input.next()?;
        let more = length(token & 15, &mut input)?;
        if offset == 0 || offset > out.len() || more + 4 > len.saturating_sub(out.len()) {
            return None;
        }
        for _ in 0..more + 4 {
            out.push(out[out.len() - offset]);
        }
    }
}

fn length(nibble: usize, input: &mut impl Iterator<Item = usize>) -> Option<usize> {
    let mut length = nibble;
    let mut last = if nibble == 15 { 255 } else { 0 };
    while last == 255 {
        last = input.next()?;
        length += last;
    }
    Some(length)
}

/// Runs a decoder against the naive one: both fail, or both give the same bytes, whatever was in the output before.
/// Returns the error or the bytes.
///
/// # Errors
/// The decoder's own error, when the naive one fails too.
///
/// # Panics
/// When the two differ, or the decoder writes outside of its output.
pub fn check(
    decode: impl FnOnce(&[u8], &mut [u8]) -> Result<(), DecodeError>,
    src: &[u8],
    len: usize,
) -> Result<Vec<u8>, DecodeError> {
    let (result, bytes) = super::guarded(len, |out| decode(src, out));
    match (result, naive(src, len)) {
        (Ok(()), Some(expected)) => assert!(bytes == expected, "wrong bytes from block {src:02x?}"),
        (Ok(()), None) => panic!("no error for the malformed block {src:02x?} of {len} bytes"),
        (Err(error), Some(_)) => panic!("'{error}' for the valid block {src:02x?} of {len} bytes"),
        (Err(_), None) => {}
    }
    result.map(|()| bytes)
}
