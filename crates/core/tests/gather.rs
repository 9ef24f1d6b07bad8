//! The gather form beside the linear one, and what only it can give.

use aureole_codec::{ChunkFormat, Isa};
use aureole_core::dtype::Dtype;
use aureole_core::gather::GatherPlan;
use aureole_core::pattern::{Pattern, Status};
use aureole_core::pipeline::{ChunkBuf, Plan, StackSpec};
use aureole_core::plan::{AnyPlan, CpuPlan, Ingredients, PlanError};
use aureole_core::recipe::{Dummy, ErrorKind, ErrorModel, Mode};
use aureole_core::testing::Random;
use aureole_core::testing::stack::random_matrix;

const PIXELS: usize = 4000;
const BINS: usize = 30;

struct Parts {
    matrix: aureole_core::binning::Matrix,
    norm: Vec<f64>,
    dark: Vec<f64>,
    variance: Vec<f64>,
    format: ChunkFormat,
    frame: Vec<u8>,
}

impl Parts {
    /// A frame of uint32 in which some pixels are marked by 2³² − 1 and some count 5000 and more.
    fn new() -> Parts {
        let mut random = Random::new(1);
        let mut image = |scale: f64| (0..PIXELS).map(|_| 0.5 + scale * random.unit()).collect::<Vec<f64>>();
        let (norm, dark, variance) = (image(1.0), image(3.0), image(20.0));
        let mut random = Random::new(2);
        let mut pixel = || match random.below(100) {
            0 => u32::MAX,
            1 => 5000 + random.below(90) as u32,
            _ => 80 + random.below(40) as u32,
        };
        let frame = (0..PIXELS).flat_map(|_| pixel().to_ne_bytes()).collect();
        let format = ChunkFormat::new(vec![], 4, PIXELS).unwrap();
        Parts { matrix: random_matrix(PIXELS, BINS, 4), norm, dark, variance, format, frame }
    }

    fn ingredients(&self, error_model: ErrorModel) -> Ingredients<'_> {
        Ingredients {
            matrix: &self.matrix,
            norm: &self.norm,
            dark: Some(&self.dark),
            dtype: Dtype::U32,
            format: &self.format,
            error_model,
            errors: ErrorKind::Sem,
            variance: (error_model == ErrorModel::Variance).then_some(&self.variance),
            dummy: Some(Dummy { value: f64::from(u32::MAX), delta: 0.0 }),
            saturation: Some(5050.0),
            normalization: &[2.0],
            empty: f32::NAN,
            isa: Isa::best(),
            most_bins: 0,
        }
    }

    fn integrate(&self, plan: &dyn Plan, frames: usize) -> Vec<Pattern> {
        let chunks = vec![ChunkBuf { bytes: self.frame.clone(), ..ChunkBuf::default() }; frames];
        let mut out = vec![plan.pattern(0); frames];
        plan.worker().integrate(&chunks, &mut out);
        assert!(out.iter().all(|pattern| pattern.status == Status::Done));
        out
    }
}

fn near(a: &[f64], b: &[f64], limit: f64) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() <= limit * b.abs())
}

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().map(|value| f64::from(*value)).collect()
}

#[test]
fn both_forms_give_the_same_means_errors_and_constants() {
    let parts = Parts::new();
    for model in [ErrorModel::None, ErrorModel::Poisson, ErrorModel::Variance, ErrorModel::Hybrid] {
        for errors in [ErrorKind::Sem, ErrorKind::Std] {
            let ingredients = Ingredients { errors, ..parts.ingredients(model) };
            let linear = CpuPlan::new(&ingredients).unwrap();
            let gather = GatherPlan::new(&ingredients, Mode::Mean).unwrap();
            assert!(near(&gather.norm(), &linear.constants().norm(), 1e-6));
            assert!(near(&gather.count(), &linear.constants().count(), 1e-6));
            // One frame alone and several at once take different kernels.
            for frames in [1, 3] {
                let (a, b) = (parts.integrate(&gather, frames), parts.integrate(&linear, frames));
                for (a, b) in a.iter().zip(&b) {
                    assert!(near(&wide(&a.intensity), &wide(&b.intensity), 2e-6), "{model:?} {errors:?}");
                    assert!(near(&wide(&a.errors), &wide(&b.errors), 2e-6), "{model:?} {errors:?}");
                    let (a, b) = (a.own.as_ref().unwrap(), b.own.as_ref().unwrap());
                    assert!(near(&a.norm, &b.norm, 1e-6) && near(&a.count, &b.count, 1e-6));
                }
            }
        }
    }
}

