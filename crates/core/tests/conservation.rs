//! No photon is lost: over all bins `Σ C·raw` is `2^F·Σ raw`, exactly, as an integer.

use aureole_codec::{ChunkFormat, Isa};
use aureole_core::binning::{AzimuthalSpec, BinningSpec, Matrix, MatrixBuilder, Split, bin};
use aureole_core::detector::Detector;
use aureole_core::dtype::Dtype;
use aureole_core::geometry::Geometry;
use aureole_core::pipeline::{ChunkBuf, StripPlan};
use aureole_core::plan::{CpuPlan, Ingredients};
use aureole_core::recipe::{ErrorKind, ErrorModel};
use aureole_core::testing::Random;
use aureole_core::unit::Unit;

#[test]
fn pixels_inside_the_range_give_away_all_their_counts() {
    let (pixels, bins) = (50_000, 700);
    let mut random = Random::new(2);
    let mut builder = MatrixBuilder::new(bins);
    for _ in 0..pixels {
        let (first, cut) = (random.below(bins - 1), random.unit() as f32);
        builder.push([(first as u32, cut), (first as u32 + 1, 1.0 - cut)], true).unwrap();
    }
    check(&builder.finish());
}

#[test]
fn cakes_lose_no_count_whatever_the_splitting() {
    let geometry = Geometry {
        detector: Detector::generic(Some((110, 90)), 1e-4, 2e-4).unwrap(),
        distance: 0.05,
        poni1: 0.004,
        poni2: 0.009,
        rot1: 0.1,
        rot2: 0.2,
        rot3: 0.3,
        wavelength: Some(1e-10),
    };
    for split in Split::ALL {
        let azimuthal = Some(AzimuthalSpec { bins: 36, unit: Unit::ChiDeg });
        let spec = BinningSpec { azimuthal, ..BinningSpec::new(50, Unit::QNm, split) };
        check(&bin(&geometry, None, &spec).unwrap().matrix);
    }
}

/// Integrates three frames of random counts and compares the sums over all bins with the sums of the frames.
fn check(matrix: &Matrix) {
    let (pixels, mut random) = (matrix.pixels(), Random::new(3));
    let raw: Vec<u32> = (0..pixels).map(|_| (random.bits() >> (32 + random.below(32))) as u32).collect();
    let format = ChunkFormat::new(vec![], 4, pixels).unwrap();
    let plan = CpuPlan::new(&Ingredients {
        matrix,
        norm: &vec![1.0; pixels],
        dark: None,
        dtype: Dtype::U32,
        format: &format,
        error_model: ErrorModel::None,
        errors: ErrorKind::Sem,
        variance: None,
        dummy: None,
        saturation: None,
        normalization: &[],
        empty: 0.0,
        isa: Isa::best(),
        most_bins: 0,
    })
    .unwrap();
    let bytes: Vec<u8> = raw.iter().flat_map(|raw| raw.to_ne_bytes()).collect();
    let chunks = vec![ChunkBuf { bytes, ..ChunkBuf::default() }; 3];
    let mut sums = plan.sums(3);
    plan.strip_worker().accumulate(&chunks, 0..plan.strips(), &mut sums);
    let counts: i128 = raw.iter().map(|raw| i128::from(*raw)).sum();
    for lane in 0..3 {
        let total: i128 = sums[0].integers(lane, false).unwrap().iter().sum();
        assert_eq!(total, counts << plan.fraction_bits());
    }
}
