//! What can be wrong with the bytes of a chunk.

/// Why a chunk or a block could not be decoded; small and `Copy`, so that hot code returns it without allocating.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The input ends before the output is complete.
    #[error("the compressed data end too early")]
    Truncated,
    /// The decoded data do not have the length that the format states.
    #[error("the decoded length differs from the expected one")]
    WrongLength,
    /// A back reference points before the start of the output, or a code is not allowed.
    #[error("the compressed data are corrupt")]
    Corrupt,
    /// The blocks of the chunk have another size than the dataset states; the chunk can only be decoded as a whole.
    #[error("the blocks of the chunk differ in size from the dataset's")]
    BlockSize,
    /// The header of the chunk contradicts the dataset's shape or the format.
    #[error("the chunk's header does not fit the dataset")]
    BadHeader,
    /// A part of the chunk could not be read; whoever reads it knows why.
    #[error("the chunk cannot be read")]
    Unread,
    /// The chunk uses a compressor that is not known here.
    #[error("the chunk is compressed in a way that is not known here")]
    Unsupported,
    /// A stored checksum does not match the data.
    #[error("the checksum does not match")]
    Checksum,
}
