//! Chunks that are not one frame each: several frames in a chunk, or parts of frames, also in the other byte order.
//!
//! Frames are put together here, past HDF5 and its lock. A chunk of several frames is decoded once and kept as long as there is room:
//! threads that take its other frames find it.

use std::fs::File;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use aureole_codec::{ChunkFormat, Decoder, Filter, Isa};
use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};

use super::ahead;
use super::chunked::{Chunk, read_at};
use super::frames::{Frames, position};
use super::kept::Kept;
use super::{BoxedSource, Indirect};
use crate::hdf5::open::describe_io;
use crate::hdf5::place::Place;

/// Most decoded bytes of a chunk; larger ones are left to the library.
const LARGEST: usize = 1 << 30;

struct TiledSource {
    file: File,
    /// File and dataset, for messages.
    name: String,
    spec: StackSpec,
    grid: Grid,
    /// How a chunk is stored.
    format: ChunkFormat,
    /// Elements are in the other byte order.
    reversed: bool,
    /// The chunks that were written, by their number in the grid, in its order.
    chunks: Vec<(usize, Chunk)>,
    /// Chunks of several frames that were decoded.
    kept: Kept,
    /// What threads decode with.
    idle: Mutex<Vec<Desk>>,
}

/// What one thread needs to decode a chunk.
struct Desk {
    decoder: Decoder,
    stored: Vec<u8>,
    decoded: Vec<u8>,
}

/// How chunks lie over the frames.
struct Grid {
    /// Length of the dataset along each dimension but the last two.
    leading: Vec<usize>,
    /// Length of a chunk along these.
    chunk_leading: Vec<usize>,
    /// Rows and columns of a frame, and of a chunk.
    frame: (usize, usize),
    tile: (usize, usize),
}

/// Opens a dataset of chunks in a format that the codec knows.
pub(super) fn open(
    place: &Place,
    frames: &Frames,
    dims: &[usize],
    filters: Vec<Filter>,
) -> Result<BoxedSource, Indirect> {
    let slow = |reason: &str| Err(Indirect::Slow(format!("its chunks are {dims:?}, {reason}")));
    let grid = match dims.split_last_chunk::<2>() {
        Some((leading, &[rows, columns])) if leading.len() == frames.leading.len() && !dims.contains(&0) => Grid {
            leading: frames.leading.clone(),
            chunk_leading: leading.to_vec(),
            frame: frames.shape,
            tile: (rows, columns),
        },
        _ => return slow("which is not its number of dimensions"),
    };
    let opts = frames.dataset.create_plist().and_then(|plist| plist.get_chunk_opts());
    if opts.is_ok_and(|opts| opts.is_some_and(|opts| !opts.is_empty())) {
        return slow("those at its ends without filters");
    }
    let elems = dims.iter().try_fold(1_usize, |product, length| product.checked_mul(*length));
    let Some(elems) = elems.filter(|elems| elems.saturating_mul(frames.dtype.size()) <= LARGEST) else {
        return slow("too large to be held in memory");
    };
    frames.check_count(place)?;
    let format = ChunkFormat::new(filters, frames.dtype.size(), elems);
    let format = format.map_err(|error| place.fail(error.to_string()))?;
    let file = File::open(&place.file).map_err(|error| place.fail(describe_io(&error)))?;
    let chunks = enumerate(place, frames, &grid)?;
    let spec = frames.spec(frames.raw_format(place)?);
    let name = format!("{}::{}", place.file.display(), place.path);
    let (kept, idle) = (Kept::new(format.bytes()), Mutex::default());
    Ok(Box::new(TiledSource { file, name, spec, grid, format, reversed: frames.reversed, chunks, kept, idle }))
}

/// The chunks that the file has, asked for once.
fn enumerate(place: &Place, frames: &Frames, grid: &Grid) -> Result<Vec<(usize, Chunk)>, Indirect> {
    let mut chunks = Vec::new();
    let visited = frames.dataset.chunks_visit(|chunk| {
        if let Some(number) = grid.number(chunk.offset).filter(|_| chunk.addr != u64::MAX) {
            chunks.push((number, Chunk { address: chunk.addr, size: chunk.size, filter_mask: chunk.filter_mask }));
        }
        0
    });
    visited.map_err(|error| place.fail(format!("its chunk index cannot be read ({error})")))?;
    chunks.sort_unstable_by_key(|(number, _)| *number);
    Ok(chunks)
}

impl Grid {
    /// The number of the chunk that starts at an offset (one value a dimension); `None` outside the dataset.
    fn number(&self, offset: &[u64]) -> Option<usize> {
        let lengths = self.leading.iter().copied().chain([self.frame.0, self.frame.1]);
        let chunks = self.chunk_leading.iter().copied().chain([self.tile.0, self.tile.1]);
        lengths.zip(chunks).zip(offset).try_fold(0_usize, |number, ((length, chunk), at)| {
            let at = usize::try_from(*at).ok().filter(|at| *at < length)?;
            number.checked_mul(length.div_ceil(chunk))?.checked_add(at / chunk)
        })
    }

