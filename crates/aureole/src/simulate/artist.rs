//! The two ways to fill a stack with frames.

use std::ops::ControlFlow;

use aureole_codec::{EncodeError, Encoder};
use rayon::prelude::*;

use super::file::StackFile;
use super::photons::Frame;
use super::{SimulateError, Simulation};

/// Draws frames and encodes them, on all threads.
pub(super) struct Artist<'a> {
    pub(super) stack: &'a Simulation,
    pub(super) expected: Vec<f64>,
    pub(super) columns: usize,
    pub(super) gaps: Option<Vec<bool>>,
    pub(super) encoder: Encoder,
}

impl Artist<'_> {
    /// One frame drawn, `i % 500` counts more in frame `i`.
    pub(super) fn brightening(&self, writer: &mut Writer<'_>) -> Result<(), SimulateError> {
        let base = self.draw(0);
        // A round holds one frame a thread, so that memory does not grow with the stack.
        let round = rayon::current_num_threads().max(1);
        for first in (0..self.stack.frames).step_by(round) {
            let frames = first..self.stack.frames.min(first + round);
            let encode = |encoder: &mut Encoder, i: usize| self.encode(encoder, &base, (i % 500) as u32);
            let chunks: Result<Vec<Vec<u8>>, EncodeError> =
                frames.into_par_iter().map_init(|| self.encoder.clone(), encode).collect();
            chunks?.iter().try_for_each(|chunk| writer.push(chunk))?;
        }
        Ok(())
    }

    /// A few frames drawn, over and over.
    pub(super) fn repeated(&self, writer: &mut Writer<'_>) -> Result<(), SimulateError> {
        let drawn = self.stack.frames.min(REPEAT);
        let mut encoder = self.encoder.clone();
        let chunks: Result<Vec<Vec<u8>>, EncodeError> =
            (0..drawn).map(|i| self.encode(&mut encoder, &self.draw(i), 0)).collect();
        let chunks = chunks?;
        (0..self.stack.frames).try_for_each(|i| writer.push(&chunks[i % drawn]))
    }

    fn draw(&self, number: usize) -> Frame {
        Frame::draw(&self.expected, self.columns, self.stack.seed, number as u64)
    }

    fn encode(&self, encoder: &mut Encoder, frame: &Frame, add: u32) -> Result<Vec<u8>, EncodeError> {
        let pixels = frame.bytes(self.stack.dtype, add, self.gaps.as_deref());
        let mut chunk = Vec::new();
        encoder.encode_chunk(&pixels, &mut chunk)?;
        Ok(chunk)
    }
}

/// Frames of a sparse stack that differ.
const REPEAT: usize = 16;

/// Takes encoded frames in order and counts.
pub(super) struct Writer<'a> {
    pub(super) file: StackFile,
    pub(super) frames: usize,
    pub(super) stored: u64,
    pub(super) progress: &'a dyn Fn(usize) -> ControlFlow<()>,
}

impl Writer<'_> {
    fn push(&mut self, chunk: &[u8]) -> Result<(), SimulateError> {
        self.file.push(self.frames, chunk)?;
        self.frames += 1;
        self.stored += chunk.len() as u64;
        match (self.progress)(self.frames) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(SimulateError::Stopped),
        }
    }
}
