//! A stack in memory and a plan for it, small enough for every test.

use std::sync::Arc;

use aureole_codec::{ChunkFormat, Isa};

use super::Random;
use crate::binning::{Matrix, MatrixBuilder};
use crate::dtype::Dtype;
use crate::gather::GatherPlan;
use crate::pipeline::{ChunkBuf, Pieces, Source, StackSpec, Unread};
use crate::plan::{AnyPlan, CpuPlan, Ingredients, PlanSet};
use crate::recipe::{Dummy, ErrorKind, ErrorModel, Mode};

/// Chunks in memory.
#[derive(Clone, Debug)]
pub struct MemorySource {
    /// What all frames have in common.
    pub spec: StackSpec,
    /// The stored bytes of each frame, or why it cannot be read.
    pub chunks: Vec<Result<Vec<u8>, String>>,
}

impl Source for MemorySource {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let chunk = self.chunks[frame].as_ref().map_err(Clone::clone)?;
        buf.bytes.clear();
        buf.bytes.extend_from_slice(chunk);
        buf.filter_mask = 0;
        buf.unread = None;
        Ok(())
    }

    fn open(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let chunk = self.chunks[frame].as_ref().map_err(Clone::clone)?;
        buf.bytes.clear();
        buf.filter_mask = 0;
        buf.unread = Some(Unread::new(Arc::new(Held(chunk.clone())), frame, chunk.len()));
        Ok(())
    }
}

/// A chunk in memory, handed out in pieces.
struct Held(Vec<u8>);

impl Pieces for Held {
    fn read_piece(&self, _frame: usize, at: usize, out: &mut [u8]) -> Result<(), String> {
        out.copy_from_slice(&self.0[at..at + out.len()]);
        Ok(())
    }
}

/// A stack of 7 × 613 pixels, uncompressed (which has blocks of its own), some of them marked by the dummy -2.
///
/// # Panics
/// Never: the shape is a good one.
#[must_use]
pub fn small_stack(frames: usize, seed: u64) -> MemorySource {
    let shape = (7, 613);
    let format = ChunkFormat::new(Vec::new(), 4, shape.0 * shape.1).expect("a format of 4-byte elements");
    let mut random = Random::new(seed);
    let mut pixel = || match random.below(300) {
        0 => -2i32,
        1 => i32::MAX,
        _ => random.below(1000) as i32 - 10,
    };
    let chunks =
        (0..frames).map(|_| Ok((0..shape.0 * shape.1).flat_map(|_| pixel().to_ne_bytes()).collect())).collect();
    MemorySource { spec: StackSpec { frames, shape, dtype: Dtype::I32, format }, chunks }
}

/// A matrix that shares each pixel among up to three of `bins` bins; some pixels are masked, some only partly inside.
///
/// # Panics
/// When there are more entries than a matrix can number.
#[must_use]
pub fn random_matrix(pixels: usize, bins: usize, seed: u64) -> Matrix {
    let mut random = Random::new(seed);
    let mut builder = MatrixBuilder::new(bins);
    for _ in 0..pixels {
        let first = random.below(bins);
        let reach = random.below(4).min(bins - first);
        let whole = random.below(10) > 0;
        let shares: Vec<f64> = (0..reach).map(|_| random.unit() + 1e-3).collect();
        let total: f64 = shares.iter().sum::<f64>() * if whole { 1.0 } else { 1.7 };
        let entries = shares.iter().enumerate().map(|(i, share)| ((first + i) as u32, (share / total) as f32));
        builder.push(entries, whole && reach > 0).expect("few entries");
    }
    builder.finish()
}

/// A plan with errors, a dark and per-frame masks for a stack of [`small_stack`].
///
/// # Panics
/// When `spec` is that of another kind of stack.
#[must_use]
pub fn small_plan(spec: &StackSpec) -> CpuPlan {
    with_small_ingredients(spec, |ingredients| CpuPlan::new(ingredients).expect("a plan"))
}

/// The same recipe in the gather form, with sigma clipping.
///
/// # Panics
/// When `spec` is that of another kind of stack.
#[must_use]
pub fn small_gather_plan(spec: &StackSpec) -> GatherPlan {
    let mode = Mode::SigmaClip { threshold: 2.0, max_iterations: 3 };
    with_small_ingredients(spec, |ingredients| GatherPlan::new(ingredients, mode).expect("a plan"))
}

/// Several recipes side by side, without errors and with them; `mixed` adds one in the gather form between them.
///
/// # Panics
/// When `spec` is that of another kind of stack.
#[must_use]
pub fn small_plan_set(spec: &StackSpec, mixed: bool) -> PlanSet {
    let linear = |error_model| {
        with_small_ingredients(spec, |ingredients| {
            AnyPlan::new(&Ingredients { error_model, ..*ingredients }, Mode::Mean).expect("a plan")
        })
    };
    let gather = mixed.then(|| AnyPlan::Gather(Box::new(small_gather_plan(spec))));
    PlanSet::new([linear(ErrorModel::None)].into_iter().chain(gather).chain([linear(ErrorModel::Poisson)]).collect())
}

fn with_small_ingredients<T>(spec: &StackSpec, make: impl FnOnce(&Ingredients<'_>) -> T) -> T {
    let pixels = spec.shape.0 * spec.shape.1;
    let mut random = Random::new(7);
    let norm: Vec<f64> = (0..pixels).map(|_| 0.5 + random.unit()).collect();
    let dark: Vec<f64> = (0..pixels).map(|_| 3.0 * random.unit()).collect();
    make(&Ingredients {
        matrix: &random_matrix(pixels, 29, 11),
        norm: &norm,
        dark: Some(&dark),
        dtype: spec.dtype,
        format: &spec.format,
        error_model: ErrorModel::Poisson,
        errors: ErrorKind::Sem,
        variance: None,
        dummy: Some(Dummy { value: -2.0, delta: 0.5 }),
        saturation: None,
        normalization: &[],
        empty: f32::NAN,
        isa: Isa::best(),
        most_bins: 0,
    })
}
