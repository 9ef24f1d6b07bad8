//! The cores of this machine in a few lines.

use aureole::machine::{Pin, Placement, Topology, format_list};

use crate::print;

/// Lines about cores, what they share, and the workers that a run would start on them.
pub(super) fn lines(topology: &Topology, online: Option<usize>, can_pin: bool) -> String {
    let lines = [
        ("cores", cores(topology, online)),
        ("NUMA nodes", nodes(topology)),
        ("last caches", caches(topology)),
        ("workers", workers(topology)),
        ("pinning", if can_pin { "works" } else { "refused by the system: threads run where it likes" }.to_owned()),
    ];
    lines.iter().map(|(name, text)| format!("{name:<12} {text}\n")).collect()
}

/// `64 in 2 sockets, 2 threads each; 128 of 128 processors may be used; the control group grants the time of 1.5`.
fn cores(topology: &Topology, online: Option<usize>) -> String {
    let (cpus, cores) = (topology.cpus().len(), topology.cores.len());
    let most = topology.cores.iter().map(|core| core.cpus.len()).max().unwrap_or(1);
    let threads = match most {
        1 => String::new(),
        _ if most * cores == cpus => format!(", {most} threads each"),
        _ => format!(", up to {most} threads each"),
    };
    let quota = topology.quota.map_or(String::new(), |quota| {
        let digits = if quota.fract() == 0.0 { 0 } else { 1 };
        format!("; the control group grants the time of {quota:.digits$}")
    });
    let sockets = print::count(topology.packages().len(), "socket");
    let cpus = online.map_or_else(
        || print::count(cpus, "processor"),
        |online| format!("{cpus} of {}", print::count(online, "processor")),
    );
    format!("{cores} in {sockets}{threads}; {cpus} may be used{quota}")
}

/// `2: node 0 with processors 0-63, node 1 with 64-127`.
fn nodes(topology: &Topology) -> String {
    let nodes = topology.nodes();
    let of = |node: &usize| format_list(&topology.cpus_where(|core| core.node == *node));
    let list = nodes.iter().map(|node| format!("node {node} with processors {}", of(node)));
    format!("{}: {}", nodes.len(), list.collect::<Vec<_>>().join(", "))
}

/// `16 of level 3, each 32.0 MiB for 8 cores`.
fn caches(topology: &Topology) -> String {
    let cores = |nth: usize| topology.cores.iter().filter(|core| core.cache == Some(nth)).count();
    let mut kinds: Vec<(usize, usize, Option<u64>, usize)> = Vec::new();
    for (nth, cache) in topology.caches.iter().enumerate() {
        match kinds.iter_mut().find(|kind| (kind.1, kind.2, kind.3) == (cache.level, cache.bytes, cores(nth))) {
            Some(kind) => kind.0 += 1,
            None => kinds.push((1, cache.level, cache.bytes, cores(nth))),
        }
    }
    let said = kinds.into_iter().map(|(count, level, bytes, cores)| {
        let size = bytes.map_or(String::new(), |bytes| format!(" {}", print::bytes(bytes)));
        let each = if count == 1 { "" } else { " each" };
        format!("{count} of level {level},{each}{size} for {}", print::count(cores, "core"))
    });
    let said: Vec<String> = said.collect();
    if said.is_empty() { "the system does not tell".to_owned() } else { said.join("; ") }
}

/// `128, one a core; held near their memory: 64 in processors 0-63, 64 in processors 64-127`.
fn workers(topology: &Topology) -> String {
    let workers = topology.workers();
    let placement = Placement::new(topology, workers, Pin::Auto, 0);
    let mut places: Vec<(usize, &Vec<usize>)> = Vec::new();
    for place in placement.places() {
        match places.iter_mut().find(|(_, other)| *other == place) {
            Some((count, _)) => *count += 1,
            None => places.push((1, place)),
        }
    }
    let held = if places.is_empty() && topology.nodes().len() == 1 {
        "held nowhere, since all memory is equally near".to_owned()
    } else if places.is_empty() {
        "held nowhere".to_owned()
    } else {
        let list = places.iter().map(|(count, place)| format!("{count} in processors {}", format_list(place)));
        format!("held near their memory: {}", list.collect::<Vec<_>>().join(", "))
    };
    let why = if workers < topology.cores.len() { "as many as the control group grants" } else { "one a core" };
    format!("{workers}, {why}; {held}")
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Two sockets of two cores of two threads each; processors `n` and `n + 4` are one core.
    fn machine(root: &Path, quota: &str) -> Topology {
        let write = |name: &str, text: &str| {
            let path = root.join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        for cpu in 0..8 {
            let (core, socket) = (cpu % 4, cpu % 4 / 2);
            let folder = format!("sys/devices/system/cpu/cpu{cpu}");
            write(&format!("{folder}/topology/physical_package_id"), &socket.to_string());
            write(&format!("{folder}/topology/thread_siblings_list"), &format!("{core},{}", core + 4));
            write(&format!("{folder}/cache/index3/level"), "3");
            write(&format!("{folder}/cache/index3/size"), "32768K");
            let first = socket * 2;
            write(
                &format!("{folder}/cache/index3/shared_cpu_list"),
                &format!("{first}-{},{}-{}", first + 1, first + 4, first + 5),
            );
        }
        write("sys/devices/system/cpu/online", "0-7");
        write("sys/devices/system/node/node0/cpulist", "0-1,4-5");
        write("sys/devices/system/node/node1/cpulist", "2-3,6-7");
        write("proc/self/cgroup", "0::/");
        write("sys/fs/cgroup/cpu.max", quota);
        Topology::read(root, None)
    }

    #[test]
    fn a_machine_is_told_in_five_lines() {
        let root = tempfile::tempdir().unwrap();
        let said = lines(&machine(root.path(), "max 100000"), Some(8), true);
        let expected = "\
cores        4 in 2 sockets, 2 threads each; 8 of 8 processors may be used
NUMA nodes   2: node 0 with processors 0-1,4-5, node 1 with processors 2-3,6-7
last caches  2 of level 3, each 32.0 MiB for 2 cores
workers      4, one a core; held near their memory: 2 in processors 0-1,4-5, 2 in processors 2-3,6-7
pinning      works
";
        assert_eq!(said, expected);
    }

    #[test]
    fn a_quota_is_told_with_the_workers_that_it_leaves() {
        let root = tempfile::tempdir().unwrap();
        let said = lines(&machine(root.path(), "150000 100000"), None, false);
        assert!(said.contains("8 processors may be used; the control group grants the time of 1.5\n"), "{said}");
        assert!(said.contains("workers      2, as many as the control group grants; held near"), "{said}");
        assert!(said.contains("pinning      refused by the system"), "{said}");
    }

    #[test]
    fn a_machine_that_tells_nothing_has_a_core() {
        let said = lines(&Topology::read(Path::new("/nothing/here"), None), None, true);
        assert!(said.contains("cores        1 in 1 socket; 1 processor may be used\n"), "{said}");
        assert!(said.contains("last caches  the system does not tell\n"), "{said}");
        assert!(
            said.contains("workers      1, one a core; held nowhere, since all memory is equally near\n"),
            "{said}"
        );
    }
}
