use super::super::tree::{laptop, tree, two_sockets, write};
use super::*;

#[test]
fn a_server_has_its_cores_caches_nodes_and_sockets() {
    let root = two_sockets();
    let topology = Topology::read(root.path(), None);
    assert_eq!((topology.cores.len(), topology.workers()), (128, 128));
    assert_eq!(topology.cpus(), (0..256).collect::<Vec<_>>());
    assert_eq!((topology.nodes(), topology.packages()), (vec![0, 1], vec![0, 1]));
    assert_eq!(topology.caches.len(), 16);
    assert!(topology.caches.iter().all(|cache| (cache.level, cache.bytes) == (3, Some(32 << 20))));
    let core = &topology.cores[70];
    assert_eq!((&core.cpus[..], core.package, core.node, core.cache), (&[70, 198][..], 1, 1, Some(8)));
}

#[test]
fn only_allowed_processors_count() {
    let root = two_sockets();
    let topology = Topology::read(root.path(), Some(vec![0, 1, 128, 200]));
    assert_eq!(topology.workers(), 3);
    assert_eq!(
        topology.cores.iter().map(|core| core.cpus.clone()).collect::<Vec<_>>(),
        [vec![0, 128], vec![1], vec![200]]
    );
    assert_eq!(topology.cpus(), [0, 1, 128, 200]);
    assert_eq!(topology.nodes(), [0, 1]);
}

#[test]
fn cores_of_two_kinds_are_counted_alike() {
    let root = laptop();
    let topology = Topology::read(root.path(), None);
    assert_eq!((topology.workers(), topology.caches.len(), topology.nodes().len()), (8, 1, 1));
    assert_eq!(topology.cores[3].cpus, [6, 7]);
    assert_eq!(topology.cores[4].cpus, [8]);
}

#[test]
fn a_container_gets_workers_for_its_quota() {
    let root = laptop();
    write(&root, "proc/self/cgroup", "0::/\n");
    let workers = |quota: &str, cpus: &[usize]| {
        write(&root, "sys/fs/cgroup/cpu.max", quota);
        Topology::read(root.path(), Some(cpus.to_vec())).workers()
    };
    assert_eq!(workers("150000 100000", &[3, 7]), 2);
    assert_eq!(workers("100000 100000", &[3, 7]), 1);
    assert_eq!(workers("1000 100000", &[3, 7]), 1, "never none");
    assert_eq!(workers("900000 100000", &[3, 7]), 2);
    assert_eq!(workers("max 100000", &[6, 7]), 1, "two threads of one core");
}

#[test]
fn what_the_system_does_not_tell_is_one() {
    let root = tree(&[("sys/devices/system/cpu/online", "0-3\n")]);
    let topology = Topology::read(root.path(), None);
    assert_eq!((topology.workers(), topology.caches.len()), (4, 0));
    assert!(topology.cores.iter().all(|core| (core.package, core.node, core.cache) == (0, 0, None)));
    let nothing = Topology::read(&root.path().join("nothing"), None);
    assert_eq!((nothing.workers(), nothing.cpus()), (1, vec![0]));
    assert_eq!(Topology::read(root.path(), Some(vec![])).workers(), 4);
}

#[test]
fn garbage_does_no_harm() {
    let root = tree(&[("sys/devices/system/cpu/online", "\u{0}\u{1}")]);
    for (cpu, text) in ["", "x", "0-99999999999999", "7", "-1"].into_iter().enumerate() {
        let folder = format!("sys/devices/system/cpu/cpu{cpu}");
        for file in ["topology/thread_siblings_list", "topology/physical_package_id", "cache/index3/level"] {
            write(&root, &format!("{folder}/{file}"), text);
        }
        write(&root, &format!("{folder}/cache/index3/shared_cpu_list"), text);
        write(&root, &format!("{folder}/cache/index3/size"), text);
        write(&root, &format!("sys/devices/system/node/node{cpu}/cpulist"), text);
    }
    write(&root, "sys/devices/system/node/nodeX/cpulist", "0-4");
    write(&root, "sys/devices/system/node/node", "0-4");
    let topology = Topology::read(root.path(), Some((0..5).collect()));
    assert_eq!((topology.workers(), topology.caches.len(), topology.nodes()), (5, 0, vec![0]));
}

#[test]
fn this_machine_has_a_core() {
    let topology = Topology::here();
    assert!(topology.workers() >= 1);
    assert!(!topology.cpus().is_empty());
}
