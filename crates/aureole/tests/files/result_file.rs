//! The result file: what is in it, and that it survives its writer.

use std::ops::ControlFlow;
use std::path::Path;

use aureole::sink::nexus::{Axis, Description, Provenance, RecipeDescription};
use aureole::sink::{MemorySink, NexusSink};
use aureole_core::pattern::{OwnConstants, Pattern, Status};
use aureole_core::pipeline::{Rows, Sink};
use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{Dataset, File};
use tempfile::tempdir;

const BINS: usize = 5;

fn description(frames: usize) -> Description {
    Description {
        title: "a scan".into(),
        frames,
        recipes: vec![recipe("data")],
        provenance: Provenance {
            program: "aureole".into(),
            job: "{\"bins\": 5}".into(),
            files: vec![("poni".into(), "a.poni".into(), "00ff".into())],
            sources: vec!["a.h5::/data".into(), "b.h5::/data".into()],
            ..Provenance::default()
        },
        ..Description::default()
    }
}

fn recipe(name: &str) -> RecipeDescription {
    RecipeDescription {
        name: name.into(),
        errors: Some("standard error of the mean".into()),
        mode: "mean".into(),
        axis: Axis {
            name: "2th_deg".into(),
            units: "degree".into(),
            long_name: "2θ".into(),
            centres: (0..BINS).map(|bin| bin as f64 + 0.5).collect(),
            edges: (0..=BINS).map(|bin| bin as f64).collect(),
        },
        norm: vec![2.0; BINS],
        count: vec![3.0; BINS],
        wavelength: Some(1e-10),
        ..RecipeDescription::default()
    }
}

fn pattern(frame: usize) -> Pattern {
    Pattern {
        status: Status::Done,
        intensity: vec![frame as f32; BINS],
        errors: vec![0.5; BINS],
        signal: vec![10.0 * frame as f64; BINS],
        variance: vec![0.25; BINS],
        own: None,
    }
}

fn rows(first: usize, patterns: &[Pattern]) -> Rows<'_> {
    Rows { first, recipes: 1, patterns }
}

fn push(sink: &mut dyn Sink, first: usize, patterns: &[Pattern]) {
    assert_eq!(sink.push(&rows(first, patterns)).unwrap(), ControlFlow::Continue(()));
}

fn failed(reason: &str) -> Pattern {
    Pattern { status: Status::Failed(reason.into()), ..Pattern::default() }
}

fn dataset(path: &Path, name: &str) -> Dataset {
    File::open(path).unwrap().dataset(name).unwrap()
}

fn column(path: &Path, name: &str) -> Vec<f64> {
    let dataset = dataset(path, name);
    let width: usize = dataset.shape().iter().skip(1).product();
    dataset.read_raw::<f64>().unwrap().into_iter().step_by(width.max(1)).collect()
}

fn text(path: &Path, name: &str) -> String {
    dataset(path, name).read_scalar::<VarLenUnicode>().unwrap().to_string()
}

#[test]
fn rows_axis_and_provenance_are_where_nexus_looks_for_them() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let mut sink = NexusSink::create(&path, description(100), false).unwrap();
    for first in (0..100).step_by(7) {
        let patterns: Vec<Pattern> = (first..100.min(first + 7)).map(pattern).collect();
        push(&mut sink, first, &patterns);
    }
    sink.finish().unwrap();
    assert_eq!(dataset(&path, "entry/data/I").shape(), [100, BINS]);
    assert!(dataset(&path, "entry/data/I").dtype().unwrap().is::<f32>());
    assert_eq!(column(&path, "entry/data/I"), (0..100).map(f64::from).collect::<Vec<_>>());
    assert_eq!(column(&path, "entry/data/I_errors"), [0.5; 100]);
    assert_eq!(column(&path, "entry/data/radial_axis"), [0.5, 1.5, 2.5, 3.5, 4.5]);
    assert_eq!(column(&path, "entry/data/radial_axis_edges").len(), BINS + 1);
    assert_eq!(column(&path, "entry/data/norm"), [2.0; BINS]);
    assert_eq!(column(&path, "entry/data/count"), [3.0; BINS]);
    assert_eq!(dataset(&path, "entry/frames/status").read_raw::<u8>().unwrap(), [1; 100]);
    assert_eq!(text(&path, "entry/definition"), "NXazint1d");
    assert_eq!(text(&path, "entry/reduction/job"), "{\"bins\": 5}");
    assert_eq!(text(&path, "entry/reduction/files/poni"), "a.poni");
    assert!(text(&path, "entry/start_time") <= text(&path, "entry/end_time"));
    let file = File::open(&path).unwrap();
    let data = file.group("entry/data").unwrap();
    assert_eq!(data.attr("signal").unwrap().read_scalar::<VarLenUnicode>().unwrap().as_str(), "I");
    let axes = data.attr("axes").unwrap().read_raw::<VarLenUnicode>().unwrap();
    assert_eq!(axes.iter().map(VarLenUnicode::as_str).collect::<Vec<_>>(), [".", "radial_axis"]);
    assert!(!data.link_exists("norm_per_frame") && !data.link_exists("signal"));
}

