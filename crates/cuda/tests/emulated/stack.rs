//! Stacks of odd sizes and their plans.

use std::collections::BTreeSet;

use aureole_codec::{ChunkFormat, Compression, Encoder, Filter, Isa};
use aureole_core::binning::{Matrix, MatrixBuilder};
use aureole_core::dtype::Dtype;
use aureole_core::plan::{CpuPlan, Ingredients};
use aureole_core::recipe::{ErrorKind, ErrorModel, Marks};
use aureole_core::testing::stack::random_matrix;
use aureole_cuda::Tables;

use crate::twin;

/// A frame's elements and how they are cut; 0 elements a block stand for bitshuffle's own number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shape {
    /// Element type.
    pub(crate) dtype: Dtype,
    /// Elements a frame.
    pub(crate) elems: usize,
    /// Elements a block.
    pub(crate) block_elems: usize,
}

/// A stack without frames, and what is made for it.
pub(crate) struct Stack {
    /// Element type.
    pub(crate) dtype: Dtype,
    /// How chunks are stored.
    pub(crate) format: ChunkFormat,
    /// One a recipe.
    pub(crate) plans: Vec<CpuPlan>,
    /// The tables of all plans.
    pub(crate) tables: Tables,
    /// The elements that have an entry in some plan.
    pub(crate) used: BTreeSet<usize>,
}

/// A recipe of random shares of pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe {
    /// Number of bins.
    pub(crate) bins: usize,
    /// True where pixels give variances.
    pub(crate) poisson: bool,
    /// True where each pixel that is not masked has an entry; else some have none.
    pub(crate) is_full: bool,
}

/// A recipe that leaves some pixels without entries.
pub(crate) const fn recipe(bins: usize, poisson: bool) -> Recipe {
    Recipe { bins, poisson, is_full: false }
}

impl Stack {
    /// A stack whose chunks are compressed, and one plan a recipe. Each recipe but the first masks most pixels.
    pub(crate) fn new(shape: Shape, recipes: &[Recipe], marks: Marks, is_masked: impl Fn(usize) -> bool) -> Stack {
        let Shape { dtype, elems, block_elems } = shape;
        let filters = match dtype.is_float() {
            true => Vec::new(),
            false => vec![Filter::Bitshuffle { block_elems, compression: Compression::Lz4 }],
        };
        let format = ChunkFormat::new(filters, dtype.size(), elems).expect("a format");
        let plan = |(number, recipe): (usize, &Recipe)| {
            let is_masked = |elem| is_masked(elem) || number > 0 && elem / 5 % 4 != 0;
            plan(dtype, &format, recipe, marks, is_masked, number as u64)
        };
        let plans: Vec<_> = recipes.iter().enumerate().map(plan).collect();
        let tables = Tables::new(&plans.iter().collect::<Vec<_>>()).expect("tables");
        let used = twin::used(&plans);
        Stack { dtype, format, plans, tables, used }
    }

    /// True when some recipe sums variances.
    pub(crate) fn sums_variance(&self) -> bool {
        self.plans.iter().any(CpuPlan::sums_variance)
    }

    /// A frame's elements as a chunk.
    pub(crate) fn encode(&self, elements: &[u8]) -> Vec<u8> {
        let mut chunk = Vec::new();
        let mut encoder = Encoder::new(&self.format, Isa::best()).expect("an encoder");
        encoder.encode_chunk(elements, &mut chunk).expect("a chunk");
        chunk
    }
}

fn plan(
    dtype: Dtype,
    format: &ChunkFormat,
    recipe: &Recipe,
    marks: Marks,
    is_masked: impl Fn(usize) -> bool,
    seed: u64,
) -> CpuPlan {
    let elems = format.elems();
    let norm: Vec<f64> = (0..elems).map(|elem| if is_masked(elem) { 0.0 } else { 1.0 }).collect();
    let matrix =
        if recipe.is_full { full_matrix(elems, recipe.bins) } else { random_matrix(elems, recipe.bins, 5 + seed) };
    CpuPlan::new(&Ingredients {
        matrix: &matrix,
        norm: &norm,
        dark: None,
        dtype,
        format,
        error_model: if recipe.poisson { ErrorModel::Poisson } else { ErrorModel::None },
        errors: ErrorKind::Sem,
        variance: None,
        dummy: marks.dummy,
        saturation: marks.saturation,
        normalization: &[],
        empty: f32::NAN,
        isa: Isa::best(),
        most_bins: 0,
    })
    .expect("a plan")
}

/// A matrix with an entry for each pixel.
fn full_matrix(elems: usize, bins: usize) -> Matrix {
    let mut builder = MatrixBuilder::new(bins);
    for elem in 0..elems {
        builder.push([((elem * elem / 7 % bins) as u32, 1.0)], true).expect("few entries");
    }
    builder.finish()
}
