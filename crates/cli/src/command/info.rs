//! `aureole info`: what a file holds, and what `aureole integrate` would make of it.

use aureole::inspect::{self, DatasetReport, Report, StackReport};
use aureole::source::Reach;
use aureole_core::detector::Detector;

use crate::args::info::InfoArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::print;

/// Most places of frames that are listed, beside the last one.
const SHOWN: usize = 20;

pub(crate) fn run(args: &InfoArgs) -> Outcome {
    let report = inspect::inspect(&args.file, Reach::of(args.allow_external)).map_err(Failure::refused)?;
    print::stdout(&text(&report, args.all))?;
    Ok(Exit::Done)
}

fn text(report: &Report, all: bool) -> String {
    let mut lines = vec![report.file.clone()];
    let shown: Vec<&DatasetReport> = report.datasets.iter().filter(|dataset| all || dataset.shape.len() >= 2).collect();
    let width = shown.iter().map(|dataset| dataset.path.chars().count()).max().unwrap_or(0);
    for dataset in &shown {
        lines.push(format!("  {:width$}  {}", dataset.path, about(dataset)));
        lines.extend(dataset.elsewhere.iter().map(|place| format!("  {:width$}  is {place}", "")));
    }
    let hidden = report.datasets.len() - shown.len();
    if hidden > 0 {
        lines.push(format!("  and {} without images (--all shows all)", print::count(hidden, "dataset")));
    }
    let mut missing = report.missing.clone();
    missing.dedup();
    lines.extend(missing.iter().map(|missing| format!("missing   {missing}")));
    lines.extend(report.stack.iter().flat_map(stack));
    lines.extend(report.no_stack.iter().map(|reason| format!("no stack  {reason}")));
    lines.join("\n") + "\n"
}

/// `32 x 2167 x 2070 uint32 · bitshuffle-LZ4 7.5:1 · 32 chunks of 1 x 2167 x 2070 · 72.9 MiB`.
fn about(dataset: &DatasetReport) -> String {
    let shape = if dataset.shape.is_empty() { "one value".to_owned() } else { print::shape(&dataset.shape) };
    let mut parts = vec![format!("{shape} {}", dataset.dtype)];
    match (&dataset.chunk, &dataset.chunks) {
        (Some(chunk), &Some(count)) => {
            let ratio = dataset.ratio.filter(|ratio| (ratio - 1.0).abs() > 0.05);
            parts.push(format!("{}{}", dataset.filters, ratio.map_or(String::new(), |ratio| format!(" {ratio:.1}:1"))));
            parts.push(format!("{} of {}", print::count(count, "chunk"), print::shape(chunk)));
        }
        _ => parts.push(dataset.storage.to_owned()),
    }
    parts.push(print::bytes(dataset.stored));
    parts.join(" · ")
}

/// What would be integrated, and which detectors have frames of this shape.
fn stack(stack: &StackReport) -> Vec<String> {
    let frames = print::count(stack.frames, "frame");
    let shape = print::shape(&[stack.shape.0, stack.shape.1]);
    let names = Detector::guess(stack.shape);
    let detector = if names.is_empty() { "none known has frames of this shape".to_owned() } else { names.join(" or ") };
    let mut lines = vec![
        format!("stack     {frames} of {shape} {}, {} ({})", stack.dtype, stack.format, stack.reason),
        format!("detector  {detector}"),
    ];
    match stack.origins.as_slice() {
        [] | [_] => {}
        [origins @ .., last] => {
            lines.extend(origins.iter().take(SHOWN).map(|origin| format!("from      {origin}")));
            let more = origins.len().saturating_sub(SHOWN);
            if more > 0 {
                lines.push(format!("from      and {more} more, up to"));
            }
            lines.push(format!("from      {last}"));
        }
    }
    lines.extend(stack.notices.iter().map(|notice| format!("note      {notice}")));
    lines
}
