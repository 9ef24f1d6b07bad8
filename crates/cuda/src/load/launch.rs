//! The kernels of a load, one behind the other.

use std::ffi::c_void;
use std::sync::PoisonError;
use std::sync::atomic::Ordering;

use aureole_core::sums::LANES;

use super::{Load, MARKED_ROOM};
use crate::CudaError;
use crate::driver::Function;
use crate::kernels::{FIND_BLOCKS_SHARED, FIND_BLOCKS_THREADS, FloatMarks, Launch};
use crate::plan::{Kernel, Kernels};

/// Threads of a block where the kernel does not say.
const THREADS: usize = 128;

/// Blocks of threads for what the narrow kernel leaves; they take from a list until it is empty.
const REST_BLOCKS: usize = 1024;

impl Load {
    /// Starts to integrate all frames that were put, once their copies, which the stream waits for, are there; what comes back
    /// may be read after [`Load::finish`].
    ///
    /// # Errors
    /// When the driver fails.
    ///
    /// # Panics
    /// While another run goes on.
    pub fn run(&self) -> Result<(), CudaError> {
        assert!(!self.running.swap(true, Ordering::AcqRel), "one run at a time");
        let started = self.start_run();
        if started.is_err() {
            // What was started before the failure still uses memory of the host.
            let _ = self.stream.finish();
            self.running.store(false, Ordering::Release);
        }
        started
    }

    fn start_run(&self) -> Result<(), CudaError> {
        self.plan.context().bind()?;
        let mut host = self.host.write().unwrap_or_else(PoisonError::into_inner);
        let frames = self.frames.lock().unwrap_or_else(PoisonError::into_inner);
        host.frames.bytes_mut()[..size_of_val(&frames[..])].copy_from_slice(bytemuck::cast_slice(&frames[..]));
        drop(frames);
        // SAFETY: all memory is the load's own, which is dropped after its work; the host's is not touched before `finish`.
        unsafe {
            self.stream.copy_in(host.frames.bytes(), &self.scratch.frames, 0)?;
        }
        self.integrate()?;
        let (layout, marked) = (&self.layout, self.scratch.marked.bytes());
        // SAFETY: as above.
        unsafe {
            self.stream.copy_out(&self.results, &mut host.results.bytes_mut()[..layout.bytes])?;
            if marked != 0 {
                self.stream.copy_out(&self.scratch.marked, &mut host.marked.bytes_mut()[..marked])?;
            }
        }
        self.mark()
    }

    /// Starts the kernels alone, for frames that were put and run before.
    ///
    /// # Errors
    /// When the driver fails.
    pub fn integrate(&self) -> Result<(), CudaError> {
        // SAFETY: the memory is the load's own, which is dropped after its work.
        unsafe { self.stream.clear(&self.results, self.layout.bytes)? };
        let tables = self.plan.tables();
        match &self.plan.kernels {
            Kernels::Integers { find_blocks, first, rest } => {
                if let Some(find_blocks) = find_blocks {
                    let (lanes, shared) = (self.layout.batches * LANES, FIND_BLOCKS_SHARED);
                    self.start(find_blocks, lanes, FIND_BLOCKS_THREADS, shared, &mut self.launch(), None)?;
                }
                let all = rest.is_some() && self.plan.is_wide();
                if !all {
                    self.start_kernel(first, tables.cut.blocks() * self.groups(), false)?;
                }
                rest.as_ref().map_or(Ok(()), |rest| self.start_kernel(rest, REST_BLOCKS, all))
            }
            Kernels::Floats { report, gather } => {
                let lanes = self.layout.batches * LANES;
                let blocks = (lanes * tables.cut.elems).div_ceil(THREADS);
                let floats = (tables.float_marks, 0);
                self.start(report, blocks, THREADS, 0, &mut self.launch(), Some(floats))?;
                for (recipe, table) in tables.recipes.iter().enumerate() {
                    let blocks = (lanes * table.bins).div_ceil(THREADS);
                    let floats = (tables.float_marks, recipe as u32);
                    self.start(gather, blocks, THREADS, 0, &mut self.launch(), Some(floats))?;
                }
                Ok(())
            }
        }
    }

    fn start_kernel(&self, kernel: &Kernel, blocks: usize, all: bool) -> Result<(), CudaError> {
        let marks = u32::from(self.plan.tables().marks_below(kernel.integrator.rows));
        let mut launch = Launch { marks, stride: kernel.stride as u32, all: u32::from(all), ..self.launch() };
        self.start(&kernel.function, blocks, kernel.integrator.frames * 32, kernel.shared, &mut launch, None)
    }

    fn start(
        &self,
        function: &Function,
        blocks: usize,
        threads: usize,
        shared: usize,
        launch: &mut Launch,
        floats: Option<(FloatMarks, u32)>,
    ) -> Result<(), CudaError> {
        let (mut marks, mut recipe) = floats.unwrap_or_default();
        let mut arguments: Vec<*mut c_void> = vec![(&raw mut *launch).cast()];
        if floats.is_some() {
            arguments.extend([(&raw mut marks).cast::<c_void>(), (&raw mut recipe).cast()]);
        }
        // SAFETY: kernels of integers take a Launch, those of floats marks and the number of a recipe, too; a launch describes this
        // load's memory, which is as large as it says and lives until the stream has no work.
        unsafe { function.launch(&self.stream, blocks, threads, shared, &mut arguments) }
    }

    /// What kernels are told.
    fn launch(&self) -> Launch {
        let (tables, scratch, results) = (self.plan.tables(), &self.scratch, self.results.at());
        let marks = tables.marks.unwrap_or_default();
        Launch {
            bytes: self.bytes.at(),
            frames: scratch.frames.at(),
            status: results,
            starts: scratch.starts.at(),
            recipes: scratch.recipes.at(),
            used: self.plan.used(),
            wide: scratch.wide.at(),
            wide_count: results + self.layout.wide_count as u64,
            marked: scratch.marked.at(),
            marked_count: results + self.layout.marked_count as u64,
            marked_room: MARKED_ROOM as u32,
            mark_low: marks.map(|(low, _)| low),
            mark_span: marks.map(|(_, span)| span),
            recipe_count: tables.recipes.len() as u32,
            batches: self.layout.batches as u32,
            elems: tables.cut.elems as u32,
            elem_size: tables.cut.dtype.size() as u32,
            block_elems: tables.cut.block_elems as u32,
            blocks: tables.cut.blocks() as u32,
            ..Launch::default()
        }
    }
}
