//! A job as Python sees it.

mod describe;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use aureole::job::{self, Given, Input, JobError, JobSpec, Parcel, Prepared, Resumed};
use aureole::layout::Elsewhere;
use aureole::sink::NexusSink;
use aureole::sink::nexus::Description;
use aureole_core::dtype::Dtype;
use aureole_core::images::StackImages;
use aureole_core::pipeline::{Executor, RunError, Sink, Source, StackSpec, Summary};
use numpy::PyUntypedArray;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::{PyBytes, PyDict};

use crate::arrays::attached;
use crate::engine;
use crate::errors::{broken, of_task, other_job, refused, unwritable};
use crate::frames::{ArraySource, blank};
use crate::rows::Collector;
use crate::supervise::{Watched, abandonable, supervise};

/// A description made ready: its stack is open (or its frames come later, as arrays), its plans are made. Immutable, and free
/// of scratch: any number of threads may use one at the same time.
#[pyclass(frozen, module = "aureole._native")]
pub(crate) struct Job {
    pub(crate) prepared: Arc<Prepared>,
    /// What result files say of it, once a part of one was written.
    described: OnceLock<Result<Description, JobError>>,
}

impl From<Arc<Prepared>> for Job {
    fn from(prepared: Arc<Prepared>) -> Job {
        Job { prepared, described: OnceLock::new() }
    }
}

#[pymethods]
impl Job {
    /// Makes ready what `spec` (JSON) describes; `arrays` are those it names `attached:NAME`. `frames` are its stack, an array
    /// (frames, rows, columns), in place of inputs.
    #[new]
    #[pyo3(signature = (spec, arrays=None, frames=None))]
    fn new(
        py: Python<'_>,
        spec: &str,
        arrays: Option<&Bound<'_, PyDict>>,
        frames: Option<&Bound<'_, PyUntypedArray>>,
    ) -> PyResult<Job> {
        let stack = match frames {
            Some(frames) => {
                let source = Box::new(ArraySource::new(frames)?);
                let stack = aureole::source::Stack::of(source, "array");
                Some(stack.map_err(|error| PyValueError::new_err(error.to_string()))?)
            }
            None => None,
        };
        let given = Given { stack, variance: None, attached: attached(arrays)? };
        prepare(py, spec, given)
    }

    /// The same for frames (rows, columns) of a type that come later, to `integrate`; `variance` is the type of the frames of
    /// variances that come with them.
    #[staticmethod]
    #[pyo3(signature = (spec, shape, dtype, arrays=None, variance=None))]
    fn of_arrays(
        py: Python<'_>,
        spec: &str,
        shape: (usize, usize),
        dtype: &str,
        arrays: Option<&Bound<'_, PyDict>>,
        variance: Option<&str>,
    ) -> PyResult<Job> {
        let kind = |name: &str| {
            Dtype::from_name(name).ok_or_else(|| PyValueError::new_err(format!("frames of {name} are not read")))
        };
        let stack = Some(blank(shape, kind(dtype)?)?);
        let variance = variance.map(|name| blank(shape, kind(name)?)).transpose()?;
        prepare(py, spec, Given { stack, variance, attached: attached(arrays)? })
    }

