//! What every layout promises, as one suite that each of them runs.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::faults::{Collect, Counting, FaultyPlan};
use super::{MemorySource, small_gather_plan, small_plan, small_plan_set, small_stack};
use crate::pattern::{Pattern, Status};
use crate::pipeline::{ChunkBuf, Executor, Job, Plan, RunError, Source, Summary, failure};

/// The most frames a layout of `threads` threads may have read and not pushed: a batch in every thread's hands, one
/// waiting behind each, and one being pushed.
fn most_in_flight(summary: &Summary) -> usize {
    summary.batch * (3 * summary.threads + 1)
}

/// Checks everything that [`Executor`] promises.
///
/// # Panics
/// When a promise is broken.
pub fn executor_contract(executor: &dyn Executor) {
    let stack = small_stack(41, 3);
    let (linear, gather) = (small_plan(&stack.spec), small_gather_plan(&stack.spec));
    let (several, mixed) = (small_plan_set(&stack.spec, false), small_plan_set(&stack.spec, true));
    for plan in [&linear as &dyn Plan, &gather, &several, &mixed] {
        same_rows_for_every_range_and_batch(executor, &stack, plan);
        failed_frames_are_marked_and_the_run_goes_on(executor, &stack, plan);
        a_strict_run_reports_the_first_failing_frame(executor, &stack, plan);
        break_stops_promptly(executor, &stack, plan);
        an_error_of_the_sink_ends_the_run(executor, &stack, plan);
        a_panic_is_an_error(executor, &stack, plan);
        frames_in_flight_are_bounded(executor, plan);
        bad_jobs_are_refused(executor, &stack, plan);
    }
}

