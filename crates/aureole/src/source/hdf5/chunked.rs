//! The fast path: one chunk a frame, its address known, read from the plain file.

use std::fs::File;
use std::ops::Range;
use std::sync::Arc;

use aureole_codec::{ChunkFormat, Filter};
use aureole_core::pipeline::{ChunkBuf, Pieces, Source, StackSpec, Unread};

use super::ahead;
use super::frames::Frames;
use super::reading::{self, Unreadable};
use super::tiled;
use super::{BoxedSource, Indirect};
use crate::hdf5::filters::{KNOWN, Pipeline, pipeline};
use crate::hdf5::open::describe_io;
use crate::hdf5::place::Place;

/// The stored bytes of one frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chunk {
    pub(super) address: u64,
    pub(super) size: u64,
    pub(super) filter_mask: u32,
}

/// A dataset with exactly one chunk a frame.
struct ChunkedSource {
    spec: StackSpec,
    chunks: Arc<Chunks>,
}

/// Where its chunks are.
struct Chunks {
    file: File,
    /// File and dataset, for messages.
    name: String,
    /// Frames of the dataset.
    frames: usize,
    /// The chunks that were written, with the number of the frame, in its order.
    chunks: Vec<(usize, Chunk)>,
    /// No encoder makes a chunk longer than this; a longer one is damage and no reason to allocate.
    longest: u64,
}

/// The dimensions of a dataset's chunks, and their filters, all known to the codec.
fn chunks_of(place: &Place, frames: &Frames) -> Result<(Vec<usize>, Vec<Filter>), Indirect> {
    let dims = frames.dataset.chunk().ok_or_else(|| place.fail("its chunk size cannot be read"))?;
    let filters = match pipeline(&frames.dataset, frames.dtype.size()) {
        Pipeline::Known(filters) => filters,
        Pipeline::Foreign { name, available: true } => {
            return Err(Indirect::Slow(format!("its chunks are encoded by {name}, which a plug-in decodes")));
        }
        Pipeline::Foreign { name, available: false } => {
            let reason = format!(
                "encoded by {name}, which cannot be decoded here; {KNOWN} can, and what plug-ins in HDF5_PLUGIN_PATH add"
            );
            return Err(place.fail(reason).into());
        }
    };
    let readable = frames.native || frames.reversed;
    if !readable {
        return Err(Indirect::Slow("its elements do not use all of their bits".into()));
    }
    Ok((dims, filters))
}

/// True for chunks that are handed out as they are stored.
fn is_one_frame(frames: &Frames, dims: &[usize]) -> bool {
    let (rows, columns) = frames.shape;
    let single = dims
        .split_last_chunk::<2>()
        .is_some_and(|(leading, last)| leading.iter().all(|length| *length == 1) && *last == [rows, columns]);
    single && !frames.reversed
}

/// How the chunks of a dataset encode a frame, where each is a single frame in a format that the codec knows.
pub(super) fn format(place: &Place, frames: &Frames) -> Result<ChunkFormat, Indirect> {
    let (dims, filters) = chunks_of(place, frames)?;
    if !is_one_frame(frames, &dims) {
        return Err(Indirect::Slow(format!("its chunks are {dims:?}, not one frame each as the machine has it")));
    }
    let format = ChunkFormat::new(filters, frames.dtype.size(), frames.elems());
    format.map_err(|error| place.fail(error.to_string()).into())
}

/// Opens a dataset of chunks in a format that the codec knows; those that are single frames are handed out as they are stored.
pub(super) fn open(place: &Place, frames: &Frames) -> Result<BoxedSource, Indirect> {
    let (dims, filters) = chunks_of(place, frames)?;
    if !is_one_frame(frames, &dims) {
        return tiled::open(place, frames, &dims, filters);
    }
    let format = format(place, frames)?;
    let file = File::open(&place.file).map_err(|error| place.fail(describe_io(&error)))?;
    let chunks = enumerate(place, frames)?;
    let longest = 4 * format.bytes() as u64 + 65_536;
    let name = format!("{}::{}", place.file.display(), place.path);
    let spec = frames.spec(format);
    let chunks = Arc::new(Chunks { file, name, frames: spec.frames, chunks, longest });
    Ok(Box::new(ChunkedSource { spec, chunks }))
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

impl Chunks {
    /// The chunk of a frame, if it is there and of a length that can be; else what is wrong.
    fn chunk(&self, frame: usize) -> Result<Chunk, String> {
        let name = &self.name;
        if frame >= self.frames {
            return Err(format!("{name} has no frame {frame}"));
        }
        let chunk = self.find(frame).ok_or_else(|| format!("{name}: frame {frame} was never written"))?;
        if chunk.size > self.longest {
            return Err(format!("{name}: frame {frame} is said to have {} bytes, too many to be true", chunk.size));
        }
        Ok(chunk)
    }

    /// Where all frames were written a chunk is at its own place in the list.
    fn find(&self, frame: usize) -> Option<Chunk> {
        let found = self.chunks.get(frame).filter(|(number, _)| *number == frame);
        let search = || self.chunks.binary_search_by_key(&frame, |(number, _)| *number).ok().map(|at| &self.chunks[at]);
        found.or_else(search).map(|(_, chunk)| *chunk)
    }
}

impl Pieces for Chunks {
    fn read_piece(&self, frame: usize, at: usize, out: &mut [u8]) -> Result<(), String> {
        let chunk = self.chunk(frame)?;
        reading::fill(&self.file, out, chunk.address.saturating_add(at as u64)).map_err(|error| {
            format!("{}: frame {frame} {}", self.name, why(&self.file, chunk.address, chunk.size, &error))
        })
    }
}

impl Source for ChunkedSource {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let chunk = self.chunks.chunk(frame)?;
        buf.frame = frame;
        buf.filter_mask = chunk.filter_mask;
        buf.error = None;
        buf.unread = None;
        read_at(&self.chunks.file, chunk.address, chunk.size, &mut buf.bytes)
            .map_err(|why| format!("{}: frame {frame} {why}", self.chunks.name))
    }

    fn open(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let chunk = self.chunks.chunk(frame)?;
        buf.frame = frame;
        buf.filter_mask = chunk.filter_mask;
        buf.error = None;
        buf.bytes.clear();
        let size =
            usize::try_from(chunk.size).map_err(|_| format!("{}: frame {frame} is too large", self.chunks.name))?;
        buf.unread = Some(Unread::new(Arc::clone(&self.chunks) as Arc<dyn Pieces>, frame, size));
        Ok(())
    }

    fn will_need(&self, frames: Range<usize>) {
        for chunk in frames.filter_map(|frame| self.chunks.chunk(frame).ok()) {
            ahead::fetch(&self.chunks.file, chunk.address, chunk.size);
        }
    }
}

/// Reads `size` bytes, which the caller has found believable, into the reused buffer.
pub(super) fn read_at(file: &File, address: u64, size: u64, bytes: &mut Vec<u8>) -> Result<(), String> {
    let length = usize::try_from(size).map_err(|_| "is too large".to_owned())?;
    bytes.resize(length, 0);
    reading::fill(file, bytes, address).map_err(|error| why(file, address, size, &error))
}

/// Why the `size` bytes of a chunk could not be read.
fn why(file: &File, address: u64, size: u64, unreadable: &Unreadable) -> String {
    match unreadable.error.kind() {
        std::io::ErrorKind::UnexpectedEof => {
            let end = file.metadata().map_or(0, |metadata| metadata.len());
            format!("is cut off: its {size} bytes start at byte {address}, and the file has {end}")
        }
        _ => format!("cannot be read ({unreadable})"),
    }
}
