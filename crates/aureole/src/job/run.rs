//! A prepared job at work.

use std::num::NonZero;
use std::ops::Range;

use aureole_core::decoded::Decoded;
use aureole_core::images::StackImages;
use aureole_core::pipeline::{Executor, Job, Plan, RunError, Sink, Source, Summary};
use aureole_core::plan::PlanSet;

use super::{Execution, Prepared};
use crate::layout::elsewhere::Missing;
use crate::layout::{Fpga, Gpu, Launch, Layout, Processes, Serial, Threads};
use crate::source::Paired;

/// What a run of a prepared job takes in; all of it may be replaced by other frames of the same kind.
pub struct Input<'a> {
    /// The frames.
    pub data: &'a dyn Source,
    /// One frame of variances for each, where the job needs them.
    pub variance: Option<&'a dyn Source>,
    /// The plans.
    pub plans: &'a PlanSet,
    /// The frames to integrate.
    pub frames: Range<usize>,
}

impl Prepared {
    /// The layout that runs the job, not `auto`.
    #[must_use]
    pub fn layout(&self) -> Layout {
        self.layout_for(self.frames.len())
    }

    fn layout_for(&self, frames: usize) -> Layout {
        let pixels = self.stack.spec().format.elems();
        match self.spec.execution.layout {
            Layout::Auto if self.stack.grows().is_some() => Layout::Threads,
            Layout::Auto if !self.gpus.is_empty() && Layout::is_worth_a_gpu(frames, pixels, self.threads) => {
                Layout::Gpu
            }
            layout => layout.choose(frames, self.threads),
        }
    }

    /// Threads, processes or workers that the layout takes.
    #[must_use]
    pub fn workers(&self) -> NonZero<usize> {
        self.threads_of(self.layout())
    }

    /// GPUs need few threads, unless somebody said how many; a design has its lanes.
    fn threads_of(&self, layout: Layout) -> NonZero<usize> {
        let Execution { threads, lanes, .. } = self.spec.execution;
        if layout == Layout::Fpga {
            return NonZero::new(Fpga::simulated(lanes).design.lanes).unwrap_or(NonZero::<usize>::MIN);
        }
        if layout != Layout::Gpu || threads.is_some() {
            return self.threads;
        }
        self.threads.min(Gpu::most_threads(self.spec.execution.devices().len()))
    }

    /// What runs the job.
    #[must_use]
    pub fn executor(&self) -> Box<dyn Executor> {
        self.executor_for(self.frames.len())
    }

    /// What would run the job if it had so many frames.
    #[must_use]
    pub fn executor_for(&self, frames: usize) -> Box<dyn Executor> {
        let (layout, pin) = (self.layout_for(frames), self.spec.execution.pin);
        let threads = self.threads_of(layout);
        match layout {
            Layout::Serial => Box::new(Serial { threads, pin }),
            Layout::Auto | Layout::Threads => Box::new(Threads { threads, pin }),
            Layout::Processes => {
                let launch = self.launch.clone().unwrap_or_else(Launch::this_program);
                let (job, beside) = (self.for_workers().to_json(), self.bins.clone());
                Box::new(Processes { workers: threads, launch, job, beside })
            }
            Layout::Gpu => {
                let devices = self.spec.execution.devices();
                let share = self.spec.execution.device_memory.map_or(1.0, |percent| f64::from(percent) / 100.0);
                let or_threads = self.spec.execution.layout == Layout::Auto;
                Box::new(Gpu { devices, threads, pin, share, or_threads })
            }
            Layout::Fpga => Box::new(Fpga::simulated(self.spec.execution.lanes)),
            // Their engines come from outside, see `run_by`.
            layout @ (Layout::Dask | Layout::Joblib) => Box::new(Missing(layout.name())),
        }
    }

    /// Integrates all frames, adds them to `images` as [`Prepared::images`] gave them, and pushes their patterns in order;
    /// the sink is not finished.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn run(&self, images: Option<&StackImages>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        if let Some(growing) = self.stack.grows() {
            return self.follow(growing, self.frames.clone(), images, sink);
        }
        self.run_by(self.executor().as_ref(), &self.input(), images, sink)
    }

    /// As [`Prepared::run`], by an executor and from an input of one's own choice.
    ///
    /// # Errors
    /// See [`RunError`].
    pub fn run_by(
        &self,
        executor: &dyn Executor,
        input: &Input<'_>,
        images: Option<&StackImages>,
        sink: &mut dyn Sink,
    ) -> Result<Summary, RunError> {
        self.with_parts(input, images, |source, plan| {
            let Execution { batch, strict, .. } = self.spec.execution;
            executor.run(&Job { source, plan, frames: input.frames.clone(), batch, strict }, sink)
        })
    }

    /// Where the job's frames come from, the variances of each beside it.
    #[must_use]
    pub fn input(&self) -> Input<'_> {
        Input {
            data: &self.stack,
            variance: self.variance.as_ref().map(|variance| variance as &dyn Source),
            plans: &self.plans,
            frames: self.frames.clone(),
        }
    }

    /// The source and the plan that an executor or a worker process is given.
    pub(super) fn with_parts<T>(
        &self,
        input: &Input<'_>,
        images: Option<&StackImages>,
        then: impl FnOnce(&dyn Source, &dyn Plan) -> T,
    ) -> T {
        let format = &self.stack.spec().format;
        let decoded = Decoded { plan: input.plans, images, format, isa: self.isa };
        let paired = input.variance.map(|variance| Paired { data: input.data, variance });
        let source = paired.as_ref().map_or(input.data, |paired| paired);
        then(source, if self.decodes_whole { &decoded } else { input.plans })
    }
}
