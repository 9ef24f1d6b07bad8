//! Chunks on their way from a thread to a device.
#![allow(unsafe_code)]

use std::sync::Arc;

use crate::driver::{Context, Event, PinnedMemory, Stream, Waiting};
use crate::{CudaError, Load};

/// Buffers that a thread fills in turn while the others are copied: few and small, so that they stay in the host's caches.
const BUFFERS: usize = 2;

/// One thread's way to a device.
#[derive(Debug)]
pub struct Feed {
    stream: Stream,
    buffers: Vec<Buffer>,
    next: usize,
}

#[derive(Debug)]
struct Buffer {
    memory: PinnedMemory,
    /// When it was copied.
    copied: Event,
}

impl Feed {
    /// A feed with buffers of so many bytes, which grow when they must.
    ///
    /// # Errors
    /// When the host has not enough memory.
    pub fn new(context: &Arc<Context>, bytes: usize) -> Result<Feed, CudaError> {
        let buffer =
            || Ok(Buffer { memory: PinnedMemory::new(context, bytes)?, copied: Event::new(context, Waiting::Awake)? });
        let buffers = (0..BUFFERS).map(|_| buffer()).collect::<Result<_, CudaError>>()?;
        Ok(Feed { stream: Stream::new(context)?, buffers, next: 0 })
    }

    /// A buffer of `size` bytes to be filled.
    ///
    /// # Errors
    /// When the host has not enough memory, or a copy before failed.
    pub fn buffer(&mut self, size: usize) -> Result<&mut [u8], CudaError> {
        let context = self.stream.context().clone();
        context.bind()?;
        let buffer = &mut self.buffers[self.next];
        buffer.copied.wait()?;
        if buffer.memory.bytes().len() < size {
            buffer.memory = PinnedMemory::new(&context, size + size / 8)?;
        }
        Ok(&mut buffer.memory.bytes_mut()[..size])
    }

    /// Starts to copy the first `size` bytes of the buffer to `load`, whose work then waits for it; returns where they are. `None`
    /// where the load has no room.
    ///
    /// # Errors
    /// When the driver fails.
    pub fn send(&mut self, load: &Load, size: usize) -> Result<Option<usize>, CudaError> {
        let Some(at) = load.place(size) else { return Ok(None) };
        let buffer = &self.buffers[self.next];
        // SAFETY: `buffer` waits for the copy before it hands the bytes out again, as does the drop of the stream's owner.
        unsafe { load.copy(&self.stream, &buffer.memory.bytes()[..size], at)? };
        let marked = buffer.copied.record(&self.stream).and_then(|()| load.stream().wait_for(&buffer.copied));
        if marked.is_err() {
            // Nobody else waits for the copy then.
            self.stream.finish()?;
        }
        marked?;
        self.next = (self.next + 1) % BUFFERS;
        Ok(Some(at))
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        // Buffers are freed when nothing is copied from them any more.
        let _ = self.stream.finish();
    }
}
