//! Devices are taken into use while plans are made: each takes a good part of a second.

use std::sync::Arc;
use std::thread::JoinHandle;

use aureole_cuda::CudaError;
use aureole_cuda::driver::{Context, Module};

/// Devices that are being taken into use.
pub struct Warming(Option<JoinHandle<Result<Devices, CudaError>>>);

/// Devices in use, in the order of their numbers as they were given.
type Devices = Vec<Arc<Context>>;

impl Warming {
    /// Begins with the devices of the given numbers.
    #[must_use]
    pub fn begin(devices: Vec<usize>) -> Warming {
        let open = |ordinal: &usize| {
            let context = Context::of(*ordinal)?;
            Module::of(&context).map(|_| context)
        };
        Warming(Some(std::thread::spawn(move || devices.iter().map(open).collect())))
    }

    /// Waits until they are in use.
    ///
    /// # Errors
    /// When one is not there, or cannot be used.
    pub fn end(mut self) -> Result<Devices, CudaError> {
        self.wait()
    }

    fn wait(&mut self) -> Result<Devices, CudaError> {
        // A panic of the thread is met again where the device is used.
        self.0.take().map_or(Ok(Vec::new()), |thread| thread.join().unwrap_or(Ok(Vec::new())))
    }
}

impl Drop for Warming {
    /// A process does not end while its driver starts.
    fn drop(&mut self) {
        let _ = self.wait();
    }
}
