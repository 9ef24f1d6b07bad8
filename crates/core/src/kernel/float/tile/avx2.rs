//! Sixteen frames in four 256-bit registers of 64-bit floats.
#![allow(unsafe_code)]

use std::arch::x86_64::{
    __m256d, _CMP_GE_OQ, _CMP_LE_OQ, _CMP_LT_OQ, _mm_loadu_ps, _mm256_add_pd, _mm256_and_pd, _mm256_andnot_pd,
    _mm256_cmp_pd, _mm256_cvtps_pd, _mm256_loadu_pd, _mm256_max_pd, _mm256_movemask_pd, _mm256_mul_pd, _mm256_or_pd,
    _mm256_set1_pd, _mm256_setzero_pd, _mm256_storeu_pd, _mm256_sub_pd,
};

use aureole_codec::Isa;

use super::Limits;
use crate::kernel::Entries;
use crate::sums::LANES;

/// Floats of one register.
const WIDTH: usize = 4;
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
    assert!(isa.has_avx2());
    // SAFETY: an `Isa` with these instructions exists only on a CPU that has them.
    unsafe {
        if entries.squares.is_empty() {
            add::<false>(entries, tile, limits, signal, variance, masked);
        } else {
            add::<true>(entries, tile, limits, signal, variance, masked);
        }
    }
}

#[target_feature(enable = "avx2")]
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
            let coefficient = _mm256_set1_pd(f64::from(entries.coefficients[entry]));
            let squared = if SQUARES { _mm256_set1_pd(f64::from(entries.squares[entry])) } else { coefficient };
            let mut any = false;
            for part in 0..PARTS {
                let kept = kept(raw[part], limits);
                any |= masks(kept);
                sum[part] = add_kept(sum[part], kept, coefficient, raw[part]);
                if SQUARES {
                    // The second operand where the first is no number; those are masked.
                    let variance = _mm256_max_pd(raw[part], _mm256_set1_pd(1.0));
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

/// All bits of the values that are measurements, none of the others.
#[inline]
#[target_feature(enable = "avx2")]
fn kept(raw: __m256d, limits: Limits) -> __m256d {
    let sign = _mm256_set1_pd(-0.0);
    let finite = _mm256_cmp_pd::<_CMP_LT_OQ>(_mm256_andnot_pd(sign, raw), _mm256_set1_pd(f64::INFINITY));
    let from_dummy = _mm256_andnot_pd(sign, _mm256_sub_pd(raw, _mm256_set1_pd(limits.dummy)));
    let dummy = _mm256_cmp_pd::<_CMP_LE_OQ>(from_dummy, _mm256_set1_pd(limits.delta));
    let saturated = _mm256_cmp_pd::<_CMP_GE_OQ>(raw, _mm256_set1_pd(limits.saturation));
    _mm256_andnot_pd(_mm256_or_pd(dummy, saturated), finite)
}

#[inline]
#[target_feature(enable = "avx2")]
fn masks(kept: __m256d) -> bool {
    _mm256_movemask_pd(kept) != 0b1111
}

/// `sum + factor·value` where the value is kept; elsewhere the sum, which begins at +0, has +0 added.
#[inline]
#[target_feature(enable = "avx2")]
fn add_kept(sum: __m256d, kept: __m256d, factor: __m256d, value: __m256d) -> __m256d {
    _mm256_add_pd(sum, _mm256_and_pd(kept, _mm256_mul_pd(factor, value)))
}

#[inline]
#[target_feature(enable = "avx2")]
fn pixels(tile: &[u32], pixel: u16) -> [__m256d; PARTS] {
    let values = &tile[usize::from(pixel) * LANES..][..LANES];
    let mut row = [_mm256_setzero_pd(); PARTS];
    for (row, values) in row.iter_mut().zip(values.chunks_exact(WIDTH)) {
        // SAFETY: the slice has 16 bytes.
        *row = unsafe { _mm256_cvtps_pd(_mm_loadu_ps(values.as_ptr().cast())) };
    }
    row
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(sums: &[f64], bin: usize) -> [__m256d; PARTS] {
    let sums = &sums[bin * LANES..][..LANES];
    let mut row = [_mm256_setzero_pd(); PARTS];
    for (row, sums) in row.iter_mut().zip(sums.chunks_exact(WIDTH)) {
        // SAFETY: the slice has 32 bytes.
        *row = unsafe { _mm256_loadu_pd(sums.as_ptr()) };
    }
    row
}

#[inline]
#[target_feature(enable = "avx2")]
fn store(sums: &mut [f64], bin: usize, values: [__m256d; PARTS]) {
    let sums = &mut sums[bin * LANES..][..LANES];
    for (sums, value) in sums.chunks_exact_mut(WIDTH).zip(values) {
        // SAFETY: the slice has 32 bytes.
        unsafe { _mm256_storeu_pd(sums.as_mut_ptr(), value) };
    }
}
