//! `--map`, and the configurations of pyFAI-diffmap.

use hdf5_metno::File;
use hdf5_metno::types::VarLenUnicode;

use crate::support::{Desk, png_size};

/// Motors as a scan leaves them beside ten frames: a row of five, and another one backwards.
fn with_motors() -> Desk {
    let desk = Desk::with_stack();
    let file = File::append(desk.path("stack.h5")).unwrap();
    let measurement = file.group("entry").unwrap().create_group("measurement").unwrap();
    let samx = [0.0, 1.1, 2.0, 3.0, 4.0, 4.2, 3.0, 2.0, 0.9, 0.0];
    let samy: Vec<f64> = (0..10).map(|frame| if frame < 5 { 7.0 } else { 8.5 }).collect();
    let dataset = measurement.new_dataset_builder().with_data(&samx).create("samx").unwrap();
    let units: VarLenUnicode = "mm".parse().unwrap();
    dataset.new_attr::<VarLenUnicode>().create("units").unwrap().write_scalar(&units).unwrap();
    measurement.new_dataset_builder().with_data(&samy).create("samy").unwrap();
    measurement.new_dataset_builder().with_data(&[1.0, 2.0, 3.0]).create("three").unwrap();
    desk
}

fn numbers(desk: &Desk, name: &str) -> Vec<f64> {
    File::open(desk.path("out.h5")).unwrap().dataset(&format!("entry/map/{name}")).unwrap().read_raw().unwrap()
}

fn name_of(desk: &Desk, name: &str) -> String {
    let file = File::open(desk.path("out.h5")).unwrap();
    let attribute = file.dataset(&format!("entry/map/{name}")).unwrap().attr("long_name").unwrap();
    attribute.read_scalar::<VarLenUnicode>().unwrap().to_string()
}

#[test]
fn positions_of_a_map_are_the_means_of_its_rows_and_columns() {
    let desk = with_motors();
    let options = "--map 2x5 --map-snake --map-slow-axis samy --map-fast-axis stack.h5::/entry/measurement/samx";
    desk.run(&format!("integrate stack.h5 --poni stack.poni -o out.h5 {options}")).is(0);
    assert_eq!(numbers(&desk, "slow"), [7.0, 8.5]);
    let fast = numbers(&desk, "fast");
    assert!(fast.iter().zip([0.0, 1.0, 2.0, 3.0, 4.1]).all(|(a, b)| (a - b).abs() < 1e-12), "{fast:?}");
    assert_eq!((name_of(&desk, "slow"), name_of(&desk, "fast")), ("samy".into(), "samx".into()));
    assert_eq!(numbers(&desk, "map_ptr"), [0.0, 1.0, 2.0, 3.0, 4.0, 9.0, 8.0, 7.0, 6.0, 5.0]);
    let file = File::open(desk.path("out.h5")).unwrap();
    assert_eq!(file.dataset("entry/measurement/images_0001").unwrap().shape(), [10, 195, 487]);
}

#[test]
fn without_motors_rows_and_columns_are_numbered() {
    let desk = Desk::with_stack();
    desk.run("integrate stack.h5 --poni stack.poni -o out.h5 --map 2x3 --map-offset 4 --frames 2:9").is(0);
    assert_eq!((numbers(&desk, "slow"), numbers(&desk, "fast")), (vec![0.0, 1.0], vec![0.0, 1.0, 2.0]));
    assert_eq!(numbers(&desk, "map_ptr"), [4.0, 5.0, 6.0, 7.0, 8.0, -1.0]);
}

#[test]
fn a_map_that_cannot_be_is_refused_by_the_name_of_its_option() {
    let desk = with_motors();
    for (options, said) in [
        ("--map 3by4", "--map 3by4: no map; it is SLOWxFAST"),
        ("--map 0x4", "--map 0x4: no map"),
        ("--map 2x4", "--map: 2x4: 8 points, but 10 frames"),
        ("--map 4x5 --map-offset 10", "--map-offset: 10: there are 10 frames"),
        ("--map-snake", "--map-snake: has a use with --map SLOWxFAST only"),
        ("--map-fast-axis samx", "--map-fast-axis: has a use with --map"),
        ("--map 2x5 --map-fast-axis samz", "--map-fast-axis: samz: stack.h5: neither a dataset nor a motor"),
        ("--map 2x5 --map-slow-axis three", "--map-slow-axis: three: 3 values; 10 (frames), 10 (points) or 2 (rows)"),
        ("--map 2x5 --map-slow-axis no.h5::/samy", "--map-slow-axis: no.h5"),
    ] {
        let text = desk.run(&format!("integrate stack.h5 --poni stack.poni -o out.h5 {options}")).is(2);
        assert!(text.contains(said), "{options}: {text}");
        assert!(!desk.path("out.h5").exists(), "{options}");
    }
}

