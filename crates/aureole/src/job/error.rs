//! Why a job cannot be run.

use aureole_core::binning::BinningError;
use aureole_core::binning::region::RegionError;
use aureole_core::correction::CorrectionError;
use aureole_core::geometry::GeometryError;
use aureole_core::plan::PlanError;
use aureole_core::poni::PoniError;

use crate::image::ImageError;
use crate::source::SourceError;

/// Why a job was refused, before any frame was read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JobError {
    /// The description itself is wrong.
    #[error("job: {0}")]
    Description(String),
    /// An option has a value that is not allowed.
    #[error("{option}: {reason}")]
    Option {
        /// The option, as the command line writes it.
        option: &'static str,
        /// What is wrong and what is allowed.
        reason: String,
    },
    /// The PONI file cannot be used.
    #[error("{file}: {error}")]
    Poni {
        /// The file.
        file: String,
        /// Why.
        error: PoniError,
    },
    /// The stack cannot be opened.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A mask, dark or flat cannot be read.
    #[error("{option}: {error}")]
    Image {
        /// The option that names it.
        option: &'static str,
        /// Why.
        error: ImageError,
    },
    /// A mask, dark or flat has another shape than the frames.
    #[error("{option} {file}: its shape is {} x {}, the frames have {} x {}", found.0, found.1, expected.0, expected.1)]
    Shape {
        /// The option that names it.
        option: &'static str,
        /// The image.
        file: String,
        /// Its rows and columns.
        found: (usize, usize),
        /// The frames' rows and columns.
        expected: (usize, usize),
    },
    /// The geometry does not fit the frames.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
    /// Pixels cannot be assigned to bins.
    #[error(transparent)]
    Binning(#[from] BinningError),
    /// A region cannot be left out.
    #[error(transparent)]
    Region(#[from] RegionError),
    /// A correction cannot be computed.
    #[error(transparent)]
    Correction(#[from] CorrectionError),
    /// The parts do not make a plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
}
