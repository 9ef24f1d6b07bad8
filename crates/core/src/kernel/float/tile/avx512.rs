//! Sixteen frames in two 512-bit registers of 64-bit floats.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m512d, __mmask8, _CMP_GE_OQ, _CMP_LE_OQ, _CMP_LT_OQ, _mm256_loadu_ps, _mm512_abs_pd, _mm512_cmp_pd_mask,
    _mm512_cvtps_pd, _mm512_loadu_pd, _mm512_mask_add_pd, _mm512_max_pd, _mm512_mul_pd, _mm512_set1_pd,
    _mm512_storeu_pd, _mm512_sub_pd,
};

use aureole_codec::Isa;

use super::Limits;
use crate::kernel::Entries;
use crate::sums::LANES;

/// Floats of one register.
const WIDTH: usize = 8;
/// Registers of a row.
const PARTS: usize = LANES / WIDTH;

/// See [`super::add_tile`]; `isa` has the instructions.
pub(super) fn add_tile(
    isa: Isa,
    entries: &Entries<'_>,
    tile: &[u32],
    limits: Limits,
    (signal, variance): (&mut [f64], &mut [f64]),
    masked: &mut Vec<(usize, usize)>,
) {
    assert!(isa.has_avx512());
    // SAFETY: an `Isa` with these instructions exists only on a CPU that has them.
    unsafe {
        if entries.squares.is_empty() {
            add::<false>(entries, tile, limits, signal, variance, masked);
        } else {
            add::<true>(entries, tile, limits, signal, variance, masked);
        }
    }
}

#[target_feature(enable = "avx512f")]
fn add<const SQUARES: bool>(
    entries: &Entries<'_>,
    tile: &[u32],
    limits: Limits,
    signal: &mut [f64],
    variance: &mut [f64],
    masked: &mut Vec<(usize, usize)>,
) {
    let mut entry = 0;
    for run in entries.runs {
        let bin = run.bin as usize;
        let mut sum = load(signal, bin);
        let mut square = if SQUARES { load(variance, bin) } else { sum };
        for _ in 0..run.len {
            let raw = pixels(tile, entries.pixels[entry]);
            let coefficient = _mm512_set1_pd(f64::from(entries.coefficients[entry]));
            let squared = if SQUARES { _mm512_set1_pd(f64::from(entries.squares[entry])) } else { coefficient };
            let mut any = false;
            for part in 0..PARTS {
                let kept = kept(raw[part], limits);
                any |= masks(kept);
                sum[part] = add_kept(sum[part], kept, coefficient, raw[part]);
                if SQUARES {
                    // The second operand where the first is no number; those are masked.
                    let variance = _mm512_max_pd(raw[part], _mm512_set1_pd(1.0));
                    square[part] = add_kept(square[part], kept, squared, variance);
                }
            }
            if any {
                masked.push((bin, entry));
            }
            entry += 1;
        }
        store(signal, bin, sum);
        if SQUARES {
            store(variance, bin, square);
        }
    }
}

/// Which values are measurements.
#[inline]
#[target_feature(enable = "avx512f")]
fn kept(raw: __m512d, limits: Limits) -> __mmask8 {
    let finite = _mm512_cmp_pd_mask::<_CMP_LT_OQ>(_mm512_abs_pd(raw), _mm512_set1_pd(f64::INFINITY));
    let from_dummy = _mm512_abs_pd(_mm512_sub_pd(raw, _mm512_set1_pd(limits.dummy)));
    let dummy = _mm512_cmp_pd_mask::<_CMP_LE_OQ>(from_dummy, _mm512_set1_pd(limits.delta));
    let saturated = _mm512_cmp_pd_mask::<_CMP_GE_OQ>(raw, _mm512_set1_pd(limits.saturation));
    finite & !dummy & !saturated
}

fn masks(kept: __mmask8) -> bool {
    kept != u8::MAX
}

/// `sum + factor·value` where the value is kept.
#[inline]
#[target_feature(enable = "avx512f")]
fn add_kept(sum: __m512d, kept: __mmask8, factor: __m512d, value: __m512d) -> __m512d {
    _mm512_mask_add_pd(sum, kept, sum, _mm512_mul_pd(factor, value))
}

#[inline]
#[target_feature(enable = "avx512f")]
fn pixels(tile: &[u32], pixel: u16) -> [__m512d; PARTS] {
    let values = &tile[usize::from(pixel) * LANES..][..LANES];
    // SAFETY: the slice has two times 32 bytes.
    unsafe {
        [
            _mm512_cvtps_pd(_mm256_loadu_ps(values.as_ptr().cast())),
            _mm512_cvtps_pd(_mm256_loadu_ps(values.as_ptr().add(WIDTH).cast())),
        ]
    }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(sums: &[f64], bin: usize) -> [__m512d; PARTS] {
    let sums = &sums[bin * LANES..][..LANES];
    // SAFETY: the slice has two times 64 bytes.
    unsafe { [_mm512_loadu_pd(sums.as_ptr()), _mm512_loadu_pd(sums.as_ptr().add(WIDTH))] }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn store(sums: &mut [f64], bin: usize, values: [__m512d; PARTS]) {
    let sums = &mut sums[bin * LANES..][..LANES];
    for (sums, value) in sums.chunks_exact_mut(WIDTH).zip(values) {
        // SAFETY: the slice has 64 bytes.
        unsafe { _mm512_storeu_pd(sums.as_mut_ptr(), value) };
    }
}