#[test]
fn sums_are_kept_when_asked_for() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let mut sink = NexusSink::create(&path, Description { sums: true, ..description(2) }, false).unwrap();
    push(&mut sink, 0, &[pattern(0), pattern(1)]);
    sink.finish().unwrap();
    assert_eq!(column(&path, "entry/data/signal"), [0.0, 10.0]);
    assert_eq!(column(&path, "entry/data/variance"), [0.25, 0.25]);
}

#[test]
fn cakes_have_an_axis_more_and_their_azimuths_slowest() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let azimuthal = Axis {
        name: "chi_deg".into(),
        units: "degree".into(),
        long_name: "χ".into(),
        centres: vec![10.0, 20.0],
        edges: vec![5.0, 15.0, 25.0],
    };
    let constants = vec![2.0; 2 * BINS];
    let cake =
        RecipeDescription { azimuthal: Some(azimuthal), norm: constants.clone(), count: constants, ..recipe("data") };
    let description = Description { recipes: vec![cake], ..description(3) };
    let mut sink = NexusSink::create(&path, description, false).unwrap();
    let cake = |frame: usize| {
        let intensity = (0..2 * BINS).map(|bin| (100 * frame + bin) as f32).collect();
        let own = Some(OwnConstants { norm: vec![1.5; 2 * BINS], count: vec![2.5; 2 * BINS] });
        Pattern { intensity, errors: vec![0.5; 2 * BINS], own, ..pattern(frame) }
    };
    push(&mut sink, 0, &[cake(0), cake(1), cake(2)]);
    sink.finish().unwrap();
    let intensity = dataset(&path, "entry/data/I");
    assert_eq!(intensity.shape(), [3, 2, BINS]);
    let second = intensity.read_slice_2d::<f32, _>((1, .., ..)).unwrap();
    assert_eq!((second[[0, 0]], second[[0, 4]], second[[1, 0]]), (100.0, 104.0, 105.0));
    for name in ["norm", "count"] {
        assert_eq!(dataset(&path, &format!("entry/data/{name}")).shape(), [2, BINS]);
        assert_eq!(dataset(&path, &format!("entry/data/{name}_per_frame")).shape(), [3, 2, BINS]);
    }
    assert_eq!(column(&path, "entry/data/azimuthal_axis_edges"), [5.0, 15.0, 25.0]);
    assert_eq!(text(&path, "entry/definition"), "NXazint2d");
    let data = File::open(&path).unwrap().group("entry/data").unwrap();
    let axes = data.attr("axes").unwrap().read_raw::<VarLenUnicode>().unwrap();
    assert_eq!(axes.iter().map(VarLenUnicode::as_str).collect::<Vec<_>>(), [".", "azimuthal_axis", "radial_axis"]);
    assert_eq!(data.attr("radial_axis_indices").unwrap().read_scalar::<i32>().unwrap(), 2);
    let result = aureole::result::ResultFile::open(&path, None).unwrap();
    assert_eq!(result.azimuthal().unwrap().centres, [10.0, 20.0]);
    assert_eq!(result.row(1).unwrap().intensity[BINS], 105.0);
}

