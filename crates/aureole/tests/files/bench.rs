//! Measurements of a small stack.

use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use aureole::bench::{self, BenchError, Cache, News, Report, Request};
use aureole::layout::Layout;

use crate::simulated::prepared;

const FRAMES: usize = 20;

fn request(batches: &[Option<usize>], cache: Cache) -> Request {
    Request {
        layouts: vec![Layout::Serial, Layout::Threads],
        threads: [1, 3].into_iter().filter_map(NonZero::new).collect(),
        batches: batches.to_vec(),
        repeat: NonZero::new(2).unwrap(),
        cache,
    }
}

/// Measures, and counts the news in the order Begun, Floor, Line, Refused.
fn measure(folder: &Path, request: &Request, stop: &AtomicBool) -> (Result<Report, BenchError>, [usize; 4]) {
    let mut counts = [0; 4];
    let mut job = prepared(folder, FRAMES, "{}");
    let report = bench::measure(&mut job, request, &folder.join("out.h5"), stop, &mut |news| {
        counts[match news {
            News::Begun(_) => 0,
            News::Floor(_) => 1,
            News::Line(_) => 2,
            News::Refused(_) => 3,
        }] += 1;
    });
    (report, counts)
}

#[test]
fn every_layout_is_measured_with_every_number_of_threads_and_every_batch() {
    let folder = tempfile::tempdir().unwrap();
    let request = request(&[None, Some(2)], Cache::Cold);
    let (report, counts) = measure(folder.path(), &request, &AtomicBool::new(false));
    let report = report.unwrap();
    assert_eq!((counts, report.stopped), ([1, 2, 8, 0], false));
    let ways: Vec<_> =
        report.lines.iter().map(|line| (line.layout, line.threads, line.batch, line.own_batch)).collect();
    assert_eq!(
        ways[..4],
        [("serial", 1, 1, true), ("serial", 1, 2, false), ("serial", 3, 1, true), ("serial", 3, 2, false)]
    );
    assert_eq!(
        ways[4..],
        [("threads", 1, 16, true), ("threads", 1, 2, false), ("threads", 3, 7, true), ("threads", 3, 2, false)]
    );
    for line in &report.lines {
        assert_eq!((line.seconds.len(), line.failed), (2, 0));
        assert!(line.best_frames_per_second >= line.frames_per_second && line.frames_per_second > 0.0);
        assert!(line.of_floor.is_some_and(|part| part > 0.0));
    }
    assert_eq!(report.about.decoded_bytes, (FRAMES * 195 * 487 * 2) as u64);
    assert!(report.about.ratio().unwrap() > 5.0 && report.fastest().is_some());
}

#[test]
fn a_layout_that_cannot_run_is_left_out_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let (report, counts) = measure(folder.path(), &request(&[Some(17)], Cache::Warm), &AtomicBool::new(false));
    let report = report.unwrap();
    assert_eq!((counts, report.lines.len()), ([1, 2, 0, 2], 0));
    assert_eq!(report.refused[0].layout, "serial");
    assert!(report.refused[0].reason.contains("batches of 17 frames; 1 to 16"), "{:?}", report.refused);
}

#[test]
fn a_measurement_that_is_stopped_has_no_more_lines() {
    let folder = tempfile::tempdir().unwrap();
    let stop = AtomicBool::new(false);
    let mut job = prepared(folder.path(), FRAMES, "{}");
    let request = request(&[None], Cache::Warm);
    let mut tell = |news: News<'_>| {
        if let News::Line(_) = news {
            stop.store(true, Ordering::Relaxed);
        }
    };
    let report = bench::measure(&mut job, &request, &folder.path().join("out.h5"), &stop, &mut tell).unwrap();
    assert_eq!((report.lines.len(), report.stopped), (1, true));
}
