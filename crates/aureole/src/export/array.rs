//! NumPy arrays: `NAME.npy` (frames, \[azimuthal,\] radial) float32, NaN where a frame was not integrated; beside it `NAME_radial.npy`,
//! `NAME_azimuthal.npy` of cakes and, where the result has errors, `NAME_errors.npy`.

use std::fs::File;
use std::io::BufWriter;
use std::path::{Path, PathBuf};

use npyz::{AutoSerialize, WriterBuilder};

use super::{ExportError, Exported, check_new, done, each_row};
use crate::result::ResultFile;

/// Writes the arrays.
pub(super) fn write(result: &ResultFile, frames: &[usize], file: &Path, force: bool) -> Result<Exported, ExportError> {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = |what: &str| file.with_file_name(format!("{stem}_{what}.npy"));
    let axes: Vec<(PathBuf, &[f64])> =
        [(beside("radial"), Some(result.axis())), (beside("azimuthal"), result.azimuthal())]
            .into_iter()
            .filter_map(|(file, axis)| Some((file, axis?.centres.as_slice())))
            .collect();
    let errors = result.has_errors().then(|| beside("errors"));
    let own = file.to_owned();
    check_new(axes.iter().map(|(file, _)| file).chain(&errors).chain([&own]), force)?;
    for (file, centres) in &axes {
        let shape = [centres.len() as u64];
        Array::begin(file, &shape)?.extend(centres)?.end()?;
    }
    let dimensions = result.azimuthal().into_iter().chain([result.axis()]).map(|axis| axis.centres.len() as u64);
    let shape: Vec<u64> = [frames.len() as u64].into_iter().chain(dimensions).collect();
    let mut intensity = Array::<f32>::begin(file, &shape)?;
    let mut sigma = errors.as_deref().map(|file| Array::<f32>::begin(file, &shape)).transpose()?;
    each_row(result, frames, |_, row| {
        intensity.push(&row.intensity)?;
        match (&mut sigma, &row.errors) {
            (Some(sigma), Some(errors)) => sigma.push(errors),
            _ => Ok(()),
        }
    })?;
    intensity.end()?;
    sigma.map_or(Ok(()), Array::end)?;
    let (done, left_out) = done(result, frames);
    Ok(Exported { files: axes.len() + 1 + usize::from(errors.is_some()), frames: done.len(), left_out })
}

/// An array that is written piece by piece.
struct Array<T: AutoSerialize> {
    file: PathBuf,
    writer: npyz::NpyWriter<T, BufWriter<File>>,
}

impl<T: AutoSerialize + Copy> Array<T> {
    fn begin(file: &Path, shape: &[u64]) -> Result<Array<T>, ExportError> {
        let fail = |error: std::io::Error| ExportError::Write { file: file.to_owned(), reason: error.to_string() };
        // What is there may be a link: it is taken away, not written through.
        match std::fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(fail(error)),
            _ => {}
        }
        let opened = BufWriter::new(File::create_new(file).map_err(fail)?);
        let writer = npyz::WriteOptions::<T>::new().default_dtype().shape(shape).writer(opened).begin_nd();
        Ok(Array { file: file.to_owned(), writer: writer.map_err(fail)? })
    }

    fn push(&mut self, values: &[T]) -> Result<(), ExportError> {
        let written = self.writer.extend(values.iter().copied());
        written.map_err(|error| ExportError::Write { file: self.file.clone(), reason: error.to_string() })
    }

    fn extend(mut self, values: &[T]) -> Result<Array<T>, ExportError> {
        self.push(values)?;
        Ok(self)
    }

    fn end(self) -> Result<(), ExportError> {
        let fail = |error: std::io::Error| ExportError::Write { file: self.file.clone(), reason: error.to_string() };
        self.writer.finish().map_err(fail)
    }
}
