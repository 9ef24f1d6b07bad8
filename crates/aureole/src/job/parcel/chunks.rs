//! Stored bytes of frames on their way.

use std::ops::Range;

use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};
use serde::{Deserialize, Serialize};

use super::bytes;

/// What is said of a chunk beside its bytes.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Chunk {
    bytes: usize,
    filter_mask: u32,
    /// Why it could not be read; it has no bytes then.
    error: Option<String>,
}

/// Reads the chunks of frames, and packs them.
pub(super) fn pack(source: &dyn Source, frames: Range<usize>) -> Vec<u8> {
    source.will_need(frames.clone());
    let read = |frame| {
        let mut chunk = ChunkBuf { frame, ..ChunkBuf::default() };
        chunk.error = source.read(frame, &mut chunk).err();
        if chunk.error.is_some() {
            chunk.bytes.clear();
        }
        chunk
    };
    let chunks: Vec<ChunkBuf> = frames.map(read).collect();
    let said = |chunk: &ChunkBuf| Chunk {
        bytes: chunk.bytes.len(),
        filter_mask: chunk.filter_mask,
        error: chunk.error.clone(),
    };
    let head: Vec<Chunk> = chunks.iter().map(said).collect();
    bytes::join(&head, chunks.iter().map(|chunk| chunk.bytes.as_slice()))
}

/// The frames of a range, from chunks that were sent.
#[derive(Debug)]
pub struct Sent<'a> {
    spec: StackSpec,
    first: usize,
    chunks: Vec<(Chunk, &'a [u8])>,
}

impl<'a> Sent<'a> {
    /// The frames from `first` on of a stack of which `spec` is known.
    ///
    /// # Errors
    /// When the bytes are not those of [`Prepared::chunks`](crate::job::Prepared::chunks).
    pub fn new(spec: StackSpec, first: usize, chunks: &'a [u8]) -> Result<Sent<'a>, String> {
        let (head, mut rest) = bytes::part::<Vec<Chunk>>(chunks)?;
        let mut chunks = Vec::new();
        for chunk in head {
            let bytes = bytes::take(&mut rest, Some(chunk.bytes))?;
            chunks.push((chunk, bytes));
        }
        Ok(Sent { spec, first, chunks })
    }
}

impl Source for Sent<'_> {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let there = frame.checked_sub(self.first).and_then(|nth| self.chunks.get(nth));
        let (chunk, bytes) = there.ok_or_else(|| format!("frame {frame} was not sent here"))?;
        *buf = ChunkBuf { frame, bytes: std::mem::take(&mut buf.bytes), ..ChunkBuf::default() };
        buf.bytes.clear();
        if let Some(error) = &chunk.error {
            return Err(error.clone());
        }
        buf.filter_mask = chunk.filter_mask;
        buf.bytes.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use aureole_core::dtype::Dtype;

    use super::*;
    use crate::source::MemorySource;

    /// A stack of four frames, the third of which cannot be read.
    struct Torn(MemorySource);

    impl Source for Torn {
        fn spec(&self) -> &StackSpec {
            self.0.spec()
        }

        fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
            self.0.read(frame, buf)?;
            buf.filter_mask = 5;
            if frame == 2 { Err("torn".into()) } else { Ok(()) }
        }
    }

    #[test]
    fn frames_arrive_as_they_were_read_and_none_but_those_that_were_sent() {
        let frames = (0..4).map(|frame| vec![frame; 6]).collect();
        let stack = Torn(MemorySource::new((2, 3), Dtype::U8, frames).unwrap());
        let packed = pack(&stack, 1..4);
        let sent = Sent::new(stack.spec().clone(), 1, &packed).unwrap();
        let mut chunk = ChunkBuf::default();
        for (frame, read) in [(0, false), (1, true), (2, false), (3, true), (4, false)] {
            assert_eq!(sent.read(frame, &mut chunk).is_ok(), read, "{frame}");
            if read {
                assert_eq!((&chunk.bytes, chunk.filter_mask, chunk.frame), (&vec![frame as u8; 6], 5, frame));
            }
        }
        assert_eq!(sent.read(2, &mut chunk).unwrap_err(), "torn");
        assert!(Sent::new(stack.spec().clone(), 1, &packed[..packed.len() - 1]).is_err());
    }
}
