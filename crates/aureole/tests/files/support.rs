//! Small HDF5 files to read back, and the folder of real ones.

use std::path::{Path, PathBuf};

use aureole::source::{self, SourceError, Stack};
use aureole_codec::{Decoder, Isa};
use aureole_core::pipeline::{ChunkBuf, Source};
use hdf5_metno::{Dataset, File, Group};
use ndarray::Array3;

/// Rows and columns of the frames made here.
pub(crate) const SHAPE: (usize, usize) = (6, 20);

/// Frames of distinct values: the frame's number, counted from `first`, in the thousands.
pub(crate) fn ramp(first: usize, frames: usize) -> Array3<u32> {
    Array3::from_shape_fn((frames, SHAPE.0, SHAPE.1), |(frame, row, column)| {
        (1000 * (first + frame) + 100 * row + column) as u32
    })
}

/// The bytes of frame `number` of the ramp that starts at 0.
pub(crate) fn ramp_bytes(number: usize) -> Vec<u8> {
    ramp(number, 1).iter().flat_map(|value| value.to_ne_bytes()).collect()
}

/// Writes a ramp as a dataset of one chunk a frame.
pub(crate) fn write_chunked(group: &Group, name: &str, first: usize, frames: usize) -> Dataset {
    let builder = group.new_dataset::<u32>().shape((frames, SHAPE.0, SHAPE.1)).chunk((1, SHAPE.0, SHAPE.1));
    let dataset = builder.deflate(3).create(name).unwrap();
    dataset.write(&ramp(first, frames)).unwrap();
    dataset
}

/// A file with a chunked ramp at `/data`.
pub(crate) fn file_with_data(path: &Path, first: usize, frames: usize) {
    let file = File::create(path).unwrap();
    write_chunked(&file, "data", first, frames);
}

/// Opens one input.
pub(crate) fn open(input: impl AsRef<Path>) -> Result<Stack, SourceError> {
    source::open(&[input.as_ref().display().to_string()])
}

/// The message of an input that must be refused.
pub(crate) fn refusal(input: impl AsRef<Path>) -> String {
    open(input).expect_err("this input must be refused").to_string()
}

/// The decoded bytes of a frame.
pub(crate) fn frame(stack: &Stack, number: usize) -> Result<Vec<u8>, String> {
    // Dirty from an earlier frame, as in a run.
    let mut chunk = ChunkBuf {
        bytes: vec![7; 5],
        filter_mask: 9,
        error: Some("old".into()),
        frame: 99,
        variance: None,
        unread: None,
    };
    stack.read(number, &mut chunk)?;
    assert_eq!((chunk.frame, &chunk.error), (number, &None));
    let format = &stack.spec().format;
    let mut pixels = vec![0; format.bytes()];
    let decoded = Decoder::new(format, Isa::best()).decode_chunk(&chunk.bytes, chunk.filter_mask, &mut pixels);
    decoded.map_err(|error| error.to_string())?;
    Ok(pixels)
}

/// Asserts that a stack is the ramp of that many frames.
pub(crate) fn assert_ramp(stack: &Stack, frames: usize) {
    assert_eq!(stack.spec().frames, frames);
    assert_eq!(stack.spec().shape, SHAPE);
    for number in 0..frames {
        assert_eq!(frame(stack, number).unwrap(), ramp_bytes(number), "frame {number}");
    }
}

/// The folder of real files, or a word that tests on them are skipped.
pub(crate) fn real_files(what: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("AUREOLE_DATA").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: {what}: no folder of real files at {} (set AUREOLE_DATA)", folder.display());
    None
}
