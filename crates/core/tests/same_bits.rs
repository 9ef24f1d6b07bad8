//! Whatever the instructions, the batch or the storage of a chunk: the sums are those of the naive twin, to the last bit.

use aureole_codec::{ChunkFormat, Compression, Encoder, Filter, Isa};
use aureole_core::binning::Matrix;
use aureole_core::dtype::Dtype;
use aureole_core::pattern::Status;
use aureole_core::pipeline::{ChunkBuf, Plan, StripPlan};
use aureole_core::plan::{CpuPlan, Ingredients};
use aureole_core::recipe::{Dummy, ErrorKind, ErrorModel};
use aureole_core::testing::stack::random_matrix;
use aureole_core::testing::{Random, naive};

const BINS: usize = 37;

/// What frames hold.
#[derive(Clone, Copy, Debug)]
enum Kind {
    /// Mostly small counts, now and then an extreme value.
    Mixed,
    /// Small counts, and the largest value where no pixel is used: what detectors write in their gaps.
    Gaps,
    /// The same, but for one large value near the end of one frame.
    OneLarge,
}

/// True for pixels that the norm masks.
fn is_gap(pixel: usize) -> bool {
    pixel % 101 == 7
}

/// Random pixels of an integer dtype.
fn pixels(kind: Kind, dtype: Dtype, count: usize, frame: usize) -> Vec<i128> {
    let (least, most) = dtype.integer_range().unwrap();
    let mut random = Random::new(100 + frame as u64);
    let mut mixed = || match random.below(40) {
        0 => most,
        1 => least,
        2 => most - 1,
        3 => i128::from(random.bits()) % (most + 1),
        _ => random.below(12) as i128,
    };
    let small = |pixel: usize| if is_gap(pixel) { most } else { (pixel * 7 + frame) as i128 % 64 };
    let mut pixels: Vec<i128> = match kind {
        Kind::Mixed => (0..count).map(|_| mixed()).collect(),
        Kind::Gaps | Kind::OneLarge => (0..count).map(small).collect(),
    };
    if matches!(kind, Kind::OneLarge) && frame == 2 {
        pixels[count - 20] = most - 3;
    }
    pixels
}

fn bytes(dtype: Dtype, pixels: &[i128]) -> Vec<u8> {
    let size = dtype.size();
    pixels.iter().flat_map(|pixel| pixel.to_le_bytes()[..size].to_vec()).collect()
}

fn formats(dtype: Dtype, elems: usize) -> Vec<ChunkFormat> {
    let bitshuffle = |block_elems, compression| Filter::Bitshuffle { block_elems, compression };
    [
        vec![],
        vec![bitshuffle(0, Compression::Lz4)],
        vec![bitshuffle(64, Compression::Lz4)],
        vec![bitshuffle(5000, Compression::None)],
        vec![bitshuffle(20_000, Compression::Lz4)],
    ]
    .into_iter()
    .map(|filters| ChunkFormat::new(filters, dtype.size(), elems).unwrap())
    .collect()
}

fn ingredients<'a>(matrix: &'a Matrix, norm: &'a [f64], format: &'a ChunkFormat, dtype: Dtype) -> Ingredients<'a> {
    let (_, most) = dtype.integer_range().unwrap();
    Ingredients {
        matrix,
        norm,
        dark: None,
        dtype,
        format,
        error_model: ErrorModel::Poisson,
        errors: ErrorKind::Sem,
        variance: None,
        dummy: Some(Dummy { value: most as f64, delta: 0.0 }),
        saturation: None,
        normalization: &[],
        empty: 0.0,
        isa: Isa::SCALAR,
        most_bins: 0,
    }
}

