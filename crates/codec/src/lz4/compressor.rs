//! A fast LZ4 compressor: greedy matches from one table of the places where 4 bytes were last seen.

use super::{LONG, MIN_MATCH};

/// The format's rule: the last bytes of a block are literals.
const LAST_LITERALS: usize = 5;

/// The format's rule: the last match starts at least this many bytes before the end of a block.
const LAST_MATCH: usize = 12;

const HASH_BITS: u32 = 12;

/// Places without a match after which the search takes longer steps.
const PATIENCE: usize = 64;

/// Compresses LZ4 blocks; its table is reused from block to block.
#[derive(Clone, Debug)]
pub struct Compressor {
    /// Place (counted over all blocks) at which 4 bytes of this hash were last seen.
    places: Vec<u32>,
    /// Place of the first byte of the block: smaller ones in the table are left from earlier blocks.
    origin: u32,
}

impl Default for Compressor {
    fn default() -> Self {
        Compressor { places: vec![0; 1 << HASH_BITS], origin: 1 }
    }
}

impl Compressor {
    /// The most bytes a block may have.
    pub const MAX_BYTES: usize = 0x7e00_0000;

    /// Appends the compressed `src` to `out`.
    ///
    /// # Panics
    /// When `src` has more than [`Self::MAX_BYTES`].
    pub fn compress(&mut self, src: &[u8], out: &mut Vec<u8>) {
        assert!(src.len() <= Self::MAX_BYTES, "an LZ4 block has at most {} bytes", Self::MAX_BYTES);
        let length = src.len() as u32;
        if self.origin.checked_add(length).is_none() {
            self.places.fill(0);
            self.origin = 1;
        }
        let mut anchor = 0;
        while let Some((from, at)) = self.find(src, anchor) {
            let length = MIN_MATCH + common(src, from + MIN_MATCH, at + MIN_MATCH);
            put_sequence(out, &src[anchor..at], at - from, length);
            anchor = at + length;
            if anchor + LAST_MATCH <= src.len() {
                self.swap(src, anchor - 2);
            }
        }
        put_literals(out, &src[anchor..], 0);
        self.origin += length;
    }

    /// The next match at or behind `anchor`: where its bytes are and where they are repeated.
    fn find(&mut self, src: &[u8], anchor: usize) -> Option<(usize, usize)> {
        let mut tried = PATIENCE;
        let mut at = anchor;
        while at + LAST_MATCH <= src.len() {
            if let Some(from) = self.swap(src, at)
                && at - from <= usize::from(u16::MAX)
                && word(src, from) == word(src, at)
            {
                let back =
                    src[..from].iter().rev().zip(src[anchor..at].iter().rev()).take_while(|(a, b)| a == b).count();
                return Some((from - back, at - back));
            }
            at += tried / PATIENCE;
            tried += 1;
        }
        None
    }

    /// Notes the place of the 4 bytes at `at` and returns the place noted before for their hash, if it is in this block.
    fn swap(&mut self, src: &[u8], at: usize) -> Option<usize> {
        let hash = word(src, at).wrapping_mul(0x9e37_79b1) >> (u32::BITS - HASH_BITS);
        let before = std::mem::replace(&mut self.places[hash as usize], self.origin + at as u32);
        before.checked_sub(self.origin).map(|place| place as usize)
    }
}

fn word(src: &[u8], at: usize) -> u32 {
    src[at..].first_chunk().map_or(0, |bytes| u32::from_le_bytes(*bytes))
}

/// Number of equal bytes from `a` and from `b > a` on, the last literals left out.
fn common(src: &[u8], a: usize, b: usize) -> usize {
    let later = &src[b..src.len() - LAST_LITERALS];
    let earlier = &src[a..a + later.len()];
    let mut equal = 0;
    for (x, y) in earlier.chunks_exact(8).zip(later.chunks_exact(8)) {
        if x != y {
            break;
        }
        equal += 8;
    }
    equal + earlier[equal..].iter().zip(&later[equal..]).take_while(|(x, y)| x == y).count()
}

fn put_sequence(out: &mut Vec<u8>, literals: &[u8], offset: usize, length: usize) {
    let more = length - MIN_MATCH;
    put_literals(out, literals, more.min(LONG) as u8);
    out.extend_from_slice(&(offset as u16).to_le_bytes());
    put_rest(out, more);
}

/// Writes the token, the rest of the number of literals, and the literals.
fn put_literals(out: &mut Vec<u8>, literals: &[u8], low: u8) {
    out.push((literals.len().min(LONG) as u8) << 4 | low);
    put_rest(out, literals.len());
    out.extend_from_slice(literals);
}

/// Writes what a nibble cannot say of a length.
fn put_rest(out: &mut Vec<u8>, length: usize) {
    if let Some(rest) = length.checked_sub(LONG) {
        out.resize(out.len() + rest / 255, 255);
        out.push((rest % 255) as u8);
    }
}

#[cfg(test)]
mod tests {
    use super::Compressor;

    #[test]
    fn the_table_starts_anew_before_places_overflow() {
        let data = b"abcdefghabcdefghabcdefghabcdefgh";
        let (mut first, mut second) = (Vec::new(), Vec::new());
        let mut compressor = Compressor::default();
        compressor.compress(data, &mut first);
        compressor.origin = u32::MAX - data.len() as u32 + 1;
        compressor.compress(data, &mut second);
        assert_eq!(first, second);
        assert_eq!(compressor.origin, 1 + data.len() as u32);
    }
}
