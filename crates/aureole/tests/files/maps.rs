//! Diffraction maps in the result file.

use std::path::Path;

use aureole::sink::NexusSink;
use aureole::sink::nexus::{Axis, Description, Map, MapAxis, RecipeDescription};
use aureole_core::pattern::{Pattern, Status};
use aureole_core::pipeline::{Rows, Sink};
use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{Dataset, File};
use tempfile::tempdir;

const BINS: usize = 3;

/// A snake of 3 rows and 4 columns whose first point is frame 1 of 11.
fn description() -> Description {
    let axis = |length: usize, name: &str| MapAxis {
        values: (0..length).map(|point| point as f64).collect(),
        long_name: name.into(),
        units: "mm".into(),
    };
    let recipe = RecipeDescription {
        name: "data".into(),
        axis: Axis {
            name: "q_nm^-1".into(),
            units: "1/nm".into(),
            centres: vec![0.5, 1.5, 2.5],
            edges: vec![0.0, 1.0, 2.0, 3.0],
            ..Axis::default()
        },
        norm: vec![1.0; BINS],
        count: vec![1.0; BINS],
        ..RecipeDescription::default()
    };
    Description {
        frames: 11,
        recipes: vec![recipe],
        map: Some(Map {
            slow: axis(3, "samy"),
            fast: axis(4, "samx"),
            snake: true,
            offset: 1,
            configurations: vec!["{}".into()],
            images: vec![("frames.h5".into(), "/data".into())],
        }),
        ..Description::default()
    }
}

fn patterns(frames: std::ops::Range<usize>) -> Vec<Pattern> {
    let pattern = |frame: usize| Pattern {
        status: Status::Done,
        intensity: (0..BINS).map(|bin| (10 * frame + bin) as f32).collect(),
        ..Pattern::default()
    };
    frames.map(pattern).collect()
}

fn push(sink: &mut dyn Sink, frames: std::ops::Range<usize>) {
    let patterns = patterns(frames);
    assert!(sink.push(&Rows { first: 0, recipes: 1, patterns: &patterns }).unwrap().is_continue());
}

fn dataset(path: &Path, name: &str) -> Dataset {
    File::open(path).unwrap().dataset(&format!("entry/{name}")).unwrap()
}

/// Frame numbers as the intensities tell them, point by point; −1 where there is none.
fn frames_of(path: &Path) -> Vec<i32> {
    let intensity = dataset(path, "pyFAI/result/intensity");
    assert_eq!(intensity.shape(), [3, 4, BINS]);
    let of_bin = |value: &f32| if value.is_nan() { -1 } else { (value / 10.0) as i32 };
    intensity.read_raw::<f32>().unwrap().iter().step_by(BINS).map(of_bin).collect()
}

#[test]
fn a_map_shows_the_rows_where_their_frames_were_taken() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let mut sink = NexusSink::create(&path, description(), false).unwrap();
    push(&mut sink, 0..11);
    sink.finish().unwrap();
    let expected = [1, 2, 3, 4, 8, 7, 6, 5, 9, 10, -1, -1];
    assert_eq!(frames_of(&path), expected);
    assert_eq!(dataset(&path, "pyFAI/result/map_ptr").read_raw::<i32>().unwrap(), expected);
    let image = dataset(&path, "map/map");
    assert_eq!(image.shape(), [BINS, 3, 4]);
    let second = image.read_slice_2d::<f32, _>((1, .., ..)).unwrap();
    assert_eq!((second[[0, 0]], second[[1, 0]], second[[2, 1]]), (11.0, 81.0, 101.0));
    assert!(second[[2, 3]].is_nan());
    assert_eq!(dataset(&path, "map/q").read_raw::<f64>().unwrap(), [0.5, 1.5, 2.5]);
    assert_eq!(dataset(&path, "data/I").shape(), [11, BINS]);
    let file = File::open(&path).unwrap();
    let text = |group: &str, name: &str| {
        let attribute = file.group(group).unwrap().attr(name).unwrap();
        attribute.read_raw::<VarLenUnicode>().unwrap().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!((text("entry", "default"), text("entry/map", "signal")), (vec!["map".into()], vec!["map".into()]));
    assert_eq!(text("entry/map", "axes"), ["q", "slow", "fast"]);
    assert_eq!(text("entry/pyFAI/result", "axes"), ["slow", "fast", "q"]);
}

#[test]
fn intensities_are_not_stored_twice() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    NexusSink::create(&path, description(), false).unwrap().finish().unwrap();
    for name in ["pyFAI/result/intensity", "map/map"] {
        assert_eq!(dataset(&path, name).storage_size(), 0, "{name}");
    }
}

#[test]
fn a_map_whose_writer_died_or_stopped_opens_and_is_nan_from_there_on() {
    let folder = tempdir().unwrap();
    let (died, stopped) = (folder.path().join("died.h5"), folder.path().join("stopped.h5"));
    for path in [&died, &stopped] {
        let mut sink = NexusSink::create(path, description(), false).unwrap();
        push(&mut sink, 0..3);
        if path == &died {
            drop(sink);
        } else {
            sink.finish().unwrap();
        }
        assert_eq!(frames_of(path), [1, 2, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1]);
        assert_eq!(dataset(path, "data/I").shape(), [11, BINS]);
        assert_eq!(dataset(path, "frames/status").read_raw::<u8>().unwrap()[..4], [1, 1, 1, 0]);
    }
}

#[test]
fn a_map_can_be_read_while_it_is_written() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let mut sink = NexusSink::create(&path, description(), false).unwrap();
    push(&mut sink, 0..11);
    let copy = folder.path().join("copy.h5");
    // As a program killed here would leave it.
    std::fs::copy(&path, &copy).unwrap();
    assert_eq!(frames_of(&copy)[..2], [1, 2]);
    drop(sink);
}

#[test]
fn a_map_of_no_points_is_refused() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let empty = Description { map: Some(Map::default()), ..description() };
    let error = NexusSink::create(&path, empty, false).err().unwrap().to_string();
    assert!(error.contains("a map of 0 x 0 points"), "{error}");
}
