//! A chunk seen through a window that moves along with its blocks: of a frame's stored bytes only those about to be decoded
//! are in memory, and still in a cache when their turn comes.

use std::ops::Range;
use std::time::Instant;

use aureole_codec::{ChunkBytes, DecodeError};

use crate::pipeline::{ChunkBuf, Unread};

/// Bytes that are read at once, at least.
const PIECE: usize = 64 << 10;

/// The window of one lane.
#[derive(Debug, Default)]
pub(super) struct Window {
    bytes: Vec<u8>,
    /// What of the chunk is in `bytes`.
    filled: Range<usize>,
    /// Why the chunk could not be read.
    pub(super) error: Option<String>,
    /// Seconds spent reading.
    pub(super) seconds: f64,
}

impl Window {
    /// Makes ready for another chunk.
    pub(super) fn reset(&mut self) {
        self.filled = 0..0;
        self.error = None;
    }

    /// The bytes of a chunk: those in memory, or those still to be read, through this window.
    pub(super) fn over<'a>(&'a mut self, chunk: &'a ChunkBuf) -> Stored<'a> {
        match &chunk.unread {
            Some(unread) => Stored::Unread(self, unread),
            None => Stored::InMemory(&chunk.bytes),
        }
    }

    /// Why a block could not be decoded, in one sentence.
    pub(super) fn reason(&self, block: usize, error: DecodeError) -> String {
        self.error.clone().unwrap_or_else(|| format!("block {block}: {error}"))
    }

    /// Moves on to a part that lies within the chunk.
    fn move_to(&mut self, unread: &Unread, range: &Range<usize>) -> Result<(), String> {
        let start = Instant::now();
        let mut kept = 0;
        if self.filled.contains(&range.start) {
            let there = range.start - self.filled.start..self.filled.len();
            kept = there.len();
            self.bytes.copy_within(there, 0);
        }
        if self.bytes.len() < range.len().max(PIECE) {
            self.bytes.resize(range.len().max(PIECE), 0);
        }
        let end = unread.size().min(range.start + self.bytes.len());
        // Until the read is done, nothing is there.
        self.filled = 0..0;
        unread.read(range.start + kept, &mut self.bytes[kept..end - range.start])?;
        self.filled = range.start..end;
        self.seconds += start.elapsed().as_secs_f64();
        Ok(())
    }
}

/// The bytes of a chunk.
pub(super) enum Stored<'a> {
    /// All of them.
    InMemory(&'a [u8]),
    /// To be read.
    Unread(&'a mut Window, &'a Unread),
}

impl ChunkBytes for Stored<'_> {
    fn size(&self) -> usize {
        match self {
            Stored::InMemory(bytes) => bytes.len(),
            Stored::Unread(_, unread) => unread.size(),
        }
    }

    fn part(&mut self, range: Range<usize>) -> Result<&[u8], DecodeError> {
        match self {
            Stored::InMemory(bytes) => bytes.get(range).ok_or(DecodeError::Truncated),
            Stored::Unread(window, unread) => {
                if range.start > range.end || range.end > unread.size() {
                    return Err(DecodeError::Truncated);
                }
                if (range.start < window.filled.start || range.end > window.filled.end)
                    && let Err(reason) = window.move_to(unread, &range)
                {
                    window.error = Some(reason);
                    return Err(DecodeError::Unread);
                }
                let at = range.start - window.filled.start;
                Ok(&window.bytes[at..at + range.len()])
            }
        }
    }

    fn expect(&self, range: Range<usize>) {
        if let Stored::InMemory(bytes) = self {
            bytes.expect(range);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::pipeline::Pieces;
    use crate::testing::Random;

    struct Bytes(Vec<u8>);

    impl Pieces for Bytes {
        fn read_piece(&self, _frame: usize, at: usize, out: &mut [u8]) -> Result<(), String> {
            let piece = self.0.get(at..at + out.len()).ok_or("torn")?;
            out.copy_from_slice(piece);
            Ok(())
        }
    }

    fn chunk(bytes: Vec<u8>, size: usize) -> ChunkBuf {
        let unread = Unread::new(Arc::new(Bytes(bytes)), 0, size);
        ChunkBuf { unread: Some(unread), ..ChunkBuf::default() }
    }

    #[test]
    fn whatever_part_is_asked_for_in_whatever_order_it_is_that_of_the_chunk() {
        let bytes: Vec<u8> = (0..5 * PIECE + 77).map(|i| (i * 7 + i / 251) as u8).collect();
        let chunk = chunk(bytes.clone(), bytes.len());
        let (mut window, mut random) = (Window::default(), Random::new(3));
        for turn in 0..500 {
            let start = if turn < 250 { turn * bytes.len() / 250 } else { random.below(bytes.len()) };
            let most = [0, 9, 4096, 2 * PIECE][random.below(4)];
            let range = start..(start + random.below(most + 1)).min(bytes.len());
            assert_eq!(window.over(&chunk).part(range.clone()).unwrap(), &bytes[range]);
        }
    }

    #[test]
    fn what_lies_beyond_the_chunk_or_cannot_be_read_is_an_error_and_what_is_there_stays() {
        let bytes = vec![5; PIECE + 10];
        let chunk = chunk(bytes, 3 * PIECE);
        let mut window = Window::default();
        let mut over = window.over(&chunk);
        assert_eq!(over.part(3 * PIECE - 1..3 * PIECE + 1), Err(DecodeError::Truncated));
        assert_eq!(over.part(10..20), Ok(&[5; 10][..]));
        assert_eq!(over.part(PIECE..PIECE + 20), Err(DecodeError::Unread));
        assert_eq!(over.part(10..20), Ok(&[5; 10][..]));
        assert_eq!(window.error.as_deref(), Some("torn"));
    }
}
