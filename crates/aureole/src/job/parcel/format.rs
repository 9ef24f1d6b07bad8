//! How frames are stored, as JSON.

use aureole_codec::{ChunkFormat, Compression, Filter};
use aureole_core::dtype::Dtype;
use aureole_core::pipeline::StackSpec;
use serde::{Deserialize, Serialize};

/// A [`StackSpec`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Described {
    frames: usize,
    shape: (usize, usize),
    dtype: String,
    /// Bytes an element and elements a chunk.
    elements: (usize, usize),
    filters: Vec<Stage>,
}

/// A [`Filter`].
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Stage {
    Bitshuffle {
        block: usize,
        lz4: bool,
        #[serde(default)]
        zstd: bool,
    },
    Lz4,
    Deflate,
    Shuffle,
    Fletcher32,
    Zstd,
    Blosc,
    Lzf,
    Bzip2,
}

impl Described {
    pub(super) fn of(spec: &StackSpec) -> Described {
        let format = &spec.format;
        Described {
            frames: spec.frames,
            shape: spec.shape,
            dtype: spec.dtype.name().into(),
            elements: (format.elem_size(), format.elems()),
            filters: format.filters().iter().map(|filter| Stage::of(*filter)).collect(),
        }
    }

    pub(super) fn spec(self) -> Result<StackSpec, String> {
        let filters = self.filters.into_iter().map(Stage::filter).collect();
        let format = ChunkFormat::new(filters, self.elements.0, self.elements.1).map_err(|error| error.to_string())?;
        Ok(StackSpec { frames: self.frames, shape: self.shape, dtype: dtype(&self.dtype)?, format })
    }
}

impl Stage {
    fn of(filter: Filter) -> Stage {
        match filter {
            Filter::Bitshuffle { block_elems, compression } => {
                let (lz4, zstd) = (compression == Compression::Lz4, compression == Compression::Zstd);
                Stage::Bitshuffle { block: block_elems, lz4, zstd }
            }
            Filter::Lz4 => Stage::Lz4,
            Filter::Deflate => Stage::Deflate,
            Filter::Shuffle => Stage::Shuffle,
            Filter::Fletcher32 => Stage::Fletcher32,
            Filter::Zstd => Stage::Zstd,
            Filter::Blosc => Stage::Blosc,
            Filter::Lzf => Stage::Lzf,
            Filter::Bzip2 => Stage::Bzip2,
        }
    }

    fn filter(self) -> Filter {
        match self {
            Stage::Bitshuffle { block, lz4, zstd } => {
                let compression = match (lz4, zstd) {
                    (true, _) => Compression::Lz4,
                    (false, true) => Compression::Zstd,
                    (false, false) => Compression::None,
                };
                Filter::Bitshuffle { block_elems: block, compression }
            }
            Stage::Lz4 => Filter::Lz4,
            Stage::Deflate => Filter::Deflate,
            Stage::Shuffle => Filter::Shuffle,
            Stage::Fletcher32 => Filter::Fletcher32,
            Stage::Zstd => Filter::Zstd,
            Stage::Blosc => Filter::Blosc,
            Stage::Lzf => Filter::Lzf,
            Stage::Bzip2 => Filter::Bzip2,
        }
    }
}

/// The type of a name.
pub(super) fn dtype(name: &str) -> Result<Dtype, String> {
    Dtype::from_name(name).ok_or_else(|| format!("elements of {name} are not read"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_comes_back_from_json() {
        let bitshuffle = |compression| Filter::Bitshuffle { block_elems: 4096, compression };
        let filters = [
            vec![],
            vec![bitshuffle(Compression::Lz4)],
            vec![bitshuffle(Compression::None), Filter::Lz4],
            vec![Filter::Shuffle, Filter::Deflate, Filter::Fletcher32],
            vec![bitshuffle(Compression::Zstd), Filter::Zstd],
            vec![Filter::Blosc, Filter::Lzf, Filter::Bzip2],
        ];
        for (filters, dtype) in filters.into_iter().zip([Dtype::U32, Dtype::U16, Dtype::I32, Dtype::F64]) {
            let format = ChunkFormat::new(filters, dtype.size(), 12).unwrap();
            let spec = StackSpec { frames: 7, shape: (3, 4), dtype, format };
            let json = serde_json::to_string(&Described::of(&spec)).unwrap();
            assert_eq!(serde_json::from_str::<Described>(&json).unwrap().spec(), Ok(spec));
        }
    }
}
