//! The GPUs of this machine in a few lines.

use aureole::layout::gpu::Warming;
use aureole::machine::{self, CudaError, Gpu, OLDEST_GPU as OLDEST};

use crate::print;

/// What the driver says.
pub(super) struct Gpus {
    /// The version of CUDA that it supports, 1000 times the major one.
    version: Result<i32, CudaError>,
    devices: Result<Vec<Gpu>, CudaError>,
    /// Of taking the first device into use that is new enough, and compiling the kernels for it.
    start: Result<(), CudaError>,
}

impl Gpus {
    /// Asks the driver, and starts a device.
    pub(super) fn here() -> Gpus {
        let devices = machine::gpus();
        let start = devices.clone().and_then(|devices| Warming::begin(vec![best(&devices)?.ordinal]).end().map(drop));
        Gpus { version: machine::cuda_version(), devices, start }
    }

    /// What is said of layout `gpu`.
    pub(super) fn layout(&self) -> String {
        match (&self.devices, &self.start) {
            (Ok(devices), Ok(())) => {
                let usable: Vec<&str> =
                    devices.iter().filter(|gpu| gpu.check().is_ok()).map(|gpu| &*gpu.name).collect();
                let choose = if usable.len() < devices.len() || devices.len() > 1 { "; --devices chooses" } else { "" };
                format!("works: {}{choose}", usable.join(", "))
            }
            (Err(error), _) | (_, Err(error)) => error.to_string(),
        }
    }

    /// A line about the driver, and one a device.
    pub(super) fn lines(&self) -> String {
        let driver = match (&self.version, &self.devices) {
            (Err(error), _) | (_, Err(error @ CudaError::OldDriver { .. })) => error.to_string(),
            (Ok(version), Err(error)) => format!("driver of CUDA {}; {error}", cuda(*version)),
            (Ok(version), Ok(_)) => format!("driver of CUDA {}", cuda(*version)),
        };
        let devices = self.devices.iter().flatten().map(|gpu| {
            let (major, minor) = gpu.capability;
            let fits = match gpu.check() {
                Ok(()) => "new enough".to_owned(),
                Err(_) => format!("too old: {}.{} is needed", OLDEST.0, OLDEST.1),
            };
            let memory = print::bytes(gpu.memory as u64);
            format!("  {:<10} {}, {memory}, compute capability {major}.{minor}, {fits}\n", gpu.ordinal, gpu.name)
        });
        format!("GPUs         {driver}\n{}", devices.collect::<String>())
    }
}

/// The first device that is new enough, or why the first one is not.
fn best(devices: &[Gpu]) -> Result<&Gpu, CudaError> {
    let fits = devices.iter().find(|gpu| gpu.check().is_ok());
    fits.map_or_else(|| devices.first().map_or(Err(CudaError::NoDriver), |gpu| gpu.check().map(|()| gpu)), Ok)
}

fn cuda(version: i32) -> String {
    format!("{}.{}", version / 1000, version % 1000 / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gpu(ordinal: usize, name: &str, capability: (i32, i32)) -> Gpu {
        Gpu { ordinal, name: name.to_owned(), capability, memory: 80 << 30, bus: String::new() }
    }

    fn seen(devices: Vec<Gpu>) -> Gpus {
        let start = best(&devices).map(drop);
        Gpus { version: Ok(12040), devices: Ok(devices), start }
    }

    #[test]
    fn a_machine_without_a_driver_is_told_so_twice() {
        let none = Gpus {
            version: Err(CudaError::NoDriver),
            devices: Err(CudaError::NoDriver),
            start: Err(CudaError::NoDriver),
        };
        let why = "no NVIDIA driver is installed here: its library libcuda.so.1 is not there";
        assert_eq!((none.layout(), none.lines()), (why.to_owned(), format!("GPUs         {why}\n")));
    }

    #[test]
    fn devices_are_told_with_what_they_are_good_for() {
        let two = seen(vec![gpu(0, "NVIDIA P4", (6, 1)), gpu(1, "NVIDIA H200", (9, 0))]);
        assert_eq!(two.layout(), "works: NVIDIA H200; --devices chooses");
        let expected = "\
GPUs         driver of CUDA 12.4
  0          NVIDIA P4, 80.0 GiB, compute capability 6.1, too old: 8.0 is needed
  1          NVIDIA H200, 80.0 GiB, compute capability 9.0, new enough
";
        assert_eq!(two.lines(), expected);
        assert_eq!(seen(vec![gpu(0, "NVIDIA A2", (8, 6))]).layout(), "works: NVIDIA A2");
        let old = seen(vec![gpu(0, "NVIDIA P4", (6, 1))]);
        assert_eq!(old.layout(), "GPU 0 (NVIDIA P4) has compute capability 6.1; 8.0 or later is needed");
    }

    #[test]
    fn a_driver_that_is_too_old_or_finds_no_device_is_told_with_its_version() {
        let error = CudaError::OldDriver { found: 11040 };
        let old = Gpus { version: Ok(11040), devices: Err(error.clone()), start: Err(error) };
        assert!(old.layout().starts_with("the NVIDIA driver is of CUDA 11.4; the kernels need"), "{}", old.layout());
        assert!(old.lines().starts_with("GPUs         the NVIDIA driver is of CUDA 11.4;"), "{}", old.lines());
        let error = CudaError::NoDevice(String::new());
        let none = Gpus { version: Ok(12040), devices: Err(error.clone()), start: Err(error) };
        assert_eq!(none.lines(), "GPUs         driver of CUDA 12.4; the NVIDIA driver finds no GPU here\n");
    }
}
