//! Layout `fpga` as it is typed: the bits of `serial` with a sentence about cycles, and what it refuses.

use crate::support::{Desk, Ended};

const JOB: &str = "integrate stack.h5 --poni stack.poni --frames :2 -o";

fn with_path(desk: &Desk, line: &str, path: &str) -> Ended {
    let mut command = desk.command(line);
    command.env("PATH", path).output().unwrap().into()
}

#[test]
fn without_verilator_a_sentence_says_how_to_get_it() {
    let desk = Desk::with_stack();
    let said = with_path(&desk, &format!("{JOB} out.h5 --layout fpga"), "/nowhere").is(2);
    assert!(
        said.contains("verilator for that is not installed; on Debian or Ubuntu: apt-get install verilator"),
        "{said}"
    );
    assert!(!desk.files().contains(&"out.h5".to_owned()));
    assert!(with_path(&desk, "doctor", "/nowhere").is(0).contains("  fpga       no FPGA is driven yet"));
}

#[test]
fn what_the_design_cannot_take_is_refused() {
    let desk = Desk::with_stack();
    for (more, why) in [
        ("--bins 5000", "the design has sums for 4096 bins; the job has 5000"),
        ("--bins 2100 --error-model poisson", "the design has sums for 4096 bins; the job has 4200"),
        ("--mode median", "the design has no mode median"),
        ("--error-model azimuthal", "the design has no error model azimuthal"),
        ("--threads 3", "layout fpga has lanes, which --lanes sets"),
        ("--image sum", "the design has no images of the stack"),
    ] {
        let said = desk.run(&format!("{JOB} out.h5 --layout fpga {more}")).is(2);
        assert!(said.contains(why), "{more}: {said}");
    }
    let said = desk.run(&format!("{JOB} out.h5 --lanes 2")).is(2);
    assert!(said.contains("layout auto has no lanes; fpga has"), "{said}");
    assert!(!desk.files().contains(&"out.h5".to_owned()), "nothing is written");
}

#[test]
fn two_frames_have_the_bits_of_serial() {
    let desk = Desk::with_stack();
    let mut command = desk.command(&format!("{JOB} fpga.h5 --layout fpga --lanes 1 --bins 300"));
    let ended: Ended = command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR")).output().unwrap().into();
    if ended.err.contains("is not installed") {
        println!("SKIPPED: layout fpga: Verilator is not installed");
        return;
    }
    assert!(ended.err.contains("fpga: the design simulated, 1 lane"), "{}", ended.err);
    let said = ended.is(0);
    assert!(
        said.contains("cycles a frame and lane")
            && said.contains("1 lane at 96 MHz (ECP5-85 of speed grade 8, a lane routed): "),
        "{said}"
    );
    desk.run(&format!("{JOB} serial.h5 --layout serial --bins 300")).is(0);
    let bits = |file: &str| {
        let file = hdf5_metno::File::open(desk.path(file)).unwrap();
        let means = file.dataset("entry/data/I").unwrap().read_raw::<f32>().unwrap();
        means.into_iter().map(f32::to_bits).collect::<Vec<_>>()
    };
    assert_eq!(bits("fpga.h5"), bits("serial.h5"));
}
