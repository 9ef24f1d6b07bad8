//! One thread's share of a gather plan: a frame at a time, decoded as a whole, then bin by bin.

use std::time::Instant;

use super::frame::Frame;
use super::moments::{Moments, Part};
use super::{GatherPlan, clip, percentile};
use crate::pattern::{OwnConstants, Pattern, Status};
use crate::pipeline::{ChunkBuf, Stages, Worker};
use crate::plan::{check_factor, factor_of};
use crate::recipe::{ErrorKind, ErrorModel, Marks, Mode};

/// Scratch of one thread; allocates nothing once every buffer has been used.
pub(super) struct GatherWorker<'p> {
    plan: &'p GatherPlan,
    frame: Frame,
    /// The frame's variances, where it has some of its own.
    variance: Option<Frame>,
    /// The pixels of one bin.
    parts: Vec<Part>,
    order: percentile::Order,
    stages: Stages,
}

impl<'p> GatherWorker<'p> {
    pub(super) fn new(plan: &'p GatherPlan) -> GatherWorker<'p> {
        GatherWorker {
            plan,
            frame: plan.frame(),
            variance: plan.variance_frame(),
            parts: Vec::new(),
            order: percentile::Order::default(),
            stages: Stages::default(),
        }
    }

    fn decode(&mut self, chunk: &ChunkBuf) -> Result<(), String> {
        self.frame.decode(chunk, &self.plan.marks)?;
        let Some(variance) = &mut self.variance else { return Ok(()) };
        let chunk = chunk.variance.as_ref().ok_or("it came without its variances")?;
        variance.decode(chunk, &Marks::default()).map_err(|reason| format!("its variances: {reason}"))?;
        for (raw, variance) in self.frame.values.iter_mut().zip(&variance.values) {
            if variance.is_nan() || *variance < 0.0 {
                *raw = f64::NAN;
            }
        }
        Ok(())
    }

    /// Collects the pixels of a bin; returns whether the frame masks some of them.
    fn gather(&mut self, bin: usize) -> bool {
        let plan = self.plan;
        let model = if plan.error_model == ErrorModel::None { ErrorModel::Poisson } else { plan.error_model };
        let variances = self.variance.as_ref().map_or(&*plan.variance, |frame| &frame.values);
        self.parts.clear();
        let mut masked = false;
        for (pixel, share) in plan.columns.of_bin(bin) {
            let raw = self.frame.values[pixel];
            if raw.is_nan() {
                masked = true;
                continue;
            }
            let corrected = raw - plan.dark.get(pixel).copied().unwrap_or(0.0);
            let variance = if model.is_poisson() { raw.max(1.0) } else { variances.get(pixel).copied().unwrap_or(0.0) };
            self.parts.push(Part {
                share,
                weight: share * plan.norm[pixel],
                signal: share * corrected,
                value: corrected / plan.norm[pixel],
                variance: share * share * variance,
            });
        }
        masked
    }

    /// Chooses among the pixels of a bin and sums up.
    fn sum(&mut self) -> Moments {
        let (plan, parts) = (self.plan, &mut self.parts);
        match plan.mode {
            Mode::SigmaClip { threshold, max_iterations } => {
                return clip::clip(parts, threshold, max_iterations, plan.error_model);
            }
            Mode::Percentile { low, high } => self.order.keep(parts, low, high),
            Mode::Mean | Mode::Bragg { .. } => {}
        }
        let sums = if plan.error_model == ErrorModel::Azimuthal { Moments::with_spread } else { Moments::of }(parts);
        let Mode::Bragg { percentile } = plan.mode else { return sums };
        self.order.keep(parts, percentile, percentile);
        sums.above(Moments::of(parts).mean())
    }

    fn integrate_frame(&mut self, factor: f64, out: &mut Pattern) {
        let plan = self.plan;
        let mut own = OwnConstants::default();
        let mut masks = plan.mode.selects();
        for bin in 0..plan.bins() {
            masks |= self.gather(bin);
            let sums = self.sum();
            let left = |value: f64| if sums.count > 0.0 { (value / factor) as f32 } else { plan.empty };
            if let Some(signal) = out.signal.get_mut(bin) {
                *signal = sums.signal;
            }
            out.intensity[bin] = left(sums.mean());
            if plan.has_errors() {
                if let Some(variance) = out.variance.get_mut(bin) {
                    *variance = sums.variance;
                }
                out.errors[bin] = left(match plan.errors {
                    ErrorKind::Sem => sums.sem(),
                    ErrorKind::Std => sums.std(),
                });
            }
            own.norm.push(sums.norm);
            own.count.push(sums.count);
        }
        out.own = masks.then_some(own);
        out.status = Status::Done;
    }
}

impl Worker for GatherWorker<'_> {
    fn integrate(&mut self, chunks: &[ChunkBuf], out: &mut [Pattern]) {
        assert_eq!(chunks.len(), out.len(), "one pattern a chunk");
        for (chunk, out) in chunks.iter().zip(out) {
            let start = Instant::now();
            let factor = factor_of(&self.plan.normalization, chunk.frame);
            let ready = self.decode(chunk).and_then(|()| check_factor(factor));
            let decoded = Instant::now();
            match ready {
                Ok(()) => self.integrate_frame(factor, out),
                Err(reason) => out.fail(reason),
            }
            self.stages.decode += (decoded - start).as_secs_f64();
            self.stages.accumulate += decoded.elapsed().as_secs_f64();
        }
    }

    fn stages(&self) -> Stages {
        self.stages
    }
}
