//! What every layout promises, as one suite that each of them runs.

use std::ops::{ControlFlow, Range};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::case::{Case, CasePlan, CaseSource};
use super::faults::{Collect, Counting, FaultyPlan};
use crate::pattern::{Pattern, Status};
use crate::pipeline::{ChunkBuf, Executor, Job, Plan, Rows, RunError, Sink, SinkError, Source, Summary, failure};

/// The most frames a layout of `threads` threads may have read and not pushed: a batch in every thread's hands, one
/// waiting behind each, and one being pushed.
fn most_in_flight(summary: &Summary) -> usize {
    summary.batch * (3 * summary.threads + 1)
}

/// Checks everything that [`Executor`] promises. `make` gives the layout for a case; the job that it is then asked to run is of
/// this case's stack and plan, so that a layout whose workers are other processes can have them make the same.
///
/// # Panics
/// When a promise is broken.
pub fn executor_contract(make: Make<'_>) {
    for plan in CasePlan::ALL {
        same_rows_for_every_range_and_batch(make, plan);
        failed_frames_are_marked_and_the_run_goes_on(make, plan);
        a_strict_run_reports_the_first_failing_frame(make, plan);
        break_stops_promptly(make, plan);
        an_error_of_the_sink_ends_the_run(make, plan);
        a_panic_is_an_error(make, plan);
        frames_in_flight_are_bounded(make, plan);
        bad_jobs_are_refused(make, plan);
    }
}

/// Gives the layout that runs a case.
pub type Make<'a> = &'a dyn Fn(&Case) -> Box<dyn Executor>;

/// 41 frames of which nothing goes wrong.
fn good(plan: CasePlan) -> Case {
    Case::good(41, 3, plan)
}

/// A case made ready.
struct Stage {
    executor: Box<dyn Executor>,
    source: CaseSource,
    plan: Box<dyn Plan>,
    panic_at: Option<usize>,
}

impl Stage {
    fn new(make: Make<'_>, case: &Case) -> Stage {
        let source = case.source();
        Stage { executor: make(case), plan: case.plan(source.spec()), source, panic_at: case.panic_at }
    }

    fn run(&self, frames: Range<usize>, batch: Option<usize>, sink: &mut dyn Sink) -> Result<Summary, RunError> {
        self.run_from(&self.source, frames, batch, false, sink)
    }

    fn run_from(
        &self,
        source: &dyn Source,
        frames: Range<usize>,
        batch: Option<usize>,
        strict: bool,
        sink: &mut dyn Sink,
    ) -> Result<Summary, RunError> {
        let plan = FaultyPlan { plan: self.plan.as_ref(), panic_at: self.panic_at };
        self.executor.run(&Job { source, plan: &plan, frames, batch, strict }, sink)
    }
}

/// One frame at a time, by one worker: what every layout must reproduce.
fn reference(stage: &Stage) -> Vec<Vec<Pattern>> {
    let plan = stage.plan.as_ref();
    let mut worker = plan.worker();
    (0..stage.source.spec().frames)
        .map(|frame| {
            let mut chunk = ChunkBuf { frame, ..ChunkBuf::default() };
            chunk.error = stage.source.read(frame, &mut chunk).err();
            let mut out: Vec<Pattern> = (0..plan.recipes()).map(|recipe| plan.pattern(recipe)).collect();
            worker.integrate(&[chunk], &mut out);
            out
        })
        .collect()
}

/// Equal to the last bit, NaN included.
fn same(a: &[Pattern], b: &[Pattern]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_pattern(a, b))
}

fn same_pattern(a: &Pattern, b: &Pattern) -> bool {
    let f32s = |v: &[f32]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let f64s = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    let failed = matches!(a.status, Status::Failed(_)) && matches!(b.status, Status::Failed(_));
    (failed || a.status == b.status)
        && f32s(&a.intensity) == f32s(&b.intensity)
        && f32s(&a.errors) == f32s(&b.errors)
        && f64s(&a.signal) == f64s(&b.signal)
        && f64s(&a.variance) == f64s(&b.variance)
        && a.own == b.own
}

fn same_rows_for_every_range_and_batch(make: Make<'_>, plan: CasePlan) {
    let stage = Stage::new(make, &good(plan));
    let expected = reference(&stage);
    for range in [0..0, 0..1, 5..7, 3..40, 0..41, 40..41, 41..41] {
        for batch in [None, Some(1), Some(2), Some(5), Some(16)] {
            let mut sink = Collect::default();
            let summary = stage.run(range.clone(), batch, &mut sink).expect("a good job");
            assert_eq!((summary.frames, summary.failed), (range.len(), 0));
            assert_eq!(sink.first, range.clone().next());
            assert_eq!(sink.frames.len(), range.len());
            for (frame, patterns) in range.clone().zip(&sink.frames) {
                assert!(same(patterns, &expected[frame]), "frame {frame} of {range:?} in batches of {batch:?}");
            }
        }
    }
}

