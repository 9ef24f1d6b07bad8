//! The plans of a job on a device.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::driver::{Context, DeviceMemory, Function, Module};
use crate::kernels::{FIND_BLOCKS, FIND_BLOCKS_SHARED, Integrator, Kind, Recipe};
use crate::{CudaError, RecipeTable, Tables};

/// Tables on a device, and the kernels that read them; shared by all loads.
#[derive(Debug)]
pub struct DevicePlan {
    context: Arc<Context>,
    tables: Arc<Tables>,
    used: DeviceMemory,
    recipes: Vec<RecipeMemory>,
    pub(crate) kernels: Kernels,
    /// True once narrow tiles were seen to hold too few of a stack's blocks.
    is_wide: AtomicBool,
}

/// The table of one recipe on a device.
#[derive(Debug)]
struct RecipeMemory {
    entries: DeviceMemory,
    squares: Option<DeviceMemory>,
    pixels: DeviceMemory,
    runs: DeviceMemory,
    first_run: DeviceMemory,
}

/// The kernels that a job needs.
#[derive(Debug)]
pub(crate) enum Kernels {
    /// Integers: where blocks begin, the fused kernel, and the one for what that leaves.
    Integers { find_blocks: Option<Function>, first: Kernel, rest: Option<Kernel> },
    /// Floats: marks, then bins.
    Floats { report: Function, gather: Function },
}

/// A fused kernel, and what its blocks share.
#[derive(Debug)]
pub(crate) struct Kernel {
    pub(crate) function: Function,
    pub(crate) integrator: Integrator,
    pub(crate) shared: usize,
    pub(crate) stride: usize,
}

impl DevicePlan {
    /// Copies tables to a device and has its kernels compiled.
    ///
    /// # Errors
    /// When the device has not enough memory, or the driver fails.
    pub fn new(context: &Arc<Context>, tables: &Arc<Tables>) -> Result<Arc<DevicePlan>, CudaError> {
        let kernels = Kernels::new(&Module::of(context)?, tables)?;
        let recipes = tables.recipes.iter().map(|table| RecipeMemory::new(context, table)).collect::<Result<_, _>>()?;
        let used = DeviceMemory::with(context, &tables.used, "the plan")?;
        let (context, tables, is_wide) = (context.clone(), tables.clone(), AtomicBool::new(false));
        Ok(Arc::new(DevicePlan { context, tables, used, recipes, kernels, is_wide }))
    }

    /// The device.
    #[must_use]
    pub fn context(&self) -> &Arc<Context> {
        &self.context
    }

    /// The tables it was made of.
    #[must_use]
    pub fn tables(&self) -> &Arc<Tables> {
        &self.tables
    }

    /// Frames that a block of threads takes at once.
    pub(crate) fn frames_together(&self) -> usize {
        match &self.kernels {
            Kernels::Integers { first, .. } => first.integrator.frames,
            Kernels::Floats { .. } => 1,
        }
    }

    /// True where kernels for the rest should take all blocks at once.
    pub(crate) fn is_wide(&self) -> bool {
        self.is_wide.load(Ordering::Relaxed)
    }

    /// Takes note of the blocks that narrow tiles could not hold, of so many. Taking a block twice costs more than what
    /// three blocks in narrow tiles save.
    pub(crate) fn note_wide(&self, wide: usize, of: usize) {
        if wide * 3 > of {
            self.is_wide.store(true, Ordering::Relaxed);
        }
    }

    pub(crate) fn used(&self) -> u64 {
        self.used.at()
    }

    /// What kernels are told of each recipe; the sums are to be added.
    pub(crate) fn recipes(&self) -> Vec<Recipe> {
        let of = |(memory, table): (&RecipeMemory, &RecipeTable)| Recipe {
            entries: memory.entries.at(),
            squares: memory.squares.as_ref().map_or(0, DeviceMemory::at),
            pixels: memory.pixels.at(),
            runs: memory.runs.at(),
            first_run: memory.first_run.at(),
            bins: table.bins as u64,
            ..Recipe::default()
        };
        self.recipes.iter().zip(&self.tables.recipes).map(of).collect()
    }
}

impl RecipeMemory {
    fn new(context: &Arc<Context>, table: &RecipeTable) -> Result<RecipeMemory, CudaError> {
        let what = "the plan";
        let squares = (!table.squares.is_empty()).then(|| DeviceMemory::with(context, &table.squares, what));
        Ok(RecipeMemory {
            entries: DeviceMemory::with(context, &table.entries, what)?,
            squares: squares.transpose()?,
            pixels: DeviceMemory::with(context, &table.pixels, what)?,
            runs: DeviceMemory::with(context, &table.runs, what)?,
            first_run: DeviceMemory::with(context, &table.first_run, what)?,
        })
    }
}

impl Kernels {
    fn new(module: &Arc<Module>, tables: &Tables) -> Result<Kernels, CudaError> {
        let (cut, variance) = (&tables.cut, tables.has_variance());
        let Some(first) = Integrator::of(cut.dtype, variance) else {
            let suffix = if cut.dtype.size() == 4 { "f32" } else { "f64" };
            let function = |name: &str| module.function(&format!("{name}_{suffix}"), 0);
            return Ok(Kernels::Floats { report: function("report")?, gather: function("gather")? });
        };
        let kernel = |integrator: Integrator| {
            let stride = cut.stride(integrator.rows);
            let shared = stride * integrator.frames;
            let function = module.function(integrator.name, shared)?;
            Ok(Kernel { function, integrator, shared, stride })
        };
        let find_blocks = (cut.kind == Kind::BitshuffleLz4).then(|| module.function(FIND_BLOCKS, FIND_BLOCKS_SHARED));
        Ok(Kernels::Integers {
            find_blocks: find_blocks.transpose()?,
            first: kernel(first)?,
            rest: Integrator::of_rest(cut.dtype, variance).map(kernel).transpose()?,
        })
    }
}
