//! The driver's calls as values that clean up after themselves.
//!
//! All is asynchronous but what says that it waits: a call puts work into a [`Stream`], and the work of one stream is done in its
//! order. Whoever calls an `unsafe` function promises that the memory it names outlives the work.
#![allow(unsafe_code)]

#[cfg(feature = "testing")]
pub mod faults;
mod memory;
mod module;
mod stream;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use cudarc::driver::{DriverError, result, sys};

pub use memory::{DeviceMemory, PinnedMemory};
pub use module::{Function, Module};
pub use stream::{Event, Stream, Waiting};

use crate::CudaError;

/// What the driver says about a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Its number.
    pub ordinal: usize,
    /// Its name.
    pub name: String,
    /// Its compute capability.
    pub capability: (i32, i32),
    /// Its memory in bytes.
    pub memory: usize,
    /// Its place on the bus, by which other libraries know it, too; empty where the driver does not tell.
    pub bus: String,
}

/// The oldest compute capability whose blocks of threads may share as much memory as the kernels need: 66 kB.
pub const OLDEST: (i32, i32) = (8, 0);

/// The oldest version of CUDA whose driver takes the kernels, 1000 times the major one.
const OLDEST_DRIVER: i32 = 12000;

impl DeviceInfo {
    /// Refuses a device for which there are no kernels.
    ///
    /// # Errors
    /// When it is too old.
    pub fn check(&self) -> Result<(), CudaError> {
        if self.capability >= OLDEST {
            return Ok(());
        }
        Err(CudaError::OldDevice { ordinal: self.ordinal, name: self.name.clone(), capability: self.capability })
    }
}

/// The use of one device by this process.
#[derive(Debug)]
pub struct Context {
    device: sys::CUdevice,
    context: sys::CUcontext,
    info: DeviceInfo,
}

// SAFETY: the driver's contexts may be used by any thread; each makes it current first (`bind`).
unsafe impl Send for Context {}
// SAFETY: as above.
unsafe impl Sync for Context {}

/// A driver's answer as a result of this crate.
fn done<T>(action: &'static str, answer: Result<T, DriverError>) -> Result<T, CudaError> {
    answer.map_err(|error| {
        let text = |text: Result<&std::ffi::CStr, DriverError>| match text {
            Ok(text) => text.to_string_lossy().into_owned(),
            Err(_) => format!("{:?}", error.0),
        };
        CudaError::Driver { action, reason: format!("{} ({})", text(error.error_name()), text(error.error_string())) }
    })
}

/// True where the driver's library is.
#[must_use]
pub fn is_present() -> bool {
    // SAFETY: it only tries to open the library, whose initialisers are the driver's.
    unsafe { sys::is_culib_present() }
}

/// The version of CUDA that the driver supports, 1000 times the major one.
///
/// # Errors
/// When there is no driver.
pub fn version() -> Result<i32, CudaError> {
    if !is_present() {
        return Err(CudaError::NoDriver);
    }
    let mut version = 0;
    // SAFETY: the library is there, and the pointer is good.
    done("asking for its version", unsafe { sys::cuDriverGetVersion(&raw mut version) }.result())?;
    Ok(version)
}

/// The devices that this process may use.
///
/// # Errors
/// When there is no driver, none that is new enough, or no device.
pub fn devices() -> Result<Vec<DeviceInfo>, CudaError> {
    let found = version()?;
    if found < OLDEST_DRIVER {
        return Err(CudaError::OldDriver { found });
    }
    let count = result::init().and_then(|()| result::device::get_count());
    let count = count.map_err(|error| match error.0 {
        sys::CUresult::CUDA_ERROR_NO_DEVICE => none(),
        other => CudaError::NoDevice(format!(" ({other:?})")),
    })?;
    if count == 0 {
        return Err(none());
    }
    (0..count as usize).map(info).collect()
}

/// There is no device that this process may use; what hides them is named.
fn none() -> CudaError {
    let hidden = std::env::var("CUDA_VISIBLE_DEVICES");
    CudaError::NoDevice(hidden.map_or(String::new(), |which| format!(" (CUDA_VISIBLE_DEVICES is {which:?})")))
}

fn info(ordinal: usize) -> Result<DeviceInfo, CudaError> {
    let action = "asking about a device";
    let device = done(action, result::device::get(ordinal as i32))?;
    // SAFETY: the device comes from the driver.
    let attribute = |which| done(action, unsafe { result::device::get_attribute(device, which) });
    use sys::CUdevice_attribute::{
        CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR as MAJOR, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR as MINOR,
    };
    Ok(DeviceInfo {
        ordinal,
        name: done(action, result::device::get_name(device))?,
        capability: (attribute(MAJOR)?, attribute(MINOR)?),
        // SAFETY: the device comes from the driver.
        memory: done(action, unsafe { result::device::total_mem(device) })?,
        bus: bus(device),
    })
}

/// Where a device is on the bus, such as `0000:18:00.0`.
fn bus(device: sys::CUdevice) -> String {
    let mut text = [0; 32];
    // SAFETY: the device comes from the driver, which writes no more bytes than the text has, a zero at their end.
    let said = unsafe { sys::cuDeviceGetPCIBusId(text.as_mut_ptr(), text.len() as i32, device) };
    let letters = text.iter().map(|letter| *letter as u8).take_while(|letter| *letter != 0);
    said.result().map_or(String::new(), |()| letters.map(char::from).collect())
}

/// Devices in use: taking one takes a good part of a second, so that they stay in use as long as the process runs.
static IN_USE: Mutex<BTreeMap<usize, Arc<Context>>> = Mutex::new(BTreeMap::new());

impl Context {
    /// The device of the given number, which stays in use from now on.
    ///
    /// # Errors
    /// When there is none, or it is too old.
    pub fn of(ordinal: usize) -> Result<Arc<Context>, CudaError> {
        let mut in_use = IN_USE.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(context) = in_use.get(&ordinal) {
            context.bind()?;
            return Ok(context.clone());
        }
        let context = Context::new(ordinal)?;
        in_use.insert(ordinal, context.clone());
        Ok(context)
    }

    fn new(ordinal: usize) -> Result<Arc<Context>, CudaError> {
        let mut devices = devices()?;
        if ordinal >= devices.len() {
            return Err(CudaError::NoSuchDevice { ordinal, last: devices.len() - 1 });
        }
        let info = devices.swap_remove(ordinal);
        info.check()?;
        let action = "taking it into use";
        let device = done(action, result::device::get(ordinal as i32))?;
        // SAFETY: the device comes from the driver.
        let context = done(action, unsafe { result::primary_ctx::retain(device) })?;
        let context = Arc::new(Context { device, context, info });
        context.bind()?;
        Ok(context)
    }

    /// What the driver says about the device.
    #[must_use]
    pub fn info(&self) -> &DeviceInfo {
        &self.info
    }

    /// Makes the calls of this thread those of this device: before any other call of a thread.
    ///
    /// # Errors
    /// When the driver fails.
    pub fn bind(&self) -> Result<(), CudaError> {
        // SAFETY: the context is held until `self` is dropped.
        done("turning to it", unsafe { result::ctx::set_current(self.context) })
    }

    /// Bytes of its memory that are free.
    ///
    /// # Errors
    /// When the driver fails.
    pub fn free_memory(&self) -> Result<usize, CudaError> {
        self.bind()?;
        done("asking for its free memory", result::mem_get_info()).map(|(free, _)| free)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: retained once by `new`. Nothing can be done about a failure, and nothing depends on it.
        let _ = unsafe { result::primary_ctx::release(self.device) };
    }
}
