//! From a simulated stack to a picture.

use std::io::{Seek, SeekFrom, Write};

use aureole_core::pipeline::{ChunkBuf, Source};

use crate::support::{Desk, png_size};

#[test]
fn a_simulated_stack_is_integrated_at_once_and_drawn() {
    let desk = Desk::with_stack();
    let said = desk.run("integrate stack.h5 --poni stack.poni --error-model poisson -o out.h5").is(0);
    assert!(
        said.contains(
            "Pilatus100k, 0.0% masked · 10 frames uint32 · bitshuffle-LZ4 · 1000 bins q_nm^-1, full splitting"
        ),
        "{said}"
    );
    assert!(said.contains("0 failed → out.h5"), "{said}");
    desk.run("plot out.h5 -o last.png").is(0);
    assert_eq!(png_size(&desk.path("last.png")), (1600, 1000));
    desk.run("plot out.h5 -o some.svg --frames 0,2,5:8 --scale log").is(0);
    let svg = std::fs::read_to_string(desk.path("some.svg")).unwrap();
    assert!(svg.contains("Scattering vector q (nm⁻¹)"));
    assert!(["frame 0", "frame 2", "frame 5", "frame 7"].iter().all(|name| svg.contains(name)));
    assert!(!svg.contains("frame 8"));
    desk.run("plot out.h5 -o all.png --waterfall --scale sqrt").is(0);
    assert_eq!(png_size(&desk.path("all.png")), (1600, 1000));
}

#[test]
fn cakes_are_made_and_drawn_with_the_same_bits_by_every_layout() {
    let desk = Desk::with_stack();
    for layout in ["serial", "threads"] {
        let options = "--bins 50 --azimuthal-bins 36 --split pseudo --chi-at-0";
        let line = format!("integrate stack.h5 --poni stack.poni -o {layout}.h5 --layout {layout} {options}");
        let said = desk.run(&line).is(0);
        assert!(said.contains("36 x 50 bins chi_deg and q_nm^-1, pseudo splitting"), "{said}");
    }
    let cake =
        |name: &str| aureole::result::ResultFile::open(&desk.path(name), None).unwrap().row(7).unwrap().intensity;
    let bits = |name: &str| cake(name).into_iter().map(f32::to_bits).collect::<Vec<_>>();
    assert_eq!(bits("serial.h5"), bits("threads.h5"));
    assert_eq!(cake("serial.h5").len(), 36 * 50);
    desk.run("plot serial.h5 -o cake.png --frames 7 --scale log").is(0);
    assert_eq!(png_size(&desk.path("cake.png")), (1600, 1000));
    let said = desk.run("plot serial.h5 -o cake.png --waterfall").is(2);
    assert!(said.contains("one frame"), "{said}");
}

#[test]
fn bins_may_be_logarithmic_or_lie_between_edges_of_a_file() {
    let desk = Desk::with_stack();
    desk.write("edges.txt", "1 2 4 # and so on\n8 16\n");
    desk.run("integrate stack.h5 --poni stack.poni -o file.h5 --edges edges.txt").is(0);
    desk.run("integrate stack.h5 --poni stack.poni -o log.h5 --bins log:1:16:4").is(0);
    let result = |name: &str| aureole::result::ResultFile::open(&desk.path(name), None).unwrap();
    let centres = result("file.h5").axis().centres.clone();
    assert!(centres.iter().zip([1.5, 3.0, 6.0, 12.0]).all(|(a, b)| (a - b).abs() < 1e-12), "{centres:?}");
    let (one, other) = (result("file.h5").row(3).unwrap().intensity, result("log.h5").row(3).unwrap().intensity);
    assert!(
        one.iter().zip(&other).all(|(a, b)| (a - b).abs() <= 1e-4 * a.abs() || (a.is_nan() && b.is_nan())),
        "{one:?} {other:?}"
    );
    let said = desk.run("integrate stack.h5 --poni stack.poni -o no.h5 --edges nowhere.txt").is(2);
    assert!(said.contains("--edges: nowhere.txt"), "{said}");
}

#[test]
fn the_summary_as_json_is_all_there_is_on_standard_output() {
    let desk = Desk::with_stack();
    let ended = desk.run("integrate stack.h5 --poni stack.poni -o out.h5 --frames 2:9 --threads 1 --summary json");
    let summary: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&summary["frames"], &summary["failed"], &summary["threads"]), (&7.into(), &0.into(), &1.into()));
    assert_eq!(summary["pixels"], 7 * 195 * 487);
    for key in ["seconds", "plan_seconds", "frames_per_second", "batch", "bytes_in"] {
        assert!(summary[key].as_f64().unwrap() > 0.0, "{key}: {summary}");
    }
    assert_eq!(summary["layout"], "threads");
}

