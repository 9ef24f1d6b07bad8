//! What is missing or damaged in a file is an error of that frame, and of no other.

use std::fs;

use hdf5_metno::{File, OpenMode};
use tempfile::tempdir;

use crate::support::{SHAPE, assert_ramp, file_with_data, frame, open, ramp, ramp_bytes, refusal, write_chunked};

#[test]
fn a_frame_never_written_is_an_error_and_not_zeros() {
    let folder = tempdir().unwrap();
    for chunk in [(1, SHAPE.0, SHAPE.1), (2, 4, 20)] {
        let path = folder.path().join("a.h5");
        let file = File::create(&path).unwrap();
        let dataset = file.new_dataset::<u32>().shape((6, SHAPE.0, SHAPE.1)).chunk(chunk).create("data").unwrap();
        dataset.write_slice(&ramp(0, 2), (0..2, .., ..)).unwrap();
        dataset.write_slice(&ramp(4, 2), (4..6, .., ..)).unwrap();
        drop((dataset, file));
        let stack = open(&path).unwrap();
        for number in [0, 1, 4, 5] {
            assert_eq!(frame(&stack, number).unwrap(), ramp_bytes(number));
        }
        for number in [2, 3] {
            let message = frame(&stack, number).unwrap_err();
            assert!(message.contains(&format!("frame {number} was never written")), "{message}");
        }
    }
}

#[test]
fn a_dataset_never_written_has_no_frames_to_read() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    file.new_dataset::<u32>().shape((2, 4, 4)).no_chunk().create("data").unwrap();
    drop(file);
    assert!(frame(&open(&path).unwrap(), 1).unwrap_err().contains("never written"));
}

#[test]
fn a_frame_cut_off_by_the_end_of_the_file_is_an_error_and_the_others_are_read() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    file_with_data(&path, 0, 40);
    let stack = open(&path).unwrap();
    let length = fs::metadata(&path).unwrap().len();
    let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(length * 3 / 4).unwrap();
    let results: Vec<_> = (0..40).map(|number| frame(&stack, number)).collect();
    let cut = results.iter().filter(|result| result.is_err()).count();
    assert!(cut > 0 && cut < 40, "{cut} of 40");
    for (number, result) in results.iter().enumerate() {
        match result {
            Ok(bytes) => assert_eq!(*bytes, ramp_bytes(number)),
            Err(message) => assert!(message.contains(&format!("frame {number} is cut off")), "{message}"),
        }
    }
}

#[test]
fn a_truncated_file_is_refused_by_name_or_fails_frame_by_frame() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("whole.h5");
    file_with_data(&path, 0, 10);
    let whole = fs::read(&path).unwrap();
    for cut in (0..whole.len()).step_by(97) {
        let path = folder.path().join("cut.h5");
        fs::write(&path, &whole[..cut]).unwrap();
        match open(&path) {
            Err(error) => assert!(error.to_string().contains("cut.h5"), "{error}"),
            Ok(stack) => {
                for number in 0..10 {
                    assert!(frame(&stack, number).map_or(true, |bytes| bytes == ramp_bytes(number)), "cut at {cut}");
                }
            }
        }
    }
}

#[test]
fn no_memory_is_taken_on_a_files_word() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let claimed = 1 << 40;
    let file = File::create(&path).unwrap();
    let shape = (claimed, SHAPE.0, SHAPE.1);
    let dataset = file.new_dataset::<u32>().shape(shape).chunk((1, SHAPE.0, SHAPE.1)).create("chunked").unwrap();
    dataset.write_slice(&ramp(5, 1), (claimed - 1..claimed, .., ..)).unwrap();
    file.new_dataset::<u32>().shape(shape).chunk((2, SHAPE.0, SHAPE.1)).create("pairs").unwrap();
    drop((dataset, file));
    let stack = open(format!("{}::chunked", path.display())).unwrap();
    assert_eq!(frame(&stack, claimed - 1).unwrap(), ramp_bytes(5));
    assert!(frame(&stack, 0).unwrap_err().contains("never written"));
    let message = refusal(format!("{}::pairs", path.display()));
    assert!(message.contains("at most 16777216"), "{message}");
}

#[test]
fn no_flipped_byte_makes_the_reader_panic() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("whole.h5");
    file_with_data(&path, 0, 3);
    let whole = fs::read(&path).unwrap();
    for at in (0..whole.len()).step_by(61) {
        let mut bytes = whole.clone();
        bytes[at] ^= 0xff;
        let path = folder.path().join("flipped.h5");
        fs::write(&path, &bytes).unwrap();
        if let Ok(stack) = open(&path) {
            for number in 0..stack_frames(&stack).min(4) {
                let _ = frame(&stack, number);
            }
        }
    }
}

fn stack_frames(stack: &aureole::source::Stack) -> usize {
    use aureole_core::pipeline::Source;
    stack.spec().frames
}

#[test]
fn a_file_that_another_program_is_writing_is_read_and_a_notice_says_so() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::with_options().with_fapl(|access| access.libver_latest()).create(&path).unwrap();
    write_chunked(&file, "data", 0, 3);
    file.flush().unwrap();
    // A copy while it is open for writing carries the mark of the writer.
    let copy = folder.path().join("copy.h5");
    fs::copy(&path, &copy).unwrap();
    drop(file);
    assert!(File::open_as(&copy, OpenMode::Read).is_err(), "the copy should be marked");
    let stack = open(&copy).unwrap();
    assert!(stack.notices()[0].contains("open for writing"), "{:?}", stack.notices());
    assert_ramp(&stack, 3);
}

#[test]
fn what_is_no_hdf5_file_is_refused_in_one_sentence() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    assert!(refusal(&path).ends_with("a.h5: no such file"));
    fs::write(&path, "not a file of images").unwrap();
    assert!(refusal(&path).ends_with("a.h5: not an HDF5 file"));
    assert!(refusal(folder.path()).ends_with("a folder, not a file"), "{}", refusal(folder.path()));
}
