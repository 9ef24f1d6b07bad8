//! How far a run has come: a bar on a terminal, a plain line every few seconds elsewhere; always on standard error.

use std::cell::Cell;
use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressState, ProgressStyle};

use crate::print::{stderr, thousands};

/// Between two plain lines; the first comes after as long.
const PATIENCE: Duration = Duration::from_secs(5);

/// The progress of a run; nobody may know of how many frames.
pub(crate) struct Progress {
    total: Option<u64>,
    start: Instant,
    bar: Option<ProgressBar>,
    last_line: Cell<Instant>,
}

impl Progress {
    /// Starts the clock.
    pub(crate) fn new(total: Option<u64>) -> Progress {
        let start = Instant::now();
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = total.map_or_else(ProgressBar::no_length, ProgressBar::new);
            bar.set_style(style(total));
            bar
        });
        Progress { total, start, bar, last_line: Cell::new(start) }
    }

    /// Says that `done` frames are done.
    pub(crate) fn at(&self, done: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(done);
        } else if self.last_line.get().elapsed() >= PATIENCE && self.total != Some(done) {
            self.last_line.set(Instant::now());
            let rate = done as f64 / self.start.elapsed().as_secs_f64();
            stderr(&line(done, self.total, rate));
        }
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) -> f64 {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
        self.start.elapsed().as_secs_f64()
    }
}

/// `18,204/36,000 frames · 5320 frames/s · 3 s left`; without a total, `18,204 frames · 100 frames/s`.
fn line(done: u64, total: Option<u64>, rate: f64) -> String {
    let shown = thousands(done);
    match total {
        Some(total) => {
            let left = time_left(total.saturating_sub(done) as f64 / rate);
            format!("{shown}/{} frames · {rate:.0} frames/s · {left}", thousands(total))
        }
        None => format!("{shown} frames · {rate:.0} frames/s"),
    }
}

/// `18,204/36,000 ━━━━━━━╸     5,320 frames/s · 3 s left`.
fn style(total: Option<u64>) -> ProgressStyle {
    let count = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // A message that cannot be formatted is only not shown.
        let _ = match total {
            Some(total) => write!(out, "{}/{}", thousands(state.pos()), thousands(total)),
            None => write!(out, "{} frames", thousands(state.pos())),
        };
    };
    let rate = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        let left = total.map_or(String::new(), |_| format!(" · {}", time_left(state.eta().as_secs_f64())));
        let _ = write!(out, "{} frames/s{left}", thousands(state.per_sec() as u64));
    };
    ProgressStyle::with_template(if total.is_some() { "{count} {bar:28} {rate}" } else { "{count} · {rate}" })
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
