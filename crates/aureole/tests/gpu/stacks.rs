//! Stacks of all kinds of pixels, and plans for them.

use aureole_codec::{ChunkFormat, Encoder, Filter, Isa};
use aureole_core::binning::{Matrix, MatrixBuilder};
use aureole_core::dtype::Dtype;
use aureole_core::pipeline::StackSpec;
use aureole_core::plan::{AnyPlan, Ingredients, PlanSet};
use aureole_core::recipe::{Dummy, ErrorKind, ErrorModel, Mode};
use aureole_core::testing::{MemorySource, Random};

/// What pixels are like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Few counts.
    Low,
    /// Few counts, and pixels without an entry that hold the largest value.
    Gaps,
    /// Any bits.
    Any,
    /// Mostly few counts, seldom any bits; some that are marked.
    Mixed,
}

impl Kind {
    pub(crate) const ALL: [Kind; 4] = [Kind::Low, Kind::Gaps, Kind::Any, Kind::Mixed];
}

/// A stack and two recipes.
#[derive(Clone, Debug)]
pub(crate) struct Stack {
    pub dtype: Dtype,
    pub shape: (usize, usize),
    pub filters: Vec<Filter>,
    pub error_model: ErrorModel,
    pub kind: Kind,
    pub frames: usize,
}

impl Stack {
    pub(crate) fn new(filters: Vec<Filter>) -> Stack {
        let (dtype, error_model) = (Dtype::U32, ErrorModel::Poisson);
        Stack { dtype, shape: (7, 613), filters, error_model, kind: Kind::Mixed, frames: 37 }
    }

    fn pixels(&self) -> usize {
        self.shape.0 * self.shape.1
    }

    fn spec(&self) -> StackSpec {
        let format = ChunkFormat::new(self.filters.clone(), self.dtype.size(), self.pixels()).expect("a good format");
        StackSpec { frames: self.frames, shape: self.shape, dtype: self.dtype, format }
    }

    pub(crate) fn source(&self) -> MemorySource {
        let spec = self.spec();
        let mut encoder = Encoder::new(&spec.format, Isa::best()).expect("an encoder");
        let mut random = Random::new(99);
        let mut chunk = || {
            let bytes: Vec<u8> = (0..self.pixels()).flat_map(|pixel| self.element(pixel, &mut random)).collect();
            let mut out = Vec::new();
            encoder.encode_chunk(&bytes, &mut out).expect("elements of the format");
            Ok(out)
        };
        let chunks = (0..self.frames).map(|_| chunk()).collect();
        MemorySource { spec, chunks }
    }

    fn element(&self, pixel: usize, random: &mut Random) -> Vec<u8> {
        let low = random.below(12) as u64;
        let any = match self.kind {
            Kind::Low => false,
            Kind::Gaps => is_gap(pixel),
            Kind::Any => true,
            Kind::Mixed => random.below(400) == 0,
        };
        match self.dtype {
            Dtype::F32 if any => [f32::NAN, -1.5e7, f32::INFINITY, -2.0][random.below(4)].to_ne_bytes().to_vec(),
            Dtype::F32 => (low as f32 / 3.0).to_ne_bytes().to_vec(),
            Dtype::F64 if any => [f64::NAN, -1.5e7, f64::INFINITY, -2.0][random.below(4)].to_ne_bytes().to_vec(),
            Dtype::F64 => (low as f64 / 3.0).to_ne_bytes().to_vec(),
            dtype => {
                let ones = self.kind == Kind::Gaps || random.below(2) == 0;
                let value = if !any {
                    low
                } else if ones {
                    u64::MAX
                } else {
                    random.bits()
                };
                value.to_le_bytes()[..dtype.size()].to_vec()
            }
        }
    }

    /// A pattern, and one of other bins with the error model.
    pub(crate) fn plan(&self) -> PlanSet {
        let spec = self.spec();
        let norm: Vec<f64> = (0..self.pixels()).map(|pixel| 0.5 + (pixel % 7) as f64 / 9.0).collect();
        let dark: Vec<f64> = (0..self.pixels()).map(|pixel| (pixel % 5) as f64 / 3.0).collect();
        let plan = |bins: usize, error_model| {
            let ingredients = Ingredients {
                matrix: &matrix(self.pixels(), bins),
                norm: &norm,
                dark: Some(&dark),
                dtype: self.dtype,
                format: &spec.format,
                error_model,
                errors: ErrorKind::Std,
                variance: None,
                dummy: (self.kind == Kind::Mixed).then_some(Dummy { value: -1.0, delta: 1.5 }),
                saturation: (self.kind == Kind::Mixed).then_some(11.0),
                normalization: &[],
                empty: -7.0,
                isa: Isa::best(),
                most_bins: 100,
            };
            AnyPlan::new(&ingredients, Mode::Mean).expect("a plan")
        };
        PlanSet::new(vec![plan(100, ErrorModel::None), plan(3, self.error_model)])
    }
}

/// Pixels without an entry: some columns of a module.
fn is_gap(pixel: usize) -> bool {
    pixel % 613 > 600
}

/// Neighbouring bins for neighbouring pixels, each of which reaches into one to three; none for gaps.
fn matrix(pixels: usize, bins: usize) -> Matrix {
    let mut random = Random::new(3);
    let mut builder = MatrixBuilder::new(bins);
    for pixel in 0..pixels {
        let first = pixel * bins / pixels;
        let reach = if is_gap(pixel) { 0 } else { (1 + random.below(3)).min(bins - first) };
        let share = 1.0 / reach.max(1) as f32;
        builder.push((0..reach).map(|i| ((first + i) as u32, share)), reach > 0).expect("few entries");
    }
    builder.finish()
}
