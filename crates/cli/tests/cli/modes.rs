//! What `aureole integrate` makes of a frame beside the mean, and of the stack beside its frames.

use hdf5_metno::File;

use crate::support::Desk;

fn read<T: hdf5_metno::H5Type>(desk: &Desk, file: &str, dataset: &str) -> Vec<T> {
    File::open(desk.path(file)).unwrap().dataset(dataset).unwrap().read_raw().unwrap()
}

/// The bits of every intensity and error.
fn bits(desk: &Desk, file: &str) -> Vec<u32> {
    let mut values = read::<f32>(desk, file, "/entry/data/I");
    values.extend(read::<f32>(desk, file, "/entry/data/I_errors"));
    values.iter().map(|value| value.to_bits()).collect()
}

#[test]
fn every_mode_gives_the_same_bits_in_every_layout() {
    let desk = Desk::with_stack();
    for mode in ["sigma-clip --thres 3 --max-iter 4", "median", "percentile:10,90", "bragg:40", "mean"] {
        let run = |output: &str, options: &str| {
            let line = format!("integrate stack.h5 --poni stack.poni --mode {mode} --error-model azimuthal");
            desk.run(&format!("{line} {options} --force -o {output}")).is(0);
            bits(&desk, output)
        };
        let serial = run("serial.h5", "--layout serial --threads 1");
        assert!(serial == run("threads.h5", "--layout threads --threads 3 --batch 2"), "{mode}");
        assert!(serial == run("images.h5", "--layout threads --threads 2 --image mean"), "{mode}");
    }
}

#[test]
fn a_plan_from_the_cache_changes_no_bit_of_the_result() {
    let desk = Desk::with_stack();
    for options in ["", "--azimuthal-bins 20 --split bbox", "--mode median --radial-range 1,9"] {
        let run = |output: &str, cache: &str| {
            let line = format!("integrate stack.h5 --poni stack.poni --bins 300 --error-model poisson {options}");
            let said = desk.run(&format!("{line} {cache} --force -o {output}")).is(0);
            let axis = read::<f64>(&desk, output, "/entry/data/radial_axis_edges");
            let axis: Vec<u64> = axis.into_iter().map(f64::to_bits).collect();
            (said, bits(&desk, output), axis)
        };
        let (said, plain, axis) = run("plain.h5", "");
        assert!(!said.contains("plan-cache"), "{said}");
        for how in ["it was made", "come from"] {
            let (said, cached, same_axis) = run("cached.h5", "--plan-cache plans");
            assert!(said.contains("note: --plan-cache") && said.contains(how), "{said}");
            assert!(cached == plain && same_axis == axis, "{options} {how}");
        }
    }
}

#[test]
fn the_images_of_a_stack_do_not_depend_on_the_layout_or_change_a_pattern() {
    let desk = Desk::with_stack();
    let line = "integrate stack.h5 --poni stack.poni --error-model poisson --force";
    let said = desk.run(&format!("{line} --image sum,mean,max,variance --layout serial -o serial.h5")).is(0);
    assert!(said.contains("0 failed"), "{said}");
    desk.run(&format!("{line} --image sum,mean,max,variance --layout threads --threads 3 -o threads.h5")).is(0);
    desk.run(&format!("{line} -o plain.h5")).is(0);
    assert!(
        bits(&desk, "serial.h5") == bits(&desk, "plain.h5") && bits(&desk, "threads.h5") == bits(&desk, "plain.h5")
    );
    let sums = read::<i64>(&desk, "serial.h5", "/entry/images/sum");
    assert_eq!(sums, read::<i64>(&desk, "threads.h5", "/entry/images/sum"));
    assert!(sums.iter().any(|sum| *sum > 0));
    for image in ["mean", "max", "variance"] {
        let of = |file| read::<f64>(&desk, file, &format!("/entry/images/{image}"));
        let same = of("serial.h5").iter().zip(&of("threads.h5")).all(|(a, b)| a.to_bits() == b.to_bits());
        assert!(same, "{image}");
    }
    assert!(File::open(desk.path("plain.h5")).unwrap().group("/entry/images").is_err());
}

#[test]
fn a_result_says_how_it_was_made() {
    let desk = Desk::with_stack();
    let line = "integrate stack.h5 --poni stack.poni --mode sigma-clip --thres 4 --error-model hybrid --errors std";
    let said = desk.run(&format!("{line} --saturation 100000 -o out.h5")).is(0);
    assert!(said.contains("sigma-clip (4 sigma, 5 iterations)"), "{said}");
    let text = |dataset: &str| {
        let file = File::open(desk.path("out.h5")).unwrap();
        file.dataset(dataset).unwrap().read_scalar::<hdf5_metno::types::VarLenUnicode>().unwrap().to_string()
    };
    assert_eq!(text("/entry/reduction/mode"), "sigma-clip (4 sigma, 5 iterations)");
    let job: serde_json::Value = serde_json::from_str(&text("/entry/reduction/job")).unwrap();
    assert_eq!(job["recipes"][0]["mode"]["sigma-clip"]["threshold"], 4.0);
    assert_eq!(job["recipes"][0]["error_model"], "hybrid");
    assert_eq!(job["recipes"][0]["errors"], "std");
    assert_eq!(job["recipes"][0]["saturation"], 100_000.0);
}

#[test]
fn a_configuration_names_the_monitor_and_the_method() {
    let desk = Desk::with_stack();
    {
        let file = File::open_rw(desk.path("stack.h5")).unwrap();
        file.new_dataset_builder().with_data(&[2.0f64; 10]).create("monitor").unwrap();
    }
    desk.write(
        "config.json",
        r#"{"version": 5, "unit": "q_nm^-1", "monitor_name": "/monitor", "integrator_method": "medfilt1d_ng",
            "extra_options": {"percentile": 50}, "polarization_description": [0.99, 0.5]}"#,
    );
    let said = desk.run("integrate stack.h5 --poni stack.poni --config config.json -o out.h5").is(0);
    assert!(said.contains("monitor_name /monitor: patterns are divided by stack.h5::/monitor"), "{said}");
    assert!(said.contains("median"), "{said}");
    let angle = 0.5f64.to_degrees();
    let line = format!("integrate stack.h5 --poni stack.poni --mode median --polarization 0.99,{angle}");
    desk.run(&format!("{line} --normalization 2 -o same.h5")).is(0);
    assert!(read::<f32>(&desk, "out.h5", "/entry/data/I").len() == 10 * 1000);
    let of = |file| read::<f32>(&desk, file, "/entry/data/I").iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert!(of("out.h5") == of("same.h5"));
}
