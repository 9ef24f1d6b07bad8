//! Which dataset is the stack, and links that lead to it.

use std::path::{Path, PathBuf};

use aureole::image;
use aureole::inspect::inspect;
use aureole::source::{self, Reach};
use aureole_core::pipeline::Source;
use hdf5_metno::plist::dataset_create::Layout;
use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{File, Location};
use tempfile::tempdir;

use crate::support::{SHAPE, assert_ramp, file_with_data, open, ramp, refusal, write_chunked};

fn attribute(at: &Location, name: &str, value: &str) {
    let value: VarLenUnicode = value.parse().unwrap();
    at.new_attr::<VarLenUnicode>().create(name).unwrap().write_scalar(&value).unwrap();
}

/// A master with links to `data_000001`... of three frames each; the named ones are not written.
fn eiger(folder: &std::path::Path, files: usize, absent: &[usize]) -> std::path::PathBuf {
    let path = folder.join("scan_master.h5");
    let master = File::create(&path).unwrap();
    let data = master.create_group("entry").unwrap().create_group("data").unwrap();
    for number in 1..=files {
        let name = format!("scan_data_{number:06}.h5");
        data.link_external(&name, "/entry/data/data", &format!("data_{number:06}")).unwrap();
        if !absent.contains(&number) {
            let file = File::create(folder.join(&name)).unwrap();
            let group = file.create_group("entry").unwrap().create_group("data").unwrap();
            write_chunked(&group, "data", 3 * (number - 1), 3);
        }
    }
    path
}

#[test]
fn the_files_of_an_eiger_master_are_one_stack_in_the_order_of_their_numbers() {
    let folder = tempdir().unwrap();
    // Twelve, so that the order of numbers and the order of names after data_9 could differ.
    let stack = open(eiger(folder.path(), 12, &[])).unwrap();
    assert_ramp(&stack, 36);
    assert!(stack.origins()[11].to_string().ends_with("scan_data_000012.h5::/entry/data/data"));
}

#[test]
fn a_missing_file_of_an_eiger_master_is_refused_by_name() {
    let folder = tempdir().unwrap();
    let message = refusal(eiger(folder.path(), 3, &[3]));
    assert!(message.contains("scan_master.h5::/entry/data/data_000003"), "{message}");
    assert!(message.contains("the file scan_data_000003.h5, which does not exist"), "{message}");
}

#[test]
fn frames_before_a_missing_file_can_be_had() {
    let folder = tempdir().unwrap();
    let master = eiger(folder.path(), 4, &[3]).display().to_string();
    let (stack, missing) = source::open_start(std::slice::from_ref(&master), Reach::Folder).unwrap();
    assert_ramp(&stack, 6);
    assert!(missing.unwrap().to_string().contains("the file scan_data_000003.h5, which does not exist"));
    let followed = source::open_start(&[master.clone(), master], Reach::Folder);
    assert!(
        followed.unwrap_err().to_string().contains("data_000003"),
        "frames of later inputs would have other numbers"
    );
    let first = tempdir().unwrap();
    let master = eiger(first.path(), 2, &[1]).display().to_string();
    assert!(source::open_start(&[master], Reach::Folder).unwrap_err().to_string().contains("data_000001"));
}

#[test]
fn a_link_to_a_missing_dataset_is_refused_by_name() {
    let folder = tempdir().unwrap();
    file_with_data(&folder.path().join("real.h5"), 0, 2);
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    file.link_external("real.h5", "/absent", "outside").unwrap();
    file.link_soft("/nowhere", "soft").unwrap();
    file.link_soft("/round", "round").unwrap();
    drop(file);
    let message = |name: &str| refusal(format!("{}::{name}", path.display()));
    assert!(message("outside").contains("leads to real.h5::/absent, which does not exist"), "{}", message("outside"));
    assert!(message("soft").contains("leads to /nowhere"), "{}", message("soft"));
    assert!(message("round").contains("circles"), "{}", message("round"));
    assert!(message("rond").contains("no such object; / has outside, round, soft"), "{}", message("rond"));
}

#[test]
fn links_are_sought_beside_the_file_that_holds_them() {
    let folder = tempdir().unwrap();
    let deep = folder.path().join("raw");
    std::fs::create_dir(&deep).unwrap();
    file_with_data(&deep.join("real.h5"), 0, 2);
    let middle = File::create(deep.join("middle.h5")).unwrap();
    middle.link_external("real.h5", "/data", "frames").unwrap();
    drop(middle);
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    file.link_external("raw/middle.h5", "/frames", "data").unwrap();
    // The folder moved since, as after a copy from the beamline.
    file.link_external("/gone/raw.h5", "/data", "moved").unwrap();
    drop(file);
    file_with_data(&folder.path().join("raw.h5"), 0, 2);
    let stack = open(format!("{}::data", path.display())).unwrap();
    assert_ramp(&stack, 2);
    assert!(stack.origins()[0].file.ends_with("raw/real.h5"));
    assert_ramp(&open(format!("{}::moved", path.display())).unwrap(), 2);
}

