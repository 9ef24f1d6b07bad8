//! ESRF data format: a text header `{ Key = value ; ... }` padded with blanks, then the pixels, rows first.
//!
//! The first image of a file is read. `Dim_1` counts the columns, `Dim_2` the rows.

use std::collections::BTreeMap;
use std::path::Path;

use aureole_core::dtype::Dtype;

use super::{Image, ImageError, byte_count, swap};
use crate::hdf5::open::describe_io;

/// Longest header that is believed, bytes.
const LONGEST: usize = 1 << 20;

/// Reads the first image of an EDF file.
pub(super) fn read(path: &Path) -> Result<Image, ImageError> {
    let fail = |reason: String| ImageError::Read { file: path.to_owned(), reason };
    let content = std::fs::read(path).map_err(|error| fail(describe_io(&error)))?;
    parse(&content).map_err(fail)
}

fn parse(content: &[u8]) -> Result<Image, String> {
    let (keys, data) = header(content)?;
    if let Some(method) = keys.get("compression").filter(|method| !method.eq_ignore_ascii_case("none")) {
        return Err(format!("pixels compressed by {method}, which is not supported"));
    }
    let number = |key: &str| -> Result<usize, String> {
        let text = keys.get(key).ok_or_else(|| format!("no {key} in the EDF header"))?;
        text.parse().map_err(|_| format!("{key} = {text} in the EDF header; a number is wanted"))
    };
    let shape = (number("dim_2")?, number("dim_1")?);
    let name = keys.get("datatype").ok_or("no DataType in the EDF header")?;
    let dtype = dtype(name).ok_or_else(|| format!("DataType = {name} in the EDF header, which is not supported"))?;
    let size = byte_count(shape, dtype).filter(|size| *size <= data.len());
    let size =
        size.ok_or_else(|| format!("{} bytes of pixels, too few for {} x {} {dtype}", data.len(), shape.0, shape.1))?;
    let mut bytes = data[..size].to_vec();
    let big_endian = keys.get("byteorder").is_some_and(|order| order.eq_ignore_ascii_case("HighByteFirst"));
    swap(&mut bytes, dtype.size(), big_endian);
    Ok(Image { shape, dtype, bytes })
}

/// The keys in lower case with their values, and what follows the header.
fn header(content: &[u8]) -> Result<(BTreeMap<String, String>, &[u8]), String> {
    let start = content.iter().position(|byte| !byte.is_ascii_whitespace() && *byte != 0);
    let start = start.filter(|at| content[*at] == b'{').ok_or("not an EDF file: it does not start with {")?;
    let window = &content[start..content.len().min(start + LONGEST)];
    let end = window.iter().position(|byte| *byte == b'}').ok_or("an EDF header without its end }")?;
    let text = String::from_utf8_lossy(&window[1..end]);
    let keys = text.split(';').filter_map(|entry| entry.split_once('='));
    let keys = keys.map(|(key, value)| (key.trim().to_lowercase(), value.trim().to_owned())).collect();
    let rest = &content[start + end + 1..];
    let newline = if rest.starts_with(b"\r\n") { 2 } else { usize::from(rest.first() == Some(&b'\n')) };
    Ok((keys, &rest[newline..]))
}

/// EDF's names; its `Long` has 32 bits.
fn dtype(name: &str) -> Option<Dtype> {
    Some(match name.to_lowercase().as_str() {
        "unsignedbyte" | "unsigned8" => Dtype::U8,
        "signedbyte" | "signed8" => Dtype::I8,
        "unsignedshort" | "unsigned16" | "unsignedshortinteger" => Dtype::U16,
        "signedshort" | "signed16" => Dtype::I16,
        "unsignedinteger" | "unsignedlong" | "unsigned32" => Dtype::U32,
        "signedinteger" | "signedlong" | "signed32" => Dtype::I32,
        "unsigned64" => Dtype::U64,
        "signed64" => Dtype::I64,
        "floatvalue" | "float" | "floatieee32" => Dtype::F32,
        "doublevalue" | "double" | "floatieee64" => Dtype::F64,
        _ => return None,
    })
}
