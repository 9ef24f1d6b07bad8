//! The simulated design beside its model and the plan's own sums, for stacks of all types.

use std::path::Path;

use aureole_codec::{ChunkFormat, Compression, Encoder, Filter, Isa};
use aureole_core::dtype::Dtype;
use aureole_core::plan::{CpuPlan, Ingredients};
use aureole_core::recipe::{Dummy, ErrorKind, ErrorModel, Marks};
use aureole_core::testing::Random;
use aureole_core::testing::stack::random_matrix;
use aureole_fpga::{Design, Device, FpgaError, Modelled, Simulated, Sums, Tables};

/// A small one of three lanes.
const DESIGN: Design = Design { lanes: 3, width: 16, slots: 8, bins: 128 };

const INTEGERS: [Dtype; 6] = [Dtype::U8, Dtype::U16, Dtype::U32, Dtype::I8, Dtype::I16, Dtype::I32];

/// Elements of a frame and of a block: whole blocks, partial ones, elements behind them, nothing else than these; bitshuffle's own blocks.
const SIZES: [(usize, usize); 7] = [(192, 64), (173, 64), (131, 64), (5, 64), (2303, 1000), (4000, 1032), (613 * 7, 0)];

fn format(dtype: Dtype, elems: usize, block_elems: usize, is_compressed: bool) -> ChunkFormat {
    let bitshuffle = Filter::Bitshuffle { block_elems, compression: Compression::Lz4 };
    let filters = if is_compressed { vec![bitshuffle] } else { Vec::new() };
    ChunkFormat::new(filters, dtype.size(), elems).expect("a format")
}

fn plan(dtype: Dtype, format: &ChunkFormat, bins: usize, poisson: bool, marks: Marks) -> CpuPlan {
    CpuPlan::new(&Ingredients {
        matrix: &random_matrix(format.elems(), bins, 3 + bins as u64),
        norm: &vec![1.0; format.elems()],
        dark: None,
        dtype,
        format,
        error_model: if poisson { ErrorModel::Poisson } else { ErrorModel::None },
        errors: ErrorKind::Sem,
        variance: None,
        dummy: marks.dummy,
        saturation: marks.saturation,
        normalization: &[],
        empty: f32::NAN,
        isa: Isa::best(),
        most_bins: 0,
    })
    .expect("a plan")
}

/// The bytes of a frame: small values, and some of any size.
fn frame(dtype: Dtype, elems: usize, random: &mut Random, large: usize) -> Vec<u8> {
    let mut pixel = || if random.below(1000) < large { random.bits() } else { random.below(6) as u64 };
    (0..elems).flat_map(|_| pixel().to_le_bytes().into_iter().take(dtype.size())).collect()
}

/// The pixels of a frame.
fn pixels(dtype: Dtype, bytes: &[u8]) -> Vec<i128> {
    let bits = 8 * dtype.size();
    let one = |bytes: &[u8]| {
        let raw = bytes.iter().rev().fold(0_i128, |raw, byte| raw << 8 | i128::from(*byte));
        if dtype.is_signed() && raw >> (bits - 1) != 0 { raw - (1 << bits) } else { raw }
    };
    bytes.chunks(dtype.size()).map(one).collect()
}

/// What a frame is to give.
fn expected(plans: &[&CpuPlan], pixels: &[i128]) -> Sums {
    let (mut bins, mut status) = (Vec::new(), 0);
    for plan in plans {
        let (mut signal, mut variance) = (vec![0_i128; plan.bins()], vec![0_i128; plan.bins()]);
        for (elem, bin, entry) in plan.table().all_entries() {
            signal[bin] += i128::from(plan.table().coefficients[entry]) * pixels[elem];
            if plan.sums_variance() {
                variance[bin] += i128::from(plan.table().squares[entry]) * pixels[elem].max(1);
            }
            status |= if plan.marks().masks_integer(pixels[elem]) { 3 } else { 0 };
        }
        bins.extend(signal);
        bins.extend(if plan.sums_variance() { variance } else { Vec::new() });
    }
    Sums { status, bins: bins.into_iter().map(|sum| sum as u64).collect() }
}

/// A simulated design; `None`, having said so, where it cannot be built.
fn simulated(tables: &Tables) -> Option<Simulated> {
    match Simulated::new(DESIGN, tables, Path::new(env!("CARGO_TARGET_TMPDIR"))) {
        Err(error @ FpgaError::NoSimulator { .. }) => {
            println!("SKIPPED: {error}");
            None
        }
        made => Some(made.expect("a design")),
    }
}

