//! Simulated stacks: the one of pyFAI's parallelisation tutorial, and a sparse one, as bitshuffle-LZ4 in HDF5.
//!
//! The photons depend on the seed alone, not on the number of threads.

mod expected;
mod file;
mod photons;

use std::path::{Path, PathBuf};

use aureole_codec::{ChunkFormat, Compression, EncodeError, Encoder, Filter, FormatError, Isa};
use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;
use aureole_core::geometry::{Geometry, GeometryError};
use rayon::prelude::*;

use photons::Frame;

/// What the frames show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Profile {
    /// `100 / (1 + t²)` photons at t degrees of 2θ (interpolated between whole degrees, times the solid angle); frame
    /// `i` has `i % 500` counts more in every pixel.
    Tutorial,
    /// `1 / (1 + (t / 10)²)`, scaled to the given mean number of photons a pixel; 16 frames, repeated.
    Sparse {
        /// Mean over all pixels, from 0 to 1e6.
        mean: f64,
    },
}

/// A stack to simulate.
#[derive(Clone, Debug)]
pub struct Simulation {
    /// The detector; it stands 1 m from the sample, the beam at the corner of its first pixel, wavelength 1 Å.
    pub detector: Detector,
    /// The pixels' type, an integer.
    pub dtype: Dtype,
    /// Number of frames, at least 1.
    pub frames: usize,
    /// What the frames show.
    pub profile: Profile,
    /// Write the gaps between modules as the dtype's largest value, as real detectors do.
    pub gaps: bool,
    /// Starts the random numbers.
    pub seed: u64,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Stored bytes of all frames.
    pub stored: u64,
    /// Their bytes when decoded.
    pub decoded: u64,
}

/// Why a stack cannot be simulated.
#[derive(Debug, thiserror::Error)]
pub enum SimulateError {
    /// A request that makes no sense.
    #[error("{0}")]
    Refused(String),
    /// The geometry cannot be used.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// The chunks cannot have this format.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// The frames cannot be encoded.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// The file cannot be written.
    #[error("{}: {reason}", file.display())]
    Write {
        /// The file.
        file: PathBuf,
        /// What went wrong.
        reason: String,
    },
}

impl Simulation {
    /// The geometry of the simulated experiment, as its PONI file states it.
    #[must_use]
    pub fn geometry(&self) -> Geometry {
        Geometry {
            detector: self.detector.clone(),
            distance: 1.0,
            poni1: 0.0,
            poni2: 0.0,
            rot1: 0.0,
            rot2: 0.0,
            rot3: 0.0,
            wavelength: Some(1e-10),
        }
    }

    /// Writes the stack to `file`, replacing it; `progress` is told the number of frames written so far.
    ///
    /// The dataset is `/entry/data/data`, one frame a chunk.
    ///
    /// # Errors
    /// When the request makes no sense (float pixels, no frames, a mean that is no number) or the file cannot be
    /// written.
    pub fn write(&self, file: &Path, progress: &dyn Fn(usize)) -> Result<Written, SimulateError> {
        self.check()?;
        let geometry = self.geometry();
        let shape = geometry.shape()?;
        let filter = Filter::Bitshuffle { block_elems: 0, compression: Compression::Lz4 };
        let format = ChunkFormat::new(vec![filter], self.dtype.size(), shape.0 * shape.1)?;
        let artist = Artist {
            stack: self,
            expected: expected::photons(&geometry, self.profile)?,
            columns: shape.1,
            gaps: if self.gaps { self.detector.mask() } else { None },
            encoder: Encoder::new(&format, Isa::best())?,
        };
        let mut writer = Writer { file: file::StackFile::create(file, self, shape)?, frames: 0, stored: 0, progress };
        match self.profile {
            Profile::Tutorial => artist.brightening(&mut writer)?,
            Profile::Sparse { .. } => artist.repeated(&mut writer)?,
        }
        writer.file.finish()?;
        Ok(Written { stored: writer.stored, decoded: self.frames as u64 * format.bytes() as u64 })
    }

    fn check(&self) -> Result<(), SimulateError> {
        let refused = |reason: &str| Err(SimulateError::Refused(reason.to_owned()));
        if self.dtype.is_float() {
            return refused("a counting detector has integer pixels; use uint8 to uint64 or int8 to int64");
        }
        if self.frames == 0 {
            return refused("a stack has at least one frame");
        }
        match self.profile {
            Profile::Sparse { mean } if !(0.0..=1e6).contains(&mean) => {
                refused("the mean number of photons a pixel must be between 0 and 1e6")
            }
            _ => Ok(()),
        }
    }
}

/// Draws frames and encodes them, on all threads.
struct Artist<'a> {
    stack: &'a Simulation,
    expected: Vec<f64>,
    columns: usize,
    gaps: Option<Vec<bool>>,
    encoder: Encoder,
}

impl Artist<'_> {
    /// One frame drawn, `i % 500` counts more in frame `i`.
    fn brightening(&self, writer: &mut Writer<'_>) -> Result<(), SimulateError> {
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
    fn repeated(&self, writer: &mut Writer<'_>) -> Result<(), SimulateError> {
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
struct Writer<'a> {
    file: file::StackFile,
    frames: usize,
    stored: u64,
    progress: &'a dyn Fn(usize),
}

impl Writer<'_> {
    fn push(&mut self, chunk: &[u8]) -> Result<(), SimulateError> {
        self.file.push(self.frames, chunk)?;
        self.frames += 1;
        self.stored += chunk.len() as u64;
        (self.progress)(self.frames);
        Ok(())
    }
}
