//! HDF5 element types and ours.

use aureole_core::dtype::Dtype;
use hdf5_metno::Datatype;
use hdf5_metno::types::{FloatSize, IntSize, TypeDescriptor};

use super::raw;

/// The element type of a dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Element {
    /// The type in memory.
    pub(crate) dtype: Dtype,
    /// True when the stored bytes are those of memory: same byte order, all bits used.
    pub(crate) native: bool,
    /// True when they are those of memory in the other byte order.
    pub(crate) reversed: bool,
    /// True for HDF5's boolean (an enumeration over int8), read as `uint8`.
    pub(crate) boolean: bool,
}

/// The element type of a dataset of plain numbers or booleans.
///
/// # Errors
/// The type's name when it is neither.
pub(crate) fn element(datatype: &Datatype) -> Result<Element, String> {
    let descriptor = datatype.to_descriptor().map_err(|error| format!("an unusual type ({error})"))?;
    let dtype = match descriptor {
        TypeDescriptor::Unsigned(size) => unsigned(size),
        TypeDescriptor::Integer(size) => signed(size),
        TypeDescriptor::Float(FloatSize::U4) => Dtype::F32,
        TypeDescriptor::Float(FloatSize::U8) => Dtype::F64,
        TypeDescriptor::Boolean => {
            return Ok(Element { dtype: Dtype::U8, native: true, reversed: false, boolean: true });
        }
        other => return Err(other.to_string()),
    };
    let memory = memory_type(dtype).ok();
    let native = memory.as_ref().is_some_and(|memory| memory == datatype);
    let reversed = memory.is_some_and(|memory| !native && raw::is_reversed(&memory, datatype));
    Ok(Element { dtype, native, reversed, boolean: false })
}

/// The HDF5 type of a pixel type in memory.
pub(crate) fn memory_type(dtype: Dtype) -> hdf5_metno::Result<Datatype> {
    match dtype {
        Dtype::U8 => Datatype::from_type::<u8>(),
        Dtype::U16 => Datatype::from_type::<u16>(),
        Dtype::U32 => Datatype::from_type::<u32>(),
        Dtype::U64 => Datatype::from_type::<u64>(),
        Dtype::I8 => Datatype::from_type::<i8>(),
        Dtype::I16 => Datatype::from_type::<i16>(),
        Dtype::I32 => Datatype::from_type::<i32>(),
        Dtype::I64 => Datatype::from_type::<i64>(),
        Dtype::F32 => Datatype::from_type::<f32>(),
        Dtype::F64 => Datatype::from_type::<f64>(),
    }
}

fn unsigned(size: IntSize) -> Dtype {
    match size {
        IntSize::U1 => Dtype::U8,
        IntSize::U2 => Dtype::U16,
        IntSize::U4 => Dtype::U32,
        IntSize::U8 => Dtype::U64,
    }
}

fn signed(size: IntSize) -> Dtype {
    match size {
        IntSize::U1 => Dtype::I8,
        IntSize::U2 => Dtype::I16,
        IntSize::U4 => Dtype::I32,
        IntSize::U8 => Dtype::I64,
    }
}
