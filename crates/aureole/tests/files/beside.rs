//! The pixel mask and the flat field beside the data: `auto`.

use std::path::Path;

use aureole::job::{JobSpec, Prepared, prepare};
use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{File, Group};
use ndarray::Array2;

use super::support::{SHAPE, real_files, write_chunked};

const PONI: &str = "PixelSize1: 1e-4\nPixelSize2: 1e-4\nDistance: 0.1\nPoni1: 0\nPoni2: 0\nRot1: 0\nRot2: 0\nRot3: 0";

fn job(input: &Path, more: &str) -> Result<Prepared, String> {
    let (input, poni) = (input.display().to_string(), PONI.replace('\n', "\\n"));
    let text = format!(
        r#"{{"version": 1, "inputs": ["{input}"], "recipes": [{{"geometry": {{"poni": "{poni}"}}, "bins": 5,
            "unit": "r_mm", "split": "no"{more}}}]}}"#
    );
    prepare(JobSpec::from_json(&text).unwrap()).map_err(|error| error.to_string())
}

/// A group of a class.
fn group(parent: &Group, name: &str, class: &str) -> Group {
    let group = parent.create_group(name).unwrap();
    let class: VarLenUnicode = class.parse().unwrap();
    group.new_attr::<VarLenUnicode>().create("NX_class").unwrap().write_scalar(&class).unwrap();
    group
}

/// A master file of a Dectris detector with a mask of one pixel and flat field factors of 2 and 0.5.
fn master(path: &Path, applied: bool) {
    let file = File::create(path).unwrap();
    write_chunked(&file, "data", 0, 3);
    let detector =
        group(&group(&group(&file, "entry", "NXentry"), "instrument", "NXinstrument"), "detector", "NXdetector");
    let applied_to = detector.new_dataset::<i32>().create("flatfield_correction_applied").unwrap();
    applied_to.write_scalar(&i32::from(applied)).unwrap();
    let specific = group(&detector, "detectorSpecific", "NXcollection");
    let mask = Array2::from_shape_fn(SHAPE, |place| u32::from(place == (2, 3)) * 16);
    specific.new_dataset_builder().with_data(&mask).create("pixel_mask").unwrap();
    let factors =
        |value: f32| Array2::from_shape_fn(SHAPE, |(_, column)| if column < 10 { value } else { 1.0 / value });
    specific.new_dataset_builder().with_data(&factors(2.0)).create("flatfield").unwrap();
    file.new_dataset_builder().with_data(&factors(0.5)).create("sensitivity").unwrap();
}

#[test]
fn an_eiger_master_gives_its_mask_and_its_factors_are_divided_by_as_sensitivities() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan_master.h5");
    master(&path, false);
    let found = job(&path, r#", "mask": "auto", "flat": "auto""#).unwrap();
    assert!(found.notices.iter().any(|notice| notice.contains("detectorSpecific/pixel_mask")), "{:?}", found.notices);
    assert!(found.notices.iter().any(|notice| notice.ends_with("factors to multiply with")), "{:?}", found.notices);
    let named = |option: &str, dataset: &str| format!(r#", "{option}": "{}::/{dataset}""#, path.display());
    let specific = "entry/instrument/detector/detectorSpecific";
    let named = named("mask", &format!("{specific}/pixel_mask")) + &named("flat", "sensitivity");
    let named = job(&path, &named).unwrap();
    assert_eq!(found.plans.plans()[0].norm(), named.plans.plans()[0].norm());
    assert_eq!(found.plans.plans()[0].count().iter().sum::<f64>(), (SHAPE.0 * SHAPE.1 - 1) as f64);
    assert_eq!(found.recipes[0].found.len(), 2, "both files are recorded");
}

#[test]
fn a_flat_field_that_the_detector_has_applied_is_not_applied_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scan_master.h5");
    master(&path, true);
    let found = job(&path, r#", "flat": "auto""#).unwrap();
    assert!(found.notices.iter().any(|notice| notice.contains("has applied it")), "{:?}", found.notices);
    assert_eq!(found.plans.plans()[0].norm(), job(&path, "").unwrap().plans.plans()[0].norm());
}

#[test]
fn what_is_not_beside_the_data_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain.h5");
    write_chunked(&File::create(&path).unwrap(), "data", 0, 3);
    for option in ["mask", "flat"] {
        let message = job(&path, &format!(r#", "{option}": "auto""#)).err().unwrap();
        assert!(message.starts_with(&format!("--{option}: auto: none of the frames' shape")), "{message}");
        assert!(message.contains("plain.h5"), "{message}");
    }
}

#[test]
fn a_mask_that_a_text_refers_to_is_found_where_the_files_are_now() {
    let Some(folder) = real_files("the mask of the i15-1 stack") else { return };
    let found = job(&folder.join("xrpd_toolbox/i15-1-100245.nxs"), r#", "mask": "auto""#).unwrap();
    assert!(found.notices.iter().any(|notice| notice.ends_with("fastcs_eiger_meta.h5::/mask")), "{:?}", found.notices);
    assert_eq!(found.plans.plans()[0].count().iter().sum::<f64>(), f64::from(512 * 1028 - 1057));
}
