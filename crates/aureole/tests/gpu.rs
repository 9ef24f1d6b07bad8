//! Layout `gpu` gives the bits of the CPU and keeps the executor contract. Where no GPU is, it says so, and that is what is checked.

#[path = "gpu/stacks.rs"]
mod stacks;

use std::num::NonZero;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aureole::layout::Gpu;
use aureole::machine::Pin;
use aureole_codec::{Compression, Filter};
use aureole_core::dtype::Dtype;
use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{ChunkBuf, Executor, Job, Plan, RunError, Source};
use aureole_core::recipe::ErrorModel;
use aureole_core::testing::faults::Collect;
use aureole_core::testing::{Case, CasePlan, MemorySource, Random, executor_contract};
use aureole_cuda::driver::{devices, faults};
use stacks::{Kind, Stack};

fn gpu(threads: usize) -> Gpu {
    Gpu {
        devices: vec![0],
        threads: NonZero::new(threads).expect("not 0"),
        pin: Pin::Off,
        share: 0.5,
        or_threads: false,
    }
}

/// The device, for one check at a time; where there is none, says that the check is left out.
fn device() -> Option<MutexGuard<'static, ()>> {
    static ALONE: Mutex<()> = Mutex::new(());
    match devices() {
        Ok(_) => Some(ALONE.lock().unwrap_or_else(PoisonError::into_inner)),
        Err(reason) => {
            println!("SKIPPED: layout gpu on a device: {reason}");
            None
        }
    }
}

/// One frame at a time, by one worker of the CPU.
fn reference(plan: &dyn Plan, source: &MemorySource) -> Vec<Vec<Pattern>> {
    let mut worker = plan.worker();
    let integrate = |frame: usize| {
        let mut chunk = ChunkBuf { frame, ..ChunkBuf::default() };
        chunk.error = source.read(frame, &mut chunk).err();
        let mut out: Vec<Pattern> = (0..plan.recipes()).map(|recipe| plan.pattern(recipe)).collect();
        worker.integrate(&[chunk], &mut out);
        out
    };
    (0..source.spec.frames).map(integrate).collect()
}

/// Everything of a pattern as bits.
fn bits(pattern: &Pattern) -> (Vec<u32>, Vec<u32>, Vec<u64>, Vec<u64>, String) {
    let narrow = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect();
    let wide = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect();
    let rest = format!("{:?} {:?}", pattern.status, pattern.own);
    (narrow(&pattern.intensity), narrow(&pattern.errors), wide(&pattern.signal), wide(&pattern.variance), rest)
}

fn check(stack: &Stack) {
    let (source, plan) = (stack.source(), stack.plan());
    let expected = reference(&plan, &source);
    let mut sink = Collect::default();
    let job = Job { source: &source, plan: &plan, frames: 0..source.spec.frames, batch: None, strict: false };
    gpu(2).run(&job, &mut sink).expect("a good job");
    for (frame, (found, expected)) in sink.frames.iter().zip(&expected).enumerate() {
        for (recipe, (found, expected)) in found.iter().zip(expected).enumerate() {
            assert!(bits(found) == bits(expected), "frame {frame}, recipe {recipe} of {stack:?}");
        }
    }
    assert_eq!(sink.frames.len(), expected.len(), "{stack:?}");
}

fn bitshuffle(block_elems: usize) -> Vec<Filter> {
    vec![Filter::Bitshuffle { block_elems, compression: Compression::Lz4 }]
}

#[test]
fn a_machine_without_a_gpu_is_told_so() {
    if devices().is_ok() {
        return;
    }
    let case = Case::good(3, 1, CasePlan::Linear);
    let source = case.source();
    let plan = case.plan(source.spec());
    let job = Job { source: &source, plan: plan.as_ref(), frames: 0..3, batch: None, strict: false };
    let Err(RunError::Job(reason)) = gpu(1).run(&job, &mut Collect::default()) else { panic!("it ran") };
    assert!(reason.starts_with("layout gpu: ") && reason.contains("NVIDIA"), "{reason}");
}

#[test]
fn it_keeps_the_contract() {
    let Some(_alone) = device() else { return };
    [1, 2, 5].into_iter().for_each(|threads| executor_contract(&|_| Box::new(gpu(threads))));
}

