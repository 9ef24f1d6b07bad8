//! From positions of pixels to the matrix that shares them among bins.

pub mod matrix;
pub mod split;

pub use matrix::{Matrix, MatrixBuilder};
pub use split::Split;
