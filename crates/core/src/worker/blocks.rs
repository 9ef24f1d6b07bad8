//! Chunks to pixels, one block of each frame.

use std::ops::Range;

use super::CpuWorker;
use super::narrow::Width;
use crate::pipeline::ChunkBuf;
use crate::sums::Sums;

impl CpuWorker<'_> {
    /// Decodes one block of every chunk to element `at` of each lane, narrow if that is asked for and the pixels are; returns how
    /// they are laid out now. A frame that failed is left as it is and no longer looked at.
    pub(super) fn decode(
        &mut self,
        chunks: &[ChunkBuf],
        block: usize,
        at: usize,
        width: Width,
        sums: &mut [Sums],
    ) -> Width {
        if !self.plans[0].format.is_blocked() {
            return Width::Wide;
        }
        if width == Width::Narrow && self.decode_narrow(chunks, block, sums) {
            return Width::Narrow;
        }
        self.decode_wide(chunks, block, at, sums);
        Width::Wide
    }

    /// As long as all pixels are small, to the start of each lane; false when one is not, or the block is not stored as planes.
    fn decode_narrow(&mut self, chunks: &[ChunkBuf], block: usize, sums: &mut [Sums]) -> bool {
        let Some(narrow) = &self.narrow else { return false };
        let format = &self.plans[0].format;
        let Range { start, end } = format.block_range(block);
        // The last block may hold elements that are not stored as planes: wide, even when no frame is left to say so.
        if !(end - start).is_multiple_of(8) {
            return false;
        }
        let used = &narrow.used[start / 8..end / 8];
        let len = (end - start) * format.elem_size().min(2);
        for (lane, chunk) in chunks.iter().enumerate() {
            if sums[0].failed[lane].is_some() {
                continue;
            }
            let stored = self.windows[lane].over(chunk);
            match self.decoder.decode_planes(stored, &mut self.indexes[lane], block) {
                Ok(Some(planes)) if planes.fit(narrow.bits, used) => {
                    planes.narrow(&mut self.pixels.of_mut(lane)[..len]);
                }
                Ok(_) => return false,
                Err(error) => Sums::fail(sums, lane, &self.windows[lane].reason(block, error)),
            }
        }
        true
    }

    fn decode_wide(&mut self, chunks: &[ChunkBuf], block: usize, at: usize, sums: &mut [Sums]) {
        let format = &self.plans[0].format;
        let size = format.elem_size();
        let bytes = at * size..(at + format.block_range(block).len()) * size;
        for (lane, chunk) in chunks.iter().enumerate() {
            if sums[0].failed[lane].is_some() {
                continue;
            }
            let out = &mut self.pixels.of_mut(lane)[bytes.clone()];
            let stored = self.windows[lane].over(chunk);
            if let Err(error) = self.decoder.decode_block(stored, &mut self.indexes[lane], block, out) {
                Sums::fail(sums, lane, &self.windows[lane].reason(block, error));
            }
        }
    }
}
