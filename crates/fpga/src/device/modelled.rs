//! The model as a device: the same sums, no cycles.

use super::{Cycles, Device, Sums};
use crate::error::FpgaError;
use crate::model::accumulate::{Block, Pixel, accumulate};
use crate::model::lz4::{Decoded, decode};
use crate::model::plan::Word;
use crate::model::unshuffle::{raw, unshuffle};
use crate::{Design, Tables};

/// What the design computes, computed by the models of its modules.
#[derive(Clone, Debug)]
pub struct Modelled {
    design: Design,
    tables: Tables,
    words: Vec<Word>,
}

impl Modelled {
    /// A model for a job.
    #[must_use]
    pub fn new(design: Design, tables: &Tables) -> Modelled {
        let words = tables.words.chunks(tables.slots).map(Word::unpack).collect();
        Modelled { design, tables: tables.clone(), words }
    }

    fn pixels(&self, block: &Decoded) -> Block {
        let Tables { format, signed, marks, .. } = &self.tables;
        let size = 1 << format.elem_log2;
        let bytes = match &block.bytes {
            Ok(bytes) => bytes,
            Err(status) => return Block { status: *status as u8, pixels: Vec::new() },
        };
        let values = if block.raw { raw(bytes, size, *signed) } else { unshuffle(bytes, block.elems, size, *signed) };
        let pixel = |value| Pixel { value, marked: marks.marks(value) };
        Block { status: 0, pixels: values.into_iter().map(pixel).collect() }
    }

    fn frame(&self, chunk: &[u8]) -> Sums {
        let Tables { format, signed, bins, .. } = &self.tables;
        let (blocks, bad) = format.split(chunk);
        let blocks: Vec<Block> =
            blocks.iter().map(|block| self.pixels(&decode(format, self.design.width, block))).collect();
        accumulate(&self.words, &blocks, *bins, *signed, bad)
    }
}

impl Device for Modelled {
    fn lanes(&self) -> usize {
        self.design.lanes
    }

    fn run(&mut self, chunks: &[&[u8]]) -> Result<Vec<Sums>, FpgaError> {
        Ok(chunks.iter().map(|chunk| self.frame(chunk)).collect())
    }

    fn cycles(&mut self) -> Option<Cycles> {
        None
    }
}
