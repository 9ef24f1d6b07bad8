//! Any sequence of filters, undone in reverse order.

use flate2::Decompress;

use crate::filter::{bitshuffle, deflate, fletcher32, lz4, shuffle};
use crate::format::bitshuffle_block_elems;
use crate::{ChunkFormat, Compression, DecodeError, Filter, Isa};

/// What the data between two filters are held in.
#[derive(Debug, Default)]
pub(super) struct Stages {
    between: Vec<Vec<u8>>,
    inflate: Option<Box<Decompress>>,
}

/// What is common to all filters of a chunk.
struct Common<'a> {
    isa: Isa,
    elem_size: usize,
    planes: &'a mut Vec<u8>,
    inflate: &'a mut Option<Box<Decompress>>,
}

impl Stages {
    /// Decodes `chunk` into `out`, which has the format's bytes.
    pub(super) fn undo(
        &mut self,
        format: &ChunkFormat,
        isa: Isa,
        chunk: &[u8],
        filter_mask: u32,
        out: &mut [u8],
        planes: &mut Vec<u8>,
    ) -> Result<(), DecodeError> {
        self.between.resize_with(format.filters().len(), Vec::new);
        let mut common = Common { isa, elem_size: format.elem_size(), planes, inflate: &mut self.inflate };
        common.undo_all(format.filters(), filter_mask, chunk, out, &mut self.between)
    }
}

impl Common<'_> {
    /// Undoes the last filter, then those before it; `between` has a buffer for each.
    fn undo_all(
        &mut self,
        filters: &[Filter],
        mask: u32,
        input: &[u8],
        out: &mut [u8],
        between: &mut [Vec<u8>],
    ) -> Result<(), DecodeError> {
        let (Some((filter, before)), Some((buffer, others))) = (filters.split_last(), between.split_last_mut()) else {
            same_length(input.len(), out.len())?;
            out.copy_from_slice(input);
            return Ok(());
        };
        if skipped(mask, before.len()) {
            return self.undo_all(before, mask, input, out, others);
        }
        if (0..before.len()).all(|i| skipped(mask, i)) {
            let decoded = self.undo_one(*filter, input, out)?;
            return same_length(decoded, out.len());
        }
        let most = most_bytes(before, mask, out.len());
        if buffer.len() < most {
            buffer.resize(most, 0);
        }
        let decoded = self.undo_one(*filter, input, &mut buffer[..most])?;
        self.undo_all(before, mask, &buffer[..decoded], out, others)
    }

    /// Undoes one filter into the start of `out` and returns the decoded length.
    fn undo_one(&mut self, filter: Filter, input: &[u8], out: &mut [u8]) -> Result<usize, DecodeError> {
        let same = out.get_mut(..input.len());
        match filter {
            Filter::Deflate => {
                let state = self.inflate.get_or_insert_with(|| Box::new(Decompress::new(true)));
                return deflate::undo(state, input, out);
            }
            Filter::Lz4 => return lz4::undo(self.isa, input, out),
            Filter::Bitshuffle { compression: Compression::Lz4, .. } => {
                let out = bitshuffle::decoded_part(input, out)?;
                bitshuffle::undo_lz4(self.isa, self.elem_size, input, out, self.planes)?;
                return Ok(out.len());
            }
            Filter::Bitshuffle { compression: Compression::None, .. } => {
                let block_elems = bitshuffle_block_elems(filter, self.elem_size);
                let out = same.ok_or(DecodeError::WrongLength)?;
                bitshuffle::undo_plain(self.isa, self.elem_size, block_elems, input, out);
            }
            Filter::Shuffle => shuffle::undo(self.elem_size, input, same.ok_or(DecodeError::WrongLength)?),
            Filter::Fletcher32 => {
                let data = fletcher32::strip(input)?;
                out.get_mut(..data.len()).ok_or(DecodeError::WrongLength)?.copy_from_slice(data);
                return Ok(data.len());
            }
        }
        Ok(input.len())
    }
}

/// True when filter `i` was skipped for the chunk.
const fn skipped(mask: u32, i: usize) -> bool {
    i < 32 && mask >> i & 1 != 0
}

/// The most bytes that `bytes` bytes can take behind the given filters: compressors may grow what they cannot shrink.
fn most_bytes(filters: &[Filter], mask: u32, bytes: usize) -> usize {
    let applied = filters.iter().enumerate().filter(|(i, _)| !skipped(mask, *i));
    applied.fold(bytes, |bytes, (_, filter)| match filter {
        Filter::Fletcher32 => bytes + fletcher32::BYTES,
        Filter::Shuffle | Filter::Bitshuffle { compression: Compression::None, .. } => bytes,
        Filter::Deflate | Filter::Lz4 | Filter::Bitshuffle { compression: Compression::Lz4, .. } => {
            bytes.saturating_mul(2).saturating_add(4096)
        }
    })
}

/// An error when the input is shorter or longer than the output.
pub(super) fn same_length(input: usize, output: usize) -> Result<(), DecodeError> {
    match input.cmp(&output) {
        std::cmp::Ordering::Less => Err(DecodeError::Truncated),
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Greater => Err(DecodeError::WrongLength),
    }
}
