//! A plan that decodes each frame once, as a whole, for all that need it so: the images of a stack, and recipes that look
//! at the pixels of a bin, side by side.

use std::time::Instant;

use aureole_codec::{ChunkFormat, Decoder, Isa};

use crate::images::StackImages;
use crate::pattern::Pattern;
use crate::pipeline::{ChunkBuf, Plan, Stages, Worker};

/// Bytes of decoded pixels that one worker may hold.
const WORKER_BYTES: usize = 48 << 20;

/// A plan of decoded frames, and how to decode them.
///
/// A frame that cannot be decoded is in no image. The images are those of all frames once a run has ended by itself; one
/// that was stopped leaves frames in them whose patterns were never delivered.
#[derive(Clone, Copy)]
pub struct Decoded<'a> {
    /// Integrates frames that are decoded already: its format has no filters.
    pub plan: &'a dyn Plan,
    /// Where frames are added, where images of the stack are asked for.
    pub images: Option<&'a StackImages>,
    /// How the chunks of the stack are stored.
    pub format: &'a ChunkFormat,
    /// Vector instructions to use.
    pub isa: Isa,
}

impl Plan for Decoded<'_> {
    fn worker(&self) -> Box<dyn Worker + '_> {
        Box::new(DecodingWorker {
            images: self.images,
            bytes: self.format.bytes(),
            decoder: Decoder::new(self.format, self.isa),
            worker: self.plan.worker(),
            decoded: Vec::new(),
            stages: Stages::default(),
        })
    }

    fn recipes(&self) -> usize {
        self.plan.recipes()
    }

    fn pattern(&self, recipe: usize) -> Pattern {
        self.plan.pattern(recipe)
    }

    fn max_batch(&self) -> usize {
        (WORKER_BYTES / self.format.bytes().max(1)).clamp(1, self.plan.max_batch())
    }
}

struct DecodingWorker<'a> {
    images: Option<&'a StackImages>,
    bytes: usize,
    decoder: Decoder,
    worker: Box<dyn Worker + 'a>,
    decoded: Vec<ChunkBuf>,
    stages: Stages,
}

impl Worker for DecodingWorker<'_> {
    fn integrate(&mut self, chunks: &[ChunkBuf], out: &mut [Pattern]) {
        self.decoded.resize_with(chunks.len().max(self.decoded.len()), ChunkBuf::default);
        let decoded = &mut self.decoded[..chunks.len()];
        for (chunk, decoded) in chunks.iter().zip(decoded.iter_mut()) {
            let start = Instant::now();
            decoded.frame = chunk.frame;
            decoded.error.clone_from(&chunk.error);
            decoded.variance.clone_from(&chunk.variance);
            decoded.bytes.resize(self.bytes, 0);
            if chunk.error.is_none() {
                let done = self.decoder.decode_chunk(&chunk.bytes, chunk.filter_mask, &mut decoded.bytes);
                decoded.error = done.err().map(|error| error.to_string());
            }
            let ready = Instant::now();
            if let Some(images) = self.images.filter(|_| decoded.error.is_none()) {
                images.add(&decoded.bytes);
            }
            self.stages.decode += (ready - start).as_secs_f64();
            self.stages.accumulate += ready.elapsed().as_secs_f64();
        }
        self.worker.integrate(decoded, out);
    }

    fn stages(&self) -> Stages {
        let mut stages = self.stages;
        stages += self.worker.stages();
        stages
    }
}
