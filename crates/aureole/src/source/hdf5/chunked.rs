//! The fast path: one chunk a frame, its address known, read from the plain file.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use aureole_codec::ChunkFormat;
use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};

use super::ahead;
use super::frames::Frames;
use super::{BoxedSource, Indirect};
use crate::hdf5::filters::{Pipeline, pipeline};
use crate::hdf5::open::describe_io;
use crate::hdf5::place::Place;

/// The stored bytes of one frame.
#[derive(Clone, Copy, Debug)]
struct Chunk {
    address: u64,
    size: u64,
    filter_mask: u32,
}

/// A dataset with exactly one chunk a frame.
struct ChunkedSource {
    file: File,
    /// File and dataset, for messages.
    name: String,
    spec: StackSpec,
    /// The chunks that were written, with the number of the frame, in its order.
    chunks: Vec<(usize, Chunk)>,
    /// No encoder makes a chunk longer than this; a longer one is damage and no reason to allocate.
    longest: u64,
}

/// Opens a dataset whose chunks are single frames in a format that the codec knows.
pub(super) fn open(place: &Place, frames: &Frames) -> Result<BoxedSource, Indirect> {
    let dims = frames.dataset.chunk().ok_or_else(|| place.fail("its chunk size cannot be read"))?;
    let (rows, columns) = frames.shape;
    let one_frame = dims
        .split_last_chunk::<2>()
        .is_some_and(|(leading, last)| leading.iter().all(|length| *length == 1) && *last == [rows, columns]);
    let filters = match pipeline(&frames.dataset, frames.dtype.size()) {
        Pipeline::Known(filters) => filters,
        Pipeline::Foreign { name, available: true } => {
            return Err(Indirect::Slow(format!("its chunks are encoded by {name}")));
        }
        Pipeline::Foreign { name, available: false } => {
            let known = "bitshuffle-LZ4, bitshuffle, LZ4, gzip, shuffle and fletcher32 can";
            return Err(place.fail(format!("encoded by {name}, which cannot be decoded here; {known}")).into());
        }
    };
    if !one_frame {
        return Err(Indirect::Slow(format!("its chunks are {dims:?}, not one frame each")));
    }
    if !frames.native {
        return Err(Indirect::Slow("its elements are not in the machine's byte order".into()));
    }
    let format = ChunkFormat::new(filters, frames.dtype.size(), frames.elems());
    let format = format.map_err(|error| place.fail(error.to_string()))?;
    let file = File::open(&place.file).map_err(|error| place.fail(describe_io(&error)))?;
    let chunks = enumerate(place, frames)?;
    let longest = 4 * format.bytes() as u64 + 65_536;
    let name = format!("{}::{}", place.file.display(), place.path);
    Ok(Box::new(ChunkedSource { file, name, spec: frames.spec(format), chunks, longest }))
}

/// The chunks that the file has, asked for once. Addresses count from the start of the file, a user block included.
///
/// A list and not a table of all frames: a damaged file may claim any number of them.
fn enumerate(place: &Place, frames: &Frames) -> Result<Vec<(usize, Chunk)>, Indirect> {
    let mut chunks = Vec::new();
    let visited = frames.dataset.chunks_visit(|chunk| {
        if let Some(number) = frames.number(chunk.offset).filter(|_| chunk.addr != u64::MAX) {
            chunks.push((number, Chunk { address: chunk.addr, size: chunk.size, filter_mask: chunk.filter_mask }));
        }
        0
    });
    visited.map_err(|error| place.fail(format!("its chunk index cannot be read ({error})")))?;
    chunks.sort_unstable_by_key(|(number, _)| *number);
    Ok(chunks)
}

impl ChunkedSource {
    /// The chunk of a frame; where all frames were written it is at its own place in the list.
    fn chunk(&self, frame: usize) -> Option<Chunk> {
        let found = self.chunks.get(frame).filter(|(number, _)| *number == frame);
        let search = || self.chunks.binary_search_by_key(&frame, |(number, _)| *number).ok().map(|at| &self.chunks[at]);
        found.or_else(search).map(|(_, chunk)| *chunk)
    }
}

impl Source for ChunkedSource {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let name = &self.name;
        if frame >= self.spec.frames {
            return Err(format!("{name} has no frame {frame}"));
        }
        let chunk = self.chunk(frame).ok_or_else(|| format!("{name}: frame {frame} was never written"))?;
        if chunk.size > self.longest {
            return Err(format!("{name}: frame {frame} is said to have {} bytes, too many to be true", chunk.size));
        }
        buf.frame = frame;
        buf.filter_mask = chunk.filter_mask;
        buf.error = None;
        read_at(&self.file, chunk.address, chunk.size, &mut buf.bytes)
            .map_err(|why| format!("{name}: frame {frame} {why}"))
    }

    fn will_need(&self, frames: Range<usize>) {
        for chunk in frames.filter_map(|frame| self.chunk(frame)).filter(|chunk| chunk.size <= self.longest) {
            ahead::fetch(&self.file, chunk.address, chunk.size);
        }
    }
}

/// Reads `size` bytes, which the caller has found believable, into the reused buffer.
pub(super) fn read_at(file: &File, address: u64, size: u64, bytes: &mut Vec<u8>) -> Result<(), String> {
    let length = usize::try_from(size).map_err(|_| "is too large".to_owned())?;
    bytes.resize(length, 0);
    file.read_exact_at(bytes, address).map_err(|error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            let end = file.metadata().map_or(0, |metadata| metadata.len());
            format!("is cut off: its {size} bytes start at byte {address}, and the file has {end}")
        }
        _ => format!("cannot be read ({error})"),
    })
}
