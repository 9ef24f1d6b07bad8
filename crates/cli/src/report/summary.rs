//! What the run did, in a glance.

use super::Subject;
use super::html::{Html, cut, escape};
use crate::print::{self, thousands};

/// Inputs that are named here; all are among the sources.
const MOST_INPUTS: usize = 8;

pub(super) fn write(page: &mut Html, subject: &Subject) {
    let record = &subject.record;
    let (done, failed) = (record.count(1), record.count(2));
    let left = record.planned.saturating_sub(done + failed);
    let (class, state) = state(subject, failed, left);
    page.raw(&format!("<p class=\"state {class}\">{}</p>\n<ul class=\"tiles\">\n", escape(&state)));
    for (number, name) in [
        (thousands(done as u64), "frames integrated"),
        (thousands(failed as u64), "frames failed"),
        (thousands(left as u64), "frames not done"),
        (rate(subject, done + failed).unwrap_or_else(|| "–".into()), "frames a second"),
    ] {
        page.raw(&format!("<li><b>{}</b>{name}</li>\n", escape(&number)));
    }
    page.raw("</ul>\n");
    page.facts(&facts(subject));
}

/// How the run stands, and whether that is good.
fn state(subject: &Subject, failed: usize, left: usize) -> (&'static str, String) {
    match (subject.record.ended, failed, left) {
        (true, 0, 0) => ("good", "Complete".into()),
        (true, failed, 0) => ("bad", format!("Complete, {} failed", print::count(failed, "frame"))),
        (true, _, left) => ("bad", format!("Ended early: {} not done", print::count(left, "frame"))),
        (false, ..) => ("bad", "Under way when this page was written, or broken off".into()),
    }
}

/// Frames a second, where the result says when its run began and ended and that is a second at least.
fn rate(subject: &Subject, frames: usize) -> Option<String> {
    let seconds = subject.about.seconds().filter(|seconds| *seconds > 0)?;
    let rate = frames as f64 / seconds as f64;
    Some(if rate < 100.0 { format!("{rate:.1}") } else { thousands(rate.round() as u64) })
}

fn facts(subject: &Subject) -> Vec<(&'static str, String)> {
    let (record, about) = (&subject.record, &subject.about);
    let sources: Vec<&str> = record.sources.iter().map(|source| source.name.as_str()).collect();
    let stack = match &sources[..] {
        [first, .., last] if sources.len() > MOST_INPUTS => format!("{first}, …, {last} ({} datasets)", sources.len()),
        few => few.join(", "),
    };
    let first = record.first_frame;
    let frames = match record.planned {
        0 => "none".to_owned(),
        planned => format!("{} to {} of the stack", thousands(first as u64), thousands((first + planned - 1) as u64)),
    };
    vec![
        ("Result", subject.file.display().to_string()),
        ("Title", cut(&about.title, 400)),
        ("Stack", cut(&stack, 4000)),
        ("Images", record.frames_of.clone()),
        ("Frames", frames),
        ("Recipes", cut(&about.recipes.join(", "), 1000)),
        ("Began", about.started.clone()),
        ("Ended", about.ended.clone()),
        ("Took", took(about.seconds())),
        ("Program", format!("{} {}", record.program, record.version)),
        ("Layout", about.layout.clone()),
        ("Device", about.device.clone()),
    ]
}

/// How long the run took, by the times in the result.
fn took(seconds: Option<u64>) -> String {
    match seconds {
        None => String::new(),
        Some(0) => "less than a second".into(),
        Some(seconds) => {
            let seconds = print::count(usize::try_from(seconds).unwrap_or(usize::MAX), "second");
            format!("{seconds} from start to end, in whole seconds; with the pauses of a run that was resumed")
        }
    }
}
