//! The frames of some batches on their way through a device.
#![allow(unsafe_code)]

mod launch;
mod layout;

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError, RwLock, RwLockReadGuard};

use aureole_core::sums::LANES;

use crate::driver::{DeviceMemory, Event, PinnedMemory, Stream, Waiting};
use crate::kernels::{Frame, Kind, Marked};
use crate::{CudaError, DevicePlan};
use layout::Layout;

/// Marked pixels of a frame that a device writes down; the host integrates a frame with more of them.
const MARKED_ROOM: usize = 4096;

/// Bytes that kernels may read beyond the end of a chunk.
const SLACK: usize = 64;

/// Chunks of some batches on a device, and room for their sums.
///
/// It is filled by any number of threads ([`Load::place`], [`Load::put`]), run once all frames are there, and read when it is done;
/// then it may be filled anew.
#[derive(Debug)]
pub struct Load {
    plan: Arc<DevicePlan>,
    stream: Stream,
    done: Event,
    bytes: DeviceMemory,
    taken: AtomicUsize,
    /// Status, counts and sums: what is zero at first and goes back to the host.
    results: DeviceMemory,
    layout: Layout,
    scratch: Scratch,
    /// True from the start of a run until it was waited for.
    running: AtomicBool,
    /// What the next run is told; copied when it begins.
    frames: Mutex<Vec<Frame>>,
    host: RwLock<Host>,
}

/// Memory of a device that nobody else sees.
#[derive(Debug)]
struct Scratch {
    frames: DeviceMemory,
    recipes: DeviceMemory,
    starts: DeviceMemory,
    wide: DeviceMemory,
    marked: DeviceMemory,
}

/// The host's side.
#[derive(Debug)]
struct Host {
    frames: PinnedMemory,
    results: PinnedMemory,
    marked: PinnedMemory,
}

impl Load {
    /// A load of so many batches and bytes of chunks.
    ///
    /// # Errors
    /// When device or host have not enough memory.
    pub fn new(plan: &Arc<DevicePlan>, batches: usize, bytes: usize) -> Result<Load, CudaError> {
        let (context, tables, lanes) = (plan.context(), plan.tables(), batches * LANES);
        let layout = Layout::new(tables, batches);
        let results = DeviceMemory::new(context, layout.bytes, "the sums of a load")?;
        let recipes = layout.recipes(plan.recipes(), results.at());
        let marked = if tables.has_marks() { lanes * MARKED_ROOM * size_of::<Marked>() } else { 0 };
        let blocks = tables.cut.blocks();
        let memory = |bytes| DeviceMemory::new(context, bytes, "a load");
        let (stream, frames) = (Stream::new(context)?, memory(lanes * size_of::<Frame>())?);
        // SAFETY: the memory is freed with the load, whose end waits for its stream.
        unsafe { stream.clear(&frames, frames.bytes())? };
        Ok(Load {
            plan: plan.clone(),
            stream,
            running: AtomicBool::new(false),
            done: Event::new(context, Waiting::Asleep)?,
            bytes: DeviceMemory::new(context, bytes + SLACK, "the chunks of a load")?,
            taken: AtomicUsize::new(0),
            scratch: Scratch {
                frames,
                recipes: DeviceMemory::with(context, &recipes, "a load")?,
                starts: memory(lanes * (blocks + 1) * size_of::<u32>())?,
                wide: memory(blocks * lanes / plan.frames_together() * size_of::<u32>())?,
                marked: memory(marked)?,
            },
            frames: Mutex::new(vec![Frame::default(); lanes]),
            host: RwLock::new(Host {
                frames: PinnedMemory::new(context, lanes * size_of::<Frame>())?,
                results: PinnedMemory::new(context, layout.bytes)?,
                marked: PinnedMemory::new(context, marked)?,
            }),
            results,
            layout,
        })
    }

    /// Batches that it has room for.
    #[must_use]
    pub fn batches(&self) -> usize {
        self.layout.batches
    }

    /// The device's work on this load.
    #[must_use]
    pub fn stream(&self) -> &Stream {
        &self.stream
    }

    /// Empties it.
    pub fn clear(&self) {
        self.taken.store(0, Ordering::Relaxed);
        self.frames.lock().unwrap_or_else(PoisonError::into_inner).fill(Frame::default());
    }

    /// A place for a chunk of `size` bytes; `None` where there is no room left.
    #[must_use]
    pub fn place(&self, size: usize) -> Option<usize> {
        let at = self.taken.fetch_add(size.next_multiple_of(16), Ordering::Relaxed);
        (at.checked_add(size)? <= self.bytes.bytes() - SLACK).then_some(at)
    }

    /// Starts to copy a chunk to the place it was given.
    ///
    /// # Safety
    /// `chunk` is not changed before the work of `stream` so far is done.
    ///
    /// # Errors
    /// When the driver fails.
    pub(crate) unsafe fn copy(&self, stream: &Stream, chunk: &[u8], at: usize) -> Result<(), CudaError> {
        // SAFETY: the caller's promise; the memory is freed with the load, whose end waits for all that it waits for.
        unsafe { stream.copy_in(chunk, &self.bytes, at) }
    }

