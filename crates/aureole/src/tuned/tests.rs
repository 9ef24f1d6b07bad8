//! What is kept, and what is not taken for this machine.

use super::*;

fn machine(processor: &str) -> Machine {
    Machine { processor: processor.into(), cores: 8, aureole: "0.1.0".into() }
}

fn tuned(processor: &str, threads: usize) -> Tuned {
    Tuned {
        machine: machine(processor),
        layout: Layout::Threads,
        threads,
        batch: Some(8),
        frames_per_second: 512.5,
        date: "2026-11-22T09:30:00Z".into(),
    }
}

#[test]
fn what_was_learned_is_there_for_the_same_machine_only() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("new").join("tuned.json");
    assert_eq!(Tuned::load(&file, &machine("A")), Ok(None));
    tuned("A", 4).save(&file).unwrap();
    tuned("B", 6).save(&file).unwrap();
    tuned("A", 7).save(&file).unwrap();
    assert_eq!(Tuned::load(&file, &machine("A")), Ok(Some(tuned("A", 7))));
    assert_eq!(Tuned::load(&file, &machine("B")), Ok(Some(tuned("B", 6))));
    let others =
        [machine("C"), Machine { cores: 4, ..machine("A") }, Machine { aureole: "0.2.0".into(), ..machine("A") }];
    for other in others {
        let said = Tuned::load(&file, &other).unwrap_err();
        assert!(said.contains("tuned.json: nothing in it was measured on this machine"), "{said}");
    }
    assert_eq!(std::fs::read_dir(file.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn a_damaged_file_is_named_and_replaced_by_the_next_measurement() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tuned.json");
    let entry = serde_json::to_string(&tuned("A", 4)).unwrap();
    let damaged = [
        (String::new(), "damaged"),
        ("{\"version\": 1, \"machines\": [".into(), "damaged"),
        (format!("{{\"version\": 1, \"machines\": [{entry}], \"more\": 1}}"), "damaged"),
        (format!("{{\"version\": 1, \"machines\": [{}]}}", entry.replace("threads\"", "fibres\"")), "damaged"),
        (format!("{{\"version\": 2, \"machines\": [{entry}]}}"), "version 2"),
        (format!("{{\"version\": 1, \"machines\": [{}]}}", entry.replace(":4", ":0")), "nothing in it"),
    ];
    for (text, why) in damaged {
        std::fs::write(&file, &text).unwrap();
        let said = Tuned::load(&file, &machine("A")).unwrap_err();
        assert!(said.contains("tuned.json") && said.contains(why), "{text}: {said}");
    }
    tuned("A", 4).save(&file).unwrap();
    assert_eq!(Tuned::load(&file, &machine("A")), Ok(Some(tuned("A", 4))));
}
