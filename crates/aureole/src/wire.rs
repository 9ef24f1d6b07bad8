//! The patterns of consecutive frames as bytes, on their way from one process of a run to another.
//!
//! Bytes are those of the machine, in its order: they are not kept, and do not go to machines of another kind (these are
//! refused). A message is `magic, version, bytes read, four times, patterns` as 8-byte words, and for each pattern
//! `status, lengths, reason, buffers`. The one who receives it has patterns ready; what does not fit these exactly is an
//! error, so that no length in a message ever sizes anything.

mod read;
#[cfg(test)]
mod tests;

use aureole_core::pattern::{Pattern, Status};
use aureole_core::pipeline::Stages;

use read::Reader;

const MAGIC: u64 = u64::from_be_bytes(*b"AUREWIRE");
/// Changes whenever the bytes do.
const VERSION: u64 = 1;
/// Words before the first pattern, and before the buffers of each.
const HEAD: usize = 8;
const RECORD: usize = 8;
const WORD: usize = size_of::<u64>();
/// Bytes of the reason why a frame failed; a longer one is cut.
const MOST_REASON: usize = 4096;

const NOT_DONE: u64 = 0;
const DONE: u64 = 1;
const FAILED: u64 = 2;

/// What a worker says of consecutive frames beside their patterns.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Integrated {
    /// Stored bytes read.
    pub bytes_in: u64,
    /// Where the time for these frames went.
    pub stages: Stages,
}

/// Why bytes are not the patterns that were expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WireError {
    /// Nothing that this program has written on such a machine.
    #[error("these bytes are not patterns of this version of the program on this kind of machine")]
    Foreign,
    /// They end too early.
    #[error("the patterns are cut short: {needed} bytes are missing after {there}")]
    Short {
        /// Bytes that are there.
        there: usize,
        /// Bytes that are missing.
        needed: usize,
    },
    /// They go on after the last pattern.
    #[error("{0} bytes follow the last pattern")]
    Trailing(usize),
    /// There are more or fewer of something than expected.
    #[error("{found} {what}, where {expected} were expected")]
    Count {
        /// What is counted.
        what: &'static str,
        /// How many there are room for.
        expected: usize,
        /// How many there are.
        found: u64,
    },
    /// A value that has no meaning.
    #[error("{0} {1} has no meaning")]
    Value(&'static str, u64),
    /// The reason of a failure is not UTF-8.
    #[error("the reason of a failed frame is not text")]
    Text,
}

/// The most bytes that such patterns take, whatever is in them.
#[must_use]
pub fn most_bytes(patterns: &[Pattern]) -> usize {
    let of = |pattern: &Pattern| {
        let bins = pattern.intensity.len();
        RECORD * WORD
            + MOST_REASON
            + size_of::<f32>() * (bins + pattern.errors.len())
            + size_of::<f64>() * (pattern.signal.len() + pattern.variance.len() + 2 * bins)
    };
    HEAD * WORD + patterns.iter().map(of).sum::<usize>()
}

/// Appends patterns, and what there is to say of them, to `out`.
pub fn encode(integrated: &Integrated, patterns: &[Pattern], out: &mut Vec<u8>) {
    let Stages { read, decode, accumulate, write } = integrated.stages;
    let [read, decode, accumulate, write] = [read, decode, accumulate, write].map(f64::to_bits);
    let head: [u64; HEAD] =
        [MAGIC, VERSION, integrated.bytes_in, read, decode, accumulate, write, patterns.len() as u64];
    out.extend_from_slice(bytemuck::cast_slice(&head));
    for pattern in patterns {
        append(pattern, out);
    }
}

fn append(pattern: &Pattern, out: &mut Vec<u8>) {
    let (status, reason) = match &pattern.status {
        Status::NotDone => (NOT_DONE, ""),
        Status::Done => (DONE, ""),
        Status::Failed(reason) => (FAILED, cut(reason)),
    };
    let own = pattern.own.as_ref();
    let (norm, count) = own.map_or((&[][..], &[][..]), |own| (&own.norm[..], &own.count[..]));
    let Pattern { intensity, errors, signal, variance, .. } = pattern;
    let record: [u64; RECORD] = [
        status,
        reason.len() as u64,
        intensity.len() as u64,
        errors.len() as u64,
        signal.len() as u64,
        variance.len() as u64,
        // 0: the frame masks nothing of its own.
        own.map_or(0, |own| own.norm.len() as u64 + 1),
        own.map_or(0, |own| own.count.len() as u64 + 1),
    ];
    out.extend_from_slice(bytemuck::cast_slice(&record));
    out.extend_from_slice(reason.as_bytes());
    for values in [&intensity[..], &errors[..]] {
        out.extend_from_slice(bytemuck::cast_slice(values));
    }
    for values in [&signal[..], &variance[..], norm, count] {
        out.extend_from_slice(bytemuck::cast_slice(values));
    }
}

/// As much of a text as is sent, without half a letter.
fn cut(text: &str) -> &str {
    let most = text.len().min(MOST_REASON);
    let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    &text[..end]
}

/// Takes the patterns from `bytes`, overwriting all that is in `patterns`: as many, and with the same buffers, as were sent.
///
/// # Errors
/// See [`WireError`]; `patterns` then hold rubbish.
pub fn decode(bytes: &[u8], patterns: &mut [Pattern]) -> Result<Integrated, WireError> {
    let mut reader = Reader::new(bytes);
    let [magic, version, bytes_in, read, decode, accumulate, write, count] = reader.words()?;
    if (magic, version) != (MAGIC, VERSION) {
        return Err(WireError::Foreign);
    }
    exactly("patterns", patterns.len(), count)?;
    for pattern in patterns {
        take(&mut reader, pattern)?;
    }
    reader.finish()?;
    let [read, decode, accumulate, write] = [read, decode, accumulate, write].map(f64::from_bits);
    Ok(Integrated { bytes_in, stages: Stages { read, decode, accumulate, write } })
}

fn take(reader: &mut Reader<'_>, pattern: &mut Pattern) -> Result<(), WireError> {
    let [status, reason, intensity, errors, signal, variance, norm, count] = reader.words::<RECORD>()?;
    let bins = pattern.intensity.len();
    exactly("bins", bins, intensity)?;
    exactly("errors", pattern.errors.len(), errors)?;
    exactly("sums", pattern.signal.len(), signal)?;
    exactly("sums of variances", pattern.variance.len(), variance)?;
    if (norm, count) != (0, 0) {
        exactly("constants of a frame", bins + 1, norm)?;
        exactly("constants of a frame", bins + 1, count)?;
    }
    let reason = reader.text(reason)?;
    pattern.status = match status {
        NOT_DONE => Status::NotDone,
        DONE => Status::Done,
        FAILED => Status::Failed(reason.to_owned()),
        other => return Err(WireError::Value("status", other)),
    };
    [&mut pattern.intensity, &mut pattern.errors].into_iter().try_for_each(|values| reader.fill(values))?;
    [&mut pattern.signal, &mut pattern.variance].into_iter().try_for_each(|values| reader.fill(values))?;
    if norm == 0 {
        pattern.own = None;
        return Ok(());
    }
    let own = pattern.own.get_or_insert_default();
    [&mut own.norm, &mut own.count].into_iter().try_for_each(|values| {
        values.resize(bins, f64::NAN);
        reader.fill(values)
    })
}

fn exactly(what: &'static str, expected: usize, found: u64) -> Result<(), WireError> {
    if found == expected as u64 { Ok(()) } else { Err(WireError::Count { what, expected, found }) }
}
