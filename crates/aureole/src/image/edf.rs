//! ESRF data format: for each image a text header `{ Key = value ; ... }` padded with blanks, then the pixels, rows first.
//!
//! `Dim_1` counts the columns, `Dim_2` the rows.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::path::{Path, PathBuf};

use aureole_core::dtype::Dtype;

use super::file::{ImageFile, Outline, agree, byte_count};
use super::stream::{Packing, Stream};
use super::swap;

/// Longest header that is believed, bytes.
const LONGEST: usize = 1 << 20;

/// Most images of a file.
const MOST: usize = 1 << 20;

/// An EDF file, and where its headers are.
pub(super) struct Edf {
    path: PathBuf,
    packing: Packing,
    outline: Outline,
    starts: Vec<u64>,
}

/// What a header says of the pixels behind it.
struct Header {
    shape: (usize, usize),
    dtype: Dtype,
    big_endian: bool,
    /// Bytes up to the next header.
    room: u64,
}

impl Edf {
    /// Reads all headers.
    pub(super) fn open(path: &Path, packing: Packing) -> Result<Edf, String> {
        let mut stream = Stream::open(path, packing)?;
        let Some(first) = next_header(&mut stream)? else {
            return Err("not an EDF file: it does not start with {".into());
        };
        let (shape, dtype, mut room) = (first.shape, first.dtype, first.room);
        let mut starts = vec![0];
        while stream.skip(room)? {
            let start = stream.at();
            let Some(header) = next_header(&mut stream)? else { break };
            if starts.len() == MOST {
                return Err(format!("more than {MOST} images; divide it"));
            }
            starts.push(start);
            room = header.room;
        }
        Ok(Edf { path: path.to_owned(), packing, outline: Outline { frames: starts.len(), shape, dtype }, starts })
    }
}

impl ImageFile for Edf {
    fn outline(&self) -> Outline {
        self.outline
    }

    fn read(&self, number: usize, out: &mut Vec<u8>) -> Result<(), String> {
        let start = *self.starts.get(number).ok_or_else(|| format!("there is no image {number} in it"))?;
        let mut stream = Stream::open(&self.path, self.packing)?;
        let changed = || "it was changed while it was read".to_owned();
        stream.skip(start)?.then_some(()).ok_or_else(changed)?;
        let Header { shape, dtype, big_endian, .. } = next_header(&mut stream)?.ok_or_else(changed)?;
        agree(number, (shape, dtype), &self.outline)?;
        out.clear();
        let wanted = byte_count(shape, dtype)?;
        let found = stream.take_up_to(wanted, out)?;
        if found < wanted {
            return Err(format!("{found} bytes of pixels, too few for {} x {} {dtype}", shape.0, shape.1));
        }
        stream.finish()?;
        swap(out, dtype.size(), big_endian);
        Ok(())
    }
}

/// The next header; `None` where what comes next is none, as at the end.
fn next_header(stream: &mut Stream) -> Result<Option<Header>, String> {
    for _ in 0..LONGEST {
        match stream.peek()? {
            Some(b'{') => return header(stream).map(Some),
            Some(byte) if byte.is_ascii_whitespace() || byte == 0 => stream.consume(1),
            _ => break,
        }
    }
    Ok(None)
}

fn header(stream: &mut Stream) -> Result<Header, String> {
    let mut text = Vec::new();
    if !stream.until(b'}', LONGEST, &mut text)? {
        return Err("an EDF header without its end }".into());
    }
    if stream.peek()? == Some(b'\r') {
        stream.consume(1);
    }
    if stream.peek()? == Some(b'\n') {
        stream.consume(1);
    }
    let text = String::from_utf8_lossy(&text[1..text.len() - 1]).into_owned();
    let keys = text.split(';').filter_map(|entry| entry.split_once('='));
    let keys = keys.map(|(key, value)| (key.trim().to_lowercase(), value.trim().to_owned())).collect();
    understand(&keys)
}

fn understand(keys: &BTreeMap<String, String>) -> Result<Header, String> {
    if let Some(method) = keys.get("compression").filter(|method| !method.eq_ignore_ascii_case("none")) {
        return Err(format!("pixels compressed by {method}, which is not supported"));
    }
    let optional = |key: &str| -> Result<Option<usize>, String> {
        let Some(text) = keys.get(key) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| format!("{key} = {text} in the EDF header; a number is wanted"))
    };
    let number = |key: &str| optional(key)?.ok_or_else(|| format!("no {key} in the EDF header"));
    if let Some(depth) = optional("dim_3")?.filter(|depth| *depth != 1) {
        return Err(format!("Dim_3 = {depth} in the EDF header; images have two dimensions"));
    }
    let shape = (number("dim_2")?, number("dim_1")?);
    let name = keys.get("datatype").ok_or("no DataType in the EDF header")?;
    let dtype = dtype(name).ok_or_else(|| format!("DataType = {name} in the EDF header, which is not supported"))?;
    let bytes = byte_count(shape, dtype)? as u64;
    let stated = keys.get("edf_binarysize").or(keys.get("size")).and_then(|text| text.parse().ok()).unwrap_or(0);
    let big_endian = keys.get("byteorder").is_some_and(|order| order.eq_ignore_ascii_case("HighByteFirst"));
    Ok(Header { shape, dtype, big_endian, room: bytes.max(stated) })
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
