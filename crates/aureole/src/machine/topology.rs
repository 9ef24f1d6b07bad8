//! The cores that this process may use, and what they share.

use std::fs;
use std::path::Path;

use super::{cgroup, cpus};

/// The cores that this process may use.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Topology {
    /// Physical cores, in the order of their first processors; at least one.
    pub cores: Vec<Core>,
    /// The last caches before memory, as far as the system tells of them.
    pub caches: Vec<Cache>,
    /// Processors' worth of time that the control group grants, such as 1.5; `None` where it sets no limit.
    pub quota: Option<f64>,
}

/// A physical core.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Core {
    /// Its processors that may be used, ascending: more than one where it runs several hardware threads.
    pub cpus: Vec<usize>,
    /// Number of the socket; 0 where the system does not tell.
    pub package: usize,
    /// Number of the NUMA node; 0 where the system does not tell.
    pub node: usize,
    /// Which of [`Topology::caches`] it uses; `None` where the system does not tell.
    pub cache: Option<usize>,
}

/// A cache that cores share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cache {
    /// Its level: 3 on most machines.
    pub level: usize,
    /// Its size; `None` where the system does not tell.
    pub bytes: Option<u64>,
    /// All processors that use it, allowed or not.
    cpus: Vec<usize>,
}

impl Topology {
    /// What the calling thread may use of this machine.
    #[must_use]
    pub fn here() -> Topology {
        Topology::read(Path::new("/"), cpus::allowed())
    }

    /// Reads a machine whose `sys` and `proc` are in `root`; without a list of `allowed` processors all that are switched
    /// on count. What the files do not tell is taken to be one: one node, one thread a core.
    #[must_use]
    pub fn read(root: &Path, allowed: Option<Vec<usize>>) -> Topology {
        let system = root.join("sys/devices/system");
        let allowed = allowed.filter(|cpus| !cpus.is_empty()).or_else(|| list(&system.join("cpu/online")));
        let allowed = allowed.unwrap_or_else(|| vec![0]);
        let nodes = nodes(&system.join("node"));
        let mut topology = Topology { quota: cgroup::quota(root), ..Topology::default() };
        for &cpu in &allowed {
            if topology.cores.iter().any(|core| core.cpus.contains(&cpu)) {
                continue;
            }
            let folder = system.join(format!("cpu/cpu{cpu}"));
            let told = list(&folder.join("topology/thread_siblings_list")).filter(|cpus| cpus.contains(&cpu));
            let siblings = told.unwrap_or_else(|| vec![cpu]);
            let cache = topology.cache_of(cpu, &folder.join("cache"));
            topology.cores.push(Core {
                cpus: siblings.into_iter().filter(|cpu| allowed.contains(cpu)).collect(),
                package: number(&folder.join("topology/physical_package_id")).unwrap_or(0),
                node: nodes.iter().find(|(_, cpus)| cpus.contains(&cpu)).map_or(0, |(node, _)| *node),
                cache,
            });
        }
        topology
    }

    /// Which cache a processor uses, read from its folder if it is not known yet.
    fn cache_of(&mut self, cpu: usize, folder: &Path) -> Option<usize> {
        if let Some(known) = self.caches.iter().position(|cache| cache.cpus.contains(&cpu)) {
            return Some(known);
        }
        let level = |index: &usize| number(&folder.join(format!("index{index}/level"))).map(|level| (level, *index));
        let (level, index) = (0..8).filter_map(|index| level(&index)).max()?;
        let folder = folder.join(format!("index{index}"));
        let cpus = list(&folder.join("shared_cpu_list")).filter(|cpus| cpus.contains(&cpu))?;
        self.caches.push(Cache { level, bytes: size(&folder.join("size")), cpus });
        Some(self.caches.len() - 1)
    }

    /// Threads that a run starts unless told otherwise: one a physical core, cut to the quota of the control group, rounded
    /// up: a thread too many waits for a part of the time, one too few leaves a part of the quota unused. At least 1.
    #[must_use]
    pub fn workers(&self) -> usize {
        let quota = self.quota.map_or(usize::MAX, |quota| quota.ceil() as usize);
        self.cores.len().min(quota).max(1)
    }

    /// All processors that may be used, ascending.
    #[must_use]
    pub fn cpus(&self) -> Vec<usize> {
        self.cpus_where(|_| true)
    }

    /// The processors of some cores, ascending.
    pub fn cpus_where(&self, wanted: impl Fn(&Core) -> bool) -> Vec<usize> {
        let mut cpus: Vec<usize> =
            self.cores.iter().filter(|core| wanted(core)).flat_map(|core| core.cpus.clone()).collect();
        cpus.sort_unstable();
        cpus
    }

    /// The numbers of the NUMA nodes that the cores belong to, ascending.
    #[must_use]
    pub fn nodes(&self) -> Vec<usize> {
        ascending(self.cores.iter().map(|core| core.node))
    }

    /// The numbers of the sockets, ascending.
    #[must_use]
    pub fn packages(&self) -> Vec<usize> {
        ascending(self.cores.iter().map(|core| core.package))
    }
}

fn ascending(numbers: impl Iterator<Item = usize>) -> Vec<usize> {
    numbers.collect::<std::collections::BTreeSet<_>>().into_iter().collect()
}

/// The NUMA nodes and their processors; none where the system does not tell.
fn nodes(folder: &Path) -> Vec<(usize, Vec<usize>)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let node = |name: &str| name.strip_prefix("node")?.parse().ok();
    entries
        .filter_map(|entry| Some((node(entry.file_name().to_str()?)?, list(&entry.path().join("cpulist"))?)))
        .collect()
}

fn list(file: &Path) -> Option<Vec<usize>> {
    cpus::parse_list(&fs::read_to_string(file).ok()?)
}

fn number(file: &Path) -> Option<usize> {
    fs::read_to_string(file).ok()?.trim().parse().ok()
}

/// Bytes in a file that says `32768K`.
fn size(file: &Path) -> Option<u64> {
    let text = fs::read_to_string(file).ok()?;
    let (digits, unit) = match text.trim().split_at_checked(text.trim().len().saturating_sub(1))? {
        (digits, "K") => (digits, 1 << 10),
        (digits, "M") => (digits, 1 << 20),
        _ => (text.trim(), 1),
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests;
