//! What GPUs integrate in a second with nothing read from files: of chunks that are in their memory already, and of chunks that are copied
//! there from memory of the host. No run can be faster than these.
#![allow(unsafe_code)]

use std::sync::Arc;
use std::time::Instant;

use aureole_core::pipeline::{ChunkBuf, Plan, Source};
use aureole_core::sums::LANES;
use aureole_cuda::driver::{Context, PinnedMemory};
use aureole_cuda::kernels::Kind;
use aureole_cuda::{CudaError, DevicePlan, Load, Tables};
use serde::Serialize;

use super::BenchError;
use crate::job::Prepared;

/// How it is measured.
#[derive(Clone, Debug)]
pub struct LimitsRequest {
    /// Numbers of the GPUs.
    pub devices: Vec<usize>,
    /// Frames of the stack that go round.
    pub frames: usize,
    /// Batches of 16 frames that a GPU takes at once.
    pub batches: usize,
    /// Loads of so many batches that a GPU has in hand.
    pub loads: usize,
    /// Seconds that each measurement takes.
    pub seconds: f64,
}

/// Frames a second, over all GPUs.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Limits {
    /// Chunks are in the GPU's memory, sums stay there.
    pub resident: f64,
    /// Chunks are in the GPU's memory, sums are copied back.
    pub with_results: f64,
    /// Chunks are copied from pinned memory, sums are copied back.
    pub from_pinned: f64,
    /// Stored bytes a frame.
    pub bytes: f64,
}

/// The stored bytes of some frames, behind each other in memory that GPUs read by themselves.
struct Chunks {
    memory: PinnedMemory,
    places: Vec<(usize, usize)>,
}

/// Measures a prepared job of frames whose chunks go to a GPU as they are.
///
/// # Errors
/// When there is no GPU, no kernel for such a job, or a frame cannot be read.
pub fn limits(prepared: &Prepared, request: &LimitsRequest) -> Result<Limits, BenchError> {
    let refused = |error: String| BenchError::Refused(error);
    let input = prepared.input();
    let tables = input.plans.linear().and_then(|plans| Tables::new(&plans));
    let tables = tables.ok_or_else(|| refused("layout gpu: there is no kernel for such a job".to_owned()))?;
    let measured = measure(&Arc::new(tables), input.data, request);
    measured.map_err(|error| refused(format!("layout gpu: {error}")))
}

fn measure(tables: &Arc<Tables>, source: &dyn Source, request: &LimitsRequest) -> Result<Limits, String> {
    let said = |error: CudaError| error.to_string();
    let contexts = request.devices.iter().map(|ordinal| Context::of(*ordinal)).collect::<Result<Vec<_>, _>>();
    let contexts = contexts.map_err(said)?;
    let first = contexts.first().ok_or("no GPU is named")?;
    let chunks = Chunks::read(first, source, request.frames, tables.cut.kind)?;
    // Every load is full.
    let batches = request.batches.min(chunks.places.len() / LANES);
    let loads = |context| (0..request.loads).map(|round| load(context, tables, &chunks, batches, round)).collect();
    let plans = contexts.iter().map(|context| DevicePlan::new(context, tables)).collect::<Result<Vec<_>, _>>();
    let devices = plans.map_err(said)?.iter().map(loads).collect::<Result<Vec<Vec<Load>>, _>>().map_err(said)?;
    let rate = |work: &Work<'_>| rate(&devices, request.seconds, work).map_err(said);
    let bytes = chunks.places.iter().map(|(_, size)| *size as f64).sum::<f64>() / chunks.places.len() as f64;
    Ok(Limits {
        resident: rate(&|load, _| load.integrate())?,
        with_results: rate(&|load, _| load.run())?,
        from_pinned: rate(&|load, round| chunks.copy(load, round).and_then(|()| load.run()))?,
        bytes,
    })
}

impl Chunks {
    fn read(context: &Arc<Context>, source: &dyn Source, frames: usize, kind: Kind) -> Result<Chunks, String> {
        let (mut chunk, mut chunks) = (ChunkBuf::default(), Vec::new());
        for frame in 0..frames.min(source.spec().frames) {
            source.read(frame, &mut chunk)?;
            if kind == Kind::Elements && chunk.bytes.len() != source.spec().format.bytes() {
                return Err("such chunks are decoded by the host; there is nothing to measure".to_owned());
            }
            chunks.push(chunk.bytes.clone());
        }
        if chunks.len() < LANES {
            return Err(format!("{} frames; {LANES} are needed", chunks.len()));
        }
        let bytes = chunks.iter().map(|chunk| chunk.len().next_multiple_of(16)).sum();
        let mut memory = PinnedMemory::new(context, bytes).map_err(|error| error.to_string())?;
        let (mut at, mut places) = (0, Vec::new());
        for chunk in &chunks {
            memory.bytes_mut()[at..at + chunk.len()].copy_from_slice(chunk);
            places.push((at, chunk.len()));
            at += chunk.len().next_multiple_of(16);
        }
        Ok(Chunks { memory, places })
    }

    /// The places of the chunks of a load: neighbours, so that one copy takes all of them.
    fn of(&self, lanes: usize, round: usize) -> &[(usize, usize)] {
        let loads = (self.places.len() / lanes).max(1);
        let first = round % loads * lanes;
        &self.places[first..(first + lanes).min(self.places.len())]
    }

    fn copy(&self, load: &Load, round: usize) -> Result<(), CudaError> {
        let places = self.of(load.batches() * LANES, round);
        let (start, (at, size)) = (places[0].0, places[places.len() - 1]);
        // SAFETY: the memory is not changed any more.
        unsafe { load.copy_all(&self.memory, start..at + size) }
    }
}

/// A load whose frames, those of the round of its number, were integrated once.
fn load(
    plan: &Arc<DevicePlan>,
    tables: &Tables,
    chunks: &Chunks,
    batches: usize,
    round: usize,
) -> Result<Load, CudaError> {
    let lanes = batches * LANES;
    let most = (0..chunks.places.len().div_ceil(lanes)).map(|round| {
        let places = chunks.of(lanes, round);
        places[places.len() - 1].0 + places[places.len() - 1].1 - places[0].0
    });
    let load = Load::new(plan, batches, most.max().unwrap_or(0) + 16 * lanes)?;
    put(&load, tables, chunks, round);
    chunks.copy(&load, round)?;
    load.run()?;
    load.finish()?;
    Ok(load)
}

fn put(load: &Load, tables: &Tables, chunks: &Chunks, round: usize) {
    let places = chunks.of(load.batches() * LANES, round);
    for (lane, (at, size)) in places.iter().enumerate() {
        load.put(lane, at - places[0].0, *size, tables.cut.kind);
    }
}

/// What is done with a load in a round.
type Work<'a> = dyn Fn(&Load, usize) -> Result<(), CudaError> + Sync + 'a;

/// Frames a second over all devices, each of which works on its loads in turn.
fn rate(devices: &[Vec<Load>], seconds: f64, work: &Work<'_>) -> Result<f64, CudaError> {
    let measure = |loads: &[Load]| {
        let (start, mut frames) = (Instant::now(), 0);
        while start.elapsed().as_secs_f64() < seconds {
            for (round, load) in loads.iter().enumerate() {
                load.finish()?;
                work(load, round)?;
                load.mark()?;
                frames += load.batches() * LANES;
            }
        }
        loads.iter().try_for_each(Load::finish)?;
        Ok(frames as f64 / start.elapsed().as_secs_f64())
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = devices.iter().map(|loads| scope.spawn(move || measure(loads))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Ok(f64::NAN))).sum()
    })
}
