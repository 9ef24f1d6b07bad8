//! A dataset's filter pipeline in the codec's words.

use aureole_codec::{Compression, Filter};
use hdf5_metno::Dataset;
use hdf5_metno::filters::Filter as Stored;

/// Blosc's number of a compressor that is not known here.
const SNAPPY: u32 = 3;

/// The filters that are known, in words.
pub(crate) const KNOWN: &str =
    "bitshuffle (alone, LZ4, Zstandard), LZ4, gzip, Zstandard, Blosc, LZF, bzip2, shuffle and fletcher32";

/// How the chunks of a dataset are encoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pipeline {
    /// By filters that the codec decodes, in the order in which they were applied on writing.
    Known(Vec<Filter>),
    /// By a filter that the codec does not know; the library may.
    Foreign {
        /// The filter, named.
        name: String,
        /// True when the library can decode it.
        available: bool,
    },
}

/// The pipeline of a dataset whose elements have `elem_size` bytes.
pub(crate) fn pipeline(dataset: &Dataset, elem_size: usize) -> Pipeline {
    let stored = match dataset.create_plist().and_then(|plist| plist.get_filters()) {
        Ok(stored) => stored,
        Err(error) => return Pipeline::Foreign { name: format!("an unusual filter ({error})"), available: true },
    };
    let mut known = Vec::new();
    for filter in &stored {
        match translate(filter, elem_size) {
            Some(filter) => known.push(filter),
            None => return Pipeline::Foreign { name: describe(filter), available: filter.is_available() },
        }
    }
    Pipeline::Known(known)
}

/// The pipeline in words, such as `bitshuffle-LZ4`.
pub(crate) fn describe_pipeline(dataset: &Dataset, elem_size: usize) -> String {
    match pipeline(dataset, elem_size) {
        Pipeline::Known(filters) if filters.is_empty() => "uncompressed".into(),
        Pipeline::Known(filters) => filters.iter().map(|filter| filter.name()).collect::<Vec<_>>().join(" + "),
        Pipeline::Foreign { name, .. } => name,
    }
}

fn translate(filter: &Stored, elem_size: usize) -> Option<Filter> {
    match filter {
        Stored::Deflate(_) => Some(Filter::Deflate),
        Stored::Shuffle => Some(Filter::Shuffle),
        Stored::Fletcher32 => Some(Filter::Fletcher32),
        Stored::User(32004, _) => Some(Filter::Lz4),
        Stored::User(307, _) => Some(Filter::Bzip2),
        Stored::User(32000, _) => Some(Filter::Lzf),
        // The last value is Blosc's number of the compressor; where it is missing, chunks say it.
        Stored::User(32001, values) => (values.get(6) != Some(&SNAPPY)).then_some(Filter::Blosc),
        Stored::User(32015, _) => Some(Filter::Zstd),
        Stored::User(32008, values) => bitshuffle(values, elem_size),
        _ => None,
    }
}

/// Bitshuffle's values: version, version, bytes an element, elements a block (0: its own choice), compression.
fn bitshuffle(values: &[u32], elem_size: usize) -> Option<Filter> {
    let stated = *values.get(2)?;
    let block_elems = values.get(3).copied().unwrap_or(0) as usize;
    let compression = match values.get(4).copied().unwrap_or(0) {
        0 => Compression::None,
        2 => Compression::Lz4,
        3 => Compression::Zstd,
        _ => return None,
    };
    (stated as usize == elem_size && block_elems.is_multiple_of(8))
        .then_some(Filter::Bitshuffle { block_elems, compression })
}

fn describe(filter: &Stored) -> String {
    let id = filter.id();
    let name = match id {
        4 => "szip",
        5 => "n-bit",
        6 => "scale-offset",
        32001 => "Blosc with Snappy",
        32008 => "bitshuffle of a kind not supported",
        32013 => "zfp",
        32026 => "blosc2",
        _ => "an unknown filter",
    };
    format!("{name} (HDF5 filter {id})")
}
