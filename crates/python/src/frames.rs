//! Frames in a NumPy array, read in place.
#![allow(unsafe_code)]

use std::sync::Arc;

use aureole::job::JobError;
use aureole::source::Stack;
use aureole_core::dtype::Dtype;
use aureole_core::pipeline::{ChunkBuf, Pieces, Source, StackSpec, Unread};
use numpy::{PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;

use crate::arrays::{dtype_of, raw_format};

/// The frames of an array of three dimensions; the array is kept alive, and not copied as a whole.
pub(crate) struct ArraySource {
    spec: StackSpec,
    held: Arc<Held>,
}

/// The bytes of an array.
struct Held {
    /// What owns the bytes.
    _array: Py<PyAny>,
    start: *const u8,
    /// Bytes a frame.
    frame: usize,
    frames: usize,
}

// SAFETY: the bytes are only read, at places that `ArraySource::new` found to be inside the array, which `_array` keeps where
// it is (NumPy refuses to resize an array that others refer to). Python code that writes to it at the same time changes
// numbers, as it would with NumPy's own functions, and nothing else.
unsafe impl Send for Held {}
// SAFETY: as above.
unsafe impl Sync for Held {}

impl ArraySource {
    /// The frames of a C-contiguous array (frames, rows, columns) of plain numbers in the machine's byte order.
    ///
    /// # Errors
    /// `TypeError` for any other array.
    pub(crate) fn new(array: &Bound<'_, PyUntypedArray>) -> PyResult<ArraySource> {
        let dtype = dtype_of(array)?;
        let &[frames, rows, columns] = array.shape() else {
            let dimensions = array.ndim();
            return Err(PyTypeError::new_err(format!(
                "an array of {dimensions} dimensions; frames need (frames, rows, columns)"
            )));
        };
        if !array.is_c_contiguous() {
            return Err(PyTypeError::new_err(
                "frames must lie one after the other, row by row; use numpy.ascontiguousarray",
            ));
        }
        let spec = StackSpec { frames, shape: (rows, columns), dtype, format: raw_format((rows, columns), dtype)? };
        // SAFETY: the pointer is that of a live array object, whose fields may be read while the interpreter's lock is held.
        let start = unsafe { (*array.as_array_ptr()).fields.data }.cast_const().cast();
        let held = Held { _array: array.clone().into_any().unbind(), start, frame: spec.format.bytes(), frames };
        Ok(ArraySource { spec, held: Arc::new(held) })
    }

    fn check(&self, frame: usize) -> Result<(), String> {
        if frame < self.spec.frames { Ok(()) } else { Err(format!("there is no frame {frame}")) }
    }
}

impl Pieces for Held {
    fn read_piece(&self, frame: usize, at: usize, out: &mut [u8]) -> Result<(), String> {
        let inside = frame < self.frames && at.checked_add(out.len()).is_some_and(|end| end <= self.frame);
        if !inside {
            return Err(format!("frame {frame} of the array has no bytes {at} to {}", at.saturating_add(out.len())));
        }
        // SAFETY: `frame * self.frame + at .. + out.len()` is inside the array, as just checked; `out` is memory of our own.
        unsafe {
            let from = self.start.add(frame * self.frame + at);
            std::ptr::copy_nonoverlapping(from, out.as_mut_ptr(), out.len());
        }
        Ok(())
    }
}

impl Source for ArraySource {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        self.check(frame)?;
        *buf = ChunkBuf {
            frame,
            bytes: std::mem::take(&mut buf.bytes),
            variance: buf.variance.take(),
            ..ChunkBuf::default()
        };
        buf.bytes.resize(self.held.frame, 0);
        self.held.read_piece(frame, 0, &mut buf.bytes)
    }

    fn open(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        self.check(frame)?;
        *buf = ChunkBuf {
            frame,
            bytes: std::mem::take(&mut buf.bytes),
            variance: buf.variance.take(),
            ..ChunkBuf::default()
        };
        buf.bytes.clear();
        buf.unread = Some(Unread::new(Arc::clone(&self.held) as Arc<dyn Pieces>, frame, self.held.frame));
        Ok(())
    }
}

/// A stack of one frame that is never read: for plans whose frames come later.
pub(crate) fn blank(shape: (usize, usize), dtype: Dtype) -> PyResult<Stack> {
    let spec = StackSpec { frames: 1, shape, dtype, format: raw_format(shape, dtype)? };
    Stack::of(Box::new(Blank(spec)), "array").map_err(|error| crate::errors::refused(&JobError::from(error)))
}

/// See [`blank`].
struct Blank(StackSpec);

impl Source for Blank {
    fn spec(&self) -> &StackSpec {
        &self.0
    }

    fn read(&self, _frame: usize, _buf: &mut ChunkBuf) -> Result<(), String> {
        Err("this stack has no frames of its own".into())
    }
}
