//! The other side: what a worker process does.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::net::UnixStream;
use std::time::Instant;

use aureole_core::pattern::Pattern;
use aureole_core::pipeline::{ChunkBuf, Plan, RunError, Source, Stages, Worker};

use super::link::{Link, is_end};
use super::memory::Memory;
use super::message::{FromWorker, ToWorker};
use crate::layout::batches;
use crate::layout::guard::guard;
use crate::wire::{self, Integrated};

/// A worker's end of the stream to the run that started it.
#[derive(Debug)]
pub struct WorkerEnd {
    link: Link,
    memory: Memory,
    sums: bool,
    beside: Option<File>,
}

impl WorkerEnd {
    /// Takes the order of a run: the end of the stream, and the job in the words of [`Processes::job`](super::Processes::job).
    /// `None` when the run is gone already.
    ///
    /// # Errors
    /// When what comes is no order, or comes from another version of the program; the run has then been told.
    pub fn accept(socket: UnixStream) -> Result<Option<(WorkerEnd, String)>, String> {
        let link = Link::new(socket);
        let failed = |error: io::Error| format!("no order came from a run: {error}");
        let Some(memory) = link.receive_file().map_err(failed)? else { return Ok(None) };
        let (program, job, sums, beside) = match link.receive().map_err(failed)? {
            None => return Ok(None),
            Some(ToWorker::Order { program, job, sums, beside }) => (program, job, sums, beside),
            Some(ToWorker::Range { .. }) => return Err("a range of frames came from a run before an order did".into()),
        };
        let beside = if beside { link.receive_file().map_err(failed)?.map(File::from) } else { None };
        let end = WorkerEnd { link, memory: Memory::from(memory), sums, beside };
        if program != env!("CARGO_PKG_VERSION") {
            let reason =
                format!("the worker is aureole {}, the run that started it {program}", env!("CARGO_PKG_VERSION"));
            end.refuse(&reason);
            return Err(reason);
        }
        Ok(Some((end, job)))
    }

    /// The file that came beside the job, see [`Processes::beside`](super::Processes::beside).
    #[must_use]
    pub fn beside(&self) -> Option<File> {
        self.beside.as_ref().and_then(|file| file.try_clone().ok())
    }

    /// Tells the run, in one sentence, why the job cannot be run.
    pub fn refuse(&self, reason: &str) {
        // A run that is gone need not know.
        let _ = self.link.send(&FromWorker::Refused(reason.to_owned()));
    }

    /// Integrates ranges of frames until the run has no more, or is gone.
    ///
    /// # Errors
    /// When the run says what makes no sense, or cannot be answered.
    pub fn serve(&self, source: &dyn Source, plan: &dyn Plan) -> Result<(), String> {
        match self.integrate_all(source, plan) {
            Err(error) if is_end(&error) => Ok(()),
            served => served.map_err(|error| format!("the run that started this worker: {error}")),
        }
    }

    fn integrate_all(&self, source: &dyn Source, plan: &dyn Plan) -> io::Result<()> {
        let mut bench = Bench::new(source, plan, self.sums);
        self.link.send(&FromWorker::Ready)?;
        while let Some(order) = self.link.receive()? {
            let ToWorker::Range { frames: (start, end), at, room } = order else {
                return Err(io::Error::other("it gave a second order"));
            };
            let frames = start..end;
            let answer = match guard(&frames, || bench.integrate(frames.clone(), room)) {
                Ok(outcome) => outcome.and_then(|()| self.hand_over(at, &bench.bytes)),
                Err(panic) => {
                    // Whatever the panic left half done is not used again.
                    bench = Bench::new(source, plan, self.sums);
                    Err(match panic {
                        RunError::Worker { reason, .. } => reason,
                        other => other.to_string(),
                    })
                }
            };
            self.link.send(&match answer {
                Ok(bytes) => FromWorker::Done(bytes),
                Err(reason) => FromWorker::Panicked(reason),
            })?;
        }
        Ok(())
    }

    fn hand_over(&self, at: u64, bytes: &[u8]) -> Result<usize, String> {
        let written = self.memory.write(at, bytes);
        written.map(|()| bytes.len()).map_err(|error| format!("its patterns cannot be handed over: {error}"))
    }
}

/// A worker and all its buffers.
struct Bench<'a> {
    source: &'a dyn Source,
    plan: &'a dyn Plan,
    worker: Box<dyn Worker + 'a>,
    sums: bool,
    chunks: Vec<ChunkBuf>,
    patterns: Vec<Pattern>,
    bytes: Vec<u8>,
    /// What the worker's clocks said after the last range.
    told: Stages,
}

impl<'a> Bench<'a> {
    fn new(source: &'a dyn Source, plan: &'a dyn Plan, sums: bool) -> Bench<'a> {
        let worker = plan.worker();
        let told = worker.stages();
        Bench { source, plan, worker, sums, chunks: Vec::new(), patterns: Vec::new(), bytes: Vec::new(), told }
    }

    /// Integrates frames into `bytes`, of which there may be `room`.
    fn integrate(&mut self, frames: Range<usize>, room: usize) -> Result<(), String> {
        let there = self.source.spec().frames;
        if frames.start >= frames.end || frames.end > there || frames.len() > self.plan.max_batch() {
            return Err(format!("frames {frames:?} cannot be integrated at once: its stack has {there}"));
        }
        let recipes = self.plan.recipes();
        while self.patterns.len() < frames.len() * recipes {
            let pattern = self.plan.pattern(self.patterns.len() % recipes);
            self.patterns.push(if self.sums { pattern } else { pattern.without_sums() });
        }
        let patterns = &mut self.patterns[..frames.len() * recipes];
        let start = Instant::now();
        let bytes_in = batches::read(self.source, self.plan.reads_pieces(), frames, &mut self.chunks);
        let read = start.elapsed().as_secs_f64();
        self.worker.integrate(&self.chunks, patterns);
        let (now, before) = (self.worker.stages(), self.told);
        self.told = now;
        let stages = Stages {
            read: read + now.read - before.read,
            decode: now.decode - before.decode,
            accumulate: now.accumulate - before.accumulate,
            write: now.write - before.write,
        };
        self.bytes.clear();
        wire::encode(&Integrated { bytes_in, stages }, patterns, &mut self.bytes);
        let needed = self.bytes.len();
        if needed > room {
            return Err(format!("its patterns take {needed} bytes, where the run has room for {room}"));
        }
        Ok(())
    }
}
