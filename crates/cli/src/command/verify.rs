//! `aureole verify`: is a result what its job gives?

use std::time::{SystemTime, UNIX_EPOCH};

use aureole::verify::{self, Report, Request};

use crate::args::verify::VerifyArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::print;
use crate::progress::Progress;

/// Differences that are printed.
const TOLD: usize = 20;

pub(crate) fn run(args: &VerifyArgs) -> Outcome {
    if let Some(folder) = args.data.as_ref().filter(|folder| !folder.is_dir()) {
        return Err(Failure::refused(format!("--data {}: there is no such folder", folder.display())));
    }
    let frames = if args.all { None } else { Some(args.frames as usize) };
    let request = Request { frames, seed: args.seed.unwrap_or_else(any), data: args.data.clone() };
    let mut progress = None;
    let checked = verify::verify(&args.result, &request, &mut |done, all| {
        progress.get_or_insert_with(|| Progress::new(Some(all as u64))).at(done as u64);
    });
    if let Some(progress) = progress {
        progress.finish();
    }
    let report = checked.map_err(Failure::refused)?;
    print::stdout(&text(&args.result.display().to_string(), &request, &report))?;
    Ok(if report.differences.is_empty() { Exit::Done } else { Exit::Differs })
}

/// A seed that nobody chose.
fn any() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| u64::from(time.subsec_nanos()))
}

fn text(file: &str, request: &Request, report: &Report) -> String {
    let mut lines: Vec<String> = report.differences.iter().take(TOLD).map(|what| format!("differs   {what}")).collect();
    if report.differences.len() > TOLD {
        lines.push(format!("differs   and {} more", print::thousands((report.differences.len() - TOLD) as u64)));
    }
    lines.push(frames(request, report));
    if !report.datasets.is_empty() {
        lines.push(format!("compared  {}", report.datasets.join(", ")));
    }
    let files: Vec<String> = report.files.iter().map(|(role, name)| format!("{role} {name}")).collect();
    if !files.is_empty() {
        lines.push(format!("files     {} (SHA-256)", files.join(", ")));
    }
    lines.extend(report.sources.iter().map(|source| format!("source    {source}")));
    lines.extend(report.notes.iter().map(|note| format!("note      {note}")));
    lines.push(match report.differences.len() {
        0 => format!("{file}: all is equal"),
        count => format!("{file}: {}", print::count(count, "difference")),
    });
    lines.join("\n") + "\n"
}

/// `frames    16 of 2,000, by --seed 7: 3, 17, ...`.
fn frames(request: &Request, report: &Report) -> String {
    let (count, all) = (report.frames.len(), report.candidates);
    let again = match report.failed_again {
        0 => String::new(),
        failed => format!("; {failed} of them failed then and again"),
    };
    if count == all {
        return format!("frames    all {}{again}", print::thousands(all as u64));
    }
    let numbers: Vec<String> = report.frames.iter().take(TOLD).map(usize::to_string).collect();
    let more = if count > TOLD { ", ..." } else { "" };
    let (count, all) = (print::thousands(count as u64), print::thousands(all as u64));
    format!("frames    {count} of {all}, by --seed {}: {}{more}{again}", request.seed, numbers.join(", "))
}
