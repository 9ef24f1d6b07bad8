//! Readers: chunks from the source into loads.

use std::ops::Range;
use std::sync::atomic::Ordering;
use std::time::Instant;

use aureole_core::pipeline::{ChunkBuf, RunError, Stages};
use aureole_core::sums::LANES;
use aureole_cuda::kernels::Kind;
use aureole_cuda::{CudaError, Feed, Load, lane};
use crossbeam_channel::Sender;

use super::ring::Place;
use super::{Shared, Slot, Stopping};
use crate::layout::guard::guard;
use crate::layout::order::Report;
use crate::layout::stored::{Carrier, Way, stored_bytes};

/// A run that was started, or could not be.
pub(super) type Started = (usize, Result<(), RunError>);

/// What a reader has of its own.
struct Reader<'a> {
    shared: &'a Shared<'a>,
    /// One a device, made when it is first needed.
    feeds: Vec<Option<Feed>>,
    chunk: ChunkBuf,
    carrier: Carrier,
    stages: Stages,
}

impl Shared<'_> {
    /// A reader: takes batches until there are no more.
    pub(super) fn read(&self, started: &Sender<Started>, report: &Sender<Report<Slot>>) {
        let mut reader = Reader {
            shared: self,
            feeds: Vec::new(),
            chunk: ChunkBuf::default(),
            carrier: Carrier::new(self.plans[0].format(), self.isa),
            stages: Stages::default(),
        };
        let _stopping = Stopping(self);
        loop {
            let batch = self.next.fetch_add(1, Ordering::Relaxed);
            if batch >= self.batches.len() {
                break;
            }
            let (run, number) = self.ring.run_of(batch);
            if !self.ring.wait_for(run) {
                break;
            }
            let frames = self.batches.frames(batch);
            let read = match guard(&frames, || reader.read(self.ring.place(run), number, frames.clone())) {
                Ok(read) => read,
                Err(panic) => {
                    let _ = started.send((run, Err(panic)));
                    break;
                }
            };
            if self.ring.was_read(run, read) {
                let _ = started.send((run, self.ring.start(run).map_err(|error| super::fell_away(&error))));
            }
        }
        let _ = report.send(Report::Ended(reader.stages));
    }
}

impl Reader<'_> {
    /// Reads the frames of batch `number` of a load.
    fn read(&mut self, place: &Place, number: usize, frames: Range<usize>) -> Result<(), CudaError> {
        let start = Instant::now();
        self.feeds.resize_with(self.feeds.len().max(place.device + 1), || None);
        let mut feed = match self.feeds[place.device].take() {
            Some(feed) => feed,
            None => Feed::new(place.load.stream().context(), self.shared.sizes.chunk)?,
        };
        for (i, frame) in frames.enumerate() {
            let lane = number * LANES + lane(self.shared.plans[0], i);
            self.read_frame(&place.load, &mut feed, lane, frame)?;
        }
        self.feeds[place.device] = Some(feed);
        self.stages.read += start.elapsed().as_secs_f64();
        Ok(())
    }

    /// Sends the chunk of a frame; one that cannot be read or decoded is left to the host, which then says why.
    fn read_frame(&mut self, load: &Load, feed: &mut Feed, lane: usize, frame: usize) -> Result<(), CudaError> {
        let source = self.shared.job.source;
        self.chunk.unread = None;
        if source.open(frame, &mut self.chunk).is_err() {
            return Ok(());
        }
        let format = self.shared.plans[0].format();
        self.shared.bytes_in.fetch_add(self.chunk.bytes_read() as u64, Ordering::Relaxed);
        let stored = stored_bytes(&self.chunk);
        let way = Way::of(format, self.chunk.filter_mask, stored, self.shared.kind == Kind::BitshuffleLz4);
        let (size, kind) = match way {
            Way::Compressed => (stored, Kind::BitshuffleLz4),
            Way::Elements => (stored, Kind::Elements),
            Way::Decoded => (format.bytes(), Kind::Elements),
            Way::No => return Ok(()),
        };
        if size > self.shared.sizes.most_chunk {
            return Ok(());
        }
        let buffer = feed.buffer(size)?;
        if self.carrier.fill(&mut self.chunk, way, buffer)
            && let Some(at) = feed.send(load, size)?
        {
            load.put(lane, at, size, kind);
        }
        Ok(())
    }
}
