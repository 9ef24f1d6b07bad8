//! The floor: the time that the decoder alone takes for the same chunks, which are in memory already.
//!
//! Each thread decodes every chunk, block after block, into the same few kilobytes. A run cannot be faster than this, unless
//! it decodes less.

use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use aureole_codec::bitshuffle::GROUP;
use aureole_codec::{BlockIndex, ChunkFormat, Compression, Decoder, Filter, Isa, lz4};
use aureole_core::pipeline::{ChunkBuf, Source};
use serde::Serialize;

use crate::job::Prepared;

/// Chunks held in memory: as many as there are, up to this many and this many bytes.
const MOST_CHUNKS: usize = 64;
const MOST_BYTES: usize = 256 << 20;

/// Runs of which the best is told, at least: they are short, and the first one meets cold caches.
const LEAST_RUNS: usize = 3;

/// Bytes of a bitshuffle-LZ4 chunk before its first block, and of a block's length.
const HEADER: usize = 12;
const LENGTH: usize = 4;

/// The decoder alone.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Floor {
    /// Threads that decoded at once.
    pub threads: usize,
    /// Chunks that each of them decoded.
    pub chunks: usize,
    /// Frames a second of all threads together, the best of the runs.
    pub frames_per_second: f64,
    /// The share of that time that LZ4 takes, the rest is for bit transposes; known for bitshuffle-LZ4 only.
    pub lz4_share: Option<f64>,
}

/// Chunks in memory, and how to decode them.
pub(super) struct Chunks {
    chunks: Vec<ChunkBuf>,
    format: ChunkFormat,
    isa: Isa,
}

impl Chunks {
    /// Reads the first chunks of a job's frames; those that cannot be read or decoded are left out.
    pub(super) fn read(prepared: &Prepared) -> Chunks {
        let format = prepared.stack.spec().format.clone();
        let mut found = Chunks { chunks: Vec::new(), format, isa: prepared.isa };
        let mut scratch = Scratch::new(&found);
        let mut bytes = 0;
        for frame in prepared.frames.clone() {
            let mut chunk = ChunkBuf::default();
            if prepared.stack.read(frame, &mut chunk).is_err() || !scratch.decode(&chunk) {
                continue;
            }
            bytes += chunk.bytes.len();
            if !found.chunks.is_empty() && (found.chunks.len() >= MOST_CHUNKS || bytes > MOST_BYTES) {
                break;
            }
            found.chunks.push(chunk);
        }
        found
    }

    /// Measures the decoder on that many threads; `None` where there is no chunk to decode, or the measuring is stopped.
    pub(super) fn measure(&self, threads: NonZero<usize>, repeat: NonZero<usize>, stop: &AtomicBool) -> Option<Floor> {
        if self.chunks.is_empty() {
            return None;
        }
        let repeat = repeat.get().max(LEAST_RUNS);
        let best = |work: fn(&mut Scratch, &ChunkBuf) -> bool| {
            let runs = (0..repeat).take_while(|_| !stop.load(Ordering::Relaxed));
            runs.map(|_| self.seconds(threads.get(), work)).min_by(f64::total_cmp)
        };
        let all = best(Scratch::decode)?;
        let lz4 = if Scratch::new(self).decode_lz4(&self.chunks[0]) { best(Scratch::decode_lz4) } else { None };
        let frames = threads.get() * self.chunks.len();
        Some(Floor {
            threads: threads.get(),
            chunks: self.chunks.len(),
            frames_per_second: frames as f64 / all,
            lz4_share: lz4.map(|lz4| (lz4 / all).min(1.0)),
        })
    }

    /// Seconds in which each of the threads works on every chunk.
    fn seconds(&self, threads: usize, work: fn(&mut Scratch, &ChunkBuf) -> bool) -> f64 {
        let start = Instant::now();
        std::thread::scope(|scope| {
            for thread in 0..threads {
                scope.spawn(move || {
                    let mut scratch = Scratch::new(self);
                    // Threads begin at different chunks, so that they do not read the same bytes at the same time.
                    let first = thread * self.chunks.len() / threads;
                    for chunk in self.chunks[first..].iter().chain(&self.chunks[..first]) {
                        std::hint::black_box(work(&mut scratch, chunk));
                    }
                });
            }
        });
        start.elapsed().as_secs_f64()
    }
}

/// What one thread decodes with.
struct Scratch {
    decoder: Decoder,
    isa: Isa,
    index: BlockIndex,
    out: Vec<u8>,
}

impl Scratch {
    fn new(chunks: &Chunks) -> Scratch {
        let format = &chunks.format;
        let elems = if format.is_blocked() { format.block_elems().min(format.elems()) } else { format.elems() };
        let out = vec![0; elems * format.elem_size()];
        Scratch { decoder: Decoder::new(format, chunks.isa), isa: chunks.isa, index: BlockIndex::default(), out }
    }

    /// Decodes a chunk, block by block; false where it cannot be decoded.
    fn decode(&mut self, chunk: &ChunkBuf) -> bool {
        let Scratch { decoder, index, out, .. } = self;
        if decoder.index(&chunk.bytes[..], chunk.filter_mask, index).is_err() {
            return false;
        }
        let blocks = decoder.format().blocks();
        (0..blocks).all(|block| {
            let len = decoder.format().block_range(block).len() * decoder.format().elem_size();
            decoder.decode_block(&chunk.bytes[..], index, block, &mut out[..len]).is_ok()
        })
    }

    /// Undoes LZ4 alone, of all blocks; false for a chunk that is not bitshuffle-LZ4.
    fn decode_lz4(&mut self, chunk: &ChunkBuf) -> bool {
        let format = self.decoder.format();
        let is_lz4 = matches!(format.filters(), [Filter::Bitshuffle { compression: Compression::Lz4, .. }]);
        if !is_lz4 || chunk.filter_mask != 0 {
            return false;
        }
        let mut at = HEADER;
        (0..format.blocks()).all(|block| {
            let len = format.block_range(block).len() / GROUP * GROUP * format.elem_size();
            let stored = chunk.bytes.get(at..).and_then(|rest| rest.first_chunk::<LENGTH>());
            let stored = stored.map_or(0, |bytes| u32::from_be_bytes(*bytes) as usize);
            let src = chunk.bytes.get(at + LENGTH..at + LENGTH + stored).unwrap_or_default();
            at += LENGTH + stored;
            len == 0 || lz4::decode(self.isa, src, &mut self.out[..len]).is_ok()
        })
    }
}
