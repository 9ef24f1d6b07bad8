//! Simulated stacks: the one of pyFAI's parallelisation tutorial, and a sparse one, as bitshuffle-LZ4 in HDF5.
//!
//! The photons depend on the seed alone, not on the number of threads.

mod artist;
mod expected;
mod file;
mod photons;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use aureole_codec::{ChunkFormat, Compression, EncodeError, Encoder, Filter, FormatError, Isa};
use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;
use aureole_core::geometry::{Geometry, GeometryError};

use artist::{Artist, Writer};

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
    /// The work was ended before the last frame.
    #[error("stopped")]
    Stopped,
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

    /// Writes the stack to `file`, replacing it; `progress` is told the number of frames written so far, and ends the work
    /// by `Break`: the file then holds the frames up to there.
    ///
    /// The dataset is `/entry/data/data`, one frame a chunk.
    ///
    /// # Errors
    /// When the request makes no sense (float pixels, no frames, a mean that is no number), the file cannot be
    /// written, or the work was ended.
    pub fn write(&self, file: &Path, progress: &dyn Fn(usize) -> ControlFlow<()>) -> Result<Written, SimulateError> {
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
