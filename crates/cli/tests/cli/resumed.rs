//! `--resume`: what a run that was ended in any way leaves, and that the rest makes it whole to the last bit.

use std::fs;
use std::os::unix::fs::FileExt;
use std::process::Stdio;
use std::time::{Duration, Instant};

use hdf5_metno::File;

use crate::contents::{contents, differing};
use crate::support::Desk;

/// Runs that are killed.
const KILLS: usize = 50;

/// A job with all that grows by the frame: rows of 40 KB in four datasets, constants of frames that mask pixels by value (two datasets
/// more, from the first such frame on), failed frames and their reasons. Its file grows in several steps.
const JOB: &str =
    "integrate stack.h5 --poni stack.poni --bins 1000 --azimuthal-bins 2 --error-model poisson --sums --dummy 1";

/// 800 frames, two of which cannot be decoded.
fn desk() -> Desk {
    let desk = Desk::new();
    desk.run("simulate stack.h5 --detector Pilatus100k --frames 800 --profile sparse --mean 0.001").is(0);
    let stack = fs::OpenOptions::new().write(true).open(desk.path("stack.h5")).unwrap();
    let length = stack.metadata().unwrap().len();
    for part in [3, 4] {
        stack.write_all_at(&[0xff; 40], length * part / 6).unwrap();
    }
    desk
}

/// Numbers that are the same in every run of a test (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) % end
    }
}

/// What the kills met.
#[derive(Debug, Default)]
struct Met {
    before_the_file: usize,
    no_frame_done: usize,
    some_frames_done: usize,
    all_frames_done: usize,
    in_a_change: usize,
    does_not_open: usize,
}

impl Met {
    /// Looks at what a killed run has left; what its status says is done must be there.
    fn look(&mut self, desk: &Desk, whole: &[f32]) {
        let path = desk.path("out.h5");
        if !path.exists() {
            self.before_the_file += 1;
            return;
        }
        let in_a_change = fs::metadata(desk.path("out.h5.journal")).is_ok_and(|journal| journal.len() > 0);
        self.in_a_change += usize::from(in_a_change);
        let read = || -> hdf5_metno::Result<(Vec<u8>, Vec<f32>)> {
            let file = File::open(&path)?;
            Ok((file.dataset("entry/frames/status")?.read_raw()?, file.dataset("entry/data/I")?.read_raw()?))
        };
        let Ok((status, intensity)) = read() else {
            assert!(in_a_change, "without a journal a file must open");
            self.does_not_open += 1;
            return;
        };
        let done = status.iter().filter(|status| **status != 0).count();
        assert!(in_a_change || status[..done].iter().all(|status| *status != 0), "frames are done in order");
        let bins = whole.len() / 800;
        for row in (0..done).filter(|_| !in_a_change) {
            let row = row * bins..(row + 1) * bins;
            let same = intensity[row.clone()].iter().zip(&whole[row.clone()]).all(|(a, b)| a.to_bits() == b.to_bits());
            assert!(same, "a row that is done is there: {row:?}");
        }
        match done {
            0 => self.no_frame_done += 1,
            800 => self.all_frames_done += 1,
            _ => self.some_frames_done += 1,
        }
    }
}

