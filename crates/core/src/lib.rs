//! Azimuthal integration of X-ray detector images: the science, with no files, no executors and no C.
//!
//! The crate turns a recipe (geometry, corrections, bins, splitting, error model) into a [`plan`], and decoded blocks
//! of pixels into bins. `ARCHITECTURE.md` at the root of the repository holds the words and the picture.

pub mod binning;
pub mod correction;
pub mod decoded;
pub mod detector;
pub mod dtype;
pub mod fixed;
pub mod gather;
pub mod geometry;
pub mod images;
pub mod kernel;
pub mod pattern;
pub mod pipeline;
pub mod plan;
pub mod poni;
pub mod recipe;
pub mod suggest;
pub mod sums;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
pub mod unit;
pub mod worker;
