//! How far a run has come: a bar on a terminal, a plain line every few seconds elsewhere; always on standard error.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::print::{stderr, thousands};

/// Between two plain lines; the first comes after as long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The progress of a run over a known number of frames.
pub(crate) struct Progress {
    total: u64,
    start: Instant,
    bar: Option<ProgressBar>,
    last_line: Cell<Instant>,
}

impl Progress {
    /// Starts the clock.
    pub(crate) fn new(total: u64) -> Progress {
        let start = Instant::now();
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new(total);
            bar.set_style(style(total));
            bar
        });
        Progress { total, start, bar, last_line: Cell::new(start) }
    }

    /// Says that `done` frames are done.
    pub(crate) fn at(&self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        } else if self.last_line.get().elapsed() >= PATIENCE && done < self.total {
            self.last_line.set(Instant::now());
            let rate = done as f64 / self.start.elapsed().as_secs_f64();
            let (shown, total, left) = (thousands(done), thousands(self.total), self.left(rate, done));
            stderr(&format!("{shown}/{total} frames · {rate:.0} frames/s · {left}"));
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) -> f64 {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.start.elapsed().as_secs_f64()
    }

    fn left(&self, rate: f64, done: u64) -> String {
        time_left((self.total - done) as f64 / rate)
    }
}

/// `18,204/36,000 ━━━━━━━╸     5,320 frames/s · 3 s left`.
fn style(total: u64) -> ProgressStyle {
    let count = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A message that cannot be formatted is only not shown.
        let _ = write!(out, "{}/{}", thousands(state.pos()), thousands(total));
    };
    let rate = |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let _ =
            write!(out, "{} frames/s · {}", thousands(state.per_sec() as u64), time_left(state.eta().as_secs_f64()));
    };
    ProgressStyle::with_template("{count} {bar:28} {rate}")
        .unwrap_or_else(|_| ProgressStyle::default_bar())
        .progress_chars("━╸ ")
        .with_key("count", count)
        .with_key("rate", rate)
}

/// `3 s left`, `2 min left`, `1.5 h left`.
fn time_left(seconds: f64) -> String {
    match seconds {
        s if s < 100.0 => format!("{s:.0} s left"),
        s if s < 6000.0 => format!("{:.0} min left", s / 60.0),
        s if s.is_finite() => format!("{:.1} h left", s / 3600.0),
        _ => "no end in sight".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn time_left_has_the_unit_that_suits_it() {
        let shown = [0.0, 99.4, 120.0, 7200.0, f64::INFINITY].map(super::time_left);
        assert_eq!(shown, ["0 s left", "99 s left", "2 min left", "2.0 h left", "no end in sight"]);
    }
}