#[test]
fn saturated_pixels_are_left_out_with_their_share_of_norm_and_count() {
    let parts = Parts::new();
    let plan = CpuPlan::new(&parts.ingredients(ErrorModel::Variance)).unwrap();
    let pixels = parts.frame.chunks_exact(4).map(|bytes| u32::from_ne_bytes(bytes.try_into().unwrap()));
    let norm: Vec<f64> = pixels.zip(&parts.norm).map(|(raw, norm)| if raw >= 5050 { 0.0 } else { *norm }).collect();
    assert!(norm.contains(&0.0));
    let masked = Ingredients { norm: &norm, dummy: None, saturation: None, ..parts.ingredients(ErrorModel::Variance) };
    let masked = CpuPlan::new(&masked).unwrap();
    assert_eq!(plan.fraction_bits(), masked.fraction_bits());
    for (a, b) in parts.integrate(&plan, 2).iter().zip(&parts.integrate(&masked, 2)) {
        assert_eq!((&a.signal, &a.variance, &a.intensity), (&b.signal, &b.variance, &b.intensity));
        assert_eq!(a.own.as_ref().unwrap().norm, masked.constants().norm());
        assert_eq!(a.own.as_ref().unwrap().count, masked.constants().count());
    }
}

#[test]
fn a_pixel_whose_variance_makes_no_sense_is_masked() {
    let mut parts = Parts::new();
    parts.variance[7] = f64::NAN;
    parts.variance[8] = -1.0;
    let mut norm = parts.norm.clone();
    norm[7] = 0.0;
    norm[8] = 0.0;
    let masked = Ingredients { norm: &norm, ..parts.ingredients(ErrorModel::None) };
    let masked = CpuPlan::new(&masked).unwrap();
    let plan = CpuPlan::new(&parts.ingredients(ErrorModel::Variance)).unwrap();
    assert_eq!(plan.constants().count(), masked.constants().count());
}

#[test]
fn clipping_and_medians_do_not_see_outliers() {
    let parts = Parts::new();
    let true_mean = |pattern: &Pattern| pattern.signal.iter().sum::<f64>();
    let mean =
        parts.integrate(AnyPlan::new(&parts.ingredients(ErrorModel::Azimuthal), Mode::Mean).unwrap().as_plan(), 1);
    for name in ["sigma-clip", "median", "percentile:20,80"] {
        let mode = Mode::from_name(name).unwrap();
        let plan = AnyPlan::new(&parts.ingredients(ErrorModel::Azimuthal), mode).unwrap();
        let patterns = parts.integrate(plan.as_plan(), 2);
        assert!(true_mean(&patterns[0]) < true_mean(&mean[0]), "{name}");
        let (few, all) = (patterns[0].own.as_ref().unwrap(), mean[0].own.as_ref().unwrap());
        assert!(few.count.iter().zip(&all.count).all(|(few, all)| few <= all), "{name}");
        assert_eq!(patterns[0].intensity, patterns[1].intensity, "{name}: scratch is clean for the second frame");
    }
}

#[test]
fn the_halo_and_what_lies_above_it_make_the_mean() {
    let parts = Parts::new();
    for model in [ErrorModel::None, ErrorModel::Poisson, ErrorModel::Azimuthal] {
        let plan = |mode: &str| GatherPlan::new(&parts.ingredients(model), Mode::from_name(mode).unwrap()).unwrap();
        for percentile in ["50", "20", "100"] {
            let mean = &parts.integrate(&plan("mean"), 1)[0];
            let halo = &parts.integrate(&plan(&format!("percentile:{percentile}")), 1)[0];
            let bragg = parts.integrate(&plan(&format!("bragg:{percentile}")), 2);
            assert_eq!(bragg[0], bragg[1], "scratch is clean for the second frame");
            let (bragg, all) = (&bragg[0], mean.own.as_ref().unwrap());
            assert_eq!((&bragg.own, &bragg.errors, &bragg.variance), (&mean.own, &mean.errors, &mean.variance));
            let kept = halo.own.as_ref().unwrap();
            for bin in 0..BINS {
                let above = mean.signal[bin] / all.norm[bin] - halo.signal[bin] / kept.norm[bin];
                let found = bragg.signal[bin] / all.norm[bin];
                assert!((found - above).abs() < 1e-10, "{model:?} {percentile} bin {bin}: {found} {above}");
                assert_eq!(bragg.intensity[bin], (found / 2.0) as f32, "the normalization factor divides it, too");
            }
        }
    }
}

