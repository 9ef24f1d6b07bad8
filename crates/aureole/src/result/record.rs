//! What a result says of the run that made it.

use std::path::Path;

use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{Dataset, File, Group};

use super::{ResultError, attribute, unlocked};
use crate::hdf5::attributes::text;
use crate::hdf5::open::describe_io;

/// The run behind a result, as its file has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Name of the program.
    pub program: String,
    /// Its version.
    pub version: String,
    /// The job as JSON.
    pub job: String,
    /// What a file was used as (`poni`, `mask`, `dark`, ...), its name and the SHA-256 of its content then.
    pub files: Vec<(String, String, String)>,
    /// The datasets that were read, in order.
    pub sources: Vec<RecordedSource>,
    /// Rows and columns of a frame and their type, such as `195 x 487 uint32`; empty in results that do not say so.
    pub frames_of: String,
    /// Number in the stack of the frame in the first row.
    pub first_frame: usize,
    /// Frames that the run was for; where it followed a stack of which nobody knew how long it would be, those that have a row.
    pub planned: usize,
    /// The frames were taken while they were written, so that the sources were not complete when the run began.
    pub followed: bool,
    /// Status of each row: 0 not done, 1 done, 2 failed. It may be shorter than `planned`.
    pub status: Vec<u8>,
    /// Whether it keeps the sums `signal` and `variance`.
    pub sums: bool,
    /// Whether its rows are in files of their own.
    pub in_parts: bool,
    /// The run has ended, early or not.
    pub ended: bool,
}

/// A dataset that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedSource {
    /// `FILE` or `FILE::/path`.
    pub name: String,
    /// Its state then; `None` in results that do not say so.
    pub state: Option<SourceState>,
}

/// What is kept of a source to notice that it is another one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SourceState {
    /// Frames of the dataset.
    pub frames: u64,
    /// Bytes of its file.
    pub bytes: u64,
    /// When its file was changed last, in nanoseconds since 1970.
    pub modified: u64,
}

impl Record {
    /// Reads it, without a lock: the result may be growing.
    ///
    /// # Errors
    /// When the file cannot be read, or no run of `aureole integrate` made it.
    pub fn read(path: &Path) -> Result<Record, ResultError> {
        let file = unlocked(path)?;
        let unreadable =
            |error: std::io::Error| ResultError::Unreadable { file: path.to_owned(), reason: describe_io(&error) };
        let bytes = std::fs::metadata(path).map_err(unreadable)?.len();
        let not_a_result = |reason: String| ResultError::NotAResult { file: path.to_owned(), reason };
        read(&file, bytes).map_err(not_a_result)
    }

    /// The number of frames with a status: 1 done, 2 failed.
    #[must_use]
    pub fn count(&self, status: u8) -> usize {
        self.status.iter().filter(|of| **of == status).count()
    }

    /// True when all frames were done or failed, and the run has ended.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.ended && self.status.len() == self.planned && self.count(0) == 0
    }
}

/// Of an open file of so many bytes.
pub(super) fn read(file: &File, bytes: u64) -> Result<Record, String> {
    let group = |name: &str| file.group(name).map_err(|_| format!("there is no /{name}"));
    let (entry, reduction, frames) = (group("entry")?, group("entry/reduction")?, group("entry/frames")?);
    let word = |name: &str| {
        let dataset = reduction.dataset(name).ok();
        dataset.and_then(|dataset| text(&dataset)).ok_or_else(|| format!("there is no text /entry/reduction/{name}"))
    };
    let number = |name: &str| {
        let value = frames.attr(name).and_then(|attribute| attribute.read_scalar::<u64>()).ok();
        let value = value.and_then(|value| usize::try_from(value).ok());
        value.ok_or_else(|| format!("/entry/frames has no number {name}"))
    };
    let status = frames.dataset("status").map_err(|_| "there is no /entry/frames/status".to_owned())?;
    let (first_frame, rows, followed) = (number("first_frame")?, status.size(), number("followed").is_ok());
    let known =
        number("planned").map_or_else(|why| if followed { Ok(None) } else { Err(why) }, |known| Ok(Some(known)))?;
    let planned = known.unwrap_or(rows);
    // A frame takes a byte at least, so that no more is believed than the file can hold.
    if status.ndim() != 1 || rows > planned || rows as u64 > bytes || first_frame.checked_add(planned).is_none() {
        return Err(format!("/entry/frames/status has {rows} values for {planned} frames"));
    }
    let mut status = status.read_raw::<u8>().map_err(|_| "/entry/frames/status cannot be read".to_owned())?;
    if known.is_none() {
        // Rows are made ahead; those behind the last that was written are for frames that nobody knew to come.
        status.truncate(status.iter().rposition(|status| *status != 0).map_or(0, |last| last + 1));
    }
    let planned = known.unwrap_or(status.len());
    let first = super::first_recipe(file).ok_or("/entry names no recipes")?;
    let data = group(&format!("entry/{first}"))?;
    let intensity = data.dataset("I").map_err(|_| format!("there is no /entry/{first}/I"))?;
    let (sources, frames_of) = sources(&reduction, bytes)?;
    Ok(Record {
        program: word("program")?,
        version: word("version")?,
        job: word("job")?,
        files: files(&reduction)?,
        sources,
        frames_of,
        first_frame,
        planned,
        followed,
        status,
        sums: data.link_exists("signal"),
        in_parts: intensity.layout() == hdf5_metno::dataset::Layout::Virtual,
        ended: entry.link_exists("end_time"),
    })
}

fn files(reduction: &Group) -> Result<Vec<(String, String, String)>, String> {
    let files = reduction.group("files").map_err(|_| "there is no /entry/reduction/files".to_owned())?;
    let mut roles = files.member_names().unwrap_or_default();
    roles.sort();
    let of = |role: String| {
        let dataset = files.dataset(&role).ok();
        let named = dataset.and_then(|dataset| Some((text(&dataset)?, attribute(&dataset, "sha256"))));
        let (name, digest) = named.ok_or_else(|| format!("/entry/reduction/files/{role} cannot be read"))?;
        Ok((role, name, digest))
    };
    roles.into_iter().map(of).collect()
}

fn sources(reduction: &Group, bytes: u64) -> Result<(Vec<RecordedSource>, String), String> {
    let fail = || "/entry/reduction/sources cannot be read".to_owned();
    let dataset = reduction.dataset("sources").map_err(|_| fail())?;
    let few = |dataset: &Dataset| (dataset.size() as u64 <= bytes).then_some(()).ok_or_else(fail);
    few(&dataset)?;
    let names = dataset.read_raw::<VarLenUnicode>().map_err(|_| fail())?;
    let numbers = |name: &str| {
        let dataset = reduction.dataset(name).ok().filter(|dataset| dataset.size() == names.len());
        dataset.and_then(|dataset| dataset.read_raw::<u64>().ok())
    };
    let (frames, sizes, times) = (numbers("source_frames"), numbers("source_bytes"), numbers("source_modified"));
    let state = |nth: usize| {
        let at = |numbers: &Option<Vec<u64>>| numbers.as_ref()?.get(nth).copied();
        Some(SourceState { frames: at(&frames)?, bytes: at(&sizes)?, modified: at(&times)? })
    };
    let named = |(nth, name): (usize, &VarLenUnicode)| RecordedSource { name: name.to_string(), state: state(nth) };
    let sources = names.iter().enumerate().map(named).collect();
    Ok((sources, attribute(&dataset, "frames_of")))
}