#[test]
fn a_small_stack_has_the_bits_of_the_cpu() {
    let Some(_alone) = device() else { return };
    check(&Stack { shape: (3, 1500), ..Stack::new(bitshuffle(0)) });
}

#[test]
fn a_device_that_falls_away_ends_the_run_and_loses_nothing() {
    let Some(_alone) = device() else { return };
    let stack = Stack { frames: 200, ..Stack::new(bitshuffle(0)) };
    let (source, plan) = (stack.source(), stack.plan());
    let expected = reference(&plan, &source);
    let mut sink = Collect::default();
    let job = Job { source: &source, plan: &plan, frames: 0..source.spec.frames, batch: None, strict: false };
    faults::fail_after(150);
    let ended = gpu(1).run(&job, &mut sink);
    faults::heal();
    let Err(RunError::Engine(reason)) = ended else { panic!("it must end with an error: {ended:?}") };
    assert!(reason.contains("it fell away"), "{reason}");
    assert!((1..200).contains(&sink.frames.len()), "{} frames came before", sink.frames.len());
    for (found, expected) in sink.frames.iter().zip(&expected) {
        assert!(found.iter().zip(expected).all(|(found, expected)| bits(found) == bits(expected)));
    }
}

#[test]
fn all_types_and_odd_shapes_have_the_bits_of_the_cpu() {
    let Some(_alone) = device() else { return };
    for dtype in Dtype::ALL {
        for shape in [(3, 5), (1, 2048), (7, 613), (16, 512), (33, 257), (5, 4096)] {
            for error_model in [ErrorModel::None, ErrorModel::Poisson] {
                for kind in Kind::ALL {
                    check(&Stack { dtype, shape, error_model, kind, ..Stack::new(bitshuffle(0)) });
                }
            }
        }
    }
}

#[test]
fn all_ways_to_store_frames_have_the_bits_of_the_cpu() {
    let Some(_alone) = device() else { return };
    let plain = Filter::Bitshuffle { block_elems: 0, compression: Compression::None };
    for filters in [vec![], bitshuffle(8), bitshuffle(64), bitshuffle(1000), bitshuffle(16384), vec![plain]] {
        for dtype in [Dtype::U8, Dtype::U16, Dtype::I32, Dtype::F32, Dtype::F64] {
            check(&Stack { dtype, ..Stack::new(filters.clone()) });
        }
    }
}

#[test]
fn broken_chunks_fail_as_on_the_cpu() {
    let Some(_alone) = device() else { return };
    check_broken(Dtype::U32, (3, 1000), 1000);
}

#[test]
fn some_broken_chunks_fail_as_on_the_cpu() {
    let Some(_alone) = device() else { return };
    check_broken(Dtype::U32, (1, 200), 100);
    check_broken(Dtype::F32, (1, 200), 100);
}

/// Every truncation of a chunk, and so many flipped bits.
fn check_broken(dtype: Dtype, shape: (usize, usize), flips: usize) {
    let stack = Stack { dtype, shape, ..Stack::new(bitshuffle(0)) };
    let (plan, good) = (stack.plan(), stack.source());
    let chunk = good.chunks[0].clone().expect("a chunk");
    let mut random = Random::new(5);
    let truncated = (0..chunk.len()).map(|length| chunk[..length].to_vec());
    let flipped = (0..flips).map(|_| {
        let (at, bit) = (random.below(chunk.len()), random.below(8));
        let mut chunk = chunk.clone();
        chunk[at] ^= 1 << bit;
        chunk
    });
    let chunks: Vec<_> = truncated.chain(flipped).map(Ok).collect();
    let mut source = good.clone();
    source.spec.frames = chunks.len();
    source.chunks = chunks;
    let expected = reference(&plan, &source);
    let mut sink = Collect::default();
    let job = Job { source: &source, plan: &plan, frames: 0..source.spec.frames, batch: None, strict: false };
    let summary = gpu(4).run(&job, &mut sink).expect("failures do not end a run");
    assert!(summary.failed > chunk.len() / 2, "{summary:?}");
    for (frame, (found, expected)) in sink.frames.iter().zip(&expected).enumerate() {
        assert!(found.iter().zip(expected).all(|(a, b)| bits(a) == bits(b)), "frame {frame}");
    }
}
