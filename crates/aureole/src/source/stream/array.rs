//! An image inside a message: a multi-dimensional array (tag 40 of RFC 8746) around a typed one (tags 64 to 87), whose bytes may be
//! compressed (tag 56500 of DECTRIS). Nothing is decompressed here.

use aureole_codec::{ChunkFormat, Compression, Decoder as ChunkDecoder, Filter, Isa};
use aureole_core::dtype::Dtype;
use minicbor::Decoder;
use minicbor::decode::Error;

const MULTI_DIMENSIONAL: u64 = 40;
const COMPRESSED: u64 = 56_500;

/// More pixels than this no frame has.
const MOST_PIXELS: usize = 1 << 28;

/// LZ4 shrinks nothing to less than a part in so many.
const MOST_SHRUNK: usize = 256;

/// How the bytes of an array are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coding {
    /// As they are.
    Raw,
    /// As HDF5's filter 32004 stores a chunk.
    Lz4,
    /// As HDF5's filter 32008 stores a chunk.
    BitshuffleLz4,
}

/// An image as it stands in a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Array<'a> {
    /// Rows and columns.
    pub shape: (usize, usize),
    /// Element type.
    pub dtype: Dtype,
    /// How the bytes are stored.
    pub coding: Coding,
    /// The bytes as stored.
    pub bytes: &'a [u8],
}

/// Why there is no array: the message itself is broken, or the array alone is of no use.
pub(super) enum Bad {
    Cbor(Error),
    Array(String),
}

impl From<Error> for Bad {
    fn from(error: Error) -> Bad {
        Bad::Cbor(error)
    }
}

fn bad<T>(reason: impl Into<String>) -> Result<T, Bad> {
    Err(Bad::Array(reason.into()))
}

impl<'a> Array<'a> {
    /// The array that comes next; the decoder is left behind it in any case but that of a broken message.
    pub(super) fn decode(decoder: &mut Decoder<'a>) -> Result<Result<Array<'a>, String>, Error> {
        let start = decoder.position();
        match Array::attempt(decoder) {
            Ok(array) => Ok(Ok(array)),
            // What is no array at all is skipped where it is CBOR.
            Err(why) => {
                decoder.set_position(start);
                decoder.skip()?;
                Ok(Err(match why {
                    Bad::Array(reason) => reason,
                    Bad::Cbor(error) => format!("no multi-dimensional array ({error})"),
                }))
            }
        }
    }

    fn attempt(decoder: &mut Decoder<'a>) -> Result<Array<'a>, Bad> {
        if decoder.tag()?.as_u64() != MULTI_DIMENSIONAL || decoder.array()? != Some(2) {
            return bad("no multi-dimensional array in rows (tag 40)");
        }
        let dimensions = decoder.array()?;
        if dimensions != Some(2) {
            return bad("an array that has not two dimensions");
        }
        let (rows, columns) = (decoder.u64()?, decoder.u64()?);
        let length = |length: u64| usize::try_from(length).ok().filter(|length| *length > 0);
        let shape = length(rows).zip(length(columns));
        let shape = shape.filter(|(rows, columns)| rows.checked_mul(*columns).is_some_and(|all| all <= MOST_PIXELS));
        let Some(shape) = shape else { return bad(format!("an image of {rows} x {columns} pixels")) };
        let tag = decoder.tag()?.as_u64();
        let Some(dtype) = dtype(tag) else {
            return bad(format!(
                "pixels of type tag {tag}; little-endian integers of 8 to 64 bits and floats of 32 and 64 are read"
            ));
        };
        let (coding, bytes) = stored(decoder, dtype)?;
        let array = Array { shape, dtype, coding, bytes };
        array.check()?;
        Ok(array)
    }

    /// Refuses bytes that cannot decode to what is announced.
    fn check(&self) -> Result<(), Bad> {
        let announced = self.shape.0 * self.shape.1 * self.dtype.size();
        let (there, words) = match self.coding {
            Coding::Raw => (self.bytes.len(), "stored"),
            _ => {
                let header = self.bytes.first_chunk::<8>().map(|bytes| u64::from_be_bytes(*bytes));
                let total = header.and_then(|total| usize::try_from(total).ok()).unwrap_or(usize::MAX);
                if self.bytes.len() < total / MOST_SHRUNK {
                    return bad(format!("{} bytes that cannot hold {total}", self.bytes.len()));
                }
                (total, "said to be compressed")
            }
        };
        let (rows, columns, dtype) = (self.shape.0, self.shape.1, self.dtype);
        if there != announced {
            return bad(format!("{there} bytes are {words}, {rows} x {columns} pixels of {dtype} have {announced}"));
        }
        Ok(())
    }

    /// How the bytes encode a frame, as HDF5 would say it; `None` never but for shapes that memory cannot hold.
    pub(super) fn format(&self) -> Option<ChunkFormat> {
        let filters = match self.coding {
            Coding::Raw => Vec::new(),
            Coding::Lz4 => vec![Filter::Lz4],
            Coding::BitshuffleLz4 => vec![Filter::Bitshuffle { block_elems: 0, compression: Compression::Lz4 }],
        };
        ChunkFormat::new(filters, self.dtype.size(), self.shape.0 * self.shape.1).ok()
    }

    /// The pixels, decompressed, in the machine's byte order.
    pub(super) fn pixels(&self) -> Result<Vec<u8>, String> {
        let format = self.format().ok_or("it is too large")?;
        let mut pixels = vec![0; format.bytes()];
        let decoded = ChunkDecoder::new(&format, Isa::best()).decode_chunk(self.bytes, 0, &mut pixels);
        decoded.map(|()| pixels).map_err(|error| error.to_string())
    }
}

/// The bytes of a typed array, compressed or not.
fn stored<'a>(decoder: &mut Decoder<'a>, dtype: Dtype) -> Result<(Coding, &'a [u8]), Bad> {
    if decoder.datatype()? == minicbor::data::Type::Bytes {
        return Ok((Coding::Raw, decoder.bytes()?));
    }
    if decoder.tag()?.as_u64() != COMPRESSED || decoder.array()? != Some(3) {
        return bad("neither bytes nor compressed bytes (tag 56500)");
    }
    let coding = match decoder.str()? {
        "lz4" => {
            decoder.skip()?;
            Coding::Lz4
        }
        "bslz4" => {
            let size = decoder.u64()?;
            if size != dtype.size() as u64 {
                return bad(format!("bslz4 with elements of {size} bytes around pixels of {dtype}"));
            }
            Coding::BitshuffleLz4
        }
        other => return bad(format!("compressed by {:?}; bslz4, lz4 and no compression are read", short(other))),
    };
    Ok((coding, decoder.bytes()?))
}

/// The first characters of a text from elsewhere.
pub(super) fn short(text: &str) -> String {
    text.chars().take(60).collect()
}

/// RFC 8746: little-endian integers and floats, and single bytes.
fn dtype(tag: u64) -> Option<Dtype> {
    Some(match tag {
        64 | 68 => Dtype::U8,
        69 => Dtype::U16,
        70 => Dtype::U32,
        71 => Dtype::U64,
        72 => Dtype::I8,
        77 => Dtype::I16,
        78 => Dtype::I32,
        79 => Dtype::I64,
        85 => Dtype::F32,
        86 => Dtype::F64,
        _ => return None,
    })
}
