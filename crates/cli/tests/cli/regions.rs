//! Which pixels of a pattern count, and geometries of other programs.

use hdf5_metno::File;

use crate::support::Desk;

fn read(desk: &Desk, file: &str, dataset: &str) -> Vec<f32> {
    File::open(desk.path(file)).unwrap().dataset(dataset).unwrap().read_raw().unwrap()
}

fn bits(desk: &Desk, file: &str) -> Vec<u32> {
    read(desk, file, "/entry/data/I").iter().map(|value| value.to_bits()).collect()
}

/// The share of masked pixels that the header says, in per cent.
fn masked(said: &str) -> f64 {
    said.split_once("% masked").unwrap().0.rsplit(' ').next().unwrap().parse().unwrap()
}

#[test]
fn sectors_and_rings_add_to_the_mask_and_the_header_says_so() {
    let desk = Desk::with_stack();
    let run = |options: &str, output: &str| {
        desk.run(&format!("integrate stack.h5 --poni stack.poni --unit r_mm --radial-range 1,15 {options} -o {output}"))
            .is(0)
    };
    let all = masked(&run("", "all.h5"));
    let some = masked(&run("--mask-sector 10,60 --mask-sector 170,-170 --mask-ring 5,6", "some.h5"));
    assert!(some > all + 5.0, "{some}% of {all}%");
    let (axis, count) =
        (read(&desk, "some.h5", "/entry/data/radial_axis"), read(&desk, "some.h5", "/entry/data/count"));
    let in_ring = |at: f32| (5.1..5.9).contains(&at);
    assert!(axis.iter().zip(&count).filter(|(at, _)| in_ring(**at)).all(|(_, count)| *count < 1.0));
    assert!(count.iter().sum::<f32>() > 100.0);
}

#[test]
fn a_pattern_along_a_range_is_the_only_row_of_the_cake_and_says_so() {
    let desk = Desk::with_stack();
    for split in ["no", "bbox", "full"] {
        let line = format!("integrate stack.h5 --poni stack.poni --unit qip_nm^-1 --split {split} --bins 60 --force");
        let said = desk.run(&format!("{line} --along qoop_nm^-1:0.2,1.5 -o along.h5")).is(0);
        assert!(said.contains("60 bins qip_nm^-1 along qoop_nm^-1:0.2,1.5"), "{said}");
        let cake = "--azimuthal-bins 1 --azimuthal-unit qoop_nm^-1 --azimuth-range 0.2,1.5";
        desk.run(&format!("{line} {cake} -o cake.h5")).is(0);
        assert!(bits(&desk, "along.h5") == bits(&desk, "cake.h5"), "{split}");
        assert!(read(&desk, "along.h5", "/entry/data/I").iter().any(|value| *value > 0.0));
    }
}

#[test]
fn image_controls_of_gsas_ii_are_a_geometry() {
    let desk = Desk::with_stack();
    let poni = "poni_version: 2.1\nDetector: Pilatus100k\nDetector_config: {}\nDistance: 0.2\nPoni1: 0.016\nPoni2: 0.04\n\
                Rot1: 0\nRot2: 0\nRot3: 0\nWavelength: 1e-10\n";
    desk.write("same.poni", poni);
    let controls =
        "type:PWDR\nwavelength:1.0\ndistance:200.0\ncenter:[40.0, 16.0]\ntilt:0\nrotation:30.0\nDetDepth:0.1\n";
    desk.write("saved.imctrl", controls);
    desk.write("whole.imctrl", &format!("{controls}detector:Pilatus100k\n"));
    let said = desk.run("integrate stack.h5 --poni saved.imctrl -o out.h5").is(2);
    assert!(said.contains("saved.imctrl: GSAS-II image controls: no pixelSize"), "{said}");
    let said = desk.run("integrate stack.h5 --poni whole.imctrl -o controls.h5").is(0);
    assert!(said.contains("DetDepth 0.1: "), "{said}");
    desk.run("integrate stack.h5 --poni same.poni -o same.h5").is(0);
    assert!(bits(&desk, "controls.h5") == bits(&desk, "same.h5"));
}
