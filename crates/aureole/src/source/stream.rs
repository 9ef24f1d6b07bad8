//! Frames that a detector sends: DECTRIS Stream V2 over ZeroMQ.
//!
//! A thread receives messages and keeps the images of one series, compressed as they came, until they were integrated. At most a given
//! number of bytes wait; then nothing more is received, and ZeroMQ holds the sender back.

mod address;
mod array;
mod beside;
mod inbox;
mod message;
mod notes;
mod receive;
mod rows;
mod series;
mod zmtp;

use std::sync::Arc;
use std::time::Duration;

use aureole_core::pipeline::{ChunkBuf, ENDLESS, Source, StackSpec};

use super::growing::{Arrived, Growing};
use super::{Origin, SourceError, Stack};
use address::Address;
use array::Coding;
use inbox::Inbox;

pub use address::is_stream;
pub use array::Array;
pub use array::Coding as ArrayCoding;
pub use beside::Beside;
pub use message::{Arrays, Kind, Message, Series};

/// Bytes of frames that may wait where nothing is said: as many, or a quarter of the memory.
const BOUND: u64 = 2_000_000_000;

/// How a stream is received.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StreamOptions {
    /// Bytes of frames that may wait; if nothing is said 2 GB, or a quarter of the memory where that is less.
    pub bound: Option<u64>,
    /// Others receive from the same sender: each gets some of the images, and rows are in the order of arrival.
    pub shared: bool,
}

/// A sender that is listened to, before it is known what its frames are like.
pub struct Stream {
    inbox: Arc<Inbox>,
}

impl Stream {
    /// Starts to listen to `tcp://HOST:PORT` or `ipc://PATH`, for the first channel or the one behind `::`; it connects as soon as a sender is there.
    ///
    /// # Errors
    /// When the inputs are not a single address of a stream.
    pub fn listen(inputs: &[String], options: StreamOptions) -> Result<Stream, SourceError> {
        let [input] = inputs else {
            let reason = "a single stream can be followed, and no file beside it".into();
            return Err(SourceError::Unsuitable { input: inputs.join(", "), reason });
        };
        let address = Address::parse(input)?;
        let bound = usize::try_from(options.bound.unwrap_or_else(default_bound)).unwrap_or(usize::MAX);
        let inbox = Arc::new(Inbox::new(address, bound, options.shared));
        let of_thread = Arc::clone(&inbox);
        let started = std::thread::Builder::new().name("stream".into()).spawn(move || receive::run(&of_thread));
        let stream = Stream { inbox };
        started.map_err(|error| stream.fail(format!("no thread can be started ({error})")))?;
        Ok(stream)
    }

    /// Waits until the first image tells what frames are like; false when that takes longer than `patience`.
    ///
    /// # Errors
    /// When the series has not the channel that is wanted, ends without an image, or has none that can be integrated.
    pub fn begun(&self, patience: Duration) -> Result<bool, SourceError> {
        self.inbox.begun(patience).map_err(|reason| self.fail(reason))
    }

    /// What is waited for.
    #[must_use]
    pub fn waits_for(&self) -> String {
        self.inbox.waits_for()
    }

    /// The series that has begun, as a stack that grows.
    ///
    /// # Errors
    /// When none has begun.
    pub fn into_stack(self) -> Result<Stack, SourceError> {
        let fail = || self.fail(format!("no frame has come ({})", self.waits_for()));
        let state = self.inbox.lock();
        let Some((current, like)) = state.current.as_ref().and_then(|current| current.like.map(|like| (current, like)))
        else {
            drop(state);
            return Err(fail());
        };
        let array = Array { shape: like.shape, dtype: like.dtype, coding: like.coding, bytes: &[] };
        let (frames, format) = (state.rows.expected.min(ENDLESS), array.format());
        let channel = current.channel.as_deref().unwrap_or_default();
        let dataset = Some(format!("{}, {channel}", current.series));
        let (beside, shared) = (current.beside.clone(), state.rows.shared);
        drop(state);
        let format = format.ok_or_else(fail)?;
        let spec = StackSpec { frames, shape: like.shape, dtype: like.dtype, format };
        let origin = Origin { file: self.inbox.address.name.clone().into(), dataset, frames };
        let notes = self.inbox.notes();
        let unfiltered = u32::from(like.coding != Coding::Raw);
        Stack::growing(Arc::new(Received { stream: self, spec, unfiltered, beside, shared }), origin, notes)
    }

    fn fail(&self, reason: String) -> SourceError {
        SourceError::Unsuitable { input: self.inbox.address.name.clone(), reason }
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.inbox.stop();
    }
}

fn default_bound() -> u64 {
    let memory = crate::machine::memory().map(|memory| memory.limit.unwrap_or(u64::MAX).min(memory.total));
    memory.map_or(BOUND, |memory| BOUND.min(memory / 4))
}

/// A series that is being received.
struct Received {
    stream: Stream,
    spec: StackSpec,
    /// Filter mask of a frame that is not compressed.
    unfiltered: u32,
    beside: Beside,
    shared: bool,
}

impl Source for Received {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let name = &self.stream.inbox.address.name;
        let found = self.stream.inbox.lock().rows.get(frame);
        let found = found.map_err(|reason| format!("{name}: {reason}"))?;
        buf.frame = frame;
        buf.filter_mask = if found.unfiltered { self.unfiltered } else { 0 };
        buf.error = None;
        buf.unread = None;
        buf.bytes.clear();
        if let Some(fault) = &found.fault {
            let number = found.image_id.map_or_else(|| "an image".to_owned(), |id| format!("image {id}"));
            return Err(format!("{name}: {number}: {fault}"));
        }
        buf.bytes.extend_from_slice(&found.bytes[found.image.clone()]);
        Ok(())
    }
}

impl Growing for Received {
    fn wait(&self, known: usize, patience: Duration) -> Result<Arrived, String> {
        Ok(self.stream.inbox.wait(known, patience))
    }

    fn forget(&self, before: usize) {
        self.stream.inbox.forget(before);
    }

    fn notes(&self) -> Vec<String> {
        self.stream.inbox.notes()
    }

    fn is_numbered(&self) -> bool {
        true
    }

    fn number(&self, frame: usize) -> Option<u64> {
        let found = self.stream.inbox.lock().rows.get(frame).ok();
        let own = found.and_then(|found| found.image_id);
        own.or((!self.shared).then_some(frame as u64))
    }

    fn beside(&self) -> Option<&Beside> {
        Some(&self.beside)
    }
}
