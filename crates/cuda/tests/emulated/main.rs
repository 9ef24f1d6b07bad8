//! The kernels where no GPU is: compiled as functions of the CPU, threads as fibres, and compared with naive twins.

mod check;
mod content;
mod floats;
mod guarded;
mod hostile;
mod integers;
mod machine;
mod memory;
mod names;
mod sequences;
mod stack;
mod streams;
mod twin;
