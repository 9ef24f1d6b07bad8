//! A stack with the stack of its variances beside it.

use std::ops::Range;

use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};

/// Reads the chunk of a frame, and that of its variances with it; where the latter cannot be read, it has an error of its
/// own.
#[derive(Clone, Copy)]
pub struct Paired<'a> {
    /// The stack to integrate.
    pub data: &'a dyn Source,
    /// One frame of variances for each of its frames.
    pub variance: &'a dyn Source,
}

impl Source for Paired<'_> {
    fn spec(&self) -> &StackSpec {
        self.data.spec()
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        self.data.read(frame, buf)?;
        let variance = buf.variance.get_or_insert_default();
        variance.error = self.variance.read(frame, variance).err();
        Ok(())
    }

    fn will_need(&self, frames: Range<usize>) {
        self.data.will_need(frames.clone());
        self.variance.will_need(frames);
    }
}
