//! What each module of the design computes, bit by bit, with nothing said of cycles: the oracle of its tests.

pub mod accumulate;
pub mod header;
pub mod lz4;
pub mod plan;
pub mod unshuffle;