/// Runs chunks through the simulated design and its model, which have to agree on all of them; returns what they say.
fn both(tables: &Tables, chunks: &[Vec<u8>]) -> Option<Vec<Sums>> {
    let (mut hardware, mut model) = (simulated(tables)?, Modelled::new(DESIGN, tables));
    let mut all = Vec::new();
    for chunks in chunks.chunks(DESIGN.lanes) {
        let chunks: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        let (found, said) = (hardware.run(&chunks).expect("sums"), model.run(&chunks).expect("sums"));
        for (found, said) in found.iter().zip(&said) {
            assert_eq!(found.status, said.status);
            assert!(said.status != 0 || found == said, "sums of the design and of its model");
        }
        all.extend(found);
    }
    let cycles = hardware.cycles().expect("cycles");
    assert!(cycles.all > cycles.input + cycles.decode + cycles.unshuffle + cycles.accumulate + cycles.plan);
    Some(all)
}

fn encode(format: &ChunkFormat, elements: &[u8]) -> Vec<u8> {
    let mut chunk = Vec::new();
    Encoder::new(format, Isa::best()).expect("an encoder").encode_chunk(elements, &mut chunk).expect("a chunk");
    chunk
}

#[test]
fn sums_are_those_of_the_plan() {
    for dtype in INTEGERS {
        for ((elems, block_elems), is_compressed) in SIZES.iter().flat_map(|size| [(*size, true), (*size, false)]) {
            let format = format(dtype, elems, block_elems, is_compressed);
            let plans =
                [(13, true), (29, false)].map(|(bins, poisson)| plan(dtype, &format, bins, poisson, Marks::default()));
            let plans: Vec<&CpuPlan> = plans.iter().collect();
            let tables = Tables::new(&plans, &DESIGN).expect("tables");
            let mut random = Random::new(elems as u64);
            let frames: Vec<_> = (0..4).map(|i| frame(dtype, elems, &mut random, [0, 2, 300, 1000][i])).collect();
            let chunks: Vec<_> = frames.iter().map(|elements| encode(&format, elements)).collect();
            let Some(found) = both(&tables, &chunks) else { return };
            for (found, elements) in found.iter().zip(&frames) {
                assert_eq!(
                    *found,
                    expected(&plans, &pixels(dtype, elements)),
                    "{dtype:?}, {elems} in blocks of {block_elems}"
                );
            }
        }
    }
}

#[test]
fn frames_with_marked_pixels_are_left_to_the_host() {
    let marks = Marks { dummy: Some(Dummy { value: -1.0, delta: 0.5 }), saturation: Some(100.0) };
    for dtype in [Dtype::I32, Dtype::U16, Dtype::I8] {
        let format = format(dtype, 500, 64, true);
        let plan = plan(dtype, &format, 20, false, marks);
        let tables = Tables::new(&[&plan], &DESIGN).expect("tables");
        let mut random = Random::new(4);
        let frames: Vec<_> = (0..12).map(|i| frame(dtype, 500, &mut random, 20 * (i % 4))).collect();
        let chunks: Vec<_> = frames.iter().map(|elements| encode(&format, elements)).collect();
        let Some(found) = both(&tables, &chunks) else { return };
        for (found, elements) in found.iter().zip(&frames) {
            let expected = expected(&[&plan], &pixels(dtype, elements));
            assert_eq!(found.status, expected.status);
            assert!(found.status == 3 || *found == expected);
        }
        assert!(found.iter().any(|sums| sums.status == 3) && found.iter().any(|sums| sums.status == 0), "both kinds");
    }
}

#[test]
fn broken_chunks_spoil_no_other() {
    let dtype = Dtype::U32;
    let format = format(dtype, 203, 64, true);
    let plan = plan(dtype, &format, 20, false, Marks::default());
    let tables = Tables::new(&[&plan], &DESIGN).expect("tables");
    let mut random = Random::new(8);
    let elements = frame(dtype, 203, &mut random, 20);
    let (good, expected) = (encode(&format, &elements), expected(&[&plan], &pixels(dtype, &elements)));
    let mut chunks: Vec<_> = (0..good.len()).map(|len| good[..len].to_vec()).collect();
    for _ in 0..1000 {
        let mut chunk = good.clone();
        let bit = random.below(8 * chunk.len());
        chunk[bit / 8] ^= 1 << (bit % 8);
        chunks.push(chunk);
    }
    chunks.push([&good[..], &[0; 40]].concat());
    // A good one between two that may be bad.
    let chunks: Vec<_> = chunks.into_iter().flat_map(|chunk| [chunk, good.clone()]).collect();
    let Some(found) = both(&tables, &chunks) else { return };
    assert!(found.iter().skip(1).step_by(2).all(|sums| *sums == expected), "good chunks beside broken ones");
    assert!(found[..2 * good.len()].iter().step_by(2).all(|sums| sums.status != 0), "what is cut off has a status");
}
