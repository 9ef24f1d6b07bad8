//! From sums to the patterns of the frames.

use std::ops::Range;

use super::constants::BinConstants;
use super::{CpuPlan, Weights, check_factor, factor_of};
use crate::pattern::{OwnConstants, Pattern, Status};
use crate::recipe::ErrorKind;
use crate::sums::{Accumulator, LANES, Sums};

/// Bins that are finished for all frames before the next ones: their sums, which lie side by side, then stay in the cache.
const BINS: usize = 64;

/// A frame under way.
struct Lane<'a> {
    lane: usize,
    /// What the frame masks on its own.
    masked: Option<&'a Weights>,
    factor: f64,
    out: &'a mut Pattern,
}

/// Fills the pattern of each frame: `I = (Σ c·raw − Σ c·dark) / (factor·Σ c·n)` and its error, the standard error of the mean
/// `√(Σ c²·variance) / (factor·Σ c·n)` or the standard deviation `√(Σ c²·variance / Σ (c·n)²) / factor`.
pub(super) fn patterns<'a>(
    plan: &CpuPlan,
    sums: &'a Sums,
    frames: &[usize],
    out: impl Iterator<Item = &'a mut Pattern>,
) {
    let mut lanes = [const { None }; LANES];
    for ((lane, frame), out) in frames.iter().enumerate().zip(out) {
        let factor = factor_of(&plan.normalization, *frame);
        let failed = sums.failed[lane].clone().or_else(|| check_factor(factor).err());
        if let Some(reason) = failed {
            out.fail(reason);
            continue;
        }
        let masked = sums.masked[lane].as_deref();
        out.own = masked.map(|_| OwnConstants::default());
        out.status = Status::Done;
        lanes[lane] = Some(Lane { lane, masked, factor, out });
    }
    for first in (0..plan.bins()).step_by(BINS) {
        let bins = first..plan.bins().min(first + BINS);
        for lane in lanes.iter_mut().flatten() {
            lane.fill(plan, sums, bins.clone());
        }
    }
}

impl Lane<'_> {
    /// Fills some bins, at most [`BINS`].
    fn fill(&mut self, plan: &CpuPlan, sums: &Sums, bins: Range<usize>) {
        let Some(masked) = self.masked else {
            return self.fill_with(plan, sums, bins.clone(), plan.constants().of_bins(bins));
        };
        let mut constants = [BinConstants::default(); BINS];
        let constants = &mut constants[..bins.len()];
        constants.iter_mut().zip(bins.clone()).for_each(|(left, bin)| *left = plan.constants().left(bin, masked));
        if let Some(own) = &mut self.out.own {
            own.norm.extend(constants.iter().map(|constants| constants.norm));
            own.count.extend(constants.iter().map(|constants| constants.count));
        }
        self.fill_with(plan, sums, bins, constants);
    }

    fn fill_with(&mut self, plan: &CpuPlan, sums: &Sums, bins: Range<usize>, constants: &[BinConstants]) {
        let mut signal = [0.0; BINS];
        let signal = &mut signal[..bins.len()];
        self.read(plan, sums, &sums.signal, bins.clone(), signal);
        signal.iter_mut().zip(constants).for_each(|(signal, constants)| *signal -= constants.dark);
        let intensity = &mut self.out.intensity[bins.clone()];
        for ((intensity, signal), constants) in intensity.iter_mut().zip(&*signal).zip(constants) {
            *intensity = left(plan, constants, signal / (constants.norm * self.factor));
        }
        if let Some(out) = self.out.signal.get_mut(bins.clone()) {
            out.copy_from_slice(signal);
        }
        if plan.has_errors() {
            self.fill_errors(plan, sums, bins, constants);
        }
    }

    fn fill_errors(&mut self, plan: &CpuPlan, sums: &Sums, bins: Range<usize>, constants: &[BinConstants]) {
        let mut variance = [0.0; BINS];
        let variance = &mut variance[..bins.len()];
        if plan.sums_variance() {
            self.read(plan, sums, &sums.variance, bins.clone(), variance);
        } else {
            variance.iter_mut().zip(constants).for_each(|(variance, constants)| *variance = constants.variance);
        }
        let errors = &mut self.out.errors[bins.clone()];
        for ((error, variance), constants) in errors.iter_mut().zip(&*variance).zip(constants) {
            *error = left(
                plan,
                constants,
                match plan.errors {
                    ErrorKind::Sem => variance.sqrt() / (constants.norm * self.factor),
                    ErrorKind::Std => (variance / constants.norm2).sqrt() / self.factor,
                },
            );
        }
        if let Some(out) = self.out.variance.get_mut(bins) {
            out.copy_from_slice(variance);
        }
    }

    /// The sums of some bins as numbers.
    fn read(&self, plan: &CpuPlan, sums: &Sums, from: &Accumulator, bins: Range<usize>, to: &mut [f64]) {
        // A power of two: multiplying by it rounds nothing.
        let unit = 1.0 / (1u64 << plan.fraction_bits()) as f64;
        let places = bins.map(|bin| sums.place(bin, self.lane));
        match from {
            Accumulator::Integer(from) if plan.dtype.is_signed() => {
                to.iter_mut().zip(places).for_each(|(to, place)| *to = from[place].cast_signed() as f64 * unit);
            }
            Accumulator::Integer(from) => {
                to.iter_mut().zip(places).for_each(|(to, place)| *to = from[place] as f64 * unit);
            }
            Accumulator::Float(from) => to.iter_mut().zip(places).for_each(|(to, place)| *to = from[place] * unit),
        }
    }
}

/// The value of a bin, or what an empty one holds.
fn left(plan: &CpuPlan, constants: &BinConstants, value: f64) -> f32 {
    if constants.count > 0.0 { value as f32 } else { plan.empty() }
}
