//! A prepared job on a stack that grows: run after run over the frames that have come.

use std::ops::Range;
use std::time::{Duration, Instant};

use aureole_core::images::StackImages;
use aureole_core::pipeline::{ENDLESS, RunError, Sink, Summary};

use super::prepare::option;
use super::{Input, JobError, JobSpec, Normalization, Prepared};
use crate::layout::Layout;
use crate::source::{self, Growing, Stack, Stream, is_stream};

/// Opens the stack that the job follows: a stream once its first frame has come, for as long as the job waits for a frame.
pub(super) fn open(spec: &JobSpec) -> Result<Stack, JobError> {
    if !spec.inputs.iter().any(|input| is_stream(input)) {
        return Ok(source::follow(&spec.inputs, spec.execution.reach())?);
    }
    let stream = Stream::listen(&spec.inputs, spec.execution.stream_options())?;
    stream.begun(Duration::from_secs(spec.execution.follow.unwrap_or(0)))?;
    Ok(stream.into_stack()?)
}

/// Between two questions whether the run shall stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// Refuses what needs to know all frames beforehand, and layouts that begin anew with each run.
pub(super) fn check(spec: &JobSpec) -> Result<(), JobError> {
    if spec.execution.follow.is_none() {
        return Ok(());
    }
    let layout = spec.execution.layout;
    if !matches!(layout, Layout::Auto | Layout::Serial | Layout::Threads) {
        let reason = format!("layout {} takes stacks that are complete; serial, threads and auto can", layout.name());
        return Err(option("--follow", reason));
    }
    let monitored = |normalization: &Normalization| matches!(normalization, Normalization::Dataset(_));
    if spec.recipes.iter().any(|recipe| monitored(&recipe.normalization)) {
        return Err(option("--follow", "a monitor's dataset has to be complete; give --normalization a number"));
    }
    Ok(())
}

impl Prepared {
    /// Frames that the job will have, where that is known before the last has come.
    #[must_use]
    pub fn expected(&self) -> Option<usize> {
        (self.frames.end < ENDLESS).then_some(self.frames.len())
    }

    /// Integrates frames as they come, until all that are expected are there, the stack ends, none came for as long as the job
    /// says, or the sink wants no more.
    pub(super) fn follow(
        &self,
        growing: &dyn Growing,
        frames: Range<usize>,
        images: Option<&StackImages>,
        sink: &mut dyn Sink,
    ) -> Result<Summary, RunError> {
        let timeout = Duration::from_secs(self.spec.execution.follow.unwrap_or(0));
        let executor = self.executor();
        let mut summary = Summary::default();
        let (mut next, mut news) = (frames.start, Instant::now());
        growing.forget(next);
        while next < frames.end {
            let arrived = growing.wait(next, PATIENCE).map_err(RunError::Engine)?;
            let end = arrived.frames.min(frames.end);
            if end > next {
                let piece =
                    self.run_by(executor.as_ref(), &Input { frames: next..end, ..self.input() }, images, sink)?;
                sink.flush()?;
                summary.add(piece);
                sink.hear(&summary);
                (next, news) = (end, Instant::now());
                growing.forget(next);
            } else if arrived.ended {
                break;
            } else if news.elapsed() > timeout {
                let seconds = timeout.as_secs();
                summary.survived.push(format!("no frame came for {seconds} s; the stack is taken for complete"));
                break;
            }
            if summary.stopped || !sink.wants_more() {
                summary.stopped = true;
                break;
            }
        }
        summary.survived.extend(growing.notes());
        Ok(summary)
    }
}