#[test]
fn a_run_killed_at_any_moment_goes_on_to_the_same_result() {
    let desk = desk();
    let start = Instant::now();
    desk.run(&format!("{JOB} -o whole.h5 --threads 1")).is(3);
    // A machine that is busy has time for as many kills all the same.
    let alone = start.elapsed().min(Duration::from_millis(1500));
    let whole = contents(&desk.path("whole.h5"));
    let rows = File::open(desk.path("whole.h5")).unwrap().dataset("entry/data/I").unwrap().read_raw::<f32>().unwrap();
    assert!(
        whole.contains_key("/entry/data/norm_per_frame")
            && whole["/entry/frames@failed"].contains(&format!("{:x}", 2f64.to_bits()))
    );
    let (mut random, mut met, mut killed, mut results) = (Random(2026), Met::default(), 0, 0);
    let layouts = [
        "--layout threads",
        "--layout threads --threads 1 --batch 3",
        "--layout processes --workers 2",
        "--layout serial",
    ];
    while killed < KILLS || results == 0 {
        let layout = layouts[random.below(4) as usize];
        let line = format!("{JOB} -o out.h5 --resume {layout}");
        let mut run =
            desk.command(&line).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let patience = Duration::from_micros(random.below(alone.as_micros() as u64 * 9 / 10));
        // Once there were enough it may end.
        let until = Instant::now() + if killed < KILLS { patience } else { Duration::from_secs(60) };
        while run.try_wait().unwrap().is_none() && Instant::now() < until {
            std::thread::sleep(Duration::from_micros(500));
        }
        let ended = run.try_wait().unwrap();
        run.kill().unwrap();
        run.wait().unwrap();
        let Some(ended) = ended else {
            killed += 1;
            met.look(&desk, &rows);
            continue;
        };
        // Two of its frames failed, also where the result was complete when its run was killed.
        assert_eq!(ended.code(), Some(3), "{ended:?}");
        let differing = differing(&whole, &contents(&desk.path("out.h5")));
        assert!(differing.is_empty(), "after {killed} kills: {differing:?}");
        assert!(
            !desk.files().iter().any(|name| name.contains(".journal") || name.contains(".new")),
            "{:?}",
            desk.files()
        );
        fs::remove_file(desk.path("out.h5")).unwrap();
        results += 1;
    }
    println!("{killed} kills of {results} results, seeded, within {alone:.1?}: {met:?}");
}

#[test]
fn a_run_ended_by_ctrl_c_goes_on() {
    let desk = desk();
    desk.run(&format!("{JOB} -o whole.h5")).is(3);
    let line = format!("{JOB} -o out.h5 --threads 1 --isa scalar");
    let mut run = desk.command(&line).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let start = Instant::now();
    while !desk.path("out.h5").exists() {
        assert!(start.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(1));
    }
    std::process::Command::new("kill").args(["-INT", &run.id().to_string()]).status().unwrap();
    assert_eq!(run.wait().unwrap().code(), Some(130));
    let said = desk.run(&format!("{JOB} -o out.h5 --resume")).is(3);
    assert!(said.contains("note: goes on with out.h5: "), "{said}");
    assert_eq!(differing(&contents(&desk.path("whole.h5")), &contents(&desk.path("out.h5"))), Vec::<String>::new());
}

#[test]
fn a_strict_run_goes_on_behind_the_frame_that_failed() {
    let desk = desk();
    desk.run(&format!("{JOB} -o whole.h5")).is(3);
    desk.run(&format!("{JOB} -o out.h5 --strict")).is(3);
    let said = desk.run(&format!("{JOB} -o out.h5 --resume")).is(3);
    assert!(said.contains("2 failed → out.h5"), "{said}");
    assert_eq!(differing(&contents(&desk.path("whole.h5")), &contents(&desk.path("out.h5"))), Vec::<String>::new());
}

#[test]
fn failed_frames_stay_failed_unless_they_are_to_be_tried_again() {
    let desk = desk();
    fs::copy(desk.path("stack.h5"), desk.path("broken.h5")).unwrap();
    desk.run("simulate stack.h5 --detector Pilatus100k --frames 800 --profile sparse --mean 0.001 --force").is(0);
    desk.run(&format!("{JOB} -o whole.h5")).is(0);
    let whole = fs::read(desk.path("stack.h5")).unwrap();
    fs::copy(desk.path("broken.h5"), desk.path("stack.h5")).unwrap();
    desk.run(&format!("{JOB} -o out.h5")).is(3);
    let before = fs::read(desk.path("out.h5")).unwrap();
    fs::write(desk.path("stack.h5"), whole).unwrap();
    let said = desk.run(&format!("{JOB} -o out.h5 --resume")).is(3);
    assert!(said.contains("note: out.h5 is complete: 800 frames, 2 of them failed; nothing to do"), "{said}");
    assert!(before == fs::read(desk.path("out.h5")).unwrap(), "nothing was written");
    let said = desk.run(&format!("{JOB} -o out.h5 --resume --retry-failed")).is(0);
    assert!(said.contains("goes on with out.h5: 798 done, 2 frames left") && said.contains("2 frames in"), "{said}");
    // The file of the stack was written anew since.
    let mut differing = differing(&contents(&desk.path("whole.h5")), &contents(&desk.path("out.h5")));
    differing.retain(|path| !path.contains("/reduction/source_"));
    assert_eq!(differing, Vec::<String>::new());
}

