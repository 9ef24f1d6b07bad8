//! Patterns kept in memory.

use std::ops::ControlFlow;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Sink, SinkError};

/// Keeps every pattern, with the number of its frame.
#[derive(Clone, Debug, Default)]
pub struct MemorySink {
    /// The patterns pushed so far, in order.
    pub patterns: Vec<(usize, Pattern)>,
}

impl Sink for MemorySink {
    fn push(&mut self, first: usize, patterns: &[Pattern]) -> Result<ControlFlow<()>, SinkError> {
        self.patterns.extend(patterns.iter().enumerate().map(|(i, pattern)| (first + i, pattern.clone())));
        Ok(ControlFlow::Continue(()))
    }
}
