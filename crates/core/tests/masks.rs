//! Pixels without a measurement: masked by value they give the very bits that a mask in the plan gives.

use aureole_codec::{ChunkFormat, Compression, Filter, Isa};
use aureole_core::binning::{Matrix, MatrixBuilder};
use aureole_core::dtype::Dtype;
use aureole_core::pattern::{Pattern, Status};
use aureole_core::pipeline::{ChunkBuf, Plan};
use aureole_core::plan::{CpuPlan, Ingredients, PlanError};
use aureole_core::recipe::{Dummy, ErrorKind, ErrorModel};
use aureole_core::testing::Random;
use aureole_core::testing::stack::random_matrix;

const PIXELS: usize = 6000;
const BINS: usize = 50;

/// The matrix without the pixels that `masked` names.
fn without(matrix: &Matrix, masked: impl Fn(usize) -> bool) -> Matrix {
    let mut builder = MatrixBuilder::new(matrix.bins());
    for pixel in 0..matrix.pixels() {
        let entries: Vec<_> = if masked(pixel) { vec![] } else { matrix.entries_of(pixel).collect() };
        builder.push(entries, matrix.is_whole(pixel) && !masked(pixel)).unwrap();
    }
    builder.finish()
}

fn norm() -> Vec<f64> {
    (0..PIXELS).map(|i| 0.4 + (i % 17) as f64 / 9.0).collect()
}

fn integrate(ingredients: &Ingredients<'_>, frames: &[Vec<u8>]) -> Vec<Pattern> {
    let plan = CpuPlan::new(ingredients).unwrap();
    let chunks: Vec<_> = frames.iter().map(|bytes| ChunkBuf { bytes: bytes.clone(), ..ChunkBuf::default() }).collect();
    let mut out = vec![plan.pattern(0); frames.len()];
    plan.worker().integrate(&chunks, &mut out);
    out
}

fn ingredients<'a>(
    matrix: &'a Matrix,
    norm: &'a [f64],
    dark: &'a [f64],
    dtype: Dtype,
    format: &'a ChunkFormat,
) -> Ingredients<'a> {
    Ingredients {
        matrix,
        norm,
        dark: Some(dark),
        dtype,
        format,
        error_model: ErrorModel::Poisson,
        errors: ErrorKind::Sem,
        variance: None,
        dummy: None,
        saturation: None,
        normalization: &[],
        empty: f32::NAN,
        isa: Isa::best(),
        most_bins: 0,
    }
}

/// The same numbers to the last bit.
fn assert_same(a: &Pattern, b: &Pattern) {
    let bits = |v: &[f32]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&a.intensity), bits(&b.intensity));
    assert_eq!(bits(&a.errors), bits(&b.errors));
    assert_eq!((&a.signal, &a.variance), (&b.signal, &b.variance));
}

#[test]
fn a_pixel_masked_by_value_and_one_masked_in_the_plan_give_the_same_bits() {
    let (matrix, norm) = (random_matrix(PIXELS, BINS, 1), norm());
    let dark: Vec<f64> = (0..PIXELS).map(|i| (i % 5) as f64 / 3.0).collect();
    let format = ChunkFormat::new(vec![], 4, PIXELS).unwrap();
    let marked = |pixel: usize| pixel % 7 == 3;
    let frame: Vec<u8> = (0..PIXELS as u32)
        .flat_map(|i| if marked(i as usize) { u32::MAX - i % 2 } else { i * i % 977 }.to_ne_bytes())
        .collect();
    let by_value = Ingredients {
        dummy: Some(Dummy { value: f64::from(u32::MAX - 1), delta: 1.5 }),
        ..ingredients(&matrix, &norm, &dark, Dtype::U32, &format)
    };
    let rest = without(&matrix, marked);
    let by_plan = ingredients(&rest, &norm, &dark, Dtype::U32, &format);
    // The fraction bits follow from the fullest bin, which the mask must not have emptied for the bits to be the same.
    assert_eq!(CpuPlan::new(&by_value).unwrap().fraction_bits(), CpuPlan::new(&by_plan).unwrap().fraction_bits());
    for frames in [1, 5] {
        let (a, b) =
            (integrate(&by_value, &vec![frame.clone(); frames]), integrate(&by_plan, &vec![frame.clone(); frames]));
        for (a, b) in a.iter().zip(&b) {
            assert_same(a, b);
            let (own, plan) = (a.own.as_ref().unwrap(), CpuPlan::new(&by_plan).unwrap());
            assert_eq!((&own.norm, &own.count), (&plan.constants().norm(), &plan.constants().count()));
            assert!(b.own.is_none(), "a frame without marked pixels has the plan's constants");
        }
    }
}