#[test]
fn a_map_and_a_part_of_the_frames_go_on_too() {
    let desk = desk();
    for (nth, job) in ["--map 20x40 --map-snake", "--frames 100:700", "--recipe a --recipe 'b --mode median --bins 50'"]
        .iter()
        .enumerate()
    {
        let words = |output: &str, more: &str| {
            let mut words: Vec<String> =
                "integrate stack.h5 --poni stack.poni --dummy 1".split(' ').map(str::to_owned).collect();
            let job: Vec<String> = match nth {
                2 => ["--recipe", "a", "--recipe", "b --mode median --bins 50"].map(str::to_owned).to_vec(),
                _ => job.split(' ').map(str::to_owned).collect(),
            };
            words.extend(job.into_iter().chain(["-o".into(), output.into()]));
            words.extend(more.split_whitespace().map(str::to_owned));
            words
        };
        let run = |output: &str, more: &str| {
            let words = words(output, more);
            desk.run_words(&words.iter().map(String::as_str).collect::<Vec<_>>())
        };
        let (whole, out) = (format!("whole{nth}.h5"), format!("out{nth}.h5"));
        run(&whole, "").is(3);
        run(&out, "--strict").is(3);
        run(&out, "--resume --layout serial").is(3);
        assert_eq!(
            differing(&contents(&desk.path(&whole)), &contents(&desk.path(&out))),
            Vec::<String>::new(),
            "{job}"
        );
    }
}

#[test]
fn another_job_is_refused_by_the_key_that_differs() {
    let desk = Desk::with_stack();
    fs::copy(desk.path("stack.h5"), desk.path("other.h5")).unwrap();
    desk.write("mask.edf", "");
    let job = "integrate stack.h5 --poni stack.poni -o out.h5";
    desk.run(job).is(0);
    let before = fs::read(desk.path("out.h5")).unwrap();
    for (line, said) in [
        ("--bins 500", "bins of recipe data was 1000 when it was begun and is 500 now"),
        ("--polarization 0.9", "polarization of recipe data was nothing when it was begun and is 0.9 now"),
        ("--frames :9", "frames was 0:10 when it was begun and is 0:9 now"),
        ("--sums", "--sums was off when it was begun and is on now"),
        ("--map 2x5", "map was nothing"),
        ("--recipe a --recipe b", "recipes was 1 of them when it was begun and is 2 of them now"),
        ("--image sum", "images was [] when it was begun and is [\"sum\"] now"),
    ] {
        let refused = desk.run(&format!("{job} --resume {line}")).is(2);
        assert!(refused.contains("error: --resume out.h5: ") && refused.contains(said), "{line}: {refused}");
    }
    let refused = desk.run("integrate other.h5 --poni stack.poni -o out.h5 --resume").is(2);
    assert!(refused.contains("inputs was [\"stack.h5\"] when it was begun and is [\"other.h5\"] now"), "{refused}");
    let poni = fs::read_to_string(desk.path("stack.poni")).unwrap();
    desk.write("stack.poni", &format!("# moved\n{poni}"));
    let refused = desk.run(&format!("{job} --resume")).is(2);
    assert!(refused.contains("poni was stack.poni (SHA-256 "), "{refused}");
    desk.write("stack.poni", &poni);
    desk.run("simulate stack.h5 --detector Pilatus100k --frames 11 --force").is(0);
    let refused = desk.run(&format!("{job} --frames :10 --resume")).is(2);
    assert!(refused.contains("the number of frames of stack.h5::/entry/data/data was 10 when"), "{refused}");
    assert!(before == fs::read(desk.path("out.h5")).unwrap(), "nothing was written");
}

