//! The portable decoder, in safe code.

use super::{LONG, MIN_MATCH};
use crate::DecodeError;

/// Decodes the block `src`, which must fill `dst` exactly.
pub(super) fn decode(src: &[u8], dst: &mut [u8]) -> Result<(), DecodeError> {
    let mut input = src;
    let mut at = 0;
    loop {
        let token = usize::from(take(&mut input, 1)?[0]);
        let literals = take_length(&mut input, token >> 4)?;
        let literals = take(&mut input, literals)?;
        let room = dst.get_mut(at..).and_then(|rest| rest.get_mut(..literals.len()));
        room.ok_or(DecodeError::WrongLength)?.copy_from_slice(literals);
        at += literals.len();
        if input.is_empty() {
            return if at == dst.len() { Ok(()) } else { Err(DecodeError::Truncated) };
        }
        let offset = take(&mut input, 2)?;
        let offset = usize::from(u16::from_le_bytes([offset[0], offset[1]]));
        let length = take_length(&mut input, token & LONG)?.saturating_add(MIN_MATCH);
        if offset == 0 || offset > at {
            return Err(DecodeError::Corrupt);
        }
        if length > dst.len() - at {
            return Err(DecodeError::WrongLength);
        }
        repeat(&mut dst[..at + length], at, offset);
        at += length;
    }
}

/// Takes the next `n` bytes off the input.
fn take<'a>(input: &mut &'a [u8], n: usize) -> Result<&'a [u8], DecodeError> {
    let (head, rest) = input.split_at_checked(n).ok_or(DecodeError::Truncated)?;
    *input = rest;
    Ok(head)
}

/// The length that starts with the given nibble of a token.
fn take_length(input: &mut &[u8], nibble: usize) -> Result<usize, DecodeError> {
    let mut length = nibble;
    if nibble == LONG {
        loop {
            let byte = take(input, 1)?[0];
            length = length.saturating_add(usize::from(byte));
            if byte != 255 {
                break;
            }
        }
    }
    Ok(length)
}

/// Fills `dst[at..]` by repeating the `offset` bytes before `at`; each step copies all that is there, so that it doubles.
fn repeat(dst: &mut [u8], at: usize, offset: usize) {
    let start = at - offset;
    let mut end = at;
    while end < dst.len() {
        let step = (end - start).min(dst.len() - end);
        dst.copy_within(start..start + step, end);
        end += step;
    }
}