#[test]
fn the_nexus_default_is_followed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.nxs");
    let file = File::create(&path).unwrap();
    let entry = file.create_group("scan").unwrap();
    attribute(&entry, "NX_class", "NXentry");
    attribute(&entry, "default", "wanted");
    for name in ["other", "wanted"] {
        let group = entry.create_group(name).unwrap();
        attribute(&group, "NX_class", "NXdata");
        attribute(&group, "signal", "frames");
        write_chunked(&group, "frames", usize::from(name == "other"), 2);
    }
    drop(file);
    assert_ramp(&open(&path).unwrap(), 2);
}

#[test]
fn the_old_mark_of_a_signal_is_followed() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.nxs");
    let file = File::create(&path).unwrap();
    let entry = file.create_group("entry").unwrap();
    attribute(&entry, "NX_class", "NXentry");
    let data = entry.create_group("data").unwrap();
    attribute(&data, "NX_class", "NXdata");
    write_chunked(&data, "background", 7, 2);
    let signal = write_chunked(&data, "frames", 0, 2);
    signal.new_attr::<i32>().create("signal").unwrap().write_scalar(&1).unwrap();
    drop((signal, file));
    assert_ramp(&open(&path).unwrap(), 2);
}

#[test]
fn the_only_stack_is_found_and_links_to_it_count_once() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    let detector = file.create_group("instrument").unwrap().create_group("detector").unwrap();
    write_chunked(&detector, "data", 0, 3);
    detector.new_dataset::<f32>().shape(3).create("time").unwrap();
    detector.new_dataset_builder().with_data(&ramp(0, 1)).create("flatfield").unwrap();
    file.link_soft("/instrument/detector/data", "again").unwrap();
    file.link_hard("/instrument", "hard").unwrap();
    drop(file);
    assert_ramp(&open(&path).unwrap(), 3);
    assert_ramp(&open(format!("{}::/instrument", path.display())).unwrap(), 3);
}

#[test]
fn several_stacks_are_listed_with_the_way_to_choose() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    write_chunked(&file, "left", 0, 3);
    write_chunked(&file, "right", 0, 4);
    drop(file);
    let message = refusal(&path);
    assert!(message.contains("several stacks in it; say which dataset by FILE::/path"), "{message}");
    assert!(message.contains("/left  3 x 6 x 20 uint32") && message.contains("/right  4 x 6 x 20"), "{message}");
    assert_ramp(&open(format!("{}::right", path.display())).unwrap(), 4);
}

#[test]
fn the_stack_measured_is_found() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    let entry = file.create_group("entry_0000").unwrap();
    write_chunked(&entry.create_group("processed").unwrap(), "frames", 5, 3);
    write_chunked(&entry.create_group("measurement").unwrap(), "data", 0, 3);
    drop(file);
    assert_ramp(&open(&path).unwrap(), 3);
}

/// A file whose data lie in `raw/` beside its folder, by an external link, a virtual dataset, a symbolic link and as bytes.
fn leaving(folder: &Path) -> PathBuf {
    let (own, raw) = (folder.join("own"), folder.join("raw"));
    for folder in [&own, &raw] {
        std::fs::create_dir(folder).unwrap();
    }
    file_with_data(&raw.join("real.h5"), 0, 2);
    std::os::unix::fs::symlink(raw.join("real.h5"), own.join("symbolic.h5")).unwrap();
    std::fs::write(raw.join("bytes"), vec![7; 2 * SHAPE.0 * SHAPE.1 * 4]).unwrap();
    let path = own.join("a.h5");
    let file = File::create(&path).unwrap();
    file.link_external("../raw/real.h5", "/data", "linked").unwrap();
    file.link_external("symbolic.h5", "/data", "symbolic").unwrap();
    let shape = [2, SHAPE.0, SHAPE.1];
    let builder = file.new_dataset::<u32>().shape(shape).layout(Layout::Virtual);
    builder.virtual_map("../raw/real.h5", "/data", shape, .., shape, ..).create("virtual").unwrap();
    let bytes = raw.join("bytes").display().to_string();
    let builder = file.new_dataset::<u32>().shape(shape);
    builder.external(&bytes, 0, 2 * SHAPE.0 * SHAPE.1 * 4).create("elsewhere").unwrap();
    path
}

#[test]
fn links_that_leave_the_folder_of_the_input_are_followed_only_when_allowed() {
    let folder = tempdir().unwrap();
    let path = leaving(folder.path());
    for name in ["linked", "symbolic", "virtual", "elsewhere"] {
        let input = format!("{}::/{name}", path.display());
        let message = refusal(input.clone());
        assert!(message.contains(name) && message.contains("/raw/"), "{message}");
        assert!(
            message.contains("outside the folder of the file that was named; --allow-external follows it"),
            "{message}"
        );
        let as_image = image::read_image(&input).unwrap_err().to_string();
        assert!(as_image.contains("--allow-external"), "{as_image}");
        let stack = source::open_within(&[input], Reach::Anywhere).unwrap();
        assert_eq!(stack.spec().frames, 2, "{name}");
    }
    // Whoever names a symbolic link means what it stands for, and what lies beside that.
    let named = folder.path().join("named.h5");
    std::os::unix::fs::symlink(folder.path().join("own/symbolic.h5"), &named).unwrap();
    assert_ramp(&open(&named).unwrap(), 2);
    let report = inspect(&path, Reach::Folder).unwrap();
    assert_eq!(
        report.missing.iter().filter(|said| said.contains("--allow-external")).count(),
        4,
        "{:?}",
        report.missing
    );
}
