//! BloscLZ, the compressor that Blosc brings along.
//!
//! A control byte below 32 stands before one literal more than it says. Else its upper three bits are a length, less 2, where 7 says
//! that bytes to be added follow, up to the first that is not 255; its lower five bits and the next byte are how far back the copy starts,
//! less 1, and where they are all ones, two more bytes follow, to be added. The upper bits of the first control byte mean nothing.

use super::lzf::copy_back;
use crate::DecodeError;

/// The largest distance without two more bytes.
const FAR: usize = 0x1fff;

/// Decompresses `src` into the start of `dst` and returns the decoded length.
pub(crate) fn undo(src: &[u8], dst: &mut [u8]) -> Result<usize, DecodeError> {
    let (mut at, mut done) = (0, 0);
    let next = |at: &mut usize| -> Result<usize, DecodeError> {
        let byte = src.get(*at).ok_or(DecodeError::Truncated)?;
        *at += 1;
        Ok((*byte).into())
    };
    let mut control = next(&mut at)? & 31;
    loop {
        if control < 32 {
            let literals = src.get(at..at + control + 1).ok_or(DecodeError::Truncated)?;
            let out = dst.get_mut(done..done + literals.len()).ok_or(DecodeError::WrongLength)?;
            out.copy_from_slice(literals);
            (at, done) = (at + literals.len(), done + literals.len());
        } else {
            let mut length = (control >> 5) + 2;
            if length == 9 {
                let mut more = 255;
                while more == 255 {
                    more = next(&mut at)?;
                    length = length.saturating_add(more);
                }
            }
            let mut back = (control & 31) << 8 | next(&mut at)?;
            if back == FAR {
                back += next(&mut at)? << 8;
                back += next(&mut at)?;
            }
            copy_back(dst, done, back + 1, length)?;
            done += length;
        }
        if at >= src.len() {
            return Ok(done);
        }
        control = next(&mut at)?;
    }
}
