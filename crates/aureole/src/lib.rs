//! crate

pub mod result;