/// A frame with a frame of variances; as `f32` with these values.
fn paired(parts: &Parts, variances: &[f64]) -> ChunkBuf {
    let bytes = variances.iter().flat_map(|value| (*value as f32).to_ne_bytes()).collect();
    let variance = Some(Box::new(ChunkBuf { bytes, ..ChunkBuf::default() }));
    ChunkBuf { bytes: parts.frame.clone(), variance, ..ChunkBuf::default() }
}

#[test]
fn frames_take_the_variances_that_come_with_them() {
    let mut parts = Parts::new();
    parts.variance.iter_mut().for_each(|variance| *variance = f64::from(*variance as f32));
    let format = ChunkFormat::new(vec![], 4, PIXELS).unwrap();
    let stack = StackSpec { frames: 3, shape: (1, PIXELS), dtype: Dtype::F32, format };
    let ingredients = parts.ingredients(ErrorModel::Variance);
    let without = Ingredients { variance: None, ..ingredients };
    let other: Vec<f64> = parts.variance.iter().map(|variance| 4.0 * variance).collect();
    let mut bad = parts.variance.clone();
    (bad[70], bad[71], bad[72]) = (-1.0, f64::NAN, f64::INFINITY);
    for mode in ["mean", "sigma-clip", "bragg"].map(|mode| Mode::from_name(mode).unwrap()) {
        let plan = AnyPlan::with_variances(&without, mode, &stack).unwrap();
        let mut broken = paired(&parts, &other);
        broken.variance.as_mut().unwrap().error = Some("torn".into());
        let [good, doubled, masked] = [&parts.variance, &other, &bad].map(|variances| paired(&parts, variances));
        let chunks = [good, doubled, broken, masked, ChunkBuf { variance: None, ..paired(&parts, &bad) }];
        let mut out = vec![plan.as_plan().pattern(0); chunks.len()];
        plan.as_plan().worker().integrate(&chunks, &mut out);
        let by_image = |variances: &[f64]| {
            let plan = GatherPlan::new(&Ingredients { variance: Some(variances), ..ingredients }, mode).unwrap();
            parts.integrate(&plan, 1).remove(0)
        };
        assert_eq!(out[0], by_image(&parts.variance), "{mode}");
        assert_eq!(out[1], by_image(&other), "{mode}");
        assert_eq!(out[2].status, Status::Failed("its variances: torn".into()));
        // An image masks the pixel in all frames, so that its share is in no constant.
        let masked = by_image(&bad);
        assert_eq!((&out[3].intensity, &out[3].errors), (&masked.intensity, &masked.errors), "{mode}");
        assert_eq!((&out[3].signal, &out[3].own), (&masked.signal, &masked.own), "{mode}");
        assert!(matches!(out[4].status, Status::Failed(_)), "a frame without its variances");
    }
    assert_eq!(AnyPlan::with_variances(&ingredients, Mode::Mean, &stack).unwrap_err(), PlanError::Variance);
    let poisson = parts.ingredients(ErrorModel::Poisson);
    assert_eq!(AnyPlan::with_variances(&poisson, Mode::Mean, &stack).unwrap_err(), PlanError::Variance);
    let small = StackSpec { format: ChunkFormat::new(vec![], 4, PIXELS - 1).unwrap(), ..stack };
    assert!(matches!(AnyPlan::with_variances(&without, Mode::Mean, &small), Err(PlanError::Shape { .. })));
}

#[test]
fn a_linear_plan_refuses_what_needs_the_pixels() {
    let parts = Parts::new();
    let azimuthal = parts.ingredients(ErrorModel::Azimuthal);
    assert_eq!(CpuPlan::new(&azimuthal).unwrap_err(), PlanError::NeedsPixels);
    let without = Ingredients { variance: None, ..parts.ingredients(ErrorModel::Variance) };
    assert_eq!(CpuPlan::new(&without).unwrap_err(), PlanError::Variance);
    let unused = Ingredients { variance: Some(&parts.variance), ..parts.ingredients(ErrorModel::Poisson) };
    assert_eq!(GatherPlan::new(&unused, Mode::Mean).unwrap_err(), PlanError::Variance);
    let absurd = Mode::Percentile { low: 60.0, high: 40.0 };
    assert!(matches!(GatherPlan::new(&parts.ingredients(ErrorModel::None), absurd), Err(PlanError::Mode(_))));
}