    /// Copies bytes to the beginning of the load, in its own stream: for measurements, which put frames by themselves.
    ///
    /// # Safety
    /// `from` is not changed before [`Load::finish`] has returned.
    ///
    /// # Errors
    /// When the driver fails.
    pub unsafe fn copy_all(&self, from: &PinnedMemory, bytes: Range<usize>) -> Result<(), CudaError> {
        self.plan.context().bind()?;
        // SAFETY: the caller's promise.
        unsafe { self.stream.copy_in(&from.bytes()[bytes], &self.bytes, 0) }
    }

    /// Marks the work so far as what [`Load::finish`] waits for.
    ///
    /// # Errors
    /// When the driver fails.
    pub fn mark(&self) -> Result<(), CudaError> {
        self.done.record(&self.stream)
    }

    /// Bytes of a device that a batch takes beside its chunks.
    #[must_use]
    pub fn bytes_of_batch(plan: &DevicePlan) -> usize {
        let (tables, words) = (plan.tables(), size_of::<u32>());
        let blocks = (tables.cut.blocks() + 1) * LANES * words * 2;
        let marked = if tables.has_marks() { LANES * MARKED_ROOM * size_of::<Marked>() } else { 0 };
        Layout::new(tables, 1).bytes + blocks + marked + LANES * size_of::<Frame>()
    }

    /// Says that frame `lane` of the load is at `at`, stored as `kind`.
    ///
    /// # Panics
    /// When it would not lie within the load, or has fewer bytes than its pixels.
    pub fn put(&self, lane: usize, at: usize, size: usize, kind: Kind) {
        let cut = &self.plan.tables().cut;
        assert!(at.is_multiple_of(16) && at + size <= self.bytes.bytes() - SLACK, "a frame within the load");
        assert!(kind != Kind::Elements || size >= cut.elems * cut.dtype.size(), "all pixels of a frame");
        let frame = Frame { at: at as u64, size: size as u32, kind: kind as u32 };
        self.frames.lock().unwrap_or_else(PoisonError::into_inner)[lane] = frame;
    }

    /// Waits until the run is done.
    ///
    /// # Errors
    /// When it failed.
    pub fn finish(&self) -> Result<(), CudaError> {
        self.plan.context().bind()?;
        self.done.wait()?;
        let host = self.host.read().unwrap_or_else(PoisonError::into_inner);
        let wide = bytemuck::cast_slice::<u8, u32>(host.results.bytes())[self.layout.wide_count / size_of::<u32>()];
        drop(host);
        self.plan.note_wide(wide as usize, self.groups() * self.plan.tables().cut.blocks());
        self.running.store(false, Ordering::Release);
        Ok(())
    }

    /// Groups of frames that are integrated together.
    fn groups(&self) -> usize {
        self.layout.batches * LANES / self.plan.frames_together()
    }

    /// What came back, once [`Load::finish`] has returned.
    ///
    /// # Panics
    /// While a run goes on.
    pub fn results(&self) -> Results<'_> {
        assert!(!self.running.load(Ordering::Acquire), "results of a run that goes on");
        Results { load: self, host: self.host.read().unwrap_or_else(PoisonError::into_inner) }
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        // Memory is freed when no work needs it any more.
        let _ = self.stream.finish();
    }
}

/// What a run gave.
pub struct Results<'a> {
    load: &'a Load,
    host: RwLockReadGuard<'a, Host>,
}

impl Results<'_> {
    /// True when the device integrated frame `lane` to its end.
    #[must_use]
    pub fn is_done(&self, lane: usize) -> bool {
        let layout = &self.load.layout;
        let frame = bytemuck::cast_slice::<u8, Frame>(self.host.frames.bytes())[lane];
        let number = |at: usize| bytemuck::cast_slice::<u8, u32>(self.host.results.bytes())[at / 4 + lane];
        frame.kind != Kind::Absent as u32 && number(0) == 0 && number(layout.marked_count) as usize <= MARKED_ROOM
    }

    /// The marked pixels of frame `lane`, if it is done.
    #[must_use]
    pub fn marked(&self, lane: usize) -> &[Marked] {
        let count =
            bytemuck::cast_slice::<u8, u32>(self.host.results.bytes())[self.load.layout.marked_count / 4 + lane];
        if count == 0 {
            return &[];
        }
        &bytemuck::cast_slice(self.host.marked.bytes())[lane * MARKED_ROOM..][..count as usize]
    }

    /// The sums of a batch: those of the signal and, where pixels give variances, those of them; 16 a bin.
    #[must_use]
    pub fn sums(&self, recipe: usize, batch: usize) -> (&[u8], &[u8]) {
        let (signal, variance) = self.load.layout.sums(recipe, batch);
        (&self.host.results.bytes()[signal], &self.host.results.bytes()[variance])
    }
}