fn failed_frames_are_marked_and_the_run_goes_on(make: Make<'_>, plan: CasePlan) {
    let stage = Stage::new(make, &Case { failing: vec![0, 7, 8, 40], ..good(plan) });
    let expected = reference(&stage);
    let mut sink = Collect::default();
    let summary = stage.run(0..41, None, &mut sink).expect("failures do not end a run");
    assert_eq!((summary.frames, summary.failed), (41, 4));
    for (frame, patterns) in sink.frames.iter().enumerate() {
        assert!(same(patterns, &expected[frame]), "frame {frame}");
        let failed = patterns.iter().map(|pattern| matches!(pattern.status, Status::Failed(_)));
        assert!(failed.into_iter().all(|failed| failed == [0, 7, 8, 40].contains(&frame)));
    }
    assert_eq!(failure(&sink.frames[8]), Some("torn"));
}

fn a_strict_run_reports_the_first_failing_frame(make: Make<'_>, plan: CasePlan) {
    let stage = Stage::new(make, &Case { failing: vec![18, 19, 30], ..good(plan) });
    for batch in [Some(1), Some(4), None] {
        let mut sink = Collect::default();
        match stage.run_from(&stage.source, 2..41, batch, true, &mut sink) {
            Err(RunError::Frame { frame: 18, reason }) => assert_eq!(reason, "torn"),
            other => panic!("not the first failing frame: {other:?}"),
        }
        assert_eq!(sink.frames.len(), 16, "all before it are delivered, and no more");
    }
}

fn break_stops_promptly(make: Make<'_>, plan: CasePlan) {
    let stage = Stage::new(make, &good(plan));
    for stop in [1, 9] {
        let mut sink = Collect { stop_after: Some(stop), ..Collect::default() };
        let summary = stage.run(0..41, Some(3), &mut sink).expect("Break is no error");
        assert!(summary.stopped && summary.frames == sink.frames.len());
        assert!(sink.frames.len() < stop + 3, "{} frames after Break at {stop}", sink.frames.len());
    }
}

fn an_error_of_the_sink_ends_the_run(make: Make<'_>, plan: CasePlan) {
    let mut sink = Collect { fail_after: Some(6), ..Collect::default() };
    let error = Stage::new(make, &good(plan)).run(0..41, Some(2), &mut sink).expect_err("the sink failed");
    assert!(matches!(error, RunError::Sink(_)), "{error:?}");
}

fn a_panic_is_an_error(make: Make<'_>, plan: CasePlan) {
    let stage = Stage::new(make, &Case { panic_at: Some(20), ..good(plan) });
    let mut sink = Collect::default();
    match stage.run(0..41, Some(4), &mut sink) {
        Err(RunError::Worker { frames, reason }) => {
            assert!(frames.contains(&20), "{frames:?}");
            assert!(reason.contains("on purpose"), "{reason}");
        }
        other => panic!("a panic must be reported: {other:?}"),
    }
    assert!(sink.frames.len() <= 20);
}

/// Frames that were read and not pushed are counted twice: by a source that sees every read of its own process, and, for
/// layouts that read elsewhere, by a file that all processes write to and a sink that looks at it, slowly.
fn frames_in_flight_are_bounded(make: Make<'_>, plan: CasePlan) {
    let log = ReadLog::new();
    let stage = Stage::new(make, &Case { read_log: Some(log.0.clone()), ..Case::good(160, 5, plan) });
    let pushed = Arc::new(AtomicUsize::new(0));
    let source = Counting {
        source: &stage.source,
        read: AtomicUsize::new(0),
        pushed: pushed.clone(),
        most: AtomicUsize::new(0),
    };
    let sink = Collect { pushed: Some(pushed), ..Collect::default() };
    let mut sink = Looking { sink, log: &log, most: 0 };
    let summary = stage.run_from(&source, 0..160, Some(2), false, &mut sink).expect("a good job");
    let most = source.most.load(Ordering::SeqCst).max(sink.most);
    assert!(most <= most_in_flight(&summary), "{most} frames in flight: {summary:?}");
    assert_eq!(log.frames(), 160, "each frame is read once");
}

/// The file of a case that gets a byte for each frame read; removed in the end.
struct ReadLog(PathBuf);

impl ReadLog {
    fn new() -> ReadLog {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("aureole-contract-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        ReadLog(std::env::temp_dir().join(name))
    }

    fn frames(&self) -> usize {
        std::fs::metadata(&self.0).map_or(0, |file| file.len() as usize)
    }
}

impl Drop for ReadLog {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

/// A sink that gives workers the time to run ahead, and looks how far they got.
struct Looking<'a> {
    sink: Collect,
    log: &'a ReadLog,
    most: usize,
}

impl Sink for Looking<'_> {
    fn push(&mut self, rows: &Rows<'_>) -> Result<ControlFlow<()>, SinkError> {
        if [0, 40].contains(&rows.first) {
            std::thread::sleep(Duration::from_millis(50));
        }
        self.most = self.most.max(self.log.frames() - self.sink.frames.len());
        self.sink.push(rows)
    }
}

fn bad_jobs_are_refused(make: Make<'_>, plan: CasePlan) {
    let stage = Stage::new(make, &good(plan));
    for (frames, batch) in [(0..42, None), (0..41, Some(0)), (0..41, Some(17))] {
        let mut sink = Collect::default();
        let error = stage.run(frames.clone(), batch, &mut sink).expect_err("a bad job");
        assert!(matches!(error, RunError::Job(_)), "{frames:?} {batch:?}: {error:?}");
        assert!(sink.frames.is_empty());
    }
}