#[test]
fn a_failed_frame_is_nan_with_its_reason() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let mut sink = NexusSink::create(&path, description(3), false).unwrap();
    push(&mut sink, 0, &[pattern(0), failed("frame 1 was never written"), pattern(2)]);
    sink.finish().unwrap();
    assert_eq!(dataset(&path, "entry/frames/status").read_raw::<u8>().unwrap(), [1, 2, 1]);
    let reasons = dataset(&path, "entry/frames/reason").read_raw::<VarLenUnicode>().unwrap();
    let reasons: Vec<_> = reasons.iter().map(VarLenUnicode::as_str).collect();
    assert_eq!(reasons, ["", "frame 1 was never written", ""]);
    let intensity = column(&path, "entry/data/I");
    assert!(intensity[1].is_nan());
    assert_eq!([intensity[0], intensity[2]], [0.0, 2.0]);
}

#[test]
fn constants_a_frame_appear_with_the_first_frame_that_has_its_own() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let mut sink = NexusSink::create(&path, description(300), false).unwrap();
    for frame in 0..300 {
        let own = (frame == 150).then(|| OwnConstants { norm: vec![1.5; BINS], count: vec![2.5; BINS] });
        let pattern = if frame == 70 { failed("corrupt") } else { Pattern { own, ..pattern(frame) } };
        push(&mut sink, frame, &[pattern]);
    }
    sink.finish().unwrap();
    let (norm, count) = (column(&path, "entry/data/norm_per_frame"), column(&path, "entry/data/count_per_frame"));
    for frame in 0..300 {
        match frame {
            70 => assert!(norm[frame].is_nan() && count[frame].is_nan()),
            150 => assert_eq!((norm[frame], count[frame]), (1.5, 2.5)),
            _ => assert_eq!((norm[frame], count[frame]), (2.0, 3.0), "{frame}"),
        }
    }
}

#[test]
fn a_run_over_some_frames_starts_at_row_0() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let mut sink = NexusSink::create(&path, Description { first_frame: 10, ..description(3) }, false).unwrap();
    push(&mut sink, 10, &[pattern(10), pattern(11)]);
    assert!(sink.push(&rows(12, &[pattern(12), pattern(13)])).unwrap_err().to_string().contains("made for 10..13"));
    assert!(sink.push(&rows(9, &[pattern(9)])).is_err());
    sink.finish().unwrap();
    assert_eq!(column(&path, "entry/data/I"), [10.0, 11.0]);
    let frames = File::open(&path).unwrap().group("entry/frames").unwrap();
    assert_eq!(frames.attr("first_frame").unwrap().read_scalar::<u64>().unwrap(), 10);
}

#[test]
fn more_rows_than_are_allocated_at_a_time_are_all_there() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let wide = 40_000;
    let recipe = RecipeDescription {
        axis: Axis { centres: vec![1.0; wide], edges: vec![1.0; wide + 1], ..Axis::default() },
        norm: vec![1.0; wide],
        count: vec![1.0; wide],
        errors: None,
        ..recipe("data")
    };
    let description = Description { recipes: vec![recipe], ..description(150) };
    let mut sink = NexusSink::create(&path, description, false).unwrap();
    for frame in 0..150 {
        let intensity = vec![frame as f32; wide];
        push(&mut sink, frame, &[Pattern { intensity, errors: Vec::new(), ..pattern(frame) }]);
    }
    sink.finish().unwrap();
    assert_eq!(column(&path, "entry/data/I"), (0..150).map(f64::from).collect::<Vec<_>>());
}

#[test]
fn each_recipe_has_a_group_of_its_own_and_the_first_is_the_default() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let plain = RecipeDescription { errors: None, mode: "median".into(), ..recipe("plain") };
    let description = Description { recipes: vec![recipe("q"), plain], ..description(2) };
    let mut sink = NexusSink::create(&path, description, false).unwrap();
    let without = Pattern { errors: Vec::new(), variance: Vec::new(), ..pattern(7) };
    let patterns = [pattern(0), without.clone(), pattern(1), failed("torn")];
    assert!(sink.push(&rows(0, &patterns)).is_err(), "one pattern a frame, but the file has two recipes");
    let rows = Rows { first: 0, recipes: 2, patterns: &patterns };
    assert_eq!(sink.push(&rows).unwrap(), ControlFlow::Continue(()));
    sink.finish().unwrap();
    assert_eq!((column(&path, "entry/q/I"), column(&path, "entry/plain/I")[0]), (vec![0.0, 1.0], 7.0));
    assert!(column(&path, "entry/plain/I")[1].is_nan());
    assert_eq!(dataset(&path, "entry/frames/status").read_raw::<u8>().unwrap(), [1, 2]);
    assert!(File::open(&path).unwrap().dataset("entry/plain/I_errors").is_err());
    let open =
        |recipe| aureole::result::ResultFile::open(&path, recipe).map(|result| result.row(0).unwrap().intensity[0]);
    assert_eq!((open(None), open(Some("plain"))), (Ok(0.0), Ok(7.0)));
    assert!(open(Some("cake")).unwrap_err().to_string().contains("it has plain, q"));
}

