//! Detector chunks to pixels, one block at a time: bytes in, bytes out, in buffers of the caller.
//!
//! No input and output, no allocation on the hot path, and no length from a chunk is believed before it is checked.

pub mod bitshuffle;
pub mod byte_offset;
mod bytes;
pub mod decoder;
pub mod encoder;
pub mod error;
mod filter;
pub mod format;
pub mod isa;
pub mod lz4;
mod prefetch;
pub mod testing;

pub use bytes::ChunkBytes;
pub use decoder::{BlockIndex, Decoder, Planes};
pub use encoder::{EncodeError, Encoder};
pub use error::DecodeError;
pub use filter::zstd::stated_length as zstd_stated_length;
pub use format::{ChunkFormat, Compression, Filter, FormatError};
pub use isa::Isa;
