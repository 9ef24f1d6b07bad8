//! Crystallographic binary files, as Pilatus detectors write them: one image behind a header of text.
//!
//! A MIME header in the text describes the binary section; its first bytes are 0C 1A 04 D5. Where the header has the MD5 of the
//! stored bytes, it is checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use aureole_codec::byte_offset;
use aureole_core::dtype::Dtype;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use md5::{Digest, Md5};

use super::file::{ImageFile, Outline, byte_count};
use super::stream::{Packing, Stream};
use super::swap;

/// Longest text before the pixels that is believed, bytes.
const LONGEST: usize = 1 << 22;

/// What the binary section starts with.
const START: [u8; 4] = [0x0c, 0x1a, 0x04, 0xd5];

/// What the MIME header starts with.
const SECTION: &str = "--CIF-BINARY-FORMAT-SECTION--";

/// A CBF file.
pub(super) struct Cbf {
    path: PathBuf,
    packing: Packing,
    outline: Outline,
}

/// What the MIME header says of the pixels.
struct Header {
    shape: (usize, usize),
    dtype: Dtype,
    /// Differences of CBF's byte offsets, else the elements themselves.
    byte_offset: bool,
    big_endian: bool,
    /// Stored bytes.
    size: usize,
    md5: Option<Vec<u8>>,
}

impl Cbf {
    /// Reads the header.
    pub(super) fn open(path: &Path, packing: Packing) -> Result<Cbf, String> {
        let Header { shape, dtype, .. } = header(&mut Stream::open(path, packing)?)?;
        Ok(Cbf { path: path.to_owned(), packing, outline: Outline { frames: 1, shape, dtype } })
    }
}

impl ImageFile for Cbf {
    fn outline(&self) -> Outline {
        self.outline
    }

    fn read(&self, number: usize, out: &mut Vec<u8>) -> Result<(), String> {
        if number > 0 {
            return Err(format!("there is no image {number} in it"));
        }
        let mut stream = Stream::open(&self.path, self.packing)?;
        let header = header(&mut stream)?;
        let mut stored = Vec::new();
        stream.fill(header.size, &mut stored)?;
        stream.finish()?;
        if header.md5.as_ref().is_some_and(|md5| md5[..] != Md5::digest(&stored)[..]) {
            return Err("its pixels are damaged: their MD5 differs from the one in the header".into());
        }
        if !header.byte_offset {
            *out = stored;
            swap(out, header.dtype.size(), header.big_endian);
            return Ok(());
        }
        // Checked by the header: each element takes at least one of the stored bytes.
        out.clear();
        out.resize(byte_count(header.shape, header.dtype)?, 0);
        let decoded = byte_offset::decode(header.dtype.size(), &stored, out);
        decoded.map_err(|error| format!("its pixels cannot be decoded: {error}"))?;
        swap(out, header.dtype.size(), false);
        Ok(())
    }
}

/// Reads up to the pixels.
fn header(stream: &mut Stream) -> Result<Header, String> {
    let mut text = Vec::new();
    while !text.ends_with(&START) {
        let room = LONGEST.saturating_sub(text.len());
        if !stream.until(START[3], room, &mut text)? {
            return Err("not a CBF file: no binary section in it".into());
        }
    }
    let text = String::from_utf8_lossy(&text[..text.len() - START.len()]).into_owned();
    let (_, section) = text.rsplit_once(SECTION).ok_or("a CBF file whose pixels have no MIME header")?;
    understand(&fields(section))
}

/// The fields of a MIME header by their names in lower case; a line that starts with a blank belongs to the one before.
fn fields(section: &str) -> BTreeMap<String, String> {
    let mut fields = BTreeMap::new();
    let mut last = String::new();
    for line in section.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some(value) = fields.get_mut(&last) {
                *value = format!("{value} {}", line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            last = name.trim().to_lowercase();
            fields.insert(last.clone(), value.trim().to_owned());
        }
    }
    fields
}

fn understand(fields: &BTreeMap<String, String>) -> Result<Header, String> {
    let optional = |name: &str| -> Result<Option<usize>, String> {
        let Some(text) = fields.get(&name.to_lowercase()) else { return Ok(None) };
        text.parse().map(Some).map_err(|_| format!("{name}: {text} in the CBF header; a number is wanted"))
    };
    let number = |name: &str| optional(name)?.ok_or_else(|| format!("no {name} in the CBF header"));
    if let Some(depth) = optional("X-Binary-Size-Third-Dimension")?.filter(|depth| *depth > 1) {
        return Err(format!("X-Binary-Size-Third-Dimension: {depth} in the CBF header; one image is wanted"));
    }
    let shape = (number("X-Binary-Size-Second-Dimension")?, number("X-Binary-Size-Fastest-Dimension")?);
    let named = |name: &str| fields.get(name).map(|value| value.trim_matches('"').to_lowercase());
    let element = named("x-binary-element-type").ok_or("no X-Binary-Element-Type in the CBF header")?;
    let dtype = dtype(&element).ok_or_else(|| format!("elements of type {element}, which are not supported"))?;
    if let Some(encoding) = named("content-transfer-encoding").filter(|encoding| encoding != "binary") {
        return Err(format!("pixels as text ({encoding}), which is not supported"));
    }
    let byte_offset = is_byte_offset(fields.get("content-type"))?;
    if byte_offset && matches!(dtype, Dtype::F32 | Dtype::F64) {
        return Err(format!("byte offsets of {dtype}, which has no differences"));
    }
    let size = number("X-Binary-Size")?;
    let decoded = byte_count(shape, dtype)?;
    let elems = decoded / dtype.size();
    let possible = if byte_offset { elems..=elems * byte_offset::LONGEST } else { decoded..=decoded };
    if !possible.contains(&size) || optional("X-Binary-Number-of-Elements")?.is_some_and(|stated| stated != elems) {
        return Err(format!("{size} bytes of pixels, which {} x {} {dtype} cannot be", shape.0, shape.1));
    }
    let big_endian = named("x-binary-element-byte-order").is_some_and(|order| order == "big_endian");
    let md5 = fields.get("content-md5").map(|text| BASE64.decode(text));
    let md5 = md5.transpose().map_err(|_| "a Content-MD5 in the CBF header that is none")?;
    Ok(Header { shape, dtype, byte_offset, big_endian, size, md5 })
}

/// True for byte offsets, false where the elements are stored as they are.
fn is_byte_offset(content: Option<&String>) -> Result<bool, String> {
    let content = content.map(|content| content.to_lowercase()).unwrap_or_default();
    let Some((_, conversions)) = content.split_once("conversions=") else { return Ok(false) };
    let conversion = conversions.trim_start_matches('"').split(['"', ';', ' ']).next().unwrap_or_default();
    match conversion {
        "x-cbf_byte_offset" => Ok(true),
        "x-cbf_none" => Ok(false),
        other => Err(format!("pixels compressed by {other}; x-CBF_BYTE_OFFSET can be decoded")),
    }
}

fn dtype(element: &str) -> Option<Dtype> {
    Some(match element {
        "unsigned 8-bit integer" => Dtype::U8,
        "signed 8-bit integer" => Dtype::I8,
        "unsigned 16-bit integer" => Dtype::U16,
        "signed 16-bit integer" => Dtype::I16,
        "unsigned 32-bit integer" => Dtype::U32,
        "signed 32-bit integer" => Dtype::I32,
        "unsigned 64-bit integer" => Dtype::U64,
        "signed 64-bit integer" => Dtype::I64,
        "signed 32-bit real ieee" => Dtype::F32,
        "signed 64-bit real ieee" => Dtype::F64,
        _ => return None,
    })
}
