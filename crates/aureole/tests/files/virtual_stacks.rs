//! Virtual datasets: read where the frames really are, and never as zeros.

use std::path::Path;

use hdf5_metno::{File, Selection};
use ndarray::s;
use tempfile::tempdir;

use crate::support::{SHAPE, assert_ramp, file_with_data, frame, open, ramp_bytes, refusal};

/// Lays a virtual dataset of `total` frames over files of two frames each, one after the other.
fn chain(path: &Path, files: &[&str], total: usize) {
    let file = File::create(path).unwrap();
    let mut builder = file.new_dataset::<u32>().shape((total, SHAPE.0, SHAPE.1));
    for (number, name) in files.iter().enumerate() {
        let to = Selection::try_new(s![2 * number..2 * number + 2, .., ..]).unwrap();
        let from = Selection::try_new(s![0..2, .., ..]).unwrap();
        builder = builder.virtual_map(*name, "/data", (2, SHAPE.0, SHAPE.1), from, (total, SHAPE.0, SHAPE.1), to);
    }
    builder.create("data").unwrap();
}

#[test]
fn whole_frames_are_read_from_the_chunks_of_their_sources() {
    let folder = tempdir().unwrap();
    for (first, name) in [(0, "a.h5"), (2, "b.h5"), (4, "c.h5")] {
        file_with_data(&folder.path().join(name), first, 2);
    }
    let path = folder.path().join("all.h5");
    chain(&path, &["a.h5", "b.h5", "c.h5"], 6);
    let stack = open(&path).unwrap();
    assert!(stack.notices().is_empty(), "{:?}", stack.notices());
    assert_ramp(&stack, 6);
}

#[test]
fn a_missing_source_is_refused_by_name_and_never_read_as_zeros() {
    let folder = tempdir().unwrap();
    file_with_data(&folder.path().join("a.h5"), 0, 2);
    let path = folder.path().join("all.h5");
    chain(&path, &["a.h5", "gone.h5"], 4);
    let message = refusal(&path);
    assert!(message.contains("all.h5::/data leads to the file gone.h5, which does not exist"), "{message}");
}

#[test]
fn frames_that_no_source_covers_are_errors() {
    let folder = tempdir().unwrap();
    file_with_data(&folder.path().join("a.h5"), 0, 2);
    let path = folder.path().join("all.h5");
    chain(&path, &["a.h5"], 3);
    let stack = open(&path).unwrap();
    assert_eq!(frame(&stack, 1).unwrap(), ramp_bytes(1));
    assert!(frame(&stack, 2).unwrap_err().contains("frame 2 was never written"));
}

#[test]
fn frames_made_of_modules_go_through_the_library() {
    let folder = tempdir().unwrap();
    let (rows, columns) = SHAPE;
    file_with_data(&folder.path().join("a.h5"), 0, 2);
    let path = folder.path().join("all.h5");
    let file = File::create(&path).unwrap();
    let full = (2, rows, columns);
    let half = |rows: std::ops::Range<usize>| Selection::try_new(s![.., rows, ..]).unwrap();
    let builder = file.new_dataset::<u32>().shape(full);
    let builder = builder.virtual_map("a.h5", "/data", full, half(0..3), full, half(0..3));
    builder.virtual_map("a.h5", "/data", full, half(3..6), full, half(3..6)).create("data").unwrap();
    drop(file);
    let stack = open(&path).unwrap();
    assert!(stack.notices()[0].contains("not made of whole frames"), "{:?}", stack.notices());
    assert_ramp(&stack, 2);
}

#[test]
fn a_virtual_stack_without_frames_is_refused_whatever_its_other_dimensions_claim() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("none.h5");
    let long = 1usize << 45;
    let source = File::create(folder.path().join("a.h5")).unwrap();
    source.new_dataset::<u32>().shape((0, long, 4, 4)).chunk((1, 1, 4, 4)).create("data").unwrap();
    drop(source);
    let file = File::create(&path).unwrap();
    let all = || Selection::try_new(s![0..0, 0..long, .., ..]).unwrap();
    let shape = (0, long, 4, 4);
    let mapped = file.new_dataset::<u32>().shape(shape).virtual_map("a.h5", "/data", shape, all(), shape, all());
    mapped.create("data").unwrap();
    drop(file);
    let message = refusal(&path);
    assert!(message.contains("none.h5"), "{message}");
}
