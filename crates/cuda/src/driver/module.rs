//! Kernels, compiled for a device.

use std::collections::BTreeMap;
use std::ffi::{CString, c_void};
use std::sync::{Arc, Mutex, PoisonError};

use cudarc::driver::{result, sys};

use super::{Context, Stream, done};
use crate::CudaError;
use crate::kernels::PTX;

/// Kernels of one source, compiled for a device.
#[derive(Debug)]
pub struct Module {
    context: Arc<Context>,
    module: sys::CUmodule,
}

// SAFETY: the driver's modules may be used by any thread.
unsafe impl Send for Module {}
// SAFETY: as above.
unsafe impl Sync for Module {}

/// One kernel; it keeps its module.
#[derive(Clone, Debug)]
pub struct Function {
    _module: Arc<Module>,
    function: sys::CUfunction,
}

// SAFETY: the driver's functions may be used by any thread.
unsafe impl Send for Function {}
// SAFETY: as above.
unsafe impl Sync for Function {}

/// The kernels of each device; those of one that stays in use are compiled once.
static COMPILED: Mutex<BTreeMap<usize, Arc<Module>>> = Mutex::new(BTreeMap::new());

impl Module {
    /// The kernels of this crate, compiled by the driver (or taken from its cache) when they are first asked for.
    ///
    /// # Errors
    /// When it does not compile them.
    pub fn of(context: &Arc<Context>) -> Result<Arc<Module>, CudaError> {
        let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
        let ordinal = context.info().ordinal;
        if let Some(module) = compiled.get(&ordinal) {
            return Ok(module.clone());
        }
        let module = Module::new(context, PTX)?;
        compiled.insert(ordinal, module.clone());
        Ok(module)
    }

    /// # Panics
    /// When the text has a zero in it.
    fn new(context: &Arc<Context>, ptx: &str) -> Result<Arc<Module>, CudaError> {
        context.bind()?;
        let text = CString::new(ptx).expect("PTX is text");
        // SAFETY: a text with its zero.
        let module = done("compiling the kernels", unsafe { result::module::load_data(text.as_ptr().cast()) })?;
        Ok(Arc::new(Module { context: context.clone(), module }))
    }

    /// The kernel of the given name, for blocks that share up to `shared` bytes.
    ///
    /// # Errors
    /// When there is none, or a block cannot share so many.
    ///
    /// # Panics
    /// When the name has a zero in it.
    pub fn function(self: &Arc<Self>, name: &str, shared: usize) -> Result<Function, CudaError> {
        self.context.bind()?;
        let text = CString::new(name).expect("names are text");
        // SAFETY: the module is loaded.
        let function = done("finding a kernel", unsafe { result::module::get_function(self.module, text) })?;
        let most = sys::CUfunction_attribute::CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES;
        // SAFETY: the function was just found.
        let set = unsafe { result::function::set_function_attribute(function, most, shared as i32) };
        done("giving a kernel its shared memory", set)?;
        Ok(Function { _module: self.clone(), function })
    }
}

impl Drop for Module {
    fn drop(&mut self) {
        let _ = self.context.bind();
        // SAFETY: loaded by `new`, unloaded once, when no function is left.
        let _ = unsafe { result::module::unload(self.module) };
    }
}

impl Function {
    /// Runs it in `blocks` blocks of `threads` threads, which share `shared` bytes.
    ///
    /// # Safety
    /// `arguments` point to values of the types that the kernel declares; what these point to on the device is as large as it takes
    /// it to be, and not dropped before the work is done.
    ///
    /// # Errors
    /// When the driver fails.
    pub unsafe fn launch(
        &self,
        stream: &Stream,
        blocks: usize,
        threads: usize,
        shared: usize,
        arguments: &mut [*mut c_void],
    ) -> Result<(), CudaError> {
        let (grid, block) = ((blocks as u32, 1, 1), (threads as u32, 1, 1));
        // SAFETY: the caller's promise.
        let launched =
            unsafe { result::launch_kernel(self.function, grid, block, shared as u32, stream.raw(), arguments) };
        done("starting a kernel", launched)
    }
}
