//! Every way in which HDF5 stores a stack gives the same frames.

use aureole::source::{self, MemorySource};
use aureole_core::dtype::Dtype;
use aureole_core::pipeline::{ChunkBuf, Source};
use hdf5_metno::File;
use tempfile::tempdir;

use crate::support::{SHAPE, assert_ramp, file_with_data, frame, open, ramp, ramp_bytes, refusal, write_chunked};

#[test]
fn frames_in_chunks_of_their_own_are_read_as_stored() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    file_with_data(&path, 0, 5);
    let stack = open(&path).unwrap();
    assert_ramp(&stack, 5);
    assert_eq!(stack.spec().dtype, Dtype::U32);
    assert_eq!(stack.spec().format.to_string(), "gzip");
    assert!(stack.notices().is_empty());
    assert_eq!(stack.origins()[0].to_string(), format!("{}::/data", path.display()));
}

#[test]
fn shuffle_and_fletcher32_pass_through_in_their_order() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    let builder = file.new_dataset::<u32>().shape((3, SHAPE.0, SHAPE.1)).chunk((1, SHAPE.0, SHAPE.1));
    let dataset = builder.shuffle().deflate(1).fletcher32().create("data").unwrap();
    dataset.write(&ramp(0, 3)).unwrap();
    drop((dataset, file));
    let stack = open(&path).unwrap();
    assert_eq!(stack.spec().format.to_string(), "shuffle + gzip + fletcher32");
    assert_ramp(&stack, 3);
}

#[test]
fn contiguous_frames_are_read_in_place() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    file.new_dataset_builder().with_data(&ramp(0, 4)).no_chunk().create("data").unwrap();
    drop(file);
    let stack = open(&path).unwrap();
    assert!(stack.notices().is_empty());
    assert_ramp(&stack, 4);
}

#[test]
fn a_user_block_moves_no_address() {
    let folder = tempdir().unwrap();
    for contiguous in [false, true] {
        let path = folder.path().join(format!("{contiguous}.h5"));
        let file = File::with_options().with_fcpl(|create| create.userblock(2048)).create(&path).unwrap();
        if contiguous {
            file.new_dataset_builder().with_data(&ramp(0, 4)).no_chunk().create("data").unwrap();
        } else {
            write_chunked(&file, "data", 0, 4);
        }
        drop(file);
        assert_ramp(&open(&path).unwrap(), 4);
    }
}

#[test]
fn several_frames_a_chunk_and_parts_of_frames_are_put_together_past_the_library() {
    let folder = tempdir().unwrap();
    for chunk in [(3, SHAPE.0, SHAPE.1), (1, 4, 7), (2, 6, 3)] {
        let path = folder.path().join("a.h5");
        let file = File::create(&path).unwrap();
        let builder = file.new_dataset::<u32>().shape((5, SHAPE.0, SHAPE.1)).chunk(chunk);
        builder.deflate(1).create("data").unwrap().write(&ramp(0, 5)).unwrap();
        drop(file);
        let stack = open(&path).unwrap();
        assert!(stack.notices().is_empty(), "{:?}", stack.notices());
        assert_eq!(stack.spec().format.to_string(), "uncompressed");
        assert_ramp(&stack, 5);
        let once_more: Vec<usize> = vec![4, 0, 2];
        once_more.into_iter().for_each(|number| assert_eq!(frame(&stack, number).unwrap(), ramp_bytes(number)));
        assert!(frame(&stack, 5).unwrap_err().contains("no frame 5"));
    }
}

#[test]
fn a_damaged_chunk_of_several_frames_fails_these_and_a_missing_one_its_own() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    let builder = file.new_dataset::<u32>().shape((9, SHAPE.0, SHAPE.1)).chunk((3, SHAPE.0, SHAPE.1));
    let dataset = builder.fletcher32().create("data").unwrap();
    // The last chunk is never written.
    dataset.write_slice(&ramp(0, 6), (0..6, .., ..)).unwrap();
    let second = dataset.chunk_info(1).unwrap().addr as usize;
    drop((dataset, file));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[second + 5] ^= 1;
    std::fs::write(&path, &bytes).unwrap();
    let stack = open(&path).unwrap();
    (0..3).for_each(|number| assert_eq!(frame(&stack, number).unwrap(), ramp_bytes(number)));
    for number in 3..6 {
        let why = frame(&stack, number).unwrap_err();
        assert!(why.contains("cannot be decoded: the checksum does not match"), "{why}");
    }
    assert!(frame(&stack, 7).unwrap_err().contains("frame 7 was never written"));
}

#[test]
fn compact_data_go_through_the_library() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    let layout = hdf5_metno::dataset::Layout::Compact;
    let dataset = file.new_dataset::<u32>().shape((2, SHAPE.0, SHAPE.1)).layout(layout).create("data").unwrap();
    dataset.write(&ramp(0, 2)).unwrap();
    drop((dataset, file));
    let stack = open(&path).unwrap();
    assert_eq!(stack.notices().len(), 1);
    assert_ramp(&stack, 2);
}