#[test]
fn the_same_seed_gives_the_same_stack_whatever_the_threads() {
    let desk = Desk::with_stack();
    for (name, threads) in [("one.h5", "1"), ("three.h5", "3")] {
        let line = format!("simulate {name} --detector Pilatus100k --frames 10");
        assert!(desk.command(&line).env("RAYON_NUM_THREADS", threads).status().unwrap().success());
    }
    // HDF5 notes when objects were made, so the stored frames are compared and not the files.
    let chunks = |name: &str| {
        let stack = aureole::source::open(&[desk.path(name).display().to_string()]).unwrap();
        let mut chunk = ChunkBuf::default();
        let mut read = |frame| stack.read(frame, &mut chunk).map(|()| chunk.bytes.clone()).unwrap();
        (0..10).map(&mut read).collect::<Vec<_>>()
    };
    assert!(chunks("one.h5") == chunks("three.h5"));
    assert!(chunks("one.h5") == chunks("stack.h5"));
    desk.run("simulate other.h5 --detector Pilatus100k --frames 10 --seed 1").is(0);
    assert!(chunks("other.h5") != chunks("stack.h5"));
}

#[test]
fn info_names_dataset_codec_and_detector() {
    let desk = Desk::with_stack();
    let said = desk.run("info stack.h5").is(0);
    assert!(said.contains("/entry/data/data  10 x 195 x 487 uint32 · bitshuffle-LZ4"), "{said}");
    assert!(said.contains("10 chunks of 1 x 195 x 487"), "{said}");
    assert!(said.contains("detector  Pilatus100k"), "{said}");
}

#[test]
fn doctor_names_every_layout() {
    let said = Desk::new().run("doctor").is(0);
    for word in [
        "cores",
        "NUMA nodes",
        "workers",
        "pinning",
        "vectors",
        "HDF5",
        "serial",
        "threads",
        "processes",
        "dask",
        "joblib",
        "gpu",
        "fpga",
    ] {
        assert!(said.contains(word), "{word}: {said}");
    }
}

#[test]
fn threads_may_be_held_in_place() {
    let desk = Desk::with_stack();
    for (pin, layout) in [("auto", "threads"), ("off", "serial"), ("cache", "threads"), ("core", "serial")] {
        let run = "integrate stack.h5 --poni stack.poni -o out.h5 --force --threads 2";
        let said = desk.run(&format!("{run} --pin {pin} --layout {layout}")).is(0);
        assert!(said.contains("10 frames in"), "{said}");
    }
    let said = desk.run("integrate stack.h5 --poni stack.poni -o other.h5 --pin coer").is(2);
    assert!(said.contains("--pin coer: not a place for threads; use auto, off, cache or core"), "{said}");
}

#[test]
fn a_spoilt_frame_is_counted_and_the_others_are_kept() {
    let desk = Desk::with_stack();
    let mut stack = std::fs::OpenOptions::new().write(true).open(desk.path("stack.h5")).unwrap();
    let length = stack.metadata().unwrap().len();
    stack.seek(SeekFrom::Start(length / 2)).unwrap();
    stack.write_all(&[0xff; 2000]).unwrap();
    let said = desk.run("integrate stack.h5 --poni stack.poni -o out.h5").is(3);
    assert!(said.contains("10 frames in") && said.contains(" 1 failed"), "{said}");
    desk.run("plot out.h5 -o out.png").is(0);
    let said = desk.run("integrate stack.h5 --poni stack.poni -o strict.h5 --strict").is(3);
    assert!(said.contains("error: frame "), "{said}");
    desk.run("plot strict.h5 -o strict.png").is(0);
}

#[test]
fn a_file_that_is_cut_short_gives_the_frames_that_are_there() {
    let desk = Desk::with_stack();
    let whole = std::fs::read(desk.path("stack.h5")).unwrap();
    std::fs::write(desk.path("cut.h5"), &whole[..whole.len() / 2]).unwrap();
    let said = desk.run("integrate cut.h5 --poni stack.poni -o cut_patterns.h5").is(3);
    assert!(said.contains("cut.h5 is cut short") && said.contains("is cut off"), "{said}");
    desk.run("integrate stack.h5 --poni stack.poni -o patterns.h5").is(0);
    let row = |name: &str, frame: usize| {
        let result = aureole::result::ResultFile::open(&desk.path(name), None).unwrap();
        result.row(frame).unwrap().intensity.iter().map(|value| value.to_bits()).collect::<Vec<_>>()
    };
    assert_eq!(row("cut_patterns.h5", 0), row("patterns.h5", 0));
    assert!(row("cut_patterns.h5", 9).iter().all(|bits| f32::from_bits(*bits).is_nan()));
}
