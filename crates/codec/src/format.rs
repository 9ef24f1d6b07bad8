//! How the bytes of a chunk are stored: HDF5's filters, in the order in which they were applied on writing.

mod blocks;

pub(crate) use blocks::bitshuffle_block_elems;

/// What bitshuffle does with the transposed bits of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Stores them as they are.
    None,
    /// Compresses each block with LZ4.
    Lz4,
    /// Compresses each block with Zstandard.
    Zstd,
}

/// One HDF5 filter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Filter 32008: bit transposes in blocks, each block compressed on its own.
    Bitshuffle {
        /// Elements a block as the dataset states it; 0 stands for bitshuffle's default.
        block_elems: usize,
        /// What follows the bit transpose.
        compression: Compression,
    },
    /// Filter 32004: LZ4 in blocks.
    Lz4,
    /// Filter 1: zlib.
    Deflate,
    /// Filter 2: byte transpose.
    Shuffle,
    /// Filter 3: a checksum behind the data.
    Fletcher32,
    /// Filter 32015: Zstandard.
    Zstd,
    /// Filter 32001: Blosc 1, with any of its compressors but Snappy.
    Blosc,
    /// Filter 32000: LZF.
    Lzf,
    /// Filter 307: bzip2.
    Bzip2,
}

impl Filter {
    /// HDF5's registered number of the filter.
    #[must_use]
    pub const fn id(self) -> i32 {
        match self {
            Filter::Bitshuffle { .. } => 32008,
            Filter::Lz4 => 32004,
            Filter::Deflate => 1,
            Filter::Shuffle => 2,
            Filter::Fletcher32 => 3,
            Filter::Zstd => 32015,
            Filter::Blosc => 32001,
            Filter::Lzf => 32000,
            Filter::Bzip2 => 307,
        }
    }

    /// The filter's common name, such as `bitshuffle-LZ4`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Filter::Bitshuffle { compression: Compression::Lz4, .. } => "bitshuffle-LZ4",
            Filter::Bitshuffle { compression: Compression::Zstd, .. } => "bitshuffle-Zstandard",
            Filter::Bitshuffle { compression: Compression::None, .. } => "bitshuffle",
            Filter::Lz4 => "LZ4",
            Filter::Deflate => "gzip",
            Filter::Shuffle => "shuffle",
            Filter::Fletcher32 => "fletcher32",
            Filter::Zstd => "Zstandard",
            Filter::Blosc => "Blosc",
            Filter::Lzf => "LZF",
            Filter::Bzip2 => "bzip2",
        }
    }
}

/// A format that cannot exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// An element has 1 to 8 bytes here.
    #[error("elements of {0} bytes; 1 to 8 are allowed")]
    ElemSize(usize),
    /// Bitshuffle's blocks are multiples of 8 elements.
    #[error("bitshuffle blocks of {0} elements; a multiple of 8 is needed")]
    BlockSize(usize),
    /// The decoded chunk has to be addressable.
    #[error("{elems} elements of {elem_size} bytes; a chunk of this size cannot be held in memory")]
    TooLarge {
        /// Elements of the chunk.
        elems: usize,
        /// Bytes an element.
        elem_size: usize,
    },
}

/// How a chunk of `elems` elements is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkFormat {
    filters: Vec<Filter>,
    elem_size: usize,
    elems: usize,
}

impl ChunkFormat {
    /// A format of the given filters, in the order in which they were applied on writing (none: stored raw).
    ///
    /// # Errors
    /// When `elem_size` is not 1 to 8, a block is not a multiple of 8 elements, or the chunk has more bytes than memory can.
    pub fn new(filters: Vec<Filter>, elem_size: usize, elems: usize) -> Result<Self, FormatError> {
        if !(1..=8).contains(&elem_size) {
            return Err(FormatError::ElemSize(elem_size));
        }
        if elems > isize::MAX as usize / 2 / elem_size {
            return Err(FormatError::TooLarge { elems, elem_size });
        }
        for filter in &filters {
            if let Filter::Bitshuffle { block_elems, .. } = *filter
                && block_elems % 8 != 0
            {
                return Err(FormatError::BlockSize(block_elems));
            }
        }
        Ok(ChunkFormat { filters, elem_size, elems })
    }

    /// The filters, in the order in which they were applied on writing.
    #[must_use]
    pub fn filters(&self) -> &[Filter] {
        &self.filters
    }

    /// Bytes an element.
    #[must_use]
    pub const fn elem_size(&self) -> usize {
        self.elem_size
    }

    /// Elements of a decoded chunk.
    #[must_use]
    pub const fn elems(&self) -> usize {
        self.elems
    }

    /// Bytes of a decoded chunk.
    #[must_use]
    pub const fn bytes(&self) -> usize {
        self.elems * self.elem_size
    }
}

impl std::fmt::Display for ChunkFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.filters.is_empty() {
            return f.write_str("uncompressed");
        }
        for (i, filter) in self.filters.iter().enumerate() {
            if i > 0 {
                f.write_str(" + ")?;
            }
            f.write_str(filter.name())?;
        }
        Ok(())
    }
}
