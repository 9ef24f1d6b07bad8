//! Patterns kept as columns, and handed to Python as arrays without a copy.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use aureole::job::Prepared;
use aureole_core::pattern::{OwnConstants, Pattern};
use aureole_core::pipeline::{Rows, Sink, SinkError, failure};
use numpy::{Element, PyArray1};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

/// Status of a frame, as result files have it.
const DONE: u8 = 1;
const FAILED: u8 = 2;

/// The patterns of consecutive frames, column by column.
pub(crate) struct Collector {
    recipes: Vec<Columns>,
    status: Vec<u8>,
    reasons: BTreeMap<usize, String>,
    sums: bool,
}

/// The columns of one recipe.
struct Columns {
    /// Bins along each axis, the slowest first.
    dimensions: Vec<usize>,
    /// The plan's constants.
    norm: Vec<f64>,
    count: Vec<f64>,
    intensity: Vec<f32>,
    errors: Vec<f32>,
    signal: Vec<f64>,
    variance: Vec<f64>,
    /// The constants of the rows whose frames mask pixels of their own.
    own: BTreeMap<usize, OwnConstants>,
}

impl Collector {
    /// With room for `frames` frames of a job; `sums` keeps signal and variance.
    pub(crate) fn new(job: &Prepared, frames: usize, sums: bool) -> Collector {
        let recipes = job.recipes.iter().zip(job.plans.plans()).map(|(recipe, plan)| {
            let azimuthal = recipe.azimuthal.iter().map(|bins| bins.centres.len());
            let dimensions: Vec<usize> = azimuthal.chain([recipe.centres.len()]).collect();
            let room = |wanted: bool| if wanted { frames * dimensions.iter().product::<usize>() } else { 0 };
            let errors = !plan.as_plan().pattern(0).errors.is_empty();
            Columns {
                norm: plan.norm(),
                count: plan.count(),
                intensity: Vec::with_capacity(room(true)),
                errors: Vec::with_capacity(room(errors)),
                signal: Vec::with_capacity(room(sums)),
                variance: Vec::with_capacity(room(sums && errors)),
                own: BTreeMap::new(),
                dimensions,
            }
        });
        Collector { recipes: recipes.collect(), status: Vec::with_capacity(frames), reasons: BTreeMap::new(), sums }
    }

    /// `{status, reasons, recipes: [{intensity, errors, signal, variance, norm, count}]}`: arrays of (frames, bins) or
    /// (frames, azimuthal, radial), None where there is nothing; norm and count are the plan's, of one frame, unless frames
    /// mask pixels of their own.
    pub(crate) fn into_python(self, py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
        let frames = self.status.len();
        let all = PyDict::new(py);
        all.set_item("status", PyArray1::from_vec(py, self.status))?;
        all.set_item("reasons", self.reasons)?;
        let recipes = PyList::empty(py);
        for columns in self.recipes {
            recipes.append(columns.into_python(py, frames)?)?;
        }
        all.set_item("recipes", recipes)?;
        Ok(all)
    }
}

impl Columns {
    fn take(&mut self, row: usize, pattern: &Pattern) {
        self.intensity.extend_from_slice(&pattern.intensity);
        self.errors.extend_from_slice(&pattern.errors);
        self.signal.extend_from_slice(&pattern.signal);
        self.variance.extend_from_slice(&pattern.variance);
        if let Some(own) = &pattern.own {
            self.own.insert(row, own.clone());
        }
    }

    /// The plan's constants, of one frame; or those of each frame, where some mask pixels of their own.
    fn constants(&self, frames: usize, of: impl Fn(&OwnConstants) -> &Vec<f64>, plan: &[f64]) -> Vec<f64> {
        if self.own.is_empty() {
            return plan.to_vec();
        }
        (0..frames).flat_map(|row| self.own.get(&row).map_or(plan, |own| of(own)).iter().copied()).collect()
    }

    fn into_python(self, py: Python<'_>, frames: usize) -> PyResult<Bound<'_, PyDict>> {
        let norm = self.constants(frames, |own| &own.norm, &self.norm);
        let count = self.constants(frames, |own| &own.count, &self.count);
        let each: Vec<usize> = [frames].into_iter().chain(self.dimensions.iter().copied()).collect();
        let constant = if self.own.is_empty() { &self.dimensions } else { &each };
        let columns = PyDict::new(py);
        columns.set_item("intensity", array(py, self.intensity, &each)?)?;
        columns.set_item("errors", array(py, self.errors, &each)?)?;
        columns.set_item("signal", array(py, self.signal, &each)?)?;
        columns.set_item("variance", array(py, self.variance, &each)?)?;
        columns.set_item("norm", array(py, norm, constant)?)?;
        columns.set_item("count", array(py, count, constant)?)?;
        Ok(columns)
    }
}

/// An array that takes over the values; None where there are none and the shape has some.
fn array<'py, T: Element>(py: Python<'py>, values: Vec<T>, shape: &[usize]) -> PyResult<Option<Bound<'py, PyAny>>> {
    if values.len() != shape.iter().product::<usize>() {
        return Ok(None);
    }
    PyArray1::from_vec(py, values).call_method1("reshape", (shape.to_vec(),)).map(Some)
}

impl Sink for Collector {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        for (frame, patterns) in rows.iter() {
            let row = self.status.len();
            self.recipes.iter_mut().zip(patterns).for_each(|(columns, pattern)| columns.take(row, pattern));
            let failed = failure(patterns);
            self.reasons.extend(failed.map(|reason| (frame, reason.to_owned())));
            self.status.push(if failed.is_some() { FAILED } else { DONE });
        }
        Ok(ControlFlow::Continue(()))
    }

    fn wants_sums(&self) -> bool {
        self.sums
    }
}
