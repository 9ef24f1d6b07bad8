//! The frames that a design takes at once: their chunks, and what becomes of their sums.

use std::ops::Range;
use std::time::Instant;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{ChunkBuf, Job, Stages, Worker};
use aureole_core::plan::CpuPlan;
use aureole_core::sums::{Accumulator, LANES, Sums, slot};
use aureole_fpga::{Device, FpgaError, Tables};

use crate::layout::batches;
use crate::layout::stored::{Carrier, Way};

/// Buffers of one frame after the other.
pub(super) struct Group<'a> {
    job: &'a Job<'a>,
    plans: &'a [&'a CpuPlan],
    tables: &'a Tables,
    carrier: Carrier,
    chunks: Vec<ChunkBuf>,
    /// Pixels of frames that the host decodes, nothing for others.
    decoded: Vec<Vec<u8>>,
    sums: Vec<Sums>,
    worker: Option<Box<dyn Worker + 'a>>,
    bytes_in: u64,
    stages: Stages,
}

impl<'a> Group<'a> {
    pub(super) fn new(job: &'a Job<'a>, plans: &'a [&'a CpuPlan], tables: &'a Tables) -> Group<'a> {
        let sums = plans.iter().map(|plan| Sums::new(plan.bins(), LANES, false, plan.sums_variance()));
        Group {
            job,
            plans,
            tables,
            carrier: Carrier::new(plans[0].format(), plans[0].isa()),
            chunks: Vec::new(),
            decoded: Vec::new(),
            sums: sums.collect(),
            worker: None,
            bytes_in: 0,
            stages: Stages::default(),
        }
    }

    /// Stored bytes that were read, and where the time went.
    pub(super) fn finish(self) -> (u64, Stages) {
        (self.bytes_in, self.stages)
    }

    /// The patterns of some frames.
    pub(super) fn integrate(
        &mut self,
        device: &mut dyn Device,
        frames: Range<usize>,
        rows: &mut [Pattern],
    ) -> Result<(), FpgaError> {
        let start = Instant::now();
        self.bytes_in += batches::read(self.job.source, false, frames.clone(), &mut self.chunks);
        let read = start.elapsed().as_secs_f64();
        self.decoded.resize_with(frames.len(), Vec::new);
        let ways: Vec<Way> = (0..frames.len()).map(|i| self.way(i)).collect();
        let mut left = Vec::new();
        self.sums.iter_mut().for_each(Sums::clear);
        for first in (0..frames.len()).step_by(device.lanes()) {
            let group = first..frames.len().min(first + device.lanes());
            let chunks: Vec<&[u8]> = group.map(|i| self.to_lane(i, ways[i])).collect();
            for (i, found) in (first..).zip(device.run(&chunks)?) {
                if found.status == 0 && ways[i] != Way::No {
                    put(&mut self.sums, self.tables, i, &found.bins);
                } else {
                    left.push(i);
                }
            }
        }
        let numbers: Vec<usize> = frames.clone().collect();
        CpuPlan::finish_all(self.plans, &self.sums, &numbers, rows);
        let recipes = self.plans.len();
        for i in left {
            self.on_host(i, &mut rows[i * recipes..][..recipes]);
        }
        self.stages.read += read;
        self.stages.accumulate += start.elapsed().as_secs_f64() - read;
        Ok(())
    }

    /// How the chunk of a frame gets to a lane; one that cannot be read or decoded is left to the host, which then says why.
    fn way(&mut self, i: usize) -> Way {
        let (chunk, format) = (&mut self.chunks[i], self.plans[0].format());
        let takes_compressed = !self.tables.format.raw;
        if chunk.error.is_some() {
            return Way::No;
        }
        match Way::of(format, chunk.filter_mask, chunk.bytes.len(), takes_compressed) {
            // A design that was told of compressed chunks takes no others.
            Way::Elements | Way::Decoded if takes_compressed => Way::No,
            Way::Decoded => {
                self.decoded[i].resize(format.bytes(), 0);
                if self.carrier.fill(chunk, Way::Decoded, &mut self.decoded[i]) { Way::Decoded } else { Way::No }
            }
            way => way,
        }
    }

    /// What a lane is given of a frame: nothing where the host integrates it.
    fn to_lane(&self, i: usize, way: Way) -> &[u8] {
        match way {
            Way::Compressed | Way::Elements => &self.chunks[i].bytes,
            Way::Decoded => &self.decoded[i],
            Way::No => &[],
        }
    }

    /// Integrates frame `i` as all layouts on the CPU do.
    fn on_host(&mut self, i: usize, rows: &mut [Pattern]) {
        let worker = self.worker.get_or_insert_with(|| self.job.plan.worker());
        worker.integrate(std::slice::from_ref(&self.chunks[i]), rows);
    }
}

/// Puts what a design summed for frame `i` to where the CPU keeps its sums.
fn put(sums: &mut [Sums], tables: &Tables, i: usize, bins: &[u64]) {
    for (sums, (signal, variance)) in sums.iter_mut().zip(&tables.recipes) {
        let (to_signal, to_variance) = sums.accumulators();
        scatter(to_signal, &bins[*signal..], i);
        if let Some(variance) = variance {
            scatter(to_variance, &bins[*variance..], i);
        }
    }
}

fn scatter(to: &mut Accumulator, from: &[u64], i: usize) {
    if let Accumulator::Integer(to) = to {
        to.chunks_mut(LANES).zip(from).for_each(|(bin, sum)| bin[slot(i)] = *sum);
    }
}
