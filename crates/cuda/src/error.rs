//! What can go wrong with a device.

/// Why a device cannot be used, in one sentence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CudaError {
    /// There is no driver.
    #[error("no NVIDIA driver is installed here: its library libcuda.so.1 is not there")]
    NoDriver,
    /// The driver finds no device, or none that this process may use.
    #[error("the NVIDIA driver finds no GPU here{0}")]
    NoDevice(String),
    /// There is no device of this number.
    #[error("there is no GPU {ordinal}; those here are numbered 0 to {last}")]
    NoSuchDevice {
        /// The number asked for.
        ordinal: usize,
        /// The last one.
        last: usize,
    },
    /// The driver is older than the kernels.
    #[error("the NVIDIA driver is of CUDA {}.{}; the kernels need a driver of CUDA 12.0 (525) or later", found / 1000, found % 1000 / 10)]
    OldDriver {
        /// The version that it supports, 1000 times the major one.
        found: i32,
    },
    /// The device is older than the kernels.
    #[error("GPU {ordinal} ({name}) has compute capability {}.{}; 8.0 or later is needed", capability.0, capability.1)]
    OldDevice {
        /// Its number.
        ordinal: usize,
        /// Its name.
        name: String,
        /// Its compute capability.
        capability: (i32, i32),
    },
    /// Something needs more memory than there is.
    #[error("the GPU has not enough memory: {what} needs {needed} MB, and {free} MB are free")]
    Memory {
        /// What it is for.
        what: &'static str,
        /// Megabytes needed.
        needed: usize,
        /// Megabytes free.
        free: usize,
    },
    /// A call of the driver failed.
    #[error("{action}: the GPU's driver says {reason}")]
    Driver {
        /// What was being done.
        action: &'static str,
        /// The driver's name for it, and its sentence.
        reason: String,
    },
}
