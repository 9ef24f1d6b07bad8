//! Filter 32000: LZF, as h5py has it.
//!
//! A control byte below 32 stands before one literal more than it says. Else its upper three bits are a length, less 2, where 7 says
//! that a byte to be added follows; its lower five bits and the next byte are how far back the copy starts, less 1.

use crate::DecodeError;

/// Decompresses `src` into the start of `dst` and returns the decoded length.
pub(crate) fn undo(src: &[u8], dst: &mut [u8]) -> Result<usize, DecodeError> {
    let (mut at, mut done) = (0, 0);
    while let Some(&control) = src.get(at) {
        at += 1;
        let control = usize::from(control);
        if control < 32 {
            let literals = src.get(at..at + control + 1).ok_or(DecodeError::Truncated)?;
            let out = dst.get_mut(done..done + literals.len()).ok_or(DecodeError::WrongLength)?;
            out.copy_from_slice(literals);
            (at, done) = (at + literals.len(), done + literals.len());
            continue;
        }
        let mut length = (control >> 5) + 2;
        if length == 9 {
            length += usize::from(*src.get(at).ok_or(DecodeError::Truncated)?);
            at += 1;
        }
        let low = usize::from(*src.get(at).ok_or(DecodeError::Truncated)?);
        at += 1;
        copy_back(dst, done, ((control & 31) << 8 | low) + 1, length)?;
        done += length;
    }
    Ok(done)
}

/// Copies `length` bytes to `at` from `back` bytes before, one after the other: the copy may overlap itself.
pub(crate) fn copy_back(dst: &mut [u8], at: usize, back: usize, length: usize) -> Result<(), DecodeError> {
    let from = at.checked_sub(back).ok_or(DecodeError::Corrupt)?;
    let part = dst.get_mut(from..at + length).ok_or(DecodeError::WrongLength)?;
    if back >= length {
        part.copy_within(..length, back);
    } else {
        for i in back..part.len() {
            part[i] = part[i - back];
        }
    }
    Ok(())
}
