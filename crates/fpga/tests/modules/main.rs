//! Each module of the design, simulated, against what its model computes.

mod fifo;
mod lint;
mod support;