fn check(kind: Kind, dtype: Dtype, elems: usize, isa: Isa, format: &ChunkFormat, frames: usize) {
    let matrix = random_matrix(elems, BINS, 5);
    let norm: Vec<f64> = (0..elems).map(|i| if is_gap(i) { 0.0 } else { 0.5 + (i % 13) as f64 / 10.0 }).collect();
    // With many bins a strip holds more blocks.
    let most_bins = if frames == 9 { 1 << 15 } else { 0 };
    let plan = CpuPlan::new(&Ingredients { isa, most_bins, ..ingredients(&matrix, &norm, format, dtype) }).unwrap();
    let (_, most) = dtype.integer_range().unwrap();
    let raw: Vec<Vec<i128>> = (0..frames).map(|frame| pixels(kind, dtype, elems, frame)).collect();
    let mut encoder = Encoder::new(format, isa).unwrap();
    let chunks: Vec<ChunkBuf> = raw
        .iter()
        .enumerate()
        .map(|(frame, raw)| {
            let mut chunk = ChunkBuf { frame, ..ChunkBuf::default() };
            encoder.encode_chunk(&bytes(dtype, raw), &mut chunk.bytes).unwrap();
            chunk
        })
        .collect();
    let mut sums = plan.sums(frames);
    plan.strip_worker().accumulate(&chunks, 0..plan.strips(), &mut sums);
    let mut out = vec![plan.pattern(0); frames];
    plan.finish(&sums, &(0..frames).collect::<Vec<_>>(), &mut out);
    let one = f64::from(1u32 << plan.fraction_bits());
    for (lane, raw) in raw.iter().enumerate() {
        let what = format!("{kind:?} {dtype} {elems} pixels {isa} {format} frame {lane} of {frames}");
        let twin =
            naive::sums(&matrix, plan.fraction_bits(), &norm, raw, |pixel, raw| norm[pixel] == 0.0 || raw == most);
        assert_eq!(sums[0].integers(lane, dtype.is_signed()).unwrap(), twin.signal, "{what}");
        let pattern = &out[lane];
        assert_eq!(pattern.status, Status::Done, "{what}");
        let (count, norms) = match &pattern.own {
            Some(own) => (own.count.clone(), own.norm.clone()),
            None => (plan.constants().count(), plan.constants().norm()),
        };
        for bin in 0..BINS {
            assert_eq!(pattern.signal[bin], twin.signal[bin] as f64 / one, "{what} bin {bin}");
            assert_eq!(pattern.variance[bin], twin.variance[bin] as f64 / one, "{what} bin {bin}");
            assert_eq!(count[bin], twin.count[bin] as f64 / one, "{what} bin {bin}");
            assert!((norms[bin] - twin.norm[bin]).abs() <= 1e-8 * twin.norm[bin], "{what} bin {bin}");
            let mean = twin.signal[bin] as f64 / one / norms[bin];
            assert_eq!(pattern.intensity[bin], if twin.count[bin] > 0 { mean as f32 } else { 0.0 }, "{what} bin {bin}");
        }
    }
}

#[test]
fn every_dtype_isa_and_format_gives_the_sums_of_the_naive_twin() {
    for dtype in [Dtype::U8, Dtype::U16, Dtype::U32, Dtype::I8, Dtype::I16, Dtype::I32] {
        for elems in [61, 2048, 21_001] {
            for isa in Isa::available() {
                for format in formats(dtype, elems) {
                    for (kind, frames) in [(Kind::Mixed, 1), (Kind::Mixed, 16), (Kind::Gaps, 9), (Kind::OneLarge, 3)] {
                        check(kind, dtype, elems, isa, &format, frames);
                    }
                }
            }
        }
    }
}

#[test]
fn a_batch_of_which_nothing_can_be_decoded_is_marked_frame_by_frame() {
    for (elems, isa) in
        [9001, 9003, 9005, 9007].into_iter().flat_map(|elems| Isa::available().into_iter().map(move |isa| (elems, isa)))
    {
        let (matrix, norm) = (random_matrix(elems, BINS, 5), vec![1.0; elems]);
        for format in formats(Dtype::U32, elems) {
            let plan = CpuPlan::new(&Ingredients { isa, ..ingredients(&matrix, &norm, &format, Dtype::U32) }).unwrap();
            let mut whole = Vec::new();
            let zeros = vec![0; elems * 4];
            Encoder::new(&format, isa).unwrap().encode_chunk(&zeros, &mut whole).unwrap();
            for cut in [0, 5, whole.len() / 2, whole.len() - 1] {
                let chunk = |frame| ChunkBuf { frame, bytes: whole[..cut].to_vec(), ..ChunkBuf::default() };
                let chunks: Vec<ChunkBuf> = (0..4).map(chunk).collect();
                let mut out = vec![plan.pattern(0); 4];
                plan.worker().integrate(&chunks, &mut out);
                let failed = out.iter().all(|pattern| matches!(pattern.status, Status::Failed(_)));
                assert!(failed, "{isa} {format}, {cut} bytes of {}", whole.len());
            }
        }
    }
}
