//! Each module of the design, simulated, against what its model computes.

mod accumulate;
mod bit_unshuffle;
mod chunks;
mod cycles;
mod decode;
mod fifo;
mod formal;
mod header;
mod icarus;
mod lint;
mod pixel_buffer;
mod plan_fetch;
mod random;
mod sequences;
mod support;
