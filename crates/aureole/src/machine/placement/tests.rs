use std::collections::BTreeMap;

use super::super::tree::{laptop, tree, two_sockets};
use super::*;

/// How many workers are held in each place.
fn counts(placement: &Placement) -> BTreeMap<Vec<usize>, usize> {
    let mut counts = BTreeMap::new();
    placement.places().iter().for_each(|place| *counts.entry(place.clone()).or_default() += 1);
    counts
}

fn server() -> Topology {
    Topology::read(two_sockets().path(), None)
}

#[test]
fn workers_are_spread_evenly_over_nodes_and_held_there() {
    for workers in [2, 3, 16, 127, 128] {
        let placement = Placement::new(&server(), workers, Pin::Auto, 0);
        let counts: Vec<_> = counts(&placement).into_iter().collect();
        assert_eq!(counts[0].0, (0..64).chain(128..192).collect::<Vec<_>>());
        assert_eq!((counts[0].1, counts[1].1), (workers.div_ceil(2), workers / 2));
    }
}

#[test]
fn few_workers_get_caches_of_their_own() {
    let placement = Placement::new(&server(), 16, Pin::Cache, 0);
    let counts = counts(&placement);
    assert_eq!(counts.len(), 16);
    assert!(counts.iter().all(|(place, workers)| (place.len(), *workers) == (16, 1)));
}

#[test]
fn a_worker_has_both_threads_of_its_core_and_no_two_share_one() {
    let placement = Placement::new(&server(), 128, Pin::Core, 0);
    let counts = counts(&placement);
    assert_eq!(counts.len(), 128);
    assert!(counts.keys().all(|place| place.len() == 2 && place[1] == place[0] + 128));
    assert_eq!(placement.places()[..2], [vec![0, 128], vec![64, 192]], "one node after the other");
}

#[test]
fn the_first_worker_is_near_the_caller() {
    let placement = Placement::new(&server(), 3, Pin::Core, 200);
    assert_eq!(placement.places()[0], [72, 200]);
    assert_eq!(placement.places()[1], [0, 128], "the other node");
}

#[test]
fn a_node_with_fewer_allowed_cores_gets_fewer_workers() {
    let allowed = (0..48).chain(64..80).collect();
    let topology = Topology::read(two_sockets().path(), Some(allowed));
    let counts: Vec<_> = counts(&Placement::new(&topology, 16, Pin::Auto, 0)).into_iter().collect();
    assert_eq!((counts[0].1, counts[1].1), (12, 4));
}

#[test]
fn nobody_is_held_where_it_could_only_hurt() {
    let (server, laptop) = (server(), Topology::read(laptop().path(), None));
    let bare = Topology::read(tree(&[("sys/devices/system/cpu/online", "0-3")]).path(), None);
    for (topology, workers, pin) in [
        (&server, 1, Pin::Core),
        (&server, 0, Pin::Auto),
        (&server, 129, Pin::Core),
        (&server, 16, Pin::Off),
        (&laptop, 8, Pin::Auto),
        (&laptop, 8, Pin::Cache),
        (&bare, 4, Pin::Auto),
        (&bare, 4, Pin::Cache),
    ] {
        assert!(Placement::new(topology, workers, pin, 0).places().is_empty(), "{workers} {pin:?}");
    }
    assert_eq!(Placement::new(&bare, 4, Pin::Core, 99).places(), [[0], [1], [2], [3]]);
}

#[test]
fn a_worker_without_a_place_is_content() {
    assert!(Placement::default().bind(7));
}
