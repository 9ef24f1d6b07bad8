//! NumPy arrays in, as the library's images; images out, as arrays.

use aureole::image::Image;
use aureole::job::Attached;
use aureole_codec::ChunkFormat;
use aureole_core::dtype::Dtype;
use numpy::{PyArray1, PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyOSError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::frames::ArraySource;
use aureole_core::pipeline::{ChunkBuf, Source};

/// The library's name of an array's type.
pub(crate) fn dtype_of(array: &Bound<'_, PyUntypedArray>) -> PyResult<Dtype> {
    let described = array.dtype();
    let kind = match described.kind() {
        b'u' => "uint",
        b'i' => "int",
        b'f' => "float",
        _ => "",
    };
    let native = matches!(described.byteorder(), b'=' | b'|');
    let dtype = Dtype::from_name(&format!("{kind}{}", 8 * described.itemsize())).filter(|_| native);
    let names = || Dtype::ALL.map(Dtype::name).join(", ");
    dtype
        .ok_or_else(|| PyTypeError::new_err(format!("an array of {described}; the machine's own {} are read", names())))
}

/// How frames lie in memory.
pub(crate) fn raw_format(shape: (usize, usize), dtype: Dtype) -> PyResult<ChunkFormat> {
    let elems = shape.0.checked_mul(shape.1).filter(|elems| *elems > 0);
    let elems = elems.ok_or_else(|| PyValueError::new_err(format!("frames of {} x {} pixels", shape.0, shape.1)))?;
    ChunkFormat::new(Vec::new(), dtype.size(), elems).map_err(|error| PyValueError::new_err(error.to_string()))
}

/// Arrays of one or two dimensions by their names; an array of one dimension becomes one row.
pub(crate) fn attached(arrays: Option<&Bound<'_, PyDict>>) -> PyResult<Attached> {
    let mut attached = Attached::default();
    for (name, array) in arrays.into_iter().flatten() {
        let array = array.cast::<PyUntypedArray>()?;
        attached.arrays.insert(name.extract()?, image(array)?);
    }
    Ok(attached)
}

fn image(array: &Bound<'_, PyUntypedArray>) -> PyResult<Image> {
    let (rows, columns) = match *array.shape() {
        [columns] => (1, columns),
        [rows, columns] => (rows, columns),
        _ => return Err(PyTypeError::new_err(format!("an image of {} dimensions; it needs 2", array.ndim()))),
    };
    let stacked = array.call_method1("reshape", (1, rows, columns))?;
    let source = ArraySource::new(stacked.cast()?)?;
    let mut chunk = ChunkBuf::default();
    source.read(0, &mut chunk).map_err(PyValueError::new_err)?;
    Ok(Image { shape: (rows, columns), dtype: source.spec().dtype, bytes: chunk.bytes })
}

/// Reads the image `FILE` (`.npy`, `.edf`, `.tif`, `.cbf`) or `FILE::/path` in an HDF5 file, as an array (rows, columns).
#[pyfunction]
pub(crate) fn read_image<'py>(py: Python<'py>, input: &str) -> PyResult<Bound<'py, PyAny>> {
    let image =
        py.detach(|| aureole::image::read_image(input)).map_err(|error| PyOSError::new_err(error.to_string()))?;
    let bytes = PyArray1::from_vec(py, image.bytes);
    bytes.call_method1("view", (image.dtype.name(),))?.call_method1("reshape", (image.shape,))
}
