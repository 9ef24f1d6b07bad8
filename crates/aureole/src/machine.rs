//! What this machine offers: its processor, the cores and the memory that this process may use, its HDF5.

mod cgroup;
mod cpus;
mod placement;
mod topology;
#[cfg(test)]
mod tree;

use std::fs;
use std::path::Path;

pub use aureole_cuda::CudaError;
pub use aureole_cuda::driver::{DeviceInfo as Gpu, OLDEST as OLDEST_GPU, devices as gpus, version as cuda_version};
pub use cpus::format_list;
pub use placement::{Pin, Placement};
pub use topology::{Cache, Core, Topology};

/// The processor's name as its maker gives it, where the system tells.
#[must_use]
pub fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let named = |line: &str| line.split_once(':').map(|(_, name)| name.trim().to_owned());
    text.lines().find(|line| line.starts_with("model name")).and_then(named)
}

/// Processors of this machine that are switched on.
#[must_use]
pub fn cpus_online() -> Option<usize> {
    Some(cpus::parse_list(&fs::read_to_string("/sys/devices/system/cpu/online").ok()?)?.len())
}

/// True when the system lets threads of this process be held in a place.
#[must_use]
pub fn can_pin() -> bool {
    let bind = || cpus::allowed().is_some_and(|allowed| cpus::bind(&allowed[..1]));
    // In a thread that ends with it.
    std::thread::spawn(bind).join().unwrap_or(false)
}

/// When the system uses huge pages: `always`, `madvise` or `never`, where it tells.
#[must_use]
pub fn huge_pages() -> Option<String> {
    chosen(&fs::read_to_string("/sys/kernel/mm/transparent_hugepage/enabled").ok()?)
}

/// A machine's or a control group's memory, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    /// All of it.
    pub total: u64,
    /// What is free or can be freed.
    pub available: u64,
    /// The control group's limit, where it sets one.
    pub limit: Option<u64>,
}

/// The memory of this machine, where the system tells.
#[must_use]
pub fn memory() -> Option<Memory> {
    let text = fs::read_to_string("/proc/meminfo").ok()?;
    let limit = cgroup::memory(Path::new("/"));
    Some(Memory { total: field(&text, "MemTotal:")?, available: field(&text, "MemAvailable:")?, limit })
}

/// The version of the HDF5 library inside, such as `2.2.0`.
#[must_use]
pub fn hdf5_version() -> String {
    let (major, minor, release) = hdf5_metno::library_version();
    format!("{major}.{minor}.{release}")
}

/// The word in brackets, as in `always [madvise] never`.
fn chosen(text: &str) -> Option<String> {
    let (_, rest) = text.split_once('[')?;
    Some(rest.split_once(']')?.0.to_owned())
}

/// A line of `/proc/meminfo`, which counts in KiB.
fn field(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_counted_in_bytes() {
        assert_eq!(field("MemTotal:       2048 kB\nMemFree: 1 kB", "MemTotal:"), Some(2_097_152));
        assert_eq!(field("MemTotal: x kB", "MemTotal:"), None);
    }

    #[test]
    fn the_choice_among_words_is_the_one_in_brackets() {
        assert_eq!(chosen("always [madvise] never\n"), Some("madvise".into()));
        assert_eq!(chosen("always"), None);
    }
}
