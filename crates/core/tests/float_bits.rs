//! Frames of floats give the same bits side by side as one by one, on every instruction set.

use aureole_codec::{ChunkFormat, Compression, Encoder, Filter, Isa};
use aureole_core::dtype::Dtype;
use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{ChunkBuf, Plan};
use aureole_core::plan::{CpuPlan, Ingredients};
use aureole_core::recipe::{Dummy, ErrorKind, ErrorModel};
use aureole_core::testing::Random;
use aureole_core::testing::stack::random_matrix;

const ELEMS: usize = 9_001;

/// Values of every kind: none, negative, tiny and large ones, those that mark a pixel, and those that are no numbers.
fn frame(random: &mut Random, elem_size: usize) -> Vec<u8> {
    let mut value = || match random.below(60) {
        0 => f64::NAN,
        1 => f64::INFINITY,
        2 => -2.0,
        3 => 1e30,
        4 => -0.0,
        5 => 1e-40,
        6 => 5e4,
        _ => random.below(100_000) as f64 / 7.0 - 100.0,
    };
    let bytes =
        |value: f64| if elem_size == 4 { (value as f32).to_le_bytes().to_vec() } else { value.to_le_bytes().to_vec() };
    (0..ELEMS).flat_map(|_| bytes(value())).collect()
}

fn bits(pattern: &Pattern) -> (Vec<u64>, Vec<u64>, Vec<u32>, Option<Vec<u64>>) {
    let f64s = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect();
    let own = pattern.own.as_ref().map(|own| f64s(&own.norm));
    (f64s(&pattern.signal), f64s(&pattern.variance), pattern.errors.iter().map(|error| error.to_bits()).collect(), own)
}

fn check(dtype: Dtype, isa: Isa, filters: Vec<Filter>, error_model: ErrorModel, dummy: Option<Dummy>) {
    let format = ChunkFormat::new(filters, dtype.size(), ELEMS).unwrap();
    let (matrix, norm) = (random_matrix(ELEMS, 41, 3), vec![1.0; ELEMS]);
    let plan = |isa| {
        let saturation = dummy.map(|_| 4e4);
        CpuPlan::new(&Ingredients {
            matrix: &matrix,
            norm: &norm,
            dark: None,
            dtype,
            format: &format,
            error_model,
            errors: ErrorKind::Sem,
            variance: None,
            dummy,
            saturation,
            normalization: &[],
            empty: 0.0,
            isa,
            most_bins: 0,
        })
        .unwrap()
    };
    let (plan, twin) = (plan(isa), plan(Isa::SCALAR));
    let mut random = Random::new(11);
    let mut encoder = Encoder::new(&format, isa).unwrap();
    let chunks: Vec<ChunkBuf> = (0..16)
        .map(|number| {
            let mut chunk = ChunkBuf { frame: number, ..ChunkBuf::default() };
            encoder.encode_chunk(&frame(&mut random, dtype.size()), &mut chunk.bytes).unwrap();
            chunk
        })
        .collect();
    let (mut worker, mut alone) = (plan.worker(), twin.worker());
    for frames in [16, 3] {
        let mut out = vec![plan.pattern(0); frames];
        worker.integrate(&chunks[..frames], &mut out);
        for (chunk, pattern) in chunks.iter().zip(&out) {
            let mut expected = [twin.pattern(0)];
            alone.integrate(std::slice::from_ref(chunk), &mut expected);
            assert!(pattern.own.is_some(), "every frame has pixels that are no numbers");
            assert_eq!(bits(pattern), bits(&expected[0]), "{dtype} {isa} {format} frame {} of {frames}", chunk.frame);
        }
    }
}

#[test]
fn frames_of_floats_side_by_side_have_the_bits_of_each_alone() {
    let bitshuffle = Filter::Bitshuffle { block_elems: 0, compression: Compression::Lz4 };
    for dtype in [Dtype::F32, Dtype::F64] {
        for isa in Isa::available() {
            for filters in [vec![], vec![bitshuffle]] {
                for error_model in [ErrorModel::None, ErrorModel::Poisson] {
                    for dummy in [None, Some(Dummy { value: -2.0, delta: 0.5 })] {
                        check(dtype, isa, filters.clone(), error_model, dummy);
                    }
                }
            }
        }
    }
}