    /// The number of the first chunk of a frame, and the frame's number among those of the chunk.
    fn locate(&self, position: &[usize]) -> (usize, usize) {
        let dimensions = self.leading.iter().zip(&self.chunk_leading).zip(position);
        let (chunk, inside) = dimensions.fold((0, 0), |(number, inside), ((length, chunk), at)| {
            (number * length.div_ceil(*chunk) + at / chunk, inside * chunk + at % chunk)
        });
        (chunk * self.tiles(), inside)
    }

    /// Chunks over one frame.
    fn tiles(&self) -> usize {
        self.frame.0.div_ceil(self.tile.0) * self.frame.1.div_ceil(self.tile.1)
    }

    fn frames_a_chunk(&self) -> usize {
        self.chunk_leading.iter().product()
    }

    /// Copies the part of a frame that is in one of its chunks, number `tile` of them, to its place.
    fn copy(&self, tile: usize, inside: usize, elem_size: usize, chunk: &[u8], frame: &mut [u8]) {
        let across = self.frame.1.div_ceil(self.tile.1);
        let (top, left) = (tile / across * self.tile.0, tile % across * self.tile.1);
        let rows = self.tile.0.min(self.frame.0 - top);
        let bytes = self.tile.1.min(self.frame.1 - left) * elem_size;
        let start = inside * self.tile.0 * self.tile.1 * elem_size;
        for row in 0..rows {
            let from = start + row * self.tile.1 * elem_size;
            let to = ((top + row) * self.frame.1 + left) * elem_size;
            frame[to..to + bytes].copy_from_slice(&chunk[from..from + bytes]);
        }
    }
}

impl TiledSource {
    /// The chunk of that number, which holds a part of `frame`.
    fn chunk(&self, number: usize, frame: usize) -> Result<Chunk, String> {
        let name = &self.name;
        let found = self.chunks.binary_search_by_key(&number, |(number, _)| *number);
        let chunk = found.map(|at| self.chunks[at].1);
        let chunk = chunk.map_err(|_| format!("{name}: frame {frame} was never written, or not as a whole"))?;
        if chunk.size > 4 * self.format.bytes() as u64 + 65_536 {
            return Err(format!("{name}: frame {frame} lies in a chunk of {} bytes, too many to be true", chunk.size));
        }
        Ok(chunk)
    }

    /// Decodes a chunk into what the desk has room in.
    fn decode(&self, chunk: Chunk, frame: usize, desk: &mut Desk) -> Result<(), String> {
        let fail = |why: String| format!("{}: frame {frame} {why}", self.name);
        read_at(&self.file, chunk.address, chunk.size, &mut desk.stored).map_err(fail)?;
        if desk.decoded.len() != self.format.bytes() {
            desk.decoded = vec![0; self.format.bytes()];
        }
        let decoded = desk.decoder.decode_chunk(&desk.stored, chunk.filter_mask, &mut desk.decoded);
        decoded.map_err(|error| fail(format!("cannot be decoded: {error}")))
    }

    fn with_desk<T>(&self, work: impl FnOnce(&mut Desk) -> T) -> T {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let desk = idle().pop();
        let fresh =
            || Desk { decoder: Decoder::new(&self.format, Isa::best()), stored: Vec::new(), decoded: Vec::new() };
        let mut desk = desk.unwrap_or_else(fresh);
        let result = work(&mut desk);
        idle().push(desk);
        result
    }

    fn fill(&self, frame: usize, out: &mut [u8]) -> Result<(), String> {
        let elem_size = self.spec.dtype.size();
        let (first, inside) = self.grid.locate(&position(&self.grid.leading, frame));
        for tile in 0..self.grid.tiles() {
            let chunk = self.chunk(first + tile, frame)?;
            if self.grid.frames_a_chunk() == 1 {
                self.with_desk(|desk| {
                    self.decode(chunk, frame, desk)?;
                    self.grid.copy(tile, inside, elem_size, &desk.decoded, out);
                    Ok::<(), String>(())
                })?;
                continue;
            }
            let decoded = self.kept.get(first + tile, || {
                self.with_desk(|desk| {
                    self.decode(chunk, frame, desk)?;
                    Ok(std::mem::take(&mut desk.decoded))
                })
            })?;
            self.grid.copy(tile, inside, elem_size, &decoded, out);
        }
        if self.reversed {
            out.chunks_exact_mut(elem_size).for_each(<[u8]>::reverse);
        }
        Ok(())
    }
}

impl Source for TiledSource {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        if frame >= self.spec.frames {
            return Err(format!("{} has no frame {frame}", self.name));
        }
        buf.frame = frame;
        buf.filter_mask = 0;
        buf.error = None;
        buf.unread = None;
        buf.bytes.resize(self.spec.format.bytes(), 0);
        self.fill(frame, &mut buf.bytes)
    }

    fn will_need(&self, frames: Range<usize>) {
        let mut before = None;
        for frame in frames.start..frames.end.min(self.spec.frames) {
            let (first, _) = self.grid.locate(&position(&self.grid.leading, frame));
            if before.replace(first) == Some(first) {
                continue;
            }
            for chunk in (first..first + self.grid.tiles()).filter_map(|number| self.chunk(number, frame).ok()) {
                ahead::fetch(&self.file, chunk.address, chunk.size);
            }
        }
    }
}
