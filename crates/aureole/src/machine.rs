//! What this machine offers: its processor, the cores and the memory that this process may use, its HDF5.

use std::fs;

/// The processor's name as its maker gives it, where the system tells.
#[must_use]
pub fn processor() -> Option<String> {
    let text = fs::read_to_string("/proc/cpuinfo").ok()?;
    let named = |line: &str| line.split_once(':').map(|(_, name)| name.trim().to_owned());
    text.lines().find(|line| line.starts_with("model name")).and_then(named)
}

/// Cores of this machine that are switched on.
#[must_use]
pub fn cores_online() -> Option<usize> {
    let text = fs::read_to_string("/sys/devices/system/cpu/online").ok()?;
    count_list(text.trim())
}

/// Cores that this process may run on: its affinity, cut to what its control group grants. At least 1.
#[must_use]
pub fn cores_allowed() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// The share of cores that the control group (version 2) grants, such as 1.5; `None` where it sets no limit.
#[must_use]
pub fn core_quota() -> Option<f64> {
    quota(&fs::read_to_string(group_file("cpu.max")?).ok()?)
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
    let limit = group_file("memory.max").and_then(|file| fs::read_to_string(file).ok()?.trim().parse().ok());
    Some(Memory { total: field(&text, "MemTotal:")?, available: field(&text, "MemAvailable:")?, limit })
}

/// The version of the HDF5 library inside, such as `2.2.0`.
#[must_use]
pub fn hdf5_version() -> String {
    let (major, minor, release) = hdf5_metno::library_version();
    format!("{major}.{minor}.{release}")
}

/// A file of this process's control group (version 2), or of the nearest group above that has it.
fn group_file(name: &str) -> Option<std::path::PathBuf> {
    let text = fs::read_to_string("/proc/self/cgroup").ok()?;
    let group = text.lines().find_map(|line| line.strip_prefix("0::"))?.trim_start_matches('/').to_owned();
    let root = std::path::Path::new("/sys/fs/cgroup");
    root.join(group)
        .ancestors()
        .take_while(|place| place.starts_with(root))
        .map(|place| place.join(name))
        .find(|file| file.exists())
}

/// The cores in the contents of `cpu.max`: `max 100000`, or a quota and its period in microseconds.
fn quota(text: &str) -> Option<f64> {
    let (quota, period) = text.trim().split_once(' ')?;
    Some(quota.parse::<f64>().ok()? / period.parse::<f64>().ok()?)
}

/// A line of `/proc/meminfo`, which counts in KiB.
fn field(text: &str, name: &str) -> Option<u64> {
    let value = text.lines().find_map(|line| line.strip_prefix(name))?;
    value.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

/// The number of cores in a list such as `0-3,8`.
fn count_list(list: &str) -> Option<usize> {
    let count = |part: &str| match part.split_once('-') {
        None => part.parse::<usize>().ok().map(|_| 1),
        Some((first, last)) => last.parse::<usize>().ok()?.checked_sub(first.parse().ok()?)?.checked_add(1),
    };
    list.split(',').map(count).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_cores_are_counted() {
        assert_eq!(count_list("0"), Some(1));
        assert_eq!(count_list("0-3,8,10-11"), Some(7));
        assert_eq!(count_list("3-1"), None);
        assert_eq!(count_list(""), None);
    }

    #[test]
    fn a_quota_is_in_cores_and_max_is_none() {
        assert_eq!(quota("150000 100000\n"), Some(1.5));
        assert_eq!(quota("max 100000\n"), None);
    }

    #[test]
    fn memory_is_counted_in_bytes() {
        assert_eq!(field("MemTotal:       2048 kB\nMemFree: 1 kB", "MemTotal:"), Some(2_097_152));
        assert_eq!(field("MemTotal: x kB", "MemTotal:"), None);
    }
}
