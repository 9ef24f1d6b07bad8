//! What a careless user types: one clear sentence, the right exit code, and nothing written.

use crate::support::Desk;

/// Typed words, and what the answer has to contain.
type Slip = (&'static str, &'static [&'static str]);

/// `INTEGRATE` and these options make no run.
const INTEGRATE: &[Slip] = &[
    ("--split fulll", &["--split", "fulll", "not a splitting; use no, bbox, pseudo or full", "did you mean full?"]),
    ("--unit q_nm-1", &["--unit", "q_nm-1", "did you mean q_nm^-1?", "2th_deg"]),
    (
        "--layout thread",
        &[
            "--layout thread",
            "use auto, serial, threads, processes, dask, joblib, gpu or fpga",
            "did you mean threads?",
        ],
    ),
    (
        "--error-model poison",
        &["--error-model poison", "use none, poisson, variance, azimuthal or hybrid", "did you mean poisson?"],
    ),
    ("--workers 2", &["--workers: 2: layout auto has no workers"]),
    ("--layout threads --workers 2", &["--workers: 2: layout threads has no workers; processes, dask and joblib have"]),
    ("--layout processes --threads 3", &["--threads: 3: layout processes has workers", "--workers 3"]),
    ("--layout processes --pin core", &["--pin: layout processes", "use auto"]),
    ("--layout processes --image mean", &["--image: images of the stack are summed in one process"]),
    ("--layout dask", &["--layout dask: needs Python", "aureole[dask]"]),
    ("--layout joblib", &["--layout joblib: needs Python", "aureole[joblib]"]),
    ("--send-chunks", &["--send-chunks: layout auto has no tasks; dask and joblib have"]),
    ("--range 8", &["--range: 8: layout auto has no tasks of several batches"]),
    ("--layout processes --range 8", &["--range: 8: layout processes"]),
    ("--layout threads --scheduler tcp://h:1", &["--scheduler: tcp://h:1: only layout dask has a scheduler"]),
    ("--layout gpu --workers 2", &["--workers: 2: layout gpu has no workers; processes, dask and joblib have"]),
    ("--layout gpu --range 8", &["--range: 8: layout gpu has no tasks of several batches"]),
    ("--layout gpu --scheduler tcp://h:1", &["--scheduler: tcp://h:1: only layout dask has a scheduler"]),
    ("--layout gpu --send-chunks", &["--send-chunks: layout gpu has no tasks; dask and joblib have"]),
    ("--layout gpu --output-parts", &["--output-parts: layout gpu has no tasks"]),
    ("--layout gpu --devices 0,0", &["--devices: 0,0: device 0 is named twice"]),
    ("--layout gpu --devices 0,", &["--devices", "numbers of GPUs with commas between them"]),
    ("--layout gpu --devices=", &["--devices", "numbers of GPUs with commas between them"]),
    ("--layout gpu --devices H200", &["--devices", "H200", "numbers of GPUs with commas between them"]),
    ("--devices 0", &["--devices: 0: layout auto has no devices; gpu has"]),
    ("--layout threads --devices 1,2", &["--devices: 1,2: layout threads has no devices; gpu has"]),
    ("--layout processes --workers 0", &["--workers", "0"]),
    ("--summary yaml", &["--summary yaml", "use text or json"]),
    ("--isa sse", &["--isa sse", "scalar, avx2, avx512 or neon"]),
    ("--bins 0", &["--bins", "0"]),
    ("--bins many", &["--bins", "many"]),
    ("--batch 17", &["--batch", "17", "16"]),
    ("--split pseudo", &["pseudo splitting is for cakes"]),
    ("--azimuthal-bins 9 --azimuthal-unit r_mm", &["r_mm cannot be the azimuthal axis", "chi_deg"]),
    ("--azimuthal-unit chi_rad", &["--azimuthal-bins"]),
    ("--bins log:0:5:10", &["--bins", "logarithmic bins begin above 0"]),
    ("--radial-range 5", &["--radial-range", "two numbers with a comma"]),
    ("--radial-range 5,1", &["--radial-range", "5 is not below 1"]),
    ("--frames 9:3", &["--frames", "9:3"]),
    ("--frames 5:500", &["--frames", "5:500"]),
    ("--delta-dummy 1", &["--dummy"]),
    ("--normalization monitor", &["--normalization monitor", "neither a number nor FILE::/path"]),
    ("--mask nowhere.npy", &["--mask", "nowhere.npy"]),
    ("--dark stack.h5::/nothing", &["--dark", "/nothing"]),
    ("--mode medain", &["--mode medain", "use mean, sigma-clip, median, percentile:LOW,HIGH, bragg"]),
    ("--mode bragg:150", &["--mode bragg:150", "between 0 and 100"]),
    ("--mode bragg:much", &["--mode bragg:much", "a percentile is needed, as in bragg:50"]),
    ("--mode percentile:90,10", &["--mode percentile:90,10", "the lower one first"]),
    ("--mode median --thres 3", &["--thres", "sigma-clip", "median"]),
    ("--mode sigma-clip --thres 0", &["--thres", "positive"]),
    ("--error-model variance", &["--error-model", "--variance"]),
    ("--errors sd", &["--errors sd", "use sem or std", "did you mean std?"]),
    ("--error-model poisson --variance stack.h5::/nothing", &["--variance", "/nothing"]),
    ("--polarization 1.5", &["polarization factor 1.5", "between -1 and 1"]),
    ("--saturation much", &["--saturation", "much"]),
    ("--plan-cache stack.h5", &["--plan-cache", "stack.h5: not a folder", "a folder to keep plans in"]),
    ("--config nowhere.json", &["--config nowhere.json"]),
    ("--along qoop_nm^-1", &["--along", "UNIT:A,B is needed"]),
    ("--along qoop_nm-1:0,5", &["--along", "did you mean qoop_nm^-1?"]),
    ("--along qoop_nm^-1:5,0", &["--along", "5 is not below 0"]),
    ("--along 2th_deg:0,5", &["--along 2th_deg:0,5", "one follows from the other, q_nm^-1"]),
    ("--along q_A^-1:0,5", &["--along q_A^-1:0,5", "the pattern's own axis; give --radial-range"]),
    ("--along chi_deg:0,5 --azimuth-range 1,2", &["--along chi_deg:0,5", "not both this and --azimuth-range"]),
    ("--along chi_deg:0,5 --azimuthal-bins 9", &["--along", "--azimuthal-bins"]),
    ("--mask-sector 5,5", &["--mask-sector", "from 5 to 5 there is nothing"]),
    ("--mask-sector -180,180", &["--mask-sector -180,180", "less than 360 degrees apart"]),
    ("--mask-ring 5", &["--mask-ring", "two numbers with a comma"]),
    ("--mask-ring 5,1", &["--mask-ring", "5 is not below 1"]),
    ("--unit chi_deg --mask-ring 1,2", &["--mask-ring", "chi_deg is an azimuth; use --mask-sector"]),
];

#[test]
fn an_integration_that_cannot_be_meant_is_refused_before_any_work() {
    let desk = Desk::with_stack();
    let before = desk.files();
    for (typed, answers) in INTEGRATE {
        let said = desk.run(&format!("integrate stack.h5 --poni stack.poni -o out.h5 {typed}")).is(2);
        assert!(said.starts_with("error: "), "{typed}: {said}");
        for answer in answers.iter() {
            assert!(said.contains(answer), "{typed}: {said}");
        }
        assert_eq!(desk.files(), before, "{typed}");
    }
}

#[test]
fn unknown_words_are_refused_with_the_nearest_known_one() {
    let desk = Desk::new();
    let slips: [Slip; 8] = [
        ("integrat", &["integrate"]),
        ("integrate a.h5 --pony x -o b", &["--pony", "--poni"]),
        ("integrate a.h5 -o b.h5", &["--poni"]),
        ("simulate a.h5 --detector eiger_4MM", &["--detector", "Eiger"]),
        ("simulate a.h5 --dtype uint33", &["--dtype uint33", "did you mean uint32?"]),
        ("simulate a.h5 --profile tutorail", &["did you mean tutorial?"]),
        ("simulate a.h5 --mean 0.1", &["--mean: 0.1", "--profile sparse"]),
        ("plot a.h5 -o a.png --scale logg", &["--scale logg", "did you mean log?"]),
    ];
    for (typed, answers) in slips {
        let said = desk.run(typed).is(2);
        for answer in answers.iter() {
            assert!(said.contains(answer), "{typed}: {said}");
        }
    }
    assert!(desk.files().is_empty());
}

#[test]
fn files_that_are_missing_or_of_the_wrong_kind_are_named() {
    let desk = Desk::with_stack();
    desk.write("text.h5", "not HDF5\n");
    desk.write("empty.poni", "");
    let slips: [Slip; 8] = [
        ("integrate nowhere.h5 --poni stack.poni -o out.h5", &["nowhere.h5"]),
        ("integrate text.h5 --poni stack.poni -o out.h5", &["text.h5", "HDF5"]),
        ("integrate stack.h5::/entry/dat --poni stack.poni -o out.h5", &["/entry/dat"]),
        ("integrate stack.h5 --poni nowhere.poni -o out.h5", &["nowhere.poni"]),
        ("integrate stack.h5 --poni empty.poni -o out.h5", &["empty.poni"]),
        ("info nowhere.h5", &["nowhere.h5"]),
        ("plot stack.h5 -o out.png", &["stack.h5", "/entry/data/I"]),
        ("plot text.h5 -o out.jpg", &["out.jpg", ".png, .svg or .pdf"]),
    ];
    let before = desk.files();
    for (typed, answers) in slips {
        let said = desk.run(typed).is(2);
        for answer in answers.iter() {
            assert!(said.contains(answer), "{typed}: {said}");
        }
        assert_eq!(desk.files(), before, "{typed}");
    }
}

#[test]
fn a_file_that_exists_is_replaced_only_when_forced() {
    let desk = Desk::with_stack();
    desk.write("out.h5", "precious");
    let said = desk.run("integrate stack.h5 --poni stack.poni -o out.h5").is(2);
    assert!(said.contains("out.h5: exists; --force replaces it"), "{said}");
    assert_eq!(std::fs::read_to_string(desk.path("out.h5")).unwrap(), "precious");
    desk.run("integrate stack.h5 --poni stack.poni -o out.h5 --force").is(0);
    let said = desk.run("simulate stack.h5 --detector Pilatus100k --frames 1").is(2);
    assert!(said.contains("stack.h5: exists"), "{said}");
}

#[test]
fn an_input_is_never_replaced() {
    let desk = Desk::with_stack();
    std::fs::hard_link(desk.path("stack.h5"), desk.path("hard.h5")).unwrap();
    for output in ["stack.h5", "hard.h5", "stack.poni"] {
        let before = std::fs::read(desk.path(output)).unwrap();
        let said = desk.run(&format!("integrate stack.h5 --poni stack.poni -o {output} --force")).is(2);
        assert!(said.contains("this is an input, too"), "{said}");
        assert!(std::fs::read(desk.path(output)).unwrap() == before, "{output} was changed");
    }
    desk.run("info stack.h5").is(0);
}

#[test]
fn a_file_cannot_be_written_where_there_is_no_folder_or_in_place_of_one() {
    let desk = Desk::with_stack();
    std::fs::create_dir(desk.path("folder.h5")).unwrap();
    let slips: [Slip; 4] = [
        ("integrate stack.h5 --poni stack.poni -o nowhere/out.h5", &["nowhere/out.h5: there is no folder nowhere"]),
        ("integrate stack.h5 --poni stack.poni -o folder.h5 --force", &["folder.h5: a folder"]),
        ("simulate nowhere/a.h5 --frames 1", &["nowhere/a.h5: there is no folder nowhere"]),
        ("plot stack.h5 -o nowhere/a.png", &["nowhere/a.png: there is no folder nowhere"]),
    ];
    for (typed, answers) in slips {
        let said = desk.run(typed).is(2);
        assert!(said.contains(answers[0]), "{typed}: {said}");
    }
}

#[test]
fn a_device_is_no_output() {
    if !std::path::Path::new("/dev/full").exists() {
        println!("SKIPPED: a_device_is_no_output: this system has no /dev/full");
        return;
    }
    let desk = Desk::with_stack();
    desk.run("integrate stack.h5 --poni stack.poni -o out.h5").is(0);
    std::os::unix::fs::symlink("/dev/full", desk.path("full.svg")).unwrap();
    let said = desk.run("plot out.h5 -o full.svg").is(2);
    assert!(said.contains("full.svg") && said.contains("a device or a pipe"), "{said}");
}

#[test]
fn frames_that_a_result_does_not_have_are_not_drawn() {
    let desk = Desk::with_stack();
    desk.run("integrate stack.h5 --poni stack.poni -o out.h5").is(0);
    let said = desk.run("plot out.h5 -o out.png --frames 3,20").is(2);
    assert!(said.contains("--frames 20") && said.contains("frames 0 to 9"), "{said}");
    let said = desk.run("plot out.h5 -o out.png --range 1000,2000").is(2);
    assert!(said.contains("no bin lies there"), "{said}");
}
