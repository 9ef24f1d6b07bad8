//! Chunks of every format, decoded whole and block by block.

mod blocks;
mod corrupt;
mod encoder;
mod filters;
mod support;
