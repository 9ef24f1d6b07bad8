//! Sums alone: the time that a worker says it spent on them, for 16 frames of an Eiger 500k that need no decoding, over the run
//! lengths that each splitting has: `cargo bench -p aureole-core --bench accumulate`.

use std::time::Duration;

use aureole_codec::{ChunkFormat, Isa};
use aureole_core::binning::{BinningSpec, Matrix, Split, bin};
use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;
use aureole_core::geometry::Geometry;
use aureole_core::pipeline::{ChunkBuf, Plan};
use aureole_core::plan::{CpuPlan, Ingredients};
use aureole_core::recipe::{ErrorKind, ErrorModel};
use aureole_core::sums::LANES;
use aureole_core::testing::Random;
use aureole_core::unit::Unit;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

const BINS: usize = 1000;

/// The matrix of the detector 20 cm behind the sample, the beam at the corner of its first pixel.
fn matrix(split: Split) -> Matrix {
    let detector = Detector::by_name("Eiger500k").expect("a detector of the table");
    let (distance, wavelength) = (0.2, Some(1e-10));
    let geometry = Geometry { detector, distance, poni1: 0.0, poni2: 0.0, rot1: 0.0, rot2: 0.0, rot3: 0.0, wavelength };
    bin(&geometry, None, &BinningSpec::new(BINS, Unit::QNm, split)).expect("bins").matrix
}

/// Frames of 0 to 12 photons a pixel, not encoded.
fn frames(dtype: Dtype, pixels: usize) -> Vec<ChunkBuf> {
    let frame = |number| {
        let mut random = Random::new(number as u64);
        let bytes = (0..pixels).flat_map(|_| random.below(13).to_le_bytes()[..dtype.size()].to_vec()).collect();
        ChunkBuf { frame: number, bytes, ..ChunkBuf::default() }
    };
    (0..LANES).map(frame).collect()
}

fn plan(matrix: &Matrix, dtype: Dtype, error_model: ErrorModel, isa: Isa) -> CpuPlan {
    let format = ChunkFormat::new(Vec::new(), dtype.size(), matrix.pixels()).expect("a format without filters");
    let ingredients = Ingredients {
        matrix,
        norm: &vec![1.0; matrix.pixels()],
        dark: None,
        dtype,
        format: &format,
        error_model,
        errors: ErrorKind::Sem,
        variance: None,
        dummy: None,
        saturation: None,
        normalization: &[],
        empty: f32::NAN,
        isa,
        most_bins: 0,
    };
    CpuPlan::new(&ingredients).expect("a plan")
}

fn accumulate(criterion: &mut Criterion) {
    let models = [("", ErrorModel::None), (" poisson", ErrorModel::Poisson)];
    for (split_name, split) in [("no", Split::No), ("bbox", Split::BBox), ("full", Split::Full)] {
        let matrix = matrix(split);
        for (dtype, (model_name, model)) in
            [Dtype::U8, Dtype::U16, Dtype::U32].into_iter().flat_map(|d| models.map(|m| (d, m)))
        {
            let chunks = frames(dtype, matrix.pixels());
            let mut group = criterion.benchmark_group(format!("accumulate/{split_name} {dtype}{model_name}"));
            group.throughput(Throughput::Elements((LANES * matrix.pixels()) as u64));
            for isa in Isa::available() {
                let plan = plan(&matrix, dtype, model, isa);
                let mut worker = plan.worker();
                let mut patterns = vec![plan.pattern(0); LANES];
                group.bench_function(BenchmarkId::from_parameter(isa), |bencher| {
                    bencher.iter_custom(|times| {
                        let before = worker.stages().accumulate;
                        (0..times).for_each(|_| worker.integrate(&chunks, &mut patterns));
                        Duration::from_secs_f64(worker.stages().accumulate - before)
                    });
                });
            }
        }
    }
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).warm_up_time(Duration::from_millis(200))
        .measurement_time(Duration::from_millis(600));
    targets = accumulate
}
criterion_main!(benches);
