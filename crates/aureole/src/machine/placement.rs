//! Where workers run: spread evenly over nodes and caches, each held in one of these and not on one core.
//!
//! `docs/decisions/010-threads-stay-on-their-node.md` says why.

use serde::{Deserialize, Serialize};

use super::cpus;
use super::topology::{Core, Topology};

/// What each worker of a run is held in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pin {
    /// A NUMA node, so that memory stays near; nothing where there is only one.
    #[default]
    Auto,
    /// Nothing: the system moves threads as it likes.
    Off,
    /// The cores that share a last cache.
    Cache,
    /// One physical core, which nobody else should use then.
    Core,
}

impl Pin {
    /// The names, as `--pin` takes them.
    pub const NAMES: [&'static str; 4] = ["auto", "off", "cache", "core"];

    /// The choice of the given name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Pin> {
        match name {
            "auto" => Some(Pin::Auto),
            "off" => Some(Pin::Off),
            "cache" => Some(Pin::Cache),
            "core" => Some(Pin::Core),
            _ => None,
        }
    }
}

/// The processors of each worker of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Placement {
    /// One a worker; empty where no worker is held anywhere.
    places: Vec<Vec<usize>>,
}

impl Placement {
    /// Places for `workers` on this machine.
    #[must_use]
    pub fn here(workers: usize, pin: Pin) -> Placement {
        if pin == Pin::Off || workers < 2 {
            return Placement::default();
        }
        Placement::new(&Topology::here(), workers, pin, rustix::thread::sched_getcpu())
    }

    /// Places for `workers`, the first of them near the processor `near`. Nobody is held anywhere where that could only
    /// hurt: a single worker, more workers than cores, or a place that would be all there is.
    #[must_use]
    pub fn new(topology: &Topology, workers: usize, pin: Pin, near: usize) -> Placement {
        if pin == Pin::Off || workers < 2 || workers > topology.cores.len() {
            return Placement::default();
        }
        let all = topology.cpus();
        let place = |core: usize| {
            let core = &topology.cores[core];
            topology.cpus_where(|other| match pin {
                Pin::Core => other == core,
                Pin::Cache => (other.node, other.cache) == (core.node, core.cache),
                Pin::Auto | Pin::Off => other.node == core.node,
            })
        };
        let places: Vec<Vec<usize>> = spread(&topology.cores, workers, near).into_iter().map(place).collect();
        if places.iter().all(|place| *place == all) { Placement::default() } else { Placement { places } }
    }

    /// The processors of each worker; empty where no worker is held anywhere.
    #[must_use]
    pub fn places(&self) -> &[Vec<usize>] {
        &self.places
    }

    /// Sends the calling thread to the place of worker `number`. False when the system refuses, which costs speed at most.
    pub fn bind(&self, number: usize) -> bool {
        self.places.get(number).is_none_or(|cpus| cpus::bind(cpus))
    }
}

/// A core for each worker: always from the node, and there from the cache, of which the smallest share is in use. Each
/// brings memory channels and room of its own, so that few workers get as much of these as there is.
///
/// Among equals the cores from that of `near` on come first: several processes that the system has started on different
/// cores then do not all begin with the same node.
fn spread(cores: &[Core], workers: usize, near: usize) -> Vec<usize> {
    let first = cores.iter().position(|core| core.cpus.contains(&near)).unwrap_or(0);
    let mut nodes = Shares::new(cores, |core| core.node);
    let mut caches = Shares::new(cores, |core| (core.node, core.cache));
    let mut left: Vec<usize> = (0..cores.len()).map(|nth| (nth + first) % cores.len()).collect();
    let mut chosen = Vec::with_capacity(workers);
    while chosen.len() < workers {
        let rank = |at: &usize| (nodes.used(left[*at]), caches.used(left[*at]), *at);
        let Some(at) = (0..left.len()).min_by_key(rank) else { break };
        let core = left.remove(at);
        nodes.take(core);
        caches.take(core);
        chosen.push(core);
    }
    chosen
}

/// Groups of cores, and how much of each is in use.
struct Shares {
    /// The group of each core.
    groups: Vec<usize>,
    /// Cores of each group in use, and all of them.
    counts: Vec<(usize, usize)>,
}

impl Shares {
    fn new<K: Ord>(cores: &[Core], key: impl Fn(&Core) -> K) -> Shares {
        let keys: std::collections::BTreeSet<K> = cores.iter().map(&key).collect();
        let keys: Vec<K> = keys.into_iter().collect();
        let groups: Vec<usize> = cores.iter().map(|core| keys.partition_point(|other| *other < key(core))).collect();
        let mut counts = vec![(0, 0); keys.len()];
        groups.iter().for_each(|group| counts[*group].1 += 1);
        Shares { groups, counts }
    }

    /// The share of the core's group that is in use, in parts of 65,536.
    fn used(&self, core: usize) -> usize {
        let (used, all) = self.counts[self.groups[core]];
        (used << 16) / all
    }

    fn take(&mut self, core: usize) {
        self.counts[self.groups[core]].0 += 1;
    }
}

#[cfg(test)]
mod tests;
