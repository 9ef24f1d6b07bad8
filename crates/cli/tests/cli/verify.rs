//! `aureole verify`: right results pass, and one wrong bit does not.

use std::fs;

use hdf5_metno::{Dataset, File};

use crate::support::Desk;

/// The stack of `Desk::with_stack`, its mask, and a frame that cannot be decoded.
fn desk() -> Desk {
    let desk = Desk::with_stack();
    let mut mask = vec![0u8; 195 * 487];
    mask[1000..1200].fill(1);
    write_mask(&desk, &mask);
    desk
}

fn write_mask(desk: &Desk, mask: &[u8]) {
    let file = File::create(desk.path("mask.h5")).unwrap();
    let dataset = file.new_dataset::<u8>().shape([195, 487]).create("mask").unwrap();
    dataset.write_raw(mask).unwrap();
}

/// Opens a dataset of a result for writing.
fn dataset(desk: &Desk, name: &str) -> Dataset {
    File::open_rw(desk.path("out.h5")).unwrap().dataset(name).unwrap()
}

fn damage_stack(desk: &Desk) {
    use std::os::unix::fs::FileExt;
    let stack = fs::OpenOptions::new().write(true).open(desk.path("stack.h5")).unwrap();
    stack.write_all_at(&[0xff; 2000], stack.metadata().unwrap().len() / 2).unwrap();
}

const JOB: &str = "integrate stack.h5 --poni stack.poni --mask mask.h5::/mask -o out.h5 --force";

#[test]
fn results_of_all_kinds_are_found_to_be_equal() {
    let desk = desk();
    let run = |words: &[&str]| {
        let job: Vec<&str> = JOB.split(' ').chain(words.iter().copied()).collect();
        desk.run_words(&job)
    };
    let jobs: [(&[&str], &str); 7] = [
        (&["--layout", "threads"], "/entry/data/I\n"),
        (
            &["--error-model", "poisson", "--sums", "--dummy", "3"],
            "/entry/data/signal, /entry/data/variance, /entry/data/norm_per_frame",
        ),
        (&["--bins", "40", "--azimuthal-bins", "30", "--error-model", "poisson"], "/entry/data/I_errors"),
        (
            &["--recipe", "a", "--recipe", "b --bins 50 --mode median"],
            "/entry/a/I, /entry/b/I, /entry/b/norm_per_frame",
        ),
        (&["--map", "2x5", "--map-snake"], "note      the positions of the map are not checked"),
        (&["--image", "sum,mean", "--frames", "2:9"], "note      the images of the stack are not checked"),
        (
            &["--mode", "sigma-clip", "--error-model", "azimuthal", "--layout", "processes", "--workers", "2"],
            "/entry/data/I_errors",
        ),
    ];
    for (words, compared) in jobs {
        run(words).is(0);
        for how in ["--all", "-k 3 --seed 7"] {
            let said = desk.run(&format!("verify out.h5 {how}")).is(0);
            assert!(said.contains("out.h5: all is equal") && said.contains(compared), "{words:?}: {said}");
            assert!(said.contains("files     mask mask.h5::/mask, poni stack.poni (SHA-256)"), "{said}");
        }
    }
}

#[test]
fn a_stack_of_floats_and_a_frame_that_failed_are_checked_too() {
    let desk = Desk::with_stack();
    let file = File::create(desk.path("floats.h5")).unwrap();
    let values: Vec<f32> =
        (0..4 * 195 * 487).map(|at| if at % 977 == 0 { f32::NAN } else { (at % 1013) as f32 * 0.37 }).collect();
    let dataset = file.new_dataset::<f32>().shape([4, 195, 487]).chunk([1, 195, 487]).create("data").unwrap();
    dataset.write_raw(&values).unwrap();
    drop((dataset, file));
    desk.run("integrate floats.h5 --poni stack.poni --error-model poisson --sums -o out.h5").is(0);
    assert!(desk.run("verify out.h5").is(0).contains("frames    all 4\n"));
    damage_stack(&desk);
    desk.run("integrate stack.h5 --poni stack.poni -o failed.h5").is(3);
    let said = desk.run("verify failed.h5").is(0);
    assert!(said.contains("frames    all 10; 1 of them failed then and again"), "{said}");
}

