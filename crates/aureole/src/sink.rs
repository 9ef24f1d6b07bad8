//! Sinks: where patterns go.

mod clock;
mod memory;
pub mod nexus;

pub use memory::MemorySink;
pub use nexus::NexusSink;
