//! From sums to the pattern of a frame.

use super::CpuPlan;
use crate::pattern::{OwnConstants, Pattern, Status};
use crate::recipe::ErrorKind;
use crate::sums::{Accumulator, Sums};

/// Fills `out` with the pattern of frame `lane`: `I = (Σ c·raw − Σ c·dark) / (factor·Σ c·n)` and its error, the standard
/// error of the mean `√(Σ c²·variance) / (factor·Σ c·n)` or the standard deviation `√(Σ c²·variance / Σ (c·n)²) / factor`.
pub(super) fn pattern(plan: &CpuPlan, sums: &Sums, lane: usize, factor: f64, out: &mut Pattern) {
    out.own = None;
    if let Some(reason) = &sums.failed[lane] {
        return out.fail(reason.clone());
    }
    if let Err(reason) = super::check_factor(factor) {
        return out.fail(reason);
    }
    let masked = sums.masked[lane].as_deref();
    let mut own = masked.map(|_| OwnConstants::default());
    for bin in 0..plan.bins() {
        let constants = plan.constants().of_bin(bin, masked);
        let place = sums.place(bin, lane);
        let signal = value(&sums.signal, place, plan) - constants.dark;
        let left = |value: f64| if constants.count > 0.0 { value as f32 } else { plan.empty() };
        out.signal[bin] = signal;
        out.intensity[bin] = left(signal / (constants.norm * factor));
        if plan.has_errors() {
            let variance = if plan.sums_variance() { value(&sums.variance, place, plan) } else { constants.variance };
            out.variance[bin] = variance;
            out.errors[bin] = left(match plan.errors {
                ErrorKind::Sem => variance.sqrt() / (constants.norm * factor),
                ErrorKind::Std => (variance / constants.norm2).sqrt() / factor,
            });
        }
        if let Some(own) = &mut own {
            own.norm.push(constants.norm);
            own.count.push(constants.count);
        }
    }
    out.own = own;
    out.status = Status::Done;
}

fn value(sums: &Accumulator, place: usize, plan: &CpuPlan) -> f64 {
    let one = (1u64 << plan.fraction_bits()) as f64;
    match sums {
        Accumulator::Integer(sums) if plan.dtype.is_signed() => sums[place].cast_signed() as f64 / one,
        Accumulator::Integer(sums) => sums[place] as f64 / one,
        Accumulator::Float(sums) => sums[place] / one,
    }
}
