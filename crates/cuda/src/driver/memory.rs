//! Memory of a device, and memory of the host that devices read and write by themselves.

use std::sync::Arc;

use cudarc::driver::{result, sys};

use super::{Context, done};
use crate::CudaError;

/// Memory of a device; what it holds at first is unspecified.
#[derive(Debug)]
pub struct DeviceMemory {
    context: Arc<Context>,
    at: sys::CUdeviceptr,
    bytes: usize,
}

impl DeviceMemory {
    /// So many bytes, for `what`.
    ///
    /// # Errors
    /// When there is not enough memory.
    pub fn new(context: &Arc<Context>, bytes: usize, what: &'static str) -> Result<DeviceMemory, CudaError> {
        context.bind()?;
        // SAFETY: nothing reads it before it is written.
        let at = match unsafe { result::malloc_sync(bytes.max(16)) } {
            Err(error) if error.0 == sys::CUresult::CUDA_ERROR_OUT_OF_MEMORY => {
                let free = context.free_memory()? >> 20;
                return Err(CudaError::Memory { what, needed: bytes.div_ceil(1 << 20), free });
            }
            answer => done("taking memory", answer)?,
        };
        Ok(DeviceMemory { context: context.clone(), at, bytes })
    }

    /// A copy of `data`, complete when this returns.
    ///
    /// # Errors
    /// When there is not enough memory, or the driver fails.
    pub fn with<T: bytemuck::Pod>(context: &Arc<Context>, data: &[T], what: &'static str) -> Result<Self, CudaError> {
        let memory = DeviceMemory::new(context, size_of_val(data), what)?;
        if !data.is_empty() {
            // SAFETY: it has the bytes of `data`, of which the driver keeps a copy until they are there.
            done("copying tables", unsafe { result::memcpy_htod_sync(memory.at, data) })?;
            // That call may return before they are, and streams do not wait for it.
            done("copying tables", result::ctx::synchronize())?;
        }
        Ok(memory)
    }

    /// Where it begins, in the device's addresses.
    #[must_use]
    pub fn at(&self) -> u64 {
        self.at
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

impl Drop for DeviceMemory {
    fn drop(&mut self) {
        let _ = self.context.bind();
        // SAFETY: taken by `new`, freed once; freeing waits for the device's work.
        let _ = unsafe { result::free_sync(self.at) };
    }
}

/// Memory of the host that stays where it is, so that devices copy from and to it by themselves; zero at first.
#[derive(Debug)]
pub struct PinnedMemory {
    context: Arc<Context>,
    at: *mut u8,
    bytes: usize,
}

// SAFETY: it is plain memory with one owner.
unsafe impl Send for PinnedMemory {}
// SAFETY: shared references only read.
unsafe impl Sync for PinnedMemory {}

impl PinnedMemory {
    /// So many bytes.
    ///
    /// # Errors
    /// When the host has not enough memory that may stay where it is.
    pub fn new(context: &Arc<Context>, bytes: usize) -> Result<PinnedMemory, CudaError> {
        context.bind()?;
        let bytes = bytes.max(16);
        // SAFETY: zeroed below, before anyone reads it.
        let at = unsafe { result::malloc_host(bytes, sys::CU_MEMHOSTALLOC_PORTABLE) };
        let at = done("taking memory of the host for it", at)?.cast::<u8>();
        // SAFETY: `at` has that many bytes.
        unsafe { at.write_bytes(0, bytes) };
        Ok(PinnedMemory { context: context.clone(), at, bytes })
    }

    /// Its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        // SAFETY: `at` has that many bytes, all of them initialised.
        unsafe { std::slice::from_raw_parts(self.at, self.bytes) }
    }

    /// Its bytes, to be changed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        // SAFETY: as in `bytes`, and there is no other reference.
        unsafe { std::slice::from_raw_parts_mut(self.at, self.bytes) }
    }
}

impl Drop for PinnedMemory {
    fn drop(&mut self) {
        let _ = self.context.bind();
        // SAFETY: taken by `new`, freed once; freeing waits for the device's work.
        let _ = unsafe { result::free_host(self.at.cast()) };
    }
}
