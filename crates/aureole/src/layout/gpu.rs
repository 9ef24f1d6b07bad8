//! Layout `gpu`: only compressed chunks cross the bus, and only sums come back.
//!
//! ```text
//! readers ──► pinned buffers ──► loads on devices ──► sums ──► finishers ──► patterns, in order
//! ```
//! Readers take batches in turn and put their chunks into loads of several batches; whoever completes a load starts it. A watcher
//! waits for loads in their order and hands their batches to finishers, which turn sums into patterns and integrate on the CPU
//! what a device did not do. A few loads go round, so that files are read, chunks copied, kernels run and patterns finished at
//! the same time; they bound what is in flight.

mod finishing;
mod reading;
mod ring;
mod sizes;
mod warming;

use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Instant;

use aureole_codec::Isa;
use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{Executor, Job, RunError, Sink, Summary};
use aureole_core::plan::{ByPixel, CpuPlan};
use aureole_core::sums::LANES;
use aureole_cuda::driver::{self, Context};
use aureole_cuda::energy::Meter;
use aureole_cuda::kernels::Kind;
use aureole_cuda::{CudaError, DevicePlan, Tables};
use crossbeam_channel::unbounded;

use super::Threads;
use super::batches::Batches;
use super::delivery::Delivery;
use super::guard::guard;
use super::order::{in_order, wait};
use crate::machine::{Pin, Placement};
use ring::Ring;
use sizes::Sizes;
pub use warming::Warming;

/// Layout `gpu`.
#[derive(Clone, Debug)]
pub struct Gpu {
    /// Numbers of the devices, at least one.
    pub devices: Vec<usize>,
    /// Threads that read, and threads that finish.
    pub threads: NonZero<usize>,
    /// Where they run.
    pub pin: Pin,
    /// The part of each device's free memory that may be used: 1 unless other processes use it, too.
    pub share: f64,
    /// Where a device cannot be used after all, threads of the host take its place.
    pub or_threads: bool,
}

/// The patterns of one batch on their way.
type Slot = Vec<Pattern>;

/// What all threads share.
struct Shared<'a> {
    job: &'a Job<'a>,
    plans: Vec<&'a CpuPlan>,
    by_pixel: Vec<ByPixel>,
    batches: Batches,
    ring: Ring,
    sizes: Sizes,
    kind: Kind,
    isa: Isa,
    placement: Placement,
    /// The next batch to read.
    next: AtomicUsize,
    bytes_in: AtomicU64,
}

impl Executor for Gpu {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn run(&self, job: &Job<'_>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let batches = Batches::new(job, LANES)?;
        let tables = job.plan.linear().and_then(|plans| Some((Arc::new(Tables::new(&plans)?), plans)));
        let on_host = Threads { threads: self.threads, pin: self.pin };
        let Some((tables, plans)) = tables.filter(|_| batches.len() != 0) else {
            // Recipes and pixels for which there is no kernel.
            return on_host.run(job, sink);
        };
        let threads = self.threads.get().min(batches.len());
        let start = Instant::now();
        let sizes = guard(&job.frames, || Sizes::of(job, &tables, threads, &batches))?;
        let (devices, ring) = match self.open(&tables, &sizes, batches.len()) {
            Err(_) if self.or_threads => return on_host.run(job, sink),
            opened => opened.map_err(|error| not_usable(&error))?,
        };
        let meter = Meter::start(devices.iter().map(|device| device.context().info()));
        let by_pixel =
            if tables.has_marks() { plans.iter().map(|plan| ByPixel::new(plan)).collect() } else { Vec::new() };
        let shared = Shared {
            job,
            by_pixel,
            isa: plans[0].isa(),
            plans,
            batches,
            ring,
            sizes,
            kind: tables.cut.kind,
            placement: Placement::here(2 * threads, self.pin),
            next: AtomicUsize::new(0),
            bytes_in: AtomicU64::new(0),
        };
        let ready = start.elapsed().as_secs_f64();
        let mut summary = shared.run(threads, sink)?;
        summary.bytes_in = shared.bytes_in.into_inner();
        summary.joules = meter.joules();
        summary.start = ready;
        Ok(summary)
    }
}

