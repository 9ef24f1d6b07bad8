//! Filter 3: Fletcher's checksum of 32 bits over big-endian 16-bit words, stored little-endian behind the data.

use crate::DecodeError;

/// Bytes of the checksum.
pub(crate) const BYTES: usize = 4;

/// Words that can be summed before a 32-bit sum of sums could overflow.
const WORDS_A_ROUND: usize = 360;

/// Checks the data and returns them without the checksum.
///
/// Early HDF5 libraries stored both halves of the checksum byte-swapped on little-endian machines; either form is valid.
pub(crate) fn strip(stored: &[u8]) -> Result<&[u8], DecodeError> {
    let (data, sum) = stored.split_last_chunk::<BYTES>().ok_or(DecodeError::Truncated)?;
    let stated = u32::from_le_bytes(*sum);
    let swapped = u32::from_le_bytes([sum[1], sum[0], sum[3], sum[2]]);
    let found = checksum(data);
    if found == stated || found == swapped { Ok(data) } else { Err(DecodeError::Checksum) }
}

/// The checksum as HDF5 defines it; an odd last byte is the high byte of a word.
pub(crate) fn checksum(data: &[u8]) -> u32 {
    let (mut low, mut high) = (0_u32, 0_u32);
    for round in data.chunks(2 * WORDS_A_ROUND) {
        for word in round.chunks(2) {
            low += u32::from(word[0]) << 8 | word.get(1).map_or(0, |byte| u32::from(*byte));
            high += low;
        }
        low = fold(low);
        high = fold(high);
    }
    fold(high) << 16 | fold(low)
}

/// Adds the carry back in: a step towards the sum modulo 65535 that never yields 0 for a sum that is not 0.
const fn fold(sum: u32) -> u32 {
    (sum & 0xffff) + (sum >> 16)
}