#[test]
fn floats_leave_out_what_is_not_finite_and_sum_in_pixel_order() {
    let (matrix, norm, dark) = (random_matrix(PIXELS, BINS, 3), norm(), vec![0.5; PIXELS]);
    let format = ChunkFormat::new(vec![], 4, PIXELS).unwrap();
    let mut random = Random::new(4);
    let mut raw: Vec<f32> = (0..PIXELS).map(|_| (random.unit() * 1e4) as f32).collect();
    let odd = |pixel: usize| pixel % 50 == 9;
    (0..PIXELS).filter(|pixel| odd(*pixel)).for_each(|p| raw[p] = [f32::NAN, f32::INFINITY, -1e30][p % 3]);
    let frame: Vec<u8> = raw.iter().flat_map(|raw| raw.to_ne_bytes()).collect();
    let recipe = Ingredients {
        dummy: Some(Dummy { value: -1e30, delta: 1e24 }),
        ..ingredients(&matrix, &norm, &dark, Dtype::F32, &format)
    };
    let rest = without(&matrix, odd);
    let corrected: Vec<f64> = raw.iter().zip(&dark).map(|(raw, dark)| f64::from(*raw) - dark).collect();
    let kept = |values: &[f64]| {
        rest.multiply(&values.iter().enumerate().map(|(i, v)| if odd(i) { 0.0 } else { *v }).collect::<Vec<_>>())
    };
    let (signal, weight) = (kept(&corrected), kept(&norm));
    for frames in [1, 3, 16] {
        let patterns = integrate(&recipe, &vec![frame.clone(); frames]);
        for pattern in &patterns {
            assert_same(pattern, &patterns[0]);
            for bin in 0..BINS {
                let expected = signal[bin] / weight[bin];
                assert!((f64::from(pattern.intensity[bin]) / expected - 1.0).abs() < 2e-6, "bin {bin}");
            }
        }
    }
}

#[test]
fn a_frame_whose_pixels_are_all_masked_is_empty_and_not_an_error() {
    let (matrix, norm, dark) = (random_matrix(PIXELS, BINS, 6), norm(), vec![0.0; PIXELS]);
    let format = ChunkFormat::new(vec![], 1, PIXELS).unwrap();
    let recipe = Ingredients {
        dummy: Some(Dummy { value: 255.0, delta: 0.0 }),
        ..ingredients(&matrix, &norm, &dark, Dtype::U8, &format)
    };
    for pattern in integrate(&recipe, &[vec![255; PIXELS], vec![255; PIXELS]]) {
        assert_eq!(pattern.status, Status::Done);
        assert!(pattern.intensity.iter().all(|intensity| intensity.is_nan()));
        assert!(pattern.signal.iter().all(|signal| *signal == 0.0));
    }
}

#[test]
fn each_frame_is_divided_by_its_own_factor_and_one_without_fails() {
    let (matrix, norm, dark) = (random_matrix(PIXELS, BINS, 8), norm(), vec![0.0; PIXELS]);
    let format = ChunkFormat::new(vec![], 2, PIXELS).unwrap();
    let recipe =
        Ingredients { normalization: &[1.0, 4.0, 0.0], ..ingredients(&matrix, &norm, &dark, Dtype::U16, &format) };
    let plan = CpuPlan::new(&recipe).unwrap();
    let bytes: Vec<u8> = (0..PIXELS as u16).flat_map(u16::to_ne_bytes).collect();
    let chunks: Vec<_> = (0..3).map(|frame| ChunkBuf { frame, bytes: bytes.clone(), ..ChunkBuf::default() }).collect();
    let mut out = vec![plan.pattern(0); 3];
    plan.worker().integrate(&chunks, &mut out);
    for (one, four) in out[0].intensity.iter().zip(&out[1].intensity) {
        assert!((one - 4.0 * four).abs() <= 1e-6 * one);
    }
    assert!(matches!(&out[2].status, Status::Failed(reason) if reason.contains("normalization")));
    assert!(out[2].intensity.iter().all(|intensity| intensity.is_nan()));
}

#[test]
fn ingredients_that_do_not_fit_are_refused() {
    let (matrix, norm, dark) = (random_matrix(PIXELS, BINS, 6), norm(), vec![0.0; PIXELS]);
    let format = ChunkFormat::new(vec![], 4, PIXELS).unwrap();
    let good = ingredients(&matrix, &norm, &dark, Dtype::U32, &format);
    let refused = |recipe: Ingredients<'_>| CpuPlan::new(&recipe).unwrap_err();
    assert!(matches!(refused(Ingredients { norm: &norm[1..], ..good }), PlanError::Shape { .. }));
    assert!(matches!(refused(Ingredients { dark: Some(&[]), ..good }), PlanError::Shape { .. }));
    assert!(matches!(refused(Ingredients { dtype: Dtype::U16, ..good }), PlanError::ElemSize { .. }));
    assert_eq!(refused(Ingredients { norm: &vec![0.0; PIXELS], ..good }), PlanError::NoPixels);
    assert_eq!(refused(Ingredients { matrix: &without(&matrix, |_| true), ..good }), PlanError::NoPixels);
}

#[test]
fn a_block_larger_than_its_chunk_takes_no_more_memory_than_the_chunk() {
    let (matrix, norm, dark) = (random_matrix(PIXELS, BINS, 9), norm(), vec![0.0; PIXELS]);
    let filter = Filter::Bitshuffle { block_elems: 0xFFFF_FFF8, compression: Compression::Lz4 };
    let format = ChunkFormat::new(vec![filter], 4, PIXELS).unwrap();
    let recipe = ingredients(&matrix, &norm, &dark, Dtype::U32, &format);
    for pattern in integrate(&recipe, &[vec![], vec![0; 100]]) {
        assert!(matches!(pattern.status, Status::Failed(_)));
    }
}
