//! Messages of DECTRIS Stream V2: one CBOR map each, of type `start`, `image` or `end`.
//!
//! After <https://github.com/dectris/documentation/tree/main/stream_v2>. A message is read in place, keys that are of no use here are
//! skipped, and nothing is allocated by a length that it states.

use minicbor::Decoder;
use minicbor::decode::Error;

use super::array::{Array, short};

/// Marks a text as CBOR; may stand before a message.
const SELF_DESCRIBED: u64 = 55_799;

/// More channels than this no detector has.
const MOST_CHANNELS: u64 = 64;

/// What a message says that it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A series begins.
    Start,
    /// One exposure.
    Image,
    /// A series ends.
    End,
    /// Something else.
    Other,
}

/// Which series a message belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Series {
    /// Its number.
    pub id: Option<u64>,
    /// Its name, which no other series has.
    pub unique: Option<String>,
}

/// Arrays by the names of their channels; or why one is of no use.
pub type Arrays<'a> = Vec<(&'a str, Result<Array<'a>, String>)>;

/// What was understood of a message.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message<'a> {
    /// The kind of the message, where it says one.
    pub kind: Option<Kind>,
    /// The series.
    pub series: Series,
    /// Number of an image in its series.
    pub image_id: Option<u64>,
    /// Images by channel.
    pub data: Arrays<'a>,
    /// Names of the channels in their order, in a start message.
    pub channels: Vec<&'a str>,
    /// Images that the series will have.
    pub images: Option<u64>,
    /// Rows that images will have.
    pub rows: Option<u64>,
    /// Columns that images will have.
    pub columns: Option<u64>,
    /// Pixel masks by channel.
    pub masks: Arrays<'a>,
    /// Flat fields by channel.
    pub flats: Arrays<'a>,
    /// The detector has applied the flat field.
    pub flat_applied: bool,
    /// Why the rest was not understood, in a sentence.
    pub fault: Option<String>,
}

impl<'a> Message<'a> {
    /// Reads a message as far as it can be understood.
    #[must_use]
    pub fn decode(bytes: &'a [u8]) -> Message<'a> {
        let (mut message, mut decoder) = (Message::default(), Decoder::new(bytes));
        if let Err(error) = message.fill(&mut decoder) {
            message.fault = Some(format!("the message is no valid CBOR: {error}"));
        } else if decoder.position() != bytes.len() {
            message.fault = Some(format!("{} bytes lie behind the message", bytes.len() - decoder.position()));
        }
        message
    }

    fn fill(&mut self, decoder: &mut Decoder<'a>) -> Result<(), Error> {
        if decoder.probe().tag().is_ok_and(|tag| tag.as_u64() == SELF_DESCRIBED) {
            decoder.tag()?;
        }
        // An entry has two bytes at least, so a length that is not true ends with the bytes.
        let entries = decoder.map()?.ok_or_else(|| Error::message("a map of no definite length"))?;
        for _ in 0..entries {
            self.entry(decoder)?;
        }
        Ok(())
    }

    fn entry(&mut self, decoder: &mut Decoder<'a>) -> Result<(), Error> {
        match decoder.str()? {
            "type" => {
                self.kind = Some(match decoder.str()? {
                    "start" => Kind::Start,
                    "image" => Kind::Image,
                    "end" => Kind::End,
                    _ => Kind::Other,
                });
            }
            "series_id" => self.series.id = Some(decoder.u64()?),
            "series_unique_id" => self.series.unique = Some(short(decoder.str()?)),
            "image_id" => self.image_id = Some(decoder.u64()?),
            "data" => self.data = arrays(decoder)?,
            "channels" => self.channels = names(decoder)?,
            "number_of_images" => self.images = Some(decoder.u64()?),
            "image_size_x" => self.columns = Some(decoder.u64()?),
            "image_size_y" => self.rows = Some(decoder.u64()?),
            "pixel_mask" => self.masks = arrays(decoder)?,
            "flatfield" => self.flats = arrays(decoder)?,
            "flatfield_enabled" => self.flat_applied = decoder.bool()?,
            _ => decoder.skip()?,
        }
        Ok(())
    }
}

/// A map from channels to arrays.
fn arrays<'a>(decoder: &mut Decoder<'a>) -> Result<Arrays<'a>, Error> {
    let length = few(decoder.map()?)?;
    let mut arrays = Arrays::new();
    for _ in 0..length {
        let name = decoder.str()?;
        arrays.push((name, Array::decode(decoder)?));
    }
    Ok(arrays)
}

fn names<'a>(decoder: &mut Decoder<'a>) -> Result<Vec<&'a str>, Error> {
    let length = few(decoder.array()?)?;
    let mut names = Vec::new();
    for _ in 0..length {
        names.push(decoder.str()?);
    }
    Ok(names)
}

fn few(length: Option<u64>) -> Result<u64, Error> {
    length
        .filter(|length| *length <= MOST_CHANNELS)
        .ok_or_else(|| Error::message("more than 64 channels, or no definite number"))
}

impl std::fmt::Display for Series {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.id, &self.unique) {
            (Some(id), _) => write!(f, "series {id}"),
            (None, Some(unique)) => write!(f, "series {unique}"),
            (None, None) => f.write_str("a series without a number"),
        }
    }
}

#[cfg(test)]
mod tests;