    /// Integrates an array (frames, rows, columns) of the type that the job was made for.
    #[pyo3(signature = (frames, variance=None, normalization=None, sums=true))]
    fn integrate<'py>(
        &self,
        py: Python<'py>,
        frames: &Bound<'py, PyUntypedArray>,
        variance: Option<&Bound<'py, PyUntypedArray>>,
        normalization: Option<f64>,
        sums: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let job = &*self.prepared;
        let data = self.fitting(frames, job.stack.spec())?;
        let variance = match (&job.variance, variance) {
            (Some(expected), Some(variance)) => Some(self.fitting(variance, expected.spec())?),
            (None, None) => None,
            _ => return Err(PyValueError::new_err("variances go with a job that was made for them")),
        };
        let plans = job.plans.with_normalization(normalization.as_slice());
        let count = data.spec().frames;
        let (collector, ran) = supervise(py, None, |watch| {
            let input = Input {
                data: &data,
                variance: variance.as_ref().map(|variance| variance as &dyn Source),
                plans: &plans,
                frames: 0..count,
            };
            let executor = job.executor_for(count);
            let mut sink = Watched { sink: Collector::new(job, count, sums), watch };
            let ran = job.run_by(executor.as_ref(), &input, None, &mut sink);
            (sink.sink, ran)
        })?;
        ran.map_err(|error| broken(&error))?;
        collector.into_python(py)
    }

    /// The job for a worker elsewhere, as bytes, and whether the frames must go with its tasks.
    fn parcel<'py>(&self, py: Python<'py>, send_chunks: bool) -> PyResult<(Bound<'py, PyBytes>, bool)> {
        let job = &*self.prepared;
        let parcel = py.detach(|| job.parcel(send_chunks).map(|parcel| parcel.to_bytes()));
        let bytes = PyBytes::new(py, &parcel.map_err(|error| refused(&error))?);
        Ok((bytes, job.sends_chunks(send_chunks)))
    }

    /// The job that `parcel` wrote, made ready.
    #[staticmethod]
    fn from_parcel(py: Python<'_>, parcel: PyBackedBytes) -> PyResult<Job> {
        let prepared = abandonable(py, move || Parcel::from_bytes(&parcel).and_then(Parcel::prepare))?;
        Ok(Arc::new(prepared.map_err(|error| refused(&error))?).into())
    }

    /// The stored bytes of the frames `start` to `stop`, to go with a task.
    fn chunks<'py>(&self, py: Python<'py>, start: usize, stop: usize) -> Bound<'py, PyBytes> {
        let chunks = py.detach(|| self.prepared.chunks(start..stop));
        PyBytes::new(py, &chunks)
    }

    /// Integrates the frames `start` to `stop` in one thread into a file of `folder`: what is known of them, encoded.
    fn integrate_part<'py>(
        &self,
        py: Python<'py>,
        start: usize,
        stop: usize,
        sums: bool,
        folder: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let folder: PathBuf = folder.extract()?;
        let done = py.detach(|| {
            let described = self.described.get_or_init(|| self.prepared.description(sums));
            let described = described.as_ref().map_err(|error| RunError::Job(error.to_string()))?;
            let description = Description { sums, ..described.clone() };
            self.prepared.integrate_part(start..stop, &description, &folder)
        });
        Ok(PyBytes::new(py, &done.map_err(|error| of_task(&error))?))
    }

    /// Integrates the frames `start` to `stop` in one thread: the encoded patterns. The frames are the job's own, or those that
    /// came as `chunks`.
    fn integrate_range<'py>(
        &self,
        py: Python<'py>,
        start: usize,
        stop: usize,
        sums: bool,
        chunks: Option<Bound<'py, PyBytes>>,
    ) -> PyResult<Bound<'py, PyBytes>> {
        let chunks = chunks.map(PyBackedBytes::from);
        let done = py.detach(|| self.prepared.integrate_range(start..stop, chunks.as_deref(), sums));
        Ok(PyBytes::new(py, &done.map_err(|error| of_task(&error))?))
    }

    /// Integrates the job's own frames and returns all patterns; `progress` is called with the number of frames done.
    #[pyo3(signature = (sums=false, progress=None, engine=None))]
    fn run<'py>(
        this: &Bound<'py, Self>,
        py: Python<'py>,
        sums: bool,
        progress: Option<&Bound<'py, PyAny>>,
        engine: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<(Bound<'py, PyDict>, Bound<'py, PyDict>)> {
        let job = &*this.get().prepared;
        let layout = engine.map(|engine| engine::layout(engine, this, None)).transpose()?;
        let (collector, ran) = supervise(py, progress, |watch| {
            let mut sink = Watched { sink: Collector::new(job, job.frames.len(), sums), watch };
            let ran = run_by(job, layout.as_ref(), None, &mut sink);
            (sink.sink, ran)
        })?;
        let summary = ran.map_err(|error| broken(&error))?;
        Ok((collector.into_python(py)?, describe::summary(py, &summary)?))
    }

    /// Integrates the job's own frames into the NeXus file `path`; what was pushed before an error or Ctrl-C is in it. With `resume`
    /// those that are not done in a file that is there, and with `retry_failed` those that failed, too.
    #[pyo3(signature = (path, force=false, sums=false, progress=None, engine=None, resume=false, retry_failed=false))]
    #[allow(clippy::too_many_arguments)] // By their names, in Python.
    fn write<'py>(
        this: &Bound<'py, Self>,
        py: Python<'py>,
        path: &Bound<'_, PyAny>,
        force: bool,
        sums: bool,
        progress: Option<&Bound<'py, PyAny>>,
        engine: Option<&Bound<'py, PyAny>>,
        resume: bool,
        retry_failed: bool,
    ) -> PyResult<Bound<'py, PyDict>> {
        let path: PathBuf = path.extract()?;
        let job = &*this.get().prepared;
        let in_parts = engine.map_or(Ok(false), |engine| engine.getattr("output_parts")?.is_truthy())?;
        job.check_output(&path, in_parts, force || resume).map_err(|error| unwritable(&error))?;
        let rest =
            if resume && path.exists() { Some(rest(py, job, &path, sums, retry_failed, in_parts)?) } else { None };
        let (before, rest) = match rest {
            Some((before, None)) => return describe::written(py, &Summary::default(), before),
            Some((before, rest)) => (before, rest),
            None => (0, None),
        };
        let layout = engine.map(|engine| engine::layout(engine, this, Some(&path))).transpose()?;
        let images = job.images().map_err(|error| refused(&error))?;
        let description = job.description(sums).map_err(|error| refused(&error))?;
        let written = supervise(py, progress, |watch| -> Result<Summary, RunError> {
            let (sink, frames) = match (rest, layout.as_ref().filter(|layout| layout.parts)) {
                (Some(rest), _) => rest,
                (None, Some(layout)) => {
                    let ranges = layout.ranges(&job.frames, &job.plans, sums);
                    (NexusSink::create_over_parts(&path, description, force, ranges)?, vec![job.frames.clone()])
                }
                (None, None) => (NexusSink::create(&path, description, force)?, vec![job.frames.clone()]),
            };
            let mut sink = Watched { sink, watch };
            let own = job.executor_for(frames.iter().map(Range::len).sum());
            let executor = layout.as_ref().map_or(own.as_ref(), |layout| layout as &dyn Executor);
            let ran = job.run_ranges(executor, &frames, images.as_ref(), &mut sink);
            let mut sink = sink.sink;
            if let (Some(images), Ok(Summary { stopped: false, .. })) = (&images, &ran) {
                sink.write_images(job.stack.spec().shape, &job.spec.images, images)?;
            }
            sink.finish()?;
            ran
        })?;
        describe::written(py, &written.map_err(|error| broken(&error))?, before)
    }

    /// The description, as JSON, with what was filled in.
    #[getter]
    fn spec(&self) -> String {
        self.prepared.spec.to_json()
    }

    /// The first frame and one past the last.
    #[getter]
    fn frames(&self) -> (usize, usize) {
        (self.prepared.frames.start, self.prepared.frames.end)
    }

    /// Rows and columns of a frame.
    #[getter]
    fn shape(&self) -> (usize, usize) {
        self.prepared.stack.spec().shape
    }

    /// NumPy's name of the frames' type.
    #[getter]
    fn dtype(&self) -> &'static str {
        self.prepared.stack.spec().dtype.name()
    }

    /// What the user should be told.
    #[getter]
    fn notices(&self) -> Vec<String> {
        self.prepared.notices.clone()
    }

    /// The layout in use, its threads and vector instructions.
    #[getter]
    fn layout(&self) -> (&'static str, usize, &'static str) {
        let job = &self.prepared;
        (job.executor().name(), job.workers().get(), job.isa.name())
    }

    /// What is known of each recipe before the first frame: a list of dictionaries.
    fn recipes<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        describe::recipes(py, &self.prepared)
    }
}