#[test]
fn what_cannot_be_gone_on_with_is_one_sentence() {
    let desk = Desk::with_stack();
    let job = "integrate stack.h5 --poni stack.poni -o";
    let said = desk.run(&format!("{job} new.h5 --resume --layout serial")).is(0);
    assert!(said.contains("10 frames in"), "begins anew where there is none: {said}");
    let said = desk.run(&format!("{job} new.h5 --resume")).is(0);
    assert!(said.contains("new.h5 is complete: 10 frames; nothing to do"), "{said}");
    assert!(desk.run(&format!("{job} new.h5 --resume --force")).is(2).contains("cannot be used with"));
    assert!(desk.run(&format!("{job} new.h5 --retry-failed")).is(2).contains("--resume"));
    let said = desk.run(&format!("{job} new.h5")).is(2);
    assert!(said.contains("new.h5: exists; --force replaces it, --resume goes on with it"), "{said}");
    desk.write("text.h5", "no HDF5 at all");
    let said = desk.run(&format!("{job} text.h5 --resume")).is(2);
    assert!(said.contains("error: --resume text.h5: this is no HDF5 file"), "{said}");
    fs::copy(desk.path("stack.h5"), desk.path("frames.h5")).unwrap();
    let said = desk.run(&format!("{job} frames.h5 --resume")).is(2);
    assert!(said.contains("frames.h5: there is no /entry/reduction"), "{said}");
    let said = desk.run(&format!("{job} stack.h5 --resume")).is(2);
    assert!(said.contains("stack.h5: this is an input, too"), "{said}");
    assert!(!desk.files().iter().any(|name| name.ends_with(".journal")), "{:?}", desk.files());
    // Cut short and altered in many places: a sentence or a result, and never a panic.
    let whole = fs::read(desk.path("new.h5")).unwrap();
    let mut random = Random(7);
    for nth in 0..40 {
        let mut bytes = whole.clone();
        if nth % 2 == 0 {
            bytes.truncate(random.below(whole.len() as u64) as usize);
        } else {
            (0..50)
                .for_each(|_| bytes[random.below(20_000.min(whole.len() as u64)) as usize] = random.below(256) as u8);
        }
        fs::write(desk.path("torn.h5"), &bytes).unwrap();
        for line in [format!("{job} torn.h5 --resume"), "verify torn.h5".to_owned()] {
            let ended = desk.run(&line);
            assert!(matches!(ended.code, Some(0..=3)) && !ended.err.contains("panicked"), "{nth}, {line}: {ended:?}");
        }
    }
}

#[test]
fn results_are_not_written_through_links_and_have_the_users_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let desk = Desk::with_stack();
    desk.write("precious.txt", "precious");
    symlink(desk.path("precious.txt"), desk.path("link.h5")).unwrap();
    symlink(desk.path("nowhere.h5"), desk.path("dangling.h5")).unwrap();
    for link in ["link.h5", "dangling.h5"] {
        for more in ["", " --force", " --resume"] {
            let said = desk.run(&format!("integrate stack.h5 --poni stack.poni -o {link}{more}")).is(2);
            assert!(said.contains(&format!("--output {link} is a symbolic link to ")), "{said}");
        }
    }
    let said = desk.run("simulate dangling.h5 --detector Pilatus100k --frames 1 --force").is(2);
    assert!(said.contains("symbolic link"), "{said}");
    assert_eq!(fs::read_to_string(desk.path("precious.txt")).unwrap(), "precious");
    assert!(!desk.path("nowhere.h5").exists());
    let line =
        format!("umask 027; exec {} integrate stack.h5 --poni stack.poni -o out.h5", env!("CARGO_BIN_EXE_aureole"));
    let status =
        std::process::Command::new("sh").args(["-c", &line]).current_dir(desk.path("")).output().unwrap().status;
    assert!(status.success());
    assert_eq!(fs::metadata(desk.path("out.h5")).unwrap().permissions().mode() & 0o777, 0o640);
}
