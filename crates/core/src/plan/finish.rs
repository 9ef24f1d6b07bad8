//! From sums to the pattern of a frame.

use super::CpuPlan;
use crate::pattern::{OwnConstants, Pattern, Status};
use crate::sums::{Accumulator, Masked, Sums};

/// Fills `out` with the pattern of frame `lane`: `I = (Σ c·raw − Σ c·dark) / (factor·Σ c·n)` and its standard error
/// `√(Σ c²·variance) / (factor·Σ c·n)`.
pub(super) fn pattern(plan: &CpuPlan, sums: &Sums, lane: usize, factor: f64, out: &mut Pattern) {
    out.own = None;
    if let Some(reason) = &sums.failed[lane] {
        return fail(out, reason.clone());
    }
    if !(factor.is_finite() && factor > 0.0) {
        return fail(out, format!("its normalization factor is {factor}; a positive number is needed"));
    }
    let masked = sums.masked[lane].as_deref();
    let mut own = masked.map(|_| OwnConstants::default());
    for bin in 0..plan.bins() {
        let (count, norm, dark) = left(plan, masked, bin);
        let place = sums.place(bin, lane);
        let signal = value(&sums.signal, place, plan) - dark;
        out.signal[bin] = signal;
        out.intensity[bin] = if count > 0.0 { (signal / (norm * factor)) as f32 } else { plan.empty() };
        if plan.has_errors() {
            let variance = value(&sums.variance, place, plan);
            out.variance[bin] = variance;
            out.errors[bin] = if count > 0.0 { (variance.sqrt() / (norm * factor)) as f32 } else { plan.empty() };
        }
        if let Some(own) = &mut own {
            own.norm.push(norm);
            own.count.push(count);
        }
    }
    out.own = own;
    out.status = Status::Done;
}

/// Count, norm and dark of a bin, less what the frame masks.
fn left(plan: &CpuPlan, masked: Option<&Masked>, bin: usize) -> (f64, f64, f64) {
    let (constants, bits) = (plan.constants(), plan.fraction_bits());
    let (mut count, mut norm) = (constants.count[bin], constants.norm[bin]);
    let mut dark = constants.dark.get(bin).copied().unwrap_or(0);
    if let Some(masked) = masked {
        count -= masked.count[bin];
        norm -= masked.norm[bin];
        dark -= masked.dark.get(bin).copied().unwrap_or(0);
    }
    let count = count as f64 / (1u64 << bits) as f64;
    (count, plan.pixels.norm_scale.sum_to_f64(norm, bits), plan.pixels.dark_scale.sum_to_f64(dark, bits))
}

fn value(sums: &Accumulator, place: usize, plan: &CpuPlan) -> f64 {
    let one = (1u64 << plan.fraction_bits()) as f64;
    match sums {
        Accumulator::Integer(sums) if plan.dtype.is_signed() => sums[place].cast_signed() as f64 / one,
        Accumulator::Integer(sums) => sums[place] as f64 / one,
        Accumulator::Float(sums) => sums[place] / one,
    }
}

fn fail(out: &mut Pattern, reason: String) {
    out.intensity.fill(f32::NAN);
    out.errors.fill(f32::NAN);
    out.signal.fill(f64::NAN);
    out.variance.fill(f64::NAN);
    out.status = Status::Failed(reason);
}
