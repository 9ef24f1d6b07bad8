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

/// `64 in 2 sockets, 2 threads each; 128 processors of 128 may be used; the control group grants 1.5`.
fn cores(topology: &Topology, online: Option<usize>) -> String {
    let (cpus, cores) = (topology.cpus().len(), topology.cores.len());
    let most = topology.cores.iter().map(|core| core.cpus.len()).max().unwrap_or(1);
    let threads = match most {
        1 => String::new(),
        _ if most * cores == cpus => format!(", {most} threads each"),
        _ => format!(", up to {most} threads each"),
    };
    let online = online.map_or(String::new(), |online| format!(" of {online}"));
    let quota = topology.quota.map_or(String::new(), |quota| {
        let digits = if quota.fract() == 0.0 { 0 } else { 1 };
        format!("; the control group grants the time of {quota:.digits$}")
    });
    let sockets = print::count(topology.packages().len(), "socket");
    format!("{cores} in {sockets}{threads}; {cpus}{online} processors may be used{quota}")
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

/// `128, one a core; 64 held in processors 0-63, 64 in 64-127`.
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
    let held = if places.is_empty() {
        "held nowhere: all memory is equally near".to_owned()
    } else {
        let list = places.iter().map(|(count, place)| format!("{count} in processors {}", format_list(place)));
        format!("held near their memory: {}", list.collect::<Vec<_>>().join(", "))
    };
    let why = if workers < topology.cores.len() { "as many as the control group grants" } else { "one a core" };
    format!("{workers}, {why}; {held}")
}
