//! Each module of the design, simulated, against what its model computes.

mod bit_unshuffle;
mod fifo;
mod lint;
mod random;
mod support;
