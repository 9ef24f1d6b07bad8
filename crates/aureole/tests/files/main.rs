//! Files in and out: stacks, images and the result file, made here or real.

mod bench;
mod beside;
mod damage;
mod detectors;
mod images;
mod links;
mod maps;
mod real;
mod result_file;
mod series;
mod simulated;
mod stacks;
mod support;
mod tuned;
mod virtual_stacks;