impl Gpu {
    /// Threads that read for so many devices, where nobody says how many: more of them stand in each other's way (decision note 022).
    #[must_use]
    pub fn most_threads(devices: usize) -> NonZero<usize> {
        NonZero::new(if devices > 1 { 24 } else { 16 }).unwrap_or(NonZero::<usize>::MIN)
    }

    /// Takes the devices into use, copies the tables there and makes room for so many batches.
    fn open(
        &self,
        tables: &Arc<Tables>,
        sizes: &Sizes,
        batches: usize,
    ) -> Result<(Vec<Arc<DevicePlan>>, Ring), CudaError> {
        let plan = |ordinal: &usize| DevicePlan::new(&Context::of(*ordinal)?, tables);
        let devices = self.devices.iter().map(plan).collect::<Result<Vec<_>, _>>()?;
        let ring = Ring::new(&devices, sizes, batches, self.share)?;
        Ok((devices, ring))
    }
}

impl Shared<'_> {
    fn run(&self, threads: usize, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let mut delivery = Delivery::new(sink, self.job, threads, self.batches.size());
        let (free_sender, free) = unbounded();
        let (report, reports) = unbounded();
        let (started, runs) = unbounded();
        let (task, tasks) = unbounded();
        for _ in 0..self.sizes.slots {
            let _ = free_sender.send(delivery.patterns(self.job.plan, self.batches.size()));
        }
        std::thread::scope(|scope| {
            let _stopping = Stopping(self);
            for number in 0..threads {
                let (started, reader) = (started.clone(), report.clone());
                scope.spawn(move || {
                    self.placement.bind(number);
                    self.read(&started, &reader);
                });
                let (free, tasks, finisher) = (free.clone(), tasks.clone(), report.clone());
                scope.spawn(move || {
                    self.placement.bind(threads + number);
                    self.finish(&free, &tasks, &finisher);
                });
            }
            let watcher = report.clone();
            scope.spawn(move || self.watch(&runs, &task, &watcher));
            drop((started, report, free, tasks));
            let outcome = in_order(self.batches.len(), &reports, &mut delivery, |delivery, batch, slot: Slot| {
                let frames = self.batches.frames(batch);
                let flow = delivery.push(frames.start, &slot[..frames.len() * self.job.plan.recipes()])?;
                let _ = free_sender.send(slot);
                Ok(flow)
            });
            // What threads still have in hand is not wanted any more.
            self.stop();
            drop(free_sender);
            wait(reports, &mut delivery);
            outcome
        })?;
        Ok(delivery.finish())
    }

    /// Lets all threads end.
    fn stop(&self) {
        self.next.store(self.batches.len(), Ordering::Relaxed);
        self.ring.stop();
    }
}

/// Refuses numbers of devices one of which is named twice.
///
/// # Errors
/// A sentence that repeats them.
pub fn check_devices(devices: &[usize]) -> Result<(), String> {
    let mut seen = std::collections::BTreeSet::new();
    let Some(device) = devices.iter().find(|device| !seen.insert(**device)) else { return Ok(()) };
    let numbers: Vec<String> = devices.iter().map(usize::to_string).collect();
    Err(format!("{}: device {device} is named twice", numbers.join(",")))
}

/// Refuses numbers of devices that are not there, or too old; none is taken into use.
///
/// # Errors
/// Why one cannot be used.
pub fn there(devices: &[usize]) -> Result<(), CudaError> {
    let there = driver::devices()?;
    let last = there.len() - 1;
    devices
        .iter()
        .try_for_each(|ordinal| there.get(*ordinal).ok_or(CudaError::NoSuchDevice { ordinal: *ordinal, last })?.check())
}

/// Lets all threads end when one of them, or the sink, panics outside of what is guarded.
struct Stopping<'a>(&'a Shared<'a>);

impl Drop for Stopping<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

/// Why a job cannot be run on a device.
fn not_usable(error: &CudaError) -> RunError {
    RunError::Job(format!("layout gpu: {error}"))
}

/// Why a run ended in the middle.
fn fell_away(error: &CudaError) -> RunError {
    RunError::Engine(format!("layout gpu: {error}"))
}
