//! What a file holds, for people who want to integrate it: `aureole info FILE`.

use std::path::Path;

use aureole_core::pipeline::Source;
use hdf5_metno::Dataset;
use hdf5_metno::dataset::Layout;
use serde::Serialize;

use crate::hdf5::element::element;
use crate::hdf5::filters::describe_pipeline;
use crate::hdf5::open::is_hdf5;
use crate::hdf5::place::Place;
use crate::hdf5::virtuals;
use crate::source::{self, Reach, SourceError, choose, survey};

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The file.
    pub file: String,
    /// Its datasets, each once, in the order of their names.
    pub datasets: Vec<DatasetReport>,
    /// Links and virtual sources that lead to nothing, or further than they may, one sentence each.
    pub missing: Vec<String>,
    /// The stack that would be integrated when no dataset is named.
    pub stack: Option<StackReport>,
    /// Why there is none.
    pub no_stack: Option<String>,
}

/// One dataset.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DatasetReport {
    /// The path by which it is reached.
    pub path: String,
    /// `FILE::/path` of where it really is, when a link leads to another file.
    pub elsewhere: Option<String>,
    /// Its dimensions.
    pub shape: Vec<usize>,
    /// Its element type.
    pub dtype: String,
    /// `chunked`, `contiguous`, `compact` or `virtual`.
    pub storage: &'static str,
    /// Shape of a chunk.
    pub chunk: Option<Vec<usize>>,
    /// Chunks that were written.
    pub chunks: Option<usize>,
    /// How it is encoded.
    pub filters: String,
    /// Bytes in the file.
    pub stored: u64,
    /// Decoded bytes over stored ones; of what was written only when chunks are missing.
    pub ratio: Option<f64>,
}

/// The stack that would be integrated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StackReport {
    /// Why it is this one.
    pub reason: String,
    /// Frames in all.
    pub frames: usize,
    /// Rows and columns.
    pub shape: (usize, usize),
    /// Element type.
    pub dtype: String,
    /// How frames are encoded.
    pub format: String,
    /// Where the frames are, in order: `FILE::/path`.
    pub origins: Vec<String>,
    /// What should be known before it is read.
    pub notices: Vec<String>,
}

/// Looks into a file: all datasets of an HDF5 file, through its links, or the images of an image file, or of those that a pattern
/// stands for.
///
/// # Errors
/// When the file cannot be opened. What is wrong inside of it is part of the report.
pub fn inspect(file: &Path, reach: Reach) -> Result<Report, SourceError> {
    let input = file.display().to_string();
    if !is_hdf5(file).unwrap_or(false) {
        let stack = source::open(std::slice::from_ref(&input))?;
        let reason = if stack.spec().frames == 1 { "the image" } else { "the images" };
        let stack = Some(stack_report(reason, &stack));
        return Ok(Report { file: input, datasets: Vec::new(), missing: Vec::new(), stack, no_stack: None });
    }
    let root = Place::open(file, reach)?;
    let found = survey(&root);
    let mut missing: Vec<String> = found.dangling.iter().map(ToString::to_string).collect();
    let virtual_sources = found.datasets.iter().filter_map(|(_, place)| virtuals::check(place).err());
    missing.extend(virtual_sources.map(|error| error.to_string()));
    let datasets = found.datasets.iter().filter_map(|(path, place)| describe(&root, path, place)).collect();
    let opened = choose(&root, None)
        .and_then(|chosen| Ok((chosen.reason, source::open_within(std::slice::from_ref(&input), reach)?)));
    let (stack, no_stack) = match opened {
        Ok((reason, stack)) => (Some(stack_report(&reason, &stack)), None),
        Err(error) => (None, Some(error.to_string())),
    };
    Ok(Report { file: input, datasets, missing, stack, no_stack })
}

fn stack_report(reason: &str, stack: &source::Stack) -> StackReport {
    let spec = stack.spec();
    StackReport {
        reason: reason.into(),
        frames: spec.frames,
        shape: spec.shape,
        dtype: spec.dtype.to_string(),
        format: spec.format.to_string(),
        origins: stack.origins().iter().map(ToString::to_string).collect(),
        notices: stack.notices().to_vec(),
    }
}

fn describe(root: &Place, path: &str, place: &Place) -> Option<DatasetReport> {
    let dataset = place.dataset()?;
    let elsewhere = (place.file != root.file).then(|| format!("{}::{}", place.file.display(), place.path));
    let (dtype, elem_size) = element_type(dataset);
    let layout = dataset.layout();
    let storage = match layout {
        Layout::Chunked => "chunked",
        Layout::Contiguous => "contiguous",
        Layout::Compact => "compact",
        Layout::Virtual => "virtual",
    };
    let chunk = dataset.chunk();
    let chunks = dataset.num_chunks();
    let stored = if layout == Layout::Virtual { 0 } else { dataset.storage_size() };
    let decoded = match (&chunk, chunks) {
        (Some(chunk), Some(chunks)) => chunks as f64 * chunk.iter().product::<usize>() as f64 * elem_size as f64,
        _ => dataset.size() as f64 * elem_size as f64,
    };
    let ratio = (stored > 0 && layout == Layout::Chunked).then(|| decoded / stored as f64);
    let filters = describe_pipeline(dataset, elem_size);
    Some(DatasetReport {
        path: path.into(),
        elsewhere,
        shape: dataset.shape(),
        dtype,
        storage,
        chunk,
        chunks,
        filters,
        stored,
        ratio,
    })
}

/// The element type's name and bytes.
fn element_type(dataset: &Dataset) -> (String, usize) {
    let Ok(datatype) = dataset.dtype() else { return ("unknown".into(), 0) };
    match element(&datatype) {
        Ok(element) if element.boolean => ("bool".into(), 1),
        Ok(element) => (element.dtype.to_string(), element.dtype.size()),
        Err(name) => (name, datatype.size()),
    }
}