#[test]
fn leading_dimensions_are_counted_as_frames_row_by_row() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    let values = ramp(0, 6).into_shape_with_order((2, 3, SHAPE.0, SHAPE.1)).unwrap();
    for (name, chunk) in [("one", (1, 1, SHAPE.0, SHAPE.1)), ("many", (1, 2, SHAPE.0, SHAPE.1))] {
        let dataset = file.new_dataset::<u32>().shape((2, 3, SHAPE.0, SHAPE.1)).chunk(chunk).create(name).unwrap();
        dataset.write(&values).unwrap();
    }
    drop(file);
    for name in ["one", "many"] {
        assert_ramp(&open(format!("{}::{name}", path.display())).unwrap(), 6);
    }
}

#[test]
fn one_image_is_a_stack_of_one() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    let image = ramp(0, 1).into_shape_with_order(SHAPE).unwrap();
    file.new_dataset_builder().with_data(&image).chunk(SHAPE).create("whole").unwrap();
    file.new_dataset_builder().with_data(&image).chunk((4, 4)).create("parts").unwrap();
    drop(file);
    for name in ["whole", "parts"] {
        assert_ramp(&open(format!("{}::/{name}", path.display())).unwrap(), 1);
    }
}

#[test]
fn inputs_are_joined_in_the_order_given() {
    let folder = tempdir().unwrap();
    let inputs: Vec<String> = [(0, 2), (2, 1), (3, 4)]
        .iter()
        .map(|(first, frames)| {
            let path = folder.path().join(format!("{first}.h5"));
            file_with_data(&path, *first, *frames);
            path.display().to_string()
        })
        .collect();
    let stack = source::open(&inputs).unwrap();
    assert_ramp(&stack, 7);
    assert_eq!(stack.origins().iter().map(|origin| origin.frames).collect::<Vec<_>>(), [2, 1, 4]);
    assert!(frame(&stack, 7).unwrap_err().contains("no frame 7"));
}

#[test]
fn inputs_that_differ_are_refused_naming_both() {
    let folder = tempdir().unwrap();
    let (first, second) = (folder.path().join("first.h5"), folder.path().join("second.h5"));
    file_with_data(&first, 0, 2);
    let file = File::create(&second).unwrap();
    file.new_dataset::<u32>().shape((2, 5, 20)).create("shape").unwrap();
    file.new_dataset::<u16>().shape((2, SHAPE.0, SHAPE.1)).create("dtype").unwrap();
    file.new_dataset::<u32>().shape((2, SHAPE.0, SHAPE.1)).create("stored").unwrap();
    drop(file);
    for (name, words) in [("shape", "5 x 20"), ("dtype", "uint16"), ("stored", "uncompressed")] {
        let inputs = [first.display().to_string(), format!("{}::{name}", second.display())];
        let message = source::open(&inputs).unwrap_err().to_string();
        assert!(message.contains("first.h5") && message.contains(&format!("second.h5::/{name}")), "{message}");
        assert!(message.contains(words), "{message}");
    }
}

#[test]
fn what_is_no_stack_of_numbers_is_refused_by_its_type() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::create(&path).unwrap();
    file.new_dataset::<bool>().shape((2, 4, 4)).create("flags").unwrap();
    file.new_dataset::<hdf5_metno::types::VarLenUnicode>().shape((2, 4, 4)).create("words").unwrap();
    file.new_dataset::<f32>().shape(12).create("line").unwrap();
    file.new_dataset::<f32>().shape((3, 0, 4)).create("empty").unwrap();
    drop(file);
    let message = |name: &str| refusal(format!("{}::/{name}", path.display()));
    assert!(message("flags").contains("bool"), "{}", message("flags"));
    assert!(message("words").contains("unicode"), "{}", message("words"));
    assert!(message("line").contains("[12]"), "{}", message("line"));
    assert!(message("empty").contains("no frames"), "{}", message("empty"));
}

#[test]
fn a_filter_that_nobody_knows_is_refused_by_name() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.h5");
    let file = File::with_options().with_fapl(|access| access.libver_earliest()).create(&path).unwrap();
    write_chunked(&file, "data", 0, 2);
    drop(file);
    let mut bytes = std::fs::read(&path).unwrap();
    // In the oldest format no checksum covers the description, and the filter's number stands eight bytes before its name.
    let name = bytes.windows(7).position(|window| window == b"deflate").unwrap();
    bytes[name - 8..name - 6].copy_from_slice(&32026u16.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    let message = refusal(&path);
    assert!(message.contains("blosc2 (HDF5 filter 32026)") && message.contains("Zstandard, Blosc, LZF"), "{message}");
}

#[test]
fn frames_in_memory_are_a_source() {
    let source = MemorySource::new(SHAPE, Dtype::U32, vec![ramp_bytes(0), ramp_bytes(1)]).unwrap();
    let mut chunk = ChunkBuf::default();
    source.read(1, &mut chunk).unwrap();
    assert_eq!(chunk.bytes, ramp_bytes(1));
    assert!(source.read(2, &mut chunk).is_err());
    assert!(MemorySource::new(SHAPE, Dtype::U16, vec![ramp_bytes(0)]).is_none());
}
