//! Made-up machines for tests.

use std::fs;

use tempfile::TempDir;

use super::cpus::format_list;

/// A folder with the given files in it.
pub(super) fn tree(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    files.iter().for_each(|(name, text)| write(&root, name, text));
    root
}

/// Adds a file.
pub(super) fn write(root: &TempDir, name: &str, text: &str) {
    let path = root.path().join(name);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Adds a processor: its socket, the processors of its core, and those that share its cache of level 3.
pub(super) fn add_cpu(root: &TempDir, cpu: usize, package: usize, siblings: &[usize], cache: &[usize]) {
    let folder = format!("sys/devices/system/cpu/cpu{cpu}");
    write(root, &format!("{folder}/topology/physical_package_id"), &package.to_string());
    write(root, &format!("{folder}/topology/core_id"), &siblings[0].to_string());
    write(root, &format!("{folder}/topology/thread_siblings_list"), &format_list(siblings));
    write(root, &format!("{folder}/cache/index0/level"), "1\n");
    write(root, &format!("{folder}/cache/index0/shared_cpu_list"), &format_list(siblings));
    write(root, &format!("{folder}/cache/index3/level"), "3\n");
    write(root, &format!("{folder}/cache/index3/size"), "32768K\n");
    write(root, &format!("{folder}/cache/index3/shared_cpu_list"), &format_list(cache));
}

/// Two sockets of 64 cores of two threads each, eight cores a cache, one node a socket: processors `n` and `n + 128` are
/// one core.
pub(super) fn two_sockets() -> TempDir {
    let root = tree(&[
        ("sys/devices/system/cpu/online", "0-255\n"),
        ("sys/devices/system/node/node0/cpulist", "0-63,128-191\n"),
        ("sys/devices/system/node/node1/cpulist", "64-127,192-255\n"),
        ("sys/devices/system/node/possible", "0-1\n"),
    ]);
    for cpu in 0..256 {
        let core = cpu % 128;
        let first = core / 8 * 8;
        let cache: Vec<usize> = (first..first + 8).chain(first + 128..first + 136).collect();
        add_cpu(&root, cpu, core / 64, &[core, core + 128], &cache);
    }
    root
}

/// Four fast cores of two threads (processors 0 to 7) and four small ones (8 to 11), which share one cache.
pub(super) fn laptop() -> TempDir {
    let root = tree(&[("sys/devices/system/cpu/online", "0-11"), ("sys/devices/system/node/node0/cpulist", "0-11")]);
    let all: Vec<usize> = (0..12).collect();
    for cpu in all.clone() {
        let siblings = if cpu < 8 { vec![cpu / 2 * 2, cpu / 2 * 2 + 1] } else { vec![cpu] };
        add_cpu(&root, cpu, 0, &siblings, &all);
    }
    root
}
