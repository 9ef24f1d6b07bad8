//! CBF's byte offsets (`x-CBF_BYTE_OFFSET`): each element is stored as its difference from the one before.
//!
//! A difference takes one byte; the byte 0x80 says that it takes two more, these as 0x8000 that it takes four more, and these as
//! 0x8000_0000 that it takes eight more, all little-endian and signed. The element before the first one is 0, and sums wrap
//! around as the elements do.

use crate::DecodeError;

/// Elements whose differences are taken at once while each has one byte.
const GROUP: usize = 8;

/// The byte that says that a longer difference follows, in each byte of a word.
const ESCAPES: u64 = 0x8080_8080_8080_8080;

/// The most bytes that an element takes.
pub const LONGEST: usize = 1 + 2 + 4 + 8;

/// Decodes as many elements of `elem_size` bytes (1, 2, 4 or 8) as `dst` has into it, little-endian, and returns the number of bytes
/// of `src` that they took. Bytes behind them are not looked at.
///
/// # Errors
/// `Truncated` when `src` ends before the last element does; `WrongLength` when `dst` does not hold whole elements of one of the
/// sizes. What `dst` holds afterwards is unspecified.
pub fn decode(elem_size: usize, src: &[u8], dst: &mut [u8]) -> Result<usize, DecodeError> {
    match elem_size {
        1 => elements::<1>(src, dst),
        2 => elements::<2>(src, dst),
        4 => elements::<4>(src, dst),
        8 => elements::<8>(src, dst),
        _ => Err(DecodeError::WrongLength),
    }
}

fn elements<const N: usize>(src: &[u8], dst: &mut [u8]) -> Result<usize, DecodeError> {
    let (elements, rest) = dst.as_chunks_mut::<N>();
    if !rest.is_empty() {
        return Err(DecodeError::WrongLength);
    }
    let (mut value, mut at, mut done) = (0_i64, 0, 0);
    while done < elements.len() {
        let group = src.get(at..).and_then(|rest| rest.first_chunk::<GROUP>()).filter(|group| is_short(group));
        if let (Some(group), Some(out)) = (group, elements.get_mut(done..done + GROUP)) {
            for (element, difference) in out.iter_mut().zip(group) {
                value = value.wrapping_add(i64::from(difference.cast_signed()));
                *element = low_bytes(value);
            }
            (at, done) = (at + GROUP, done + GROUP);
            continue;
        }
        let (difference, end) = difference(src, at)?;
        value = value.wrapping_add(difference);
        elements[done] = low_bytes(value);
        (at, done) = (end, done + 1);
    }
    Ok(at)
}

/// True when none of the bytes is 0x80: a byte of the word is 0 then in none of its places.
fn is_short(group: &[u8; GROUP]) -> bool {
    let zeros = u64::from_le_bytes(*group) ^ ESCAPES;
    zeros.wrapping_sub(ESCAPES >> 7) & !zeros & ESCAPES == 0
}

/// The difference that is stored at `at`, and where the next one is.
fn difference(src: &[u8], at: usize) -> Result<(i64, usize), DecodeError> {
    let one = i8::from_le_bytes(take(src, at)?);
    if one != i8::MIN {
        return Ok((one.into(), at + 1));
    }
    let two = i16::from_le_bytes(take(src, at + 1)?);
    if two != i16::MIN {
        return Ok((two.into(), at + 3));
    }
    let four = i32::from_le_bytes(take(src, at + 3)?);
    if four != i32::MIN {
        return Ok((four.into(), at + 7));
    }
    Ok((i64::from_le_bytes(take(src, at + 7)?), at + LONGEST))
}

fn take<const N: usize>(src: &[u8], at: usize) -> Result<[u8; N], DecodeError> {
    src.get(at..).and_then(|rest| rest.first_chunk()).copied().ok_or(DecodeError::Truncated)
}

/// The element, which is `value` modulo what its bytes can hold.
fn low_bytes<const N: usize>(value: i64) -> [u8; N] {
    let bytes = value.to_le_bytes();
    std::array::from_fn(|i| bytes[i])
}
