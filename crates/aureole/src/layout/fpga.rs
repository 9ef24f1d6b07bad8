//! Layout `fpga`: a design for FPGAs takes compressed chunks and gives sums back, one frame a lane.
//!
//! No board is driven yet: the design is simulated cycle by cycle, some seconds a frame of megapixels, and says what it would need
//! in hardware. What it does not do (pixels that a frame masks by their value, chunks that are broken or stored in another
//! way) the host integrates, so that every bit, and every sentence about a broken frame, is that of the other layouts.

mod group;

use std::num::NonZero;
use std::path::PathBuf;
use std::time::Instant;

use aureole_core::pipeline::{Executor, HardwareCycles, Job, RunError, Sink, Summary};
use aureole_core::plan::CpuPlan;
use aureole_fpga::{Cycles, Design, Device, FpgaError, Modelled, Simulated, Tables};

use super::Threads;
use super::batches::Batches;
use super::delivery::Delivery;
use super::guard::guard;
use crate::machine::Pin;
use group::Group;

/// What stands for the hardware.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The design, simulated; what was built of it is kept in this folder.
    Simulated(PathBuf),
    /// Its model, which has no cycles: for tests.
    Modelled,
}

/// Layout `fpga`.
#[derive(Clone, Debug)]
pub struct Fpga {
    /// What the design is built with.
    pub design: Design,
    /// What stands for the hardware.
    pub kind: Kind,
}

impl Fpga {
    /// The design, simulated, with so many lanes, or those that it comes with.
    #[must_use]
    pub fn simulated(lanes: Option<u8>) -> Fpga {
        let design = Design::default();
        let lanes = lanes.map_or(design.lanes, usize::from);
        Fpga { design: Design { lanes, ..design }, kind: Kind::Simulated(cache()) }
    }

    /// Refuses plans that the design cannot take, and says what is missing to simulate it.
    ///
    /// # Errors
    /// Why the job cannot be run.
    pub fn check(&self, plans: &[&CpuPlan]) -> Result<(), FpgaError> {
        Tables::check(plans, &self.design)?;
        self.check_machine()
    }

    /// Says what is missing here to simulate the design.
    ///
    /// # Errors
    /// What is not installed.
    pub fn check_machine(&self) -> Result<(), FpgaError> {
        match self.kind {
            Kind::Simulated(_) => Simulated::check(),
            Kind::Modelled => Ok(()),
        }
    }

    /// True where the design was simulated here before, so that nothing has to be built.
    #[must_use]
    pub fn is_built(&self) -> bool {
        match &self.kind {
            Kind::Simulated(cache) => Simulated::is_built(self.design, cache),
            Kind::Modelled => true,
        }
    }

    fn device(&self, tables: &Tables) -> Result<Box<dyn Device>, FpgaError> {
        Ok(match &self.kind {
            Kind::Simulated(cache) => Box::new(Simulated::new(self.design, tables, cache)?),
            Kind::Modelled => Box::new(Modelled::new(self.design, tables)),
        })
    }
}

impl Executor for Fpga {
    fn name(&self) -> &'static str {
        "fpga"
    }

    fn run(&self, job: &Job<'_>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        let Some(plans) = job.plan.linear() else {
            // Plans that are not sums of pixels; jobs with such recipes are refused before.
            return Threads { threads: NonZero::<usize>::MIN, pin: Pin::Off }.run(job, sink);
        };
        let batches = Batches::new(job, self.design.lanes)?;
        let mut delivery = Delivery::new(sink, job, 1, batches.size());
        let start = Instant::now();
        let refused = |error: FpgaError| RunError::Job(format!("layout fpga: {error}"));
        let tables = guard(&job.frames, || Tables::new(&plans, &self.design))?.map_err(refused)?;
        let mut device = self.device(&tables).map_err(refused)?;
        delivery.summary().start = start.elapsed().as_secs_f64();
        let mut group = Group::new(job, &plans, &tables);
        let mut patterns = delivery.patterns(job.plan, batches.size());
        for batch in 0..batches.len() {
            if !delivery.wants_more() {
                break;
            }
            let frames = batches.frames(batch);
            let rows = &mut patterns[..frames.len() * job.plan.recipes()];
            let stopped = |error: FpgaError| RunError::Engine(format!("layout fpga: {error}"));
            guard(&frames, || group.integrate(device.as_mut(), frames.clone(), rows))?.map_err(stopped)?;
            if delivery.push(frames.start, rows)?.is_break() {
                break;
            }
        }
        let hardware = device.cycles().map(|cycles| hardware(self.design, &cycles));
        let (bytes_in, stages) = group.finish();
        let mut summary = delivery.finish();
        summary.bytes_in = bytes_in;
        summary.stages = aureole_core::pipeline::Stages { write: summary.stages.write, ..stages };
        summary.hardware = hardware;
        Ok(summary)
    }
}

/// Cycles as a summary has them.
fn hardware(design: Design, cycles: &Cycles) -> HardwareCycles {
    let Cycles { all, input, decode, unshuffle, accumulate, plan, output } = *cycles;
    HardwareCycles {
        lanes: design.lanes,
        all,
        lost: vec![
            ("input", input),
            ("decode", decode),
            ("unshuffle", unshuffle),
            ("accumulate", accumulate),
            ("plan memory", plan),
            ("output", output),
        ],
        clock: Design::CLOCK,
        part: Design::PART,
    }
}

/// Where what was built is kept: the user's cache, or the system's folder for what is temporary.
fn cache() -> PathBuf {
    let beside = crate::tuned::default_file().and_then(|file| Some(file.parent()?.to_owned()));
    beside.unwrap_or_else(|| std::env::temp_dir().join("aureole"))
}
