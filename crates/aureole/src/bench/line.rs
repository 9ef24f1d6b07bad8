//! What several runs of the same kind come to.

use aureole_core::pipeline::{StackSpec, Stages, Summary};
use serde::Serialize;

use super::Floor;
use super::run::Way;

/// Below this share of the threads' time, what is spent in the stages does not explain how long a run takes.
const BUSY: f64 = 0.6;

/// From this share of a run on, the one thread that writes holds up the others.
const WRITING: f64 = 0.9;

/// One run.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// From the first read to the last row on disk.
    pub(super) seconds: f64,
    pub(super) summary: Summary,
    /// Bytes of the result.
    pub(super) written: u64,
}

/// One layout with one number of threads and one batch. Rates are those of the median run.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Line {
    /// The layout.
    pub layout: &'static str,
    /// Threads asked for.
    pub threads: usize,
    /// Threads that integrated: no more than there was work for.
    pub workers: usize,
    /// Frames that a worker took at once.
    pub batch: usize,
    /// The batch was the layout's own choice.
    pub own_batch: bool,
    /// Seconds of each run, from its first read to its last row on disk.
    pub seconds: Vec<f64>,
    /// Frames of a run that could not be integrated.
    pub failed: usize,
    /// Frames a second.
    pub frames_per_second: f64,
    /// Frames a second of the fastest run.
    pub best_frames_per_second: f64,
    /// Pixels a second.
    pub pixels_per_second: f64,
    /// Stored bytes read a second.
    pub stored_bytes_per_second: f64,
    /// Decoded bytes a second.
    pub decoded_bytes_per_second: f64,
    /// Bytes of the result a second.
    pub written_bytes_per_second: f64,
    /// Where the time went, over all runs.
    pub shares: Shares,
    /// The time spent in the stages, as a part of the runs' time on all threads.
    pub busy: f64,
    /// What the runs' time goes to: a stage, or `waiting` where no stage explains it.
    pub bound_by: &'static str,
    /// Frames a second as a part of what decoding alone reaches on as many threads.
    pub of_floor: Option<f64>,
}

/// The stages' parts of the time spent in all of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Shares {
    /// Reading stored bytes.
    pub read: f64,
    /// LZ4 and bit transposes.
    pub decode: f64,
    /// Laying frames side by side and summing their pixels into bins.
    pub accumulate: f64,
    /// Inside the sink.
    pub write: f64,
}

impl Line {
    /// `None` where there was no run.
    pub(super) fn of(way: &Way, spec: &StackSpec, runs: &[Run], floor: Option<&Floor>) -> Option<Line> {
        let mut sorted: Vec<&Run> = runs.iter().collect();
        sorted.sort_by(|a, b| a.seconds.total_cmp(&b.seconds));
        let (best, median) = (*sorted.first()?, *sorted.get(sorted.len() / 2)?);
        let mut stages = Stages::default();
        runs.iter().for_each(|run| stages += run.summary.stages);
        let all: f64 = runs.iter().map(|run| run.seconds).sum();
        let rate = |count: f64| count / median.seconds.max(f64::MIN_POSITIVE);
        let frames = median.summary.frames as f64;
        let frames_per_second = rate(frames);
        let workers = median.summary.threads.max(1);
        Some(Line {
            layout: way.layout.name(),
            threads: way.threads.get(),
            workers,
            batch: median.summary.batch,
            own_batch: way.batch.is_none(),
            seconds: runs.iter().map(|run| run.seconds).collect(),
            failed: median.summary.failed,
            frames_per_second,
            best_frames_per_second: best.summary.frames as f64 / best.seconds.max(f64::MIN_POSITIVE),
            pixels_per_second: frames_per_second * spec.format.elems() as f64,
            stored_bytes_per_second: rate(median.summary.bytes_in as f64),
            decoded_bytes_per_second: frames_per_second * spec.format.bytes() as f64,
            written_bytes_per_second: rate(median.written as f64),
            shares: Shares::of(&stages),
            busy: total(&stages) / (all * workers as f64).max(f64::MIN_POSITIVE),
            bound_by: bound_by(&stages, all, workers),
            of_floor: floor.map(|floor| frames_per_second / floor.frames_per_second),
        })
    }
}

impl Shares {
    fn of(stages: &Stages) -> Shares {
        let share = |seconds: f64| if seconds > 0.0 { seconds / total(stages) } else { 0.0 };
        Shares {
            read: share(stages.read),
            decode: share(stages.decode),
            accumulate: share(stages.accumulate),
            write: share(stages.write),
        }
    }
}

fn total(stages: &Stages) -> f64 {
    stages.read + stages.decode + stages.accumulate + stages.write
}

/// The largest stage; the sink, where its one thread is always at work; or waiting.
fn bound_by(stages: &Stages, seconds: f64, workers: usize) -> &'static str {
    if stages.write > WRITING * seconds {
        return "write";
    }
    if total(stages) < BUSY * seconds * workers as f64 {
        return "waiting";
    }
    let stages =
        [(stages.read, "read"), (stages.decode, "decode"), (stages.accumulate, "accumulate"), (stages.write, "write")];
    stages.into_iter().max_by(|a, b| a.0.total_cmp(&b.0)).map_or("waiting", |(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::num::NonZero;

    use aureole_codec::ChunkFormat;
    use aureole_core::dtype::Dtype;

    use super::*;
    use crate::layout::Layout;

    const STAGES: Stages = Stages { read: 1.0, decode: 5.0, accumulate: 3.0, write: 1.0 };

    fn run(seconds: f64) -> Run {
        let summary =
            Summary { frames: 20, bytes_in: 1000, threads: 2, batch: 10, stages: STAGES, ..Summary::default() };
        Run { seconds, summary, written: 500 }
    }

    #[test]
    fn rates_are_those_of_the_median_run_and_the_best_is_told_beside() {
        let format = ChunkFormat::new(Vec::new(), 4, 6).unwrap();
        let spec = StackSpec { frames: 20, shape: (2, 3), dtype: Dtype::U32, format };
        let way = Way { layout: Layout::Threads, threads: NonZero::new(4).unwrap(), batch: None };
        let floor = Floor { threads: 4, chunks: 1, frames_per_second: 8.0, lz4_share: None };
        let line = Line::of(&way, &spec, &[run(10.0), run(5.0), run(4.0)], Some(&floor)).unwrap();
        assert_eq!((line.frames_per_second, line.best_frames_per_second), (4.0, 5.0));
        assert_eq!((line.pixels_per_second, line.decoded_bytes_per_second), (24.0, 96.0));
        assert_eq!((line.stored_bytes_per_second, line.written_bytes_per_second), (200.0, 100.0));
        assert_eq!((line.threads, line.workers, line.batch, line.of_floor), (4, 2, 10, Some(0.5)));
        assert_eq!(line.shares, Shares { read: 0.1, decode: 0.5, accumulate: 0.3, write: 0.1 });
        assert!(Line::of(&way, &spec, &[], None).is_none());
    }

    #[test]
    fn the_largest_stage_binds_unless_nothing_explains_the_time() {
        assert_eq!(bound_by(&STAGES, 5.5, 2), "decode");
        assert_eq!(bound_by(&STAGES, 10.0, 2), "waiting");
        assert_eq!(bound_by(&Stages { write: 9.5, ..STAGES }, 10.0, 2), "write");
        assert_eq!(bound_by(&Stages::default(), 1.0, 1), "waiting");
    }
}
