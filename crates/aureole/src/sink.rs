//! Sinks: where patterns go.

pub(crate) mod clock;
mod memory;
pub mod nexus;

pub use memory::MemorySink;
pub use nexus::NexusSink;