#[test]
fn recipes_cannot_take_the_names_of_other_things() {
    let folder = tempdir().unwrap();
    for names in [["frames", "q"], ["q", "q"], ["a/b", "q"], ["", "q"]] {
        let description = Description { recipes: names.map(recipe).to_vec(), ..description(1) };
        assert!(NexusSink::create(&folder.path().join("out.h5"), description, false).is_err(), "{names:?}");
    }
}

#[test]
fn a_file_that_exists_is_replaced_only_when_forced() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    std::fs::write(&path, "precious").unwrap();
    let message = NexusSink::create(&path, description(1), false).err().unwrap().to_string();
    assert!(message.contains("out.h5 exists"), "{message}");
    assert_eq!(std::fs::read(&path).unwrap(), b"precious");
    NexusSink::create(&path, description(1), true).unwrap().finish().unwrap();
    assert_eq!(dataset(&path, "entry/data/I").shape(), [0, BINS]);
}

#[test]
fn a_file_that_cannot_be_created_is_one_sentence() {
    let folder = tempdir().unwrap();
    let message = NexusSink::create(&folder.path().join("no/out.h5"), description(1), false).err().unwrap().to_string();
    assert!(message.contains("no/out.h5 cannot be created"), "{message}");
}

#[test]
fn a_pattern_of_another_length_is_refused() {
    let folder = tempdir().unwrap();
    let mut sink = NexusSink::create(&folder.path().join("out.h5"), description(2), false).unwrap();
    let short = Pattern { intensity: vec![1.0; BINS - 1], ..pattern(0) };
    assert!(sink.push(&rows(0, &[short])).unwrap_err().to_string().contains("4 values for /entry/data/I, which has 5"));
}

#[test]
fn a_sink_that_is_dropped_keeps_what_was_pushed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("out.h5");
    let mut sink = NexusSink::create(&path, description(10), false).unwrap();
    push(&mut sink, 0, &[pattern(0), pattern(1), pattern(2)]);
    drop(sink);
    assert_eq!(dataset(&path, "entry/frames/status").read_raw::<u8>().unwrap()[..4], [1, 1, 1, 0]);
    assert_eq!(column(&path, "entry/data/I")[..3], [0.0, 1.0, 2.0]);
}

/// Copies the file again and again while it is written: each copy is what a killed writer would have left.
#[test]
fn every_state_of_a_growing_file_opens_and_what_it_says_is_done_is_there() {
    let folder = tempdir().unwrap();
    let (path, copy) = (folder.path().join("out.h5"), folder.path().join("copy.h5"));
    let mut sink = NexusSink::create(&path, description(2000), false).unwrap();
    let mut seen = 0;
    for frame in 0..2000 {
        push(&mut sink, frame, &[pattern(frame)]);
        if frame % 37 == 0 {
            std::fs::copy(&path, &copy).unwrap();
            let status = dataset(&copy, "entry/frames/status").read_raw::<u8>().unwrap();
            let intensity = column(&copy, "entry/data/I");
            let done = status.iter().filter(|status| **status == 1).count();
            assert!(done >= seen && done + 64 > frame, "{done} of {frame}");
            assert!(status[..done].iter().all(|status| *status == 1));
            for (row, value) in intensity.iter().enumerate() {
                assert!(if row < done { *value == row as f64 } else { value.is_nan() }, "row {row}: {value}");
            }
            seen = done;
        }
    }
    assert!(seen > 1800);
}

#[test]
fn patterns_in_memory_keep_the_numbers_of_their_frames() {
    let mut sink = MemorySink::default();
    push(&mut sink, 4, &[pattern(4), pattern(5)]);
    assert_eq!(sink.patterns.iter().map(|(frame, _)| *frame).collect::<Vec<_>>(), [4, 5]);
}
