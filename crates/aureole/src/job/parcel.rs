//! A job on its way to workers that may be anywhere: files by their full names, or everything that the job would read beside
//! the frames as arrays; then frames come as chunks.

mod bytes;
mod chunks;
mod format;
mod images;

use std::ops::Range;

use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};
use serde::{Deserialize, Serialize};

use super::{Attached, Execution, Given, JobError, JobSpec, Prepared, prepare_given};
use crate::image::Image;
use crate::layout::Layout;
use crate::source::Stack;
use format::Described;

pub use chunks::Sent;

/// What a worker needs to make the same plans as the process that sent it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parcel {
    /// The job, as the worker is to prepare it.
    pub spec: JobSpec,
    /// The arrays that it names.
    pub attached: Attached,
    /// What the frames have in common, where they are sent.
    pub stack: Option<StackSpec>,
}

/// The part of a parcel that goes as JSON.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    spec: JobSpec,
    stack: Option<Described>,
    /// Name, rows, columns and type of each array; their bytes follow.
    arrays: Vec<(String, usize, usize, String)>,
}

impl Prepared {
    /// True where workers get the frames as chunks: when it is asked for, and when the job has them in memory.
    #[must_use]
    pub fn sends_chunks(&self, asked: bool) -> bool {
        asked || self.given_frames
    }

    /// Frames a task: as the job says, or few where chunks go with them, since a scheduler holds those of all tasks under way;
    /// `None` leaves it to the layout.
    #[must_use]
    pub fn range(&self, send_chunks: bool) -> Option<usize> {
        const MOST_BYTES: usize = 256 << 20;
        let few = || (MOST_BYTES / self.stack.spec().format.bytes().max(1)).clamp(1, aureole_core::sums::LANES);
        self.spec.execution.range.or_else(|| self.sends_chunks(send_chunks).then(few))
    }

    /// The job for workers elsewhere, which see the same files unless `send_chunks`.
    ///
    /// # Errors
    /// When it needs something that cannot be sent, or a file can no longer be read.
    pub fn parcel(&self, send_chunks: bool) -> Result<Parcel, JobError> {
        let Execution { isa, batch, plan_cache, allow_external, .. } = self.spec.execution.clone();
        let execution =
            Execution { layout: Layout::Threads, threads: Some(1), isa, batch, allow_external, ..Execution::default() };
        let spec = JobSpec { execution, map: None, frames: super::FrameRange::default(), ..self.spec.clone() };
        if self.sends_chunks(send_chunks) {
            let (recipes, attached) = images::inline(self)?;
            let stack = Some(self.stack.spec().clone());
            return Ok(Parcel { spec: JobSpec { recipes, ..spec }, attached, stack });
        }
        images::check_detector_files(self)?;
        let spec = JobSpec { execution: Execution { plan_cache, ..spec.execution }, ..spec };
        Ok(Parcel { spec: spec.absolute()?, attached: self.attached.clone(), stack: None })
    }

    /// The chunks of a range of frames, for [`Sent`]; those that cannot be read go with the reason.
    #[must_use]
    pub fn chunks(&self, frames: Range<usize>) -> Vec<u8> {
        chunks::pack(&self.stack, frames)
    }
}

impl Parcel {
    /// The parcel as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let each = || self.attached.arrays.iter();
        let head = Head {
            spec: self.spec.clone(),
            stack: self.stack.as_ref().map(Described::of),
            arrays: each().map(|(name, i)| (name.clone(), i.shape.0, i.shape.1, i.dtype.name().into())).collect(),
        };
        bytes::join(&head, each().map(|(_, image)| image.bytes.as_slice()))
    }

    /// The parcel that [`Parcel::to_bytes`] wrote.
    ///
    /// # Errors
    /// When the bytes are others.
    pub fn from_bytes(bytes: &[u8]) -> Result<Parcel, JobError> {
        let damaged = |reason: String| JobError::Description(format!("a job that was sent here: {reason}"));
        let (head, mut rest) = bytes::part::<Head>(bytes).map_err(damaged)?;
        let mut attached = Attached::default();
        for (name, rows, columns, dtype) in head.arrays {
            let dtype = format::dtype(&dtype).map_err(damaged)?;
            let size = rows.checked_mul(columns).and_then(|pixels| pixels.checked_mul(dtype.size()));
            let bytes = bytes::take(&mut rest, size).map_err(damaged)?.to_vec();
            attached.arrays.insert(name, Image { shape: (rows, columns), dtype, bytes });
        }
        let stack = head.stack.map(|stack| stack.spec()).transpose().map_err(damaged)?;
        Ok(Parcel { spec: head.spec, attached, stack })
    }

    /// Prepares the job.
    ///
    /// # Errors
    /// See [`JobError`].
    pub fn prepare(self) -> Result<Prepared, JobError> {
        let stack = self.stack.map(|spec| Stack::of(Box::new(Elsewhere(spec)), "frames that are sent")).transpose()?;
        prepare_given(self.spec, Given { stack, variance: None, attached: self.attached })
    }
}

/// Frames that come later, with each range.
struct Elsewhere(StackSpec);

impl Source for Elsewhere {
    fn spec(&self) -> &StackSpec {
        &self.0
    }

    fn read(&self, frame: usize, _: &mut ChunkBuf) -> Result<(), String> {
        Err(format!("frame {frame} was not sent here"))
    }
}