impl Job {
    /// The frames of an array, if they are of the kind that the job was made for.
    fn fitting(&self, array: &Bound<'_, PyUntypedArray>, expected: &StackSpec) -> PyResult<ArraySource> {
        let source = ArraySource::new(array)?;
        let (here, there) = (source.spec(), expected);
        if (here.shape, here.dtype) == (there.shape, there.dtype) {
            return Ok(source);
        }
        let words = |spec: &StackSpec| format!("{} x {} {}", spec.shape.0, spec.shape.1, spec.dtype);
        Err(PyValueError::new_err(format!("frames of {}; the job was made for {}", words(here), words(there))))
    }
}

/// What is left of a result that is there: its file and the frames, `None` where all are done; and how many were done before.
#[allow(clippy::type_complexity)]
fn rest(
    py: Python<'_>,
    job: &Prepared,
    path: &Path,
    sums: bool,
    retry_failed: bool,
    in_parts: bool,
) -> PyResult<(usize, Option<(NexusSink, Vec<Range<usize>>)>)> {
    if in_parts {
        let reason = "resume: goes on with results that hold their rows, not with output_parts; use force=True";
        return Err(PyValueError::new_err(reason));
    }
    match py.detach(|| job.resume(path, sums, retry_failed)).map_err(|error| other_job(&error))? {
        Resumed::Complete { frames, .. } => Ok((frames, None)),
        Resumed::GoesOn { sink, remaining, done, failed, .. } => Ok((done + failed, Some((*sink, remaining)))),
    }
}

/// Runs the job by the layout of an engine, or by the job's own.
pub(crate) fn run_by(
    job: &Prepared,
    layout: Option<&Elsewhere<'_>>,
    images: Option<&StackImages>,
    sink: &mut dyn Sink,
) -> Result<Summary, RunError> {
    match layout {
        Some(layout) => job.run_by(layout, &job.input(), images, sink),
        None => job.run(images, sink),
    }
}

/// Prepares in a thread of its own, so that Ctrl-C is heard while plans are made.
fn prepare(py: Python<'_>, spec: &str, given: Given) -> PyResult<Job> {
    let spec = JobSpec::from_json(spec).map_err(|error| refused(&error))?;
    let prepared = abandonable(py, move || job::prepare_given(spec, given))?.map_err(|error| refused(&error))?;
    Ok(Arc::new(prepared).into())
}
