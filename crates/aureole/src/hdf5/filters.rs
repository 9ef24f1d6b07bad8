//! A dataset's filter pipeline in the codec's words.

use aureole_codec::{Compression, Filter};
use hdf5_metno::Dataset;
use hdf5_metno::filters::Filter as Stored;

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
        307 => "bzip2",
        32000 => "LZF",
        32001 => "blosc",
        32008 => "bitshuffle of a kind not supported",
        32013 => "zfp",
        32015 => "zstd",
        32026 => "blosc2",
        _ => "an unknown filter",
    };
    format!("{name} (HDF5 filter {id})")
}