#[test]
fn one_bit_of_one_row_is_noticed_and_named() {
    let desk = desk();
    for (name, width) in
        [("I", 1200), ("I_errors", 1200), ("norm_per_frame", 1200), ("count_per_frame", 1200), ("signal", 1200)]
    {
        desk.run(&format!("{JOB} --bins 40 --azimuthal-bins 30 --error-model poisson --sums --dummy 3")).is(0);
        let place = format!("entry/data/{name}");
        let dataset = dataset(&desk, &place);
        let bin = 7 * 40 + 13;
        if name.starts_with('I') {
            let mut values = dataset.read_raw::<f32>().unwrap();
            values[4 * width + bin] = f32::from_bits(values[4 * width + bin].to_bits() ^ 1);
            dataset.write_raw(&values).unwrap();
        } else {
            let mut values = dataset.read_raw::<f64>().unwrap();
            values[4 * width + bin] = f64::from_bits(values[4 * width + bin].to_bits() ^ 1);
            dataset.write_raw(&values).unwrap();
        }
        drop(dataset);
        let said = desk.run("verify out.h5").is(1);
        let named = format!("differs   frame 4, bin 7, 13 of /{place}: ");
        assert!(
            said.contains(&named) && said.contains("computed again\n") && said.contains("out.h5: 1 difference"),
            "{said}"
        );
    }
}

#[test]
fn a_status_or_constants_that_are_wrong_are_noticed() {
    let desk = desk();
    desk.run(JOB).is(0);
    let status = dataset(&desk, "entry/frames/status");
    status.write_raw(&[1u8, 1, 1, 2, 1, 1, 1, 1, 1, 1]).unwrap();
    drop(status);
    let said = desk.run("verify out.h5").is(1);
    assert!(said.contains("differs   frame 3: failed then, and does not fail now"), "{said}");
    desk.run(JOB).is(0);
    let norm = dataset(&desk, "entry/data/norm");
    let mut values = norm.read_raw::<f64>().unwrap();
    values[500] += 1e-9;
    norm.write_raw(&values).unwrap();
    drop(norm);
    let said = desk.run("verify out.h5").is(1);
    assert!(said.contains("/entry/data/norm has other values than this job"), "{said}");
}

#[test]
fn inputs_that_are_others_now_are_noticed() {
    let desk = desk();
    desk.run(JOB).is(0);
    let mask = fs::read(desk.path("mask.h5")).unwrap();
    write_mask(&desk, &[0; 195 * 487]);
    let said = desk.run("verify out.h5").is(1);
    assert!(
        said.contains("differs   mask mask.h5: its SHA-256 is ") && said.contains("when the result was made"),
        "{said}"
    );
    assert!(said.contains("of /entry/data/I: "), "and the rows are others with it: {said}");
    let file = File::create(desk.path("mask.h5")).unwrap();
    file.new_dataset::<u8>().shape([2, 2]).create("mask").unwrap();
    drop(file);
    let said = desk.run("verify out.h5").is(1);
    assert!(said.contains("note      no frame was integrated again: --mask"), "{said}");
    fs::write(desk.path("mask.h5"), mask).unwrap();
    desk.run("simulate stack.h5 --detector Pilatus100k --frames 12 --seed 4 --force").is(0);
    let said = desk.run("verify out.h5").is(1);
    assert!(said.contains("has 12 frames, and had 10 when the result was made"), "{said}");
}

#[test]
fn inputs_that_were_moved_are_found() {
    let desk = desk();
    desk.run(JOB).is(0);
    fs::create_dir(desk.path("archive")).unwrap();
    for name in ["stack.h5", "stack.poni", "mask.h5"] {
        fs::rename(desk.path(name), desk.path("archive").join(name)).unwrap();
    }
    let said = desk.run("verify out.h5").is(2);
    assert!(said.contains("error: out.h5: ") && said.contains("--data FOLDER says where its inputs are now"), "{said}");
    let said = desk.run("verify out.h5 --data archive").is(0);
    assert!(said.contains("out.h5: all is equal"), "{said}");
    let said = desk.run("verify out.h5 --data nowhere").is(2);
    assert!(said.contains("--data nowhere: there is no such folder"), "{said}");
}

#[test]
fn what_is_no_result_cannot_be_checked() {
    let desk = desk();
    desk.write("text.h5", "no HDF5");
    for (file, said) in [
        ("nope.h5", "no such file"),
        ("text.h5", "this is no HDF5 file; a result of `aureole integrate` is needed"),
        ("stack.h5", "there is no /entry/reduction"),
    ] {
        let refused = desk.run(&format!("verify {file}")).is(2);
        assert!(refused.to_lowercase().contains(&said.to_lowercase()), "{refused}");
    }
    assert!(desk.run("verify text.h5 -k 0").is(2).contains("0 is not in 1.."));
    assert!(desk.run("verify text.h5 -k 3 --all").is(2).contains("cannot be used with"));
    assert!(desk.run("verify").is(2).contains("<RESULT>"));
}
