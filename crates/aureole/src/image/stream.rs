//! Files that are read forwards, those included that are compressed as a whole.
//!
//! Nothing is allocated on the word of a file: buffers grow as its bytes arrive.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;

use crate::hdf5::open::describe_io;

/// Bytes that are made room for at once, where a file that is compressed does not tell its length.
const STEP: usize = 1 << 20;

/// Bytes behind the pixels that are read for the checksum.
const NEAR: u64 = 1 << 20;

/// How a file is compressed as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    /// Not at all.
    None,
    /// `.gz`.
    Gzip,
    /// `.bz2`.
    Bzip2,
}

/// The decompressed bytes of a file, from its start on.
pub(super) struct Stream {
    reader: Reader,
    /// Bytes behind us.
    at: u64,
    /// Bytes of the file, where that is known.
    length: Option<u64>,
}

enum Reader {
    Plain(BufReader<File>),
    Packed(BufReader<Box<dyn Read + Send>>),
}

impl Stream {
    pub(super) fn open(path: &Path, packing: Packing) -> Result<Stream, String> {
        let file = File::open(path).map_err(|error| describe_io(&error))?;
        let metadata = file.metadata().map_err(|error| describe_io(&error))?;
        if metadata.is_dir() {
            return Err("a folder, not a file".into());
        }
        let file = BufReader::new(file);
        let packed = |reader: Box<dyn Read + Send>| Reader::Packed(BufReader::with_capacity(1 << 16, reader));
        let (reader, length) = match packing {
            Packing::None => (Reader::Plain(file), Some(metadata.len())),
            Packing::Gzip => (packed(Box::new(MultiGzDecoder::new(file))), None),
            Packing::Bzip2 => (packed(Box::new(MultiBzDecoder::new(file))), None),
        };
        Ok(Stream { reader, at: 0, length })
    }

    /// Bytes behind us.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// Appends `count` bytes to `out`, or as many as there are.
    pub(super) fn take_up_to(&mut self, count: usize, out: &mut Vec<u8>) -> Result<usize, String> {
        let left = self.length.map(|length| length.saturating_sub(self.at));
        let left = left.map_or(STEP, |left| usize::try_from(left).unwrap_or(usize::MAX));
        out.reserve(count.min(left));
        self.take(count as u64).read_to_end(out).map_err(|error| unreadable(&error))
    }

    /// Appends `count` bytes to `out`.
    ///
    /// # Errors
    /// Says how many there are, when these are fewer.
    pub(super) fn fill(&mut self, count: usize, out: &mut Vec<u8>) -> Result<(), String> {
        let found = self.take_up_to(count, out)?;
        if found < count { Err(format!("cut off: {found} of {count} bytes are there")) } else { Ok(()) }
    }

    /// Goes forwards; false when the file ends before.
    pub(super) fn skip(&mut self, count: u64) -> Result<bool, String> {
        match &mut self.reader {
            Reader::Plain(reader) => {
                let to = self.at.saturating_add(count);
                if self.length.is_some_and(|length| to > length) {
                    return Ok(false);
                }
                let Ok(step) = i64::try_from(count) else { return Ok(false) };
                reader.seek_relative(step).map_err(|error| unreadable(&error))?;
                self.at = to;
                Ok(true)
            }
            Reader::Packed(_) => {
                let skipped = io::copy(&mut self.take(count), &mut io::sink());
                Ok(skipped.map_err(|error| unreadable(&error))? == count)
            }
        }
    }

    /// Reads on to the end of a compressed file, if it is near, where the checksum of its bytes is compared.
    ///
    /// # Errors
    /// When they differ, or the end is cut off.
    pub(super) fn finish(&mut self) -> Result<(), String> {
        if let Reader::Packed(_) = self.reader {
            let rest = io::copy(&mut self.take(NEAR), &mut io::sink());
            rest.map_err(|error| unreadable(&error))?;
        }
        Ok(())
    }

    /// The next byte, which stays where it is; `None` at the end.
    pub(super) fn peek(&mut self) -> Result<Option<u8>, String> {
        Ok(self.fill_buf().map_err(|error| unreadable(&error))?.first().copied())
    }

    /// Appends all up to a byte and that byte to `out`, but not more than `most` bytes; false when it does not come.
    pub(super) fn until(&mut self, byte: u8, most: usize, out: &mut Vec<u8>) -> Result<bool, String> {
        let mut part = self.take(most as u64);
        part.read_until(byte, out).map_err(|error| unreadable(&error))?;
        Ok(out.last() == Some(&byte))
    }
}

fn unreadable(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof => {
            format!("its compressed bytes are damaged or cut off ({error})")
        }
        _ => describe_io(error),
    }
}

impl Read for Stream {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = match &mut self.reader {
            Reader::Plain(reader) => reader.read(out),
            Reader::Packed(reader) => reader.read(out),
        }?;
        self.at += count as u64;
        Ok(count)
    }
}

impl BufRead for Stream {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match &mut self.reader {
            Reader::Plain(reader) => reader.fill_buf(),
            Reader::Packed(reader) => reader.fill_buf(),
        }
    }

    fn consume(&mut self, count: usize) {
        self.at += count as u64;
        match &mut self.reader {
            Reader::Plain(reader) => reader.consume(count),
            Reader::Packed(reader) => reader.consume(count),
        }
    }
}
