//! Integrates stacks of X-ray detector images: where chunks come from, where patterns go, and the parallel layouts.

pub mod hdf5;
pub mod image;
mod input;
pub mod inspect;
pub mod sink;
pub mod source;
