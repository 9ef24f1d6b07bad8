//! Work in its order, and marks in it.

use std::sync::Arc;

use cudarc::driver::{result, sys};

use super::{Context, DeviceMemory, done};
use crate::CudaError;

/// Work that a device does in its order, beside that of other streams.
#[derive(Debug)]
pub struct Stream {
    context: Arc<Context>,
    stream: sys::CUstream,
}

// SAFETY: the driver's streams may be used by any thread.
unsafe impl Send for Stream {}
// SAFETY: as above.
unsafe impl Sync for Stream {}

impl Stream {
    /// A stream without work.
    ///
    /// # Errors
    /// When the driver fails.
    pub fn new(context: &Arc<Context>) -> Result<Stream, CudaError> {
        context.bind()?;
        let stream = done("making a stream", result::stream::create(result::stream::StreamKind::NonBlocking))?;
        Ok(Stream { context: context.clone(), stream })
    }

    /// The device.
    #[must_use]
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    pub(super) fn raw(&self) -> sys::CUstream {
        self.stream
    }

    /// Copies `data` to the device, from byte `at` of `to` on.
    ///
    /// # Safety
    /// `data` is not changed and `to` not dropped before the work is done.
    ///
    /// # Panics
    /// When there is no room for it.
    ///
    /// # Errors
    /// When the driver fails.
    pub unsafe fn copy_in(&self, data: &[u8], to: &DeviceMemory, at: usize) -> Result<(), CudaError> {
        #[cfg(feature = "testing")]
        super::faults::check()?;
        assert!(at <= to.bytes() && data.len() <= to.bytes() - at, "a copy beyond the end of the device's memory");
        // SAFETY: the caller's promise, and there is room, as just checked.
        done("copying to it", unsafe { result::memcpy_htod_async(to.at() + at as u64, data, self.stream) })
    }

    /// Copies the first bytes of `from` to the host, as many as `data` has.
    ///
    /// # Safety
    /// `data` is not touched and `from` not dropped before the work is done.
    ///
    /// # Panics
    /// When there are not so many bytes.
    ///
    /// # Errors
    /// When the driver fails.
    pub unsafe fn copy_out(&self, from: &DeviceMemory, data: &mut [u8]) -> Result<(), CudaError> {
        assert!(data.len() <= from.bytes(), "a copy from beyond the end of the device's memory");
        // SAFETY: the caller's promise, and there are that many bytes, as just checked.
        done("copying from it", unsafe { result::memcpy_dtoh_async(data, from.at(), self.stream) })
    }

    /// Sets the first bytes of `memory` to zero.
    ///
    /// # Safety
    /// `memory` is not dropped before the work is done.
    ///
    /// # Panics
    /// When there are not so many bytes.
    ///
    /// # Errors
    /// When the driver fails.
    pub unsafe fn clear(&self, memory: &DeviceMemory, bytes: usize) -> Result<(), CudaError> {
        assert!(bytes <= memory.bytes(), "clearing beyond the end of the device's memory");
        // SAFETY: the caller's promise, and there are that many bytes, as just checked.
        done("clearing its memory", unsafe { result::memset_d8_async(memory.at(), 0, bytes, self.stream) })
    }

    /// Lets the work to come wait for what `event` marked last.
    ///
    /// # Errors
    /// When the driver fails.
    pub fn wait_for(&self, event: &Event) -> Result<(), CudaError> {
        let flags = sys::CUevent_wait_flags::CU_EVENT_WAIT_DEFAULT;
        // SAFETY: both are alive; the driver keeps what it needs of the event.
        done("waiting for a copy", unsafe { result::stream::wait_event(self.stream, event.event, flags) })
    }

    /// Waits until all work is done.
    ///
    /// # Errors
    /// When some of it failed.
    pub fn finish(&self) -> Result<(), CudaError> {
        self.context.bind()?;
        // SAFETY: the stream is alive.
        done("integrating", unsafe { result::stream::synchronize(self.stream) })
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        let _ = self.context.bind();
        // SAFETY: made by `new`, destroyed once. What uses memory of others was promised to be done before that is dropped.
        let _ = unsafe { result::stream::destroy(self.stream) };
    }
}

/// How a thread waits for an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// It keeps its core, and goes on at once.
    Awake,
    /// It leaves its core to others, and goes on some time later.
    Asleep,
}

/// A mark in the work of a stream.
#[derive(Debug)]
pub struct Event {
    context: Arc<Context>,
    event: sys::CUevent,
}

// SAFETY: the driver's events may be used by any thread.
unsafe impl Send for Event {}
// SAFETY: as above.
unsafe impl Sync for Event {}

impl Event {
    /// An event that marks nothing.
    ///
    /// # Errors
    /// When the driver fails.
    pub fn new(context: &Arc<Context>, waiting: Waiting) -> Result<Event, CudaError> {
        use sys::CUevent_flags::{CU_EVENT_BLOCKING_SYNC, CU_EVENT_DISABLE_TIMING};
        context.bind()?;
        let asleep = if waiting == Waiting::Asleep { CU_EVENT_BLOCKING_SYNC as u32 } else { 0 };
        let flags = asleep | CU_EVENT_DISABLE_TIMING as u32;
        let mut event = std::ptr::null_mut();
        // SAFETY: the pointer is good; flags of the driver's own.
        done("making an event", unsafe { sys::cuEventCreate(&raw mut event, flags) }.result())?;
        Ok(Event { context: context.clone(), event })
    }

    /// Marks what is in the stream so far.
    ///
    /// # Errors
    /// When the driver fails.
    pub fn record(&self, stream: &Stream) -> Result<(), CudaError> {
        // SAFETY: both are alive and of one device.
        done("marking a copy", unsafe { result::event::record(self.event, stream.raw()) })
    }

    /// Waits until what was marked last is done.
    ///
    /// # Errors
    /// When some of it failed.
    pub fn wait(&self) -> Result<(), CudaError> {
        // SAFETY: the event is alive.
        done("waiting for it", unsafe { result::event::synchronize(self.event) })
    }
}

impl Drop for Event {
    fn drop(&mut self) {
        let _ = self.context.bind();
        // SAFETY: made by `new`, destroyed once.
        let _ = unsafe { result::event::destroy(self.event) };
    }
}
