//! The decoder with vectors of 16 and 32 bytes, whatever instructions they are of.
//!
//! Nearly all sequences of a bitshuffled block are short, or runs of a pattern of a few bytes. So a short match is one load,
//! one byte permutation (which repeats offsets below 16, and does nothing to longer ones) and one store, whatever its offset
//! and length; a run is written from a register and never by reading back what was just stored.
#![allow(unsafe_code)]

use super::copy::{copy_far, copy_literals, copy_near_end, copy_run, copy_short, copy16};
use super::vectors::Vectors;
use super::{LONG, MIN_MATCH};
use crate::DecodeError;

/// Decodes the block `src`, which must fill `dst` exactly. It becomes part of its caller, which names the instructions.
///
/// # Safety
/// The CPU has the instructions of `V`.
#[inline(always)]
pub(super) unsafe fn decode<V: Vectors>(src: &[u8], dst: &mut [u8]) -> Result<(), DecodeError> {
    let (mut from, mut at) = (0, 0);
    loop {
        let token = usize::from(*src.get(from).ok_or(DecodeError::Truncated)?);
        from += 1;
        let mut literals = token >> 4;
        if literals < LONG && src.len() - from >= 16 && dst.len() - at >= 16 {
            // SAFETY: the caller's promise; both sides have 16 bytes left, as just checked.
            unsafe { copy16::<V>(src, from, dst, at) };
        } else {
            literals = take_length(src, &mut from, literals)?;
            if literals > src.len() - from {
                return Err(DecodeError::Truncated);
            }
            if literals > dst.len() - at {
                return Err(DecodeError::WrongLength);
            }
            // SAFETY: the caller's promise; both sides have that many bytes left, as just checked.
            unsafe { copy_literals::<V>(&src[from..from + literals], dst, at) };
        }
        from += literals;
        at += literals;
        if src.len() - from < 2 {
            return finish(src.len() - from, dst.len() - at);
        }
        let offset = usize::from(u16::from_le_bytes([src[from], src[from + 1]]));
        from += 2;
        let length = take_length(src, &mut from, token & LONG)? + MIN_MATCH;
        if offset == 0 || offset > at {
            return Err(DecodeError::Corrupt);
        }
        let room = dst.len() - at;
        if length <= 16 && room >= 16 {
            // SAFETY: the caller's promise; 0 < offset <= at, and 16 bytes fit behind `at`.
            unsafe { copy_short::<V>(dst, at, offset) };
        } else {
            // SAFETY: the caller's promise; 0 < offset <= at.
            unsafe { copy_long::<V>(dst, at, offset, length)? };
        }
        at += length;
    }
}

/// What the end of the input means, fewer than 2 bytes of which are left behind a sequence's literals.
const fn finish(input_left: usize, output_left: usize) -> Result<(), DecodeError> {
    if input_left == 0 && output_left == 0 { Ok(()) } else { Err(DecodeError::Truncated) }
}

/// Copies a match that is longer than 16 bytes or close to the end.
///
/// # Safety
/// The CPU has the instructions of `V`, and 0 < offset <= at.
#[inline(always)]
unsafe fn copy_long<V: Vectors>(dst: &mut [u8], at: usize, offset: usize, length: usize) -> Result<(), DecodeError> {
    let room = dst.len() - at;
    if length > room {
        return Err(DecodeError::WrongLength);
    }
    if room < 16 {
        copy_near_end(dst, at, offset, length);
    } else if offset < 16 {
        // SAFETY: the caller's promise; the match fits, and 16 bytes fit behind `at`.
        unsafe { copy_run::<V>(dst, at, offset, length) };
    } else {
        // SAFETY: the caller's promise; 16 <= offset, and the match fits and has more than 16 bytes: shorter ones come here only
        // where there is no room.
        unsafe { copy_far::<V>(dst, at, offset, length) };
    }
    Ok(())
}

/// The length that starts with the given nibble of a token; bytes of 255 are counted eight at a time.
#[inline]
fn take_length(src: &[u8], from: &mut usize, nibble: usize) -> Result<usize, DecodeError> {
    let mut length = nibble;
    if nibble < LONG {
        return Ok(length);
    }
    while let Some(next) = src.get(*from..).and_then(|rest| rest.first_chunk()) {
        let full = (!u64::from_le_bytes(*next)).trailing_zeros() as usize / 8;
        length += 255 * full;
        *from += full;
        if full < 8 {
            length += usize::from(next[full]);
            *from += 1;
            return Ok(length);
        }
    }
    loop {
        let byte = *src.get(*from).ok_or(DecodeError::Truncated)?;
        *from += 1;
        length += usize::from(byte);
        if byte != 255 {
            return Ok(length);
        }
    }
}