/// One frame at a time, by one worker: what every layout must reproduce.
fn reference(stack: &MemorySource, plan: &dyn Plan) -> Vec<Vec<Pattern>> {
    let mut worker = plan.worker();
    (0..stack.spec.frames)
        .map(|frame| {
            let mut chunk = ChunkBuf { frame, ..ChunkBuf::default() };
            chunk.error = stack.read(frame, &mut chunk).err();
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

fn job<'a>(source: &'a dyn Source, plan: &'a dyn Plan, frames: Range<usize>, batch: Option<usize>) -> Job<'a> {
    Job { source, plan, frames, batch, strict: false }
}

fn same_rows_for_every_range_and_batch(executor: &dyn Executor, stack: &MemorySource, plan: &dyn Plan) {
    let expected = reference(stack, plan);
    let dirty = FaultyPlan { plan, panic_at: None };
    for range in [0..0, 0..1, 5..7, 3..40, 0..41, 40..41, 41..41] {
        for batch in [None, Some(1), Some(2), Some(5), Some(16)] {
            let mut sink = Collect::default();
            let summary = executor.run(&job(stack, &dirty, range.clone(), batch), &mut sink).expect("a good job");
            assert_eq!((summary.frames, summary.failed), (range.len(), 0));
            assert_eq!(sink.first, range.clone().next());
            assert_eq!(sink.frames.len(), range.len());
            for (frame, patterns) in range.clone().zip(&sink.frames) {
                assert!(same(patterns, &expected[frame]), "frame {frame} of {range:?} in batches of {batch:?}");
            }
        }
    }
}

fn with_failures(stack: &MemorySource, frames: &[usize]) -> MemorySource {
    let mut stack = stack.clone();
    for frame in frames {
        stack.chunks[*frame] = if frame % 2 == 0 { Err("torn".into()) } else { Ok(vec![1, 2, 3]) };
    }
    stack
}

fn failed_frames_are_marked_and_the_run_goes_on(executor: &dyn Executor, stack: &MemorySource, plan: &dyn Plan) {
    let stack = with_failures(stack, &[0, 7, 8, 40]);
    let expected = reference(&stack, plan);
    let mut sink = Collect::default();
    let summary = executor.run(&job(&stack, plan, 0..41, None), &mut sink).expect("failures do not end a run");
    assert_eq!((summary.frames, summary.failed), (41, 4));
    for (frame, patterns) in sink.frames.iter().enumerate() {
        assert!(same(patterns, &expected[frame]), "frame {frame}");
        let failed = patterns.iter().map(|pattern| matches!(pattern.status, Status::Failed(_)));
        assert!(failed.into_iter().all(|failed| failed == [0, 7, 8, 40].contains(&frame)));
    }
    assert_eq!(failure(&sink.frames[8]), Some("torn"));
}

fn a_strict_run_reports_the_first_failing_frame(executor: &dyn Executor, stack: &MemorySource, plan: &dyn Plan) {
    let stack = with_failures(stack, &[18, 19, 30]);
    for batch in [Some(1), Some(4), None] {
        let mut sink = Collect::default();
        let job = Job { strict: true, ..job(&stack, plan, 2..41, batch) };
        match executor.run(&job, &mut sink) {
            Err(RunError::Frame { frame: 18, reason }) => assert_eq!(reason, "torn"),
            other => panic!("not the first failing frame: {other:?}"),
        }
        assert_eq!(sink.frames.len(), 16, "all before it are delivered, and no more");
    }
}

fn break_stops_promptly(executor: &dyn Executor, stack: &MemorySource, plan: &dyn Plan) {
    for stop in [1, 9] {
        let mut sink = Collect { stop_after: Some(stop), ..Collect::default() };
        let summary = executor.run(&job(stack, plan, 0..41, Some(3)), &mut sink).expect("Break is no error");
        assert!(summary.stopped && summary.frames == sink.frames.len());
        assert!(sink.frames.len() < stop + 3, "{} frames after Break at {stop}", sink.frames.len());
    }
}

fn an_error_of_the_sink_ends_the_run(executor: &dyn Executor, stack: &MemorySource, plan: &dyn Plan) {
    let mut sink = Collect { fail_after: Some(6), ..Collect::default() };
    let error = executor.run(&job(stack, plan, 0..41, Some(2)), &mut sink).expect_err("the sink failed");
    assert!(matches!(error, RunError::Sink(_)), "{error:?}");
}

fn a_panic_is_an_error(executor: &dyn Executor, stack: &MemorySource, plan: &dyn Plan) {
    let faulty = FaultyPlan { plan, panic_at: Some(20) };
    let mut sink = Collect::default();
    match executor.run(&job(stack, &faulty, 0..41, Some(4)), &mut sink) {
        Err(RunError::Worker { frames, reason }) => {
            assert!(frames.contains(&20), "{frames:?}");
            assert!(reason.contains("on purpose"), "{reason}");
        }
        other => panic!("a panic must be reported: {other:?}"),
    }
    assert!(sink.frames.len() <= 20);
}

fn frames_in_flight_are_bounded(executor: &dyn Executor, plan: &dyn Plan) {
    let stack = small_stack(160, 5);
    let pushed = Arc::new(AtomicUsize::new(0));
    let source =
        Counting { source: &stack, read: AtomicUsize::new(0), pushed: pushed.clone(), most: AtomicUsize::new(0) };
    let mut sink = Collect { pushed: Some(pushed), ..Collect::default() };
    let summary = executor.run(&job(&source, plan, 0..160, Some(2)), &mut sink).expect("a good job");
    let most = source.most.load(Ordering::SeqCst);
    assert!(most <= most_in_flight(&summary), "{most} frames in flight: {summary:?}");
}

fn bad_jobs_are_refused(executor: &dyn Executor, stack: &MemorySource, plan: &dyn Plan) {
    for (frames, batch) in [(0..42, None), (0..41, Some(0)), (0..41, Some(17))] {
        let mut sink = Collect::default();
        let error = executor.run(&job(stack, plan, frames.clone(), batch), &mut sink).expect_err("a bad job");
        assert!(matches!(error, RunError::Job(_)), "{frames:?} {batch:?}: {error:?}");
        assert!(sink.frames.is_empty());
    }
}