#[test]
fn a_configuration_of_a_map_may_name_all_that_a_run_needs() {
    let desk = Desk::with_stack();
    let text = r#"{"diffmap_config_version": 1, "experiment_title": "a bone", "offset": 1, "zigzag_scan": true,
        "slow_motor": {"start": 0, "stop": 1, "points": 3, "name": "sy"}, "fast_motor": [5, 8, 4, "sx"],
        "ai": {"version": 1, "poni": "stack.poni", "nbpt_rad": 40, "unit": "2th_deg"},
        "input_data": [["stack.h5", null, 10, [195, 487]]], "output_file": "out.h5"}"#;
    desk.write("map.json", text);
    let said = desk.run("integrate --config map.json").is(0);
    assert!(said.contains("40 bins 2th_deg"), "{said}");
    assert_eq!((numbers(&desk, "slow"), numbers(&desk, "fast")), (vec![0.0, 0.5, 1.0], vec![5.0, 6.0, 7.0, 8.0]));
    assert_eq!(numbers(&desk, "map_ptr")[..8], [1.0, 2.0, 3.0, 4.0, 8.0, 7.0, 6.0, 5.0]);
    // What is typed wins.
    desk.run("integrate stack.h5 --config map.json -o out.h5 --force --map 9x1 --map-offset 2").is(0);
    assert_eq!(numbers(&desk, "map_ptr"), [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, -1.0]);
    assert_eq!(name_of(&desk, "slow"), "sy");
}

#[test]
fn a_configuration_that_names_no_files_leaves_them_to_be_typed() {
    let desk = Desk::with_stack();
    desk.write("plain.json", r#"{"version": 1, "poni": "stack.poni"}"#);
    assert!(desk.run("integrate --config plain.json -o out.h5").is(2).contains("--config: it names no input"));
    assert!(desk.run("integrate stack.h5 --config plain.json").is(2).contains("--config: it names no output"));
    let typed = desk.run("integrate --poni stack.poni -o out.h5").is(2);
    assert!(typed.contains("INPUT"), "{typed}");
}

#[test]
fn of_several_dark_images_the_mean_is_subtracted() {
    let desk = Desk::with_stack();
    for (name, seed) in [("dark.h5", 7), ("other.h5", 8)] {
        desk.run(&format!("simulate {name} --detector Pilatus100k --frames 1 --seed {seed}")).is(0);
    }
    let (one, other) = ("dark.h5::/entry/data/data", "other.h5::/entry/data/data");
    let options = "--poni stack.poni --bins 50 --split no --no-solid-angle --sums --dark";
    let signal = |name: &str, dark: &str| {
        desk.run(&format!("integrate stack.h5 -o {name} {options} {dark}")).is(0);
        let file = File::open(desk.path(name)).unwrap();
        file.dataset("entry/data/signal").unwrap().read_raw::<f64>().unwrap()
    };
    let (a, b) = (signal("a.h5", one), signal("b.h5", other));
    let mean = signal("mean.h5", &format!("{one},{other}"));
    assert!(a != b && (0..mean.len()).all(|bin| (mean[bin] - 0.5 * (a[bin] + b[bin])).abs() < 1e-6));
    let files = File::open(desk.path("mean.h5")).unwrap().group("entry/reduction/files").unwrap();
    assert!(files.link_exists("dark") && files.link_exists("dark_2"));
    let said = desk.run(&format!("integrate stack.h5 -o no.h5 {options} {one},nowhere.edf")).is(2);
    assert!(said.contains("--dark: nowhere.edf"), "{said}");
}

#[test]
fn a_map_is_drawn_as_an_image() {
    let desk = with_motors();
    let options = "--map 2x5 --map-snake --map-slow-axis samy --map-fast-axis samx";
    desk.run(&format!("integrate stack.h5 --poni stack.poni -o out.h5 {options}")).is(0);
    desk.run("plot out.h5 -o map.png --map --range 0.5,2").is(0);
    assert_eq!(png_size(&desk.path("map.png")), (1600, 1000));
    desk.run("plot out.h5 -o map.svg --map").is(0);
    let svg = std::fs::read_to_string(desk.path("map.svg")).unwrap();
    assert!(svg.contains("samx (mm)") && svg.contains("samy"));
    desk.run("integrate stack.h5 --poni stack.poni -o rows.h5").is(0);
    assert!(desk.run("plot rows.h5 -o no.png --map").is(2).contains("there is no map in it"));
    let map = aureole::result::ResultFile::open(&desk.path("out.h5"), None).unwrap().map().unwrap().unwrap();
    assert_eq!(map.rows[..6], [0, 1, 2, 3, 4, 9].map(Some));
}
