//! Patterns kept in memory.

use std::ops::ControlFlow;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Rows, Sink, SinkError};

/// Keeps every pattern, with the number of its frame.
#[derive(Clone, Debug, Default)]
pub struct MemorySink {
    /// The patterns pushed so far, in order, with the numbers of their frames; those of one frame in the order of the recipes.
    pub patterns: Vec<(usize, Pattern)>,
}

impl Sink for MemorySink {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        for (frame, patterns) in rows.iter() {
            self.patterns.extend(patterns.iter().map(|pattern| (frame, pattern.clone())));
        }
        Ok(ControlFlow::Continue(()))
    }
}
