//! Why a detector cannot be had.

/// Why a detector cannot be had.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DetectorError {
    /// No detector has this name.
    #[error("{name:?}: not a known detector; {hint}")]
    Unknown {
        /// The name.
        name: String,
        /// Names that may have been meant.
        hint: String,
    },
    /// A pixel size that no detector can have.
    #[error("pixel size {0} m: must be between 1e-9 and 1 m")]
    PixelSize(f64),
    /// A pixel size that this detector does not have.
    #[error("pixel size {} x {} m: the pixels of {name} are {} x {} m and cannot be binned", asked.0, asked.1, native.0, native.1)]
    FixedPixels {
        /// The detector.
        name: String,
        /// The size asked for.
        asked: (f64, f64),
        /// The size it has.
        native: (f64, f64),
    },
    /// A bending radius that no detector can have.
    #[error("radius {0} m: must be between 1e-3 and 1e3 m, of a detector that is a part of a cylinder")]
    Radius(f64),
    /// A shape that no detector can have.
    #[error("shape {}x{}: each side must be between 1 and 65536, and all at most 2^28 pixels", .0.0, .0.1)]
    Shape((usize, usize)),
    /// An array that is not of the detector's shape.
    #[error("{what} of {found} values for {} x {} pixels, which need {wanted}", shape.0, shape.1)]
    ArraySize {
        /// What the array holds.
        what: &'static str,
        /// How many values it has.
        found: usize,
        /// How many it should have.
        wanted: usize,
        /// Rows and columns of the detector.
        shape: (usize, usize),
    },
    /// Frames that do not come from this detector.
    #[error("the frames are {}x{} pixels, but the detector {name} has {}x{}", frames.0, frames.1, detector.0, detector.1)]
    OtherShape {
        /// The detector.
        name: String,
        /// Its shape.
        detector: (usize, usize),
        /// The shape of the frames.
        frames: (usize, usize),
    },
}
