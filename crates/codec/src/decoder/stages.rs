//! Any sequence of filters, undone in reverse order.

use crate::filter::scratch::Scratch;
use crate::filter::{bitshuffle, blosc, bzip2, deflate, fletcher32, lz4, lzf, shuffle, zstd};
use crate::format::bitshuffle_block_elems;
use crate::{ChunkFormat, Compression, DecodeError, Filter, Isa};

/// What the data between two filters are held in.
#[derive(Debug, Default)]
pub(super) struct Stages {
    between: Vec<Vec<u8>>,
}

/// What is common to all filters of a chunk.
struct Common<'a> {
    isa: Isa,
    elem_size: usize,
    scratch: &'a mut Scratch,
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
        scratch: &mut Scratch,
    ) -> Result<(), DecodeError> {
        self.between.resize_with(format.filters().len(), Vec::new);
        let mut common = Common { isa, elem_size: format.elem_size(), scratch };
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
            Filter::Deflate => return deflate::undo(self.scratch.inflate(), input, out),
            Filter::Zstd => return zstd::undo(self.scratch, input, out),
            Filter::Blosc => return blosc::undo(self.isa, self.scratch, input, out),
            Filter::Lzf => return lzf::undo(input, out),
            Filter::Bzip2 => return bzip2::undo(input, out),
            Filter::Lz4 => return lz4::undo(self.isa, input, out),
            Filter::Bitshuffle { compression: compression @ (Compression::Lz4 | Compression::Zstd), .. } => {
                let out = bitshuffle::decoded_part(input, out)?;
                bitshuffle::undo_compressed(self.isa, self.elem_size, compression, input, out, self.scratch)?;
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
        Filter::Bitshuffle { .. }
        | Filter::Deflate
        | Filter::Lz4
        | Filter::Zstd
        | Filter::Blosc
        | Filter::Lzf
        | Filter::Bzip2 => bytes.saturating_mul(2).saturating_add(4096),
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
