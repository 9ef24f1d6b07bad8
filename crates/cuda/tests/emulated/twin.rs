//! Sums and marked pixels as their definition says them, pixel by pixel.

use std::collections::BTreeSet;

use aureole_core::dtype::Dtype;
use aureole_core::plan::CpuPlan;

/// The pixels of a frame of integers.
pub(crate) fn integers(dtype: Dtype, elements: &[u8]) -> Vec<i128> {
    let size = dtype.size();
    let unsigned = |bytes: &[u8]| bytes.iter().rev().fold(0i128, |value, byte| value << 8 | i128::from(*byte));
    let half = if dtype.is_signed() { 1 << (8 * size - 1) } else { i128::MAX };
    elements
        .chunks(size)
        .map(unsigned)
        .map(|value| if value < half { value } else { value - (1 << (8 * size)) })
        .collect()
}

/// The pixels of a frame of floats.
pub(crate) fn floats(dtype: Dtype, elements: &[u8]) -> Vec<f64> {
    match dtype {
        Dtype::F32 => elements.as_chunks().0.iter().map(|bytes| f64::from(f32::from_ne_bytes(*bytes))).collect(),
        _ => elements.as_chunks().0.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect(),
    }
}

/// Element, bin and place in the table of every entry, in the order of the elements.
fn entries(plan: &CpuPlan) -> Vec<(usize, usize, usize)> {
    let table = plan.table();
    let of = |slice| table.entries_of(slice).map(move |(bin, pixel, entry)| (slice.elems.start + pixel, bin, entry));
    let mut entries: Vec<_> = table.slices.iter().flat_map(of).collect();
    entries.sort_unstable();
    entries
}

/// `Σ C·raw` and `Σ C₂·max(1, raw)` of a frame of integers, in two's complement.
pub(crate) fn sums(plan: &CpuPlan, raw: &[i128]) -> (Vec<u64>, Vec<u64>) {
    let table = plan.table();
    let mut signal = vec![0u64; plan.bins()];
    let mut variance = vec![0u64; if plan.sums_variance() { plan.bins() } else { 0 }];
    for (elem, bin, entry) in entries(plan) {
        signal[bin] = signal[bin].wrapping_add((i128::from(table.coefficients[entry]) * raw[elem]) as u64);
        if plan.sums_variance() {
            variance[bin] = variance[bin].wrapping_add((i128::from(table.squares[entry]) * raw[elem].max(1)) as u64);
        }
    }
    (signal, variance)
}

/// The same in f64, as bits; masked pixels are left out.
pub(crate) fn float_sums(plan: &CpuPlan, raw: &[f64]) -> (Vec<u64>, Vec<u64>) {
    let table = plan.table();
    let mut signal = vec![0.0; plan.bins()];
    let mut variance = vec![0.0; if plan.sums_variance() { plan.bins() } else { 0 }];
    for (elem, bin, entry) in entries(plan).into_iter().filter(|(elem, ..)| !plan.marks().masks_float(raw[*elem])) {
        signal[bin] += f64::from(table.coefficients[entry]) * raw[elem];
        if plan.sums_variance() {
            variance[bin] += f64::from(table.squares[entry]) * raw[elem].max(1.0);
        }
    }
    let bits = |sums: Vec<f64>| sums.into_iter().map(f64::to_bits).collect();
    (bits(signal), bits(variance))
}

/// The elements that have an entry in some plan.
pub(crate) fn used(plans: &[CpuPlan]) -> BTreeSet<usize> {
    plans.iter().flat_map(entries).map(|(elem, ..)| elem).collect()
}

/// The marked pixels in use of a frame of integers, widened to 32 bits.
pub(crate) fn marked(plan: &CpuPlan, used: &BTreeSet<usize>, raw: &[i128]) -> Vec<(u32, u32)> {
    let is_marked = |elem: &&usize| plan.marks().masks_integer(raw[**elem]);
    used.iter().filter(is_marked).map(|elem| (*elem as u32, raw[*elem] as u32)).collect()
}
