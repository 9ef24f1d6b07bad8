//! `aureole plot`: patterns of results as a picture.

mod image;
mod map;
mod patterns;

use std::ops::Range;
use std::path::Path;

use aureole::result::{Axis, ResultError, ResultFile};

use super::output;
use crate::args::frames::Frames;
use crate::args::plot::PlotArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::picture::terminal::Screen;
use crate::picture::{Chart, Scale, Style};
use crate::{picture, print};

pub(crate) fn run(args: &PlotArgs) -> Outcome {
    match &args.output {
        Some(file) => {
            picture::format("--output", file)?;
            output::check("--output ", file)?;
            not_a_result(file, args)?;
        }
        None if args.terminal => {}
        None => {
            let say = "where to draw is not said; give --output FILE (.png, .svg or .pdf), --terminal, or both";
            return Err(Failure::refused(say));
        }
    }
    let results: Result<Vec<ResultFile>, ResultError> =
        args.files.iter().map(|file| ResultFile::open(file, args.recipe.as_deref())).collect();
    let chart = chart(args, &results?)?;
    if args.terminal {
        print::stdout(&chart.text(&Screen::here()))?;
    }
    if let Some(file) = &args.output {
        chart.figure(&Style::paper()).write("--output", file)?;
        print::stdout(&format!("{}\n", file.display()))?;
    }
    Ok(Exit::Done)
}

/// Refuses to draw over what is drawn.
fn not_a_result(output: &Path, args: &PlotArgs) -> Result<(), Failure> {
    let there = output.canonicalize().ok();
    let same = |file: &&std::path::PathBuf| there.is_some() && file.canonicalize().ok() == there;
    match args.files.iter().find(same) {
        Some(file) => Err(Failure::refused(format!("--output {}: this is the result itself", file.display()))),
        None => Ok(()),
    }
}

fn chart(args: &PlotArgs, results: &[ResultFile]) -> Result<Chart, Failure> {
    let first = &results[0];
    if results.len() == 1 && (args.map || args.waterfall || first.azimuthal().is_some()) {
        let frames = chosen(args, first)?;
        let bins = shown(args, first.axis())?;
        let chart = match first.azimuthal() {
            _ if args.map => map::chart(args, first, bins)?,
            Some(azimuthal) => image::cake(args, first, azimuthal, &frames, bins)?,
            None => image::stack(args, first, &frames, bins)?,
        };
        return Ok(Chart::Image(chart));
    }
    if args.map || args.waterfall {
        let option = if args.map { "--map" } else { "--waterfall" };
        let files = results.len();
        return Err(Failure::refused(format!("{option}: an image shows one result, and {files} files are given")));
    }
    Ok(Chart::Curves(patterns::chart(args, results)?))
}

/// How intensity and the horizontal axis are drawn.
fn scales(args: &PlotArgs) -> (Scale, Scale) {
    let named = |name| Scale::from_name(name).unwrap_or(Scale::Linear);
    (named(args.scale), named(args.x_scale))
}

/// The frames to draw of a result, in the order typed; the last one done, or all up to it, if nothing is typed.
fn chosen(args: &PlotArgs, result: &ResultFile) -> Result<Vec<usize>, Failure> {
    let Some(last) = result.last_done() else {
        return Err(Failure::refused(format!("{}: there is no pattern in it yet", result.file().display())));
    };
    if args.frames.is_empty() {
        return Ok(if args.waterfall { (0..=last).collect() } else { vec![last] });
    }
    let mut frames = Vec::new();
    for range in &args.frames {
        frames.extend(within(range, args, result)?);
    }
    Ok(frames)
}

fn within(range: &Frames, args: &PlotArgs, result: &ResultFile) -> Result<Range<usize>, Failure> {
    let last = result.frames() - 1;
    range.within(result.frames()).ok_or_else(|| {
        let file = if args.files.len() > 1 { result.file().display().to_string() } else { "the file".into() };
        Failure::refused(format!("--frames {range}: {file} has frames 0 to {last}"))
    })
}

/// The bins to draw.
fn shown(args: &PlotArgs, axis: &Axis) -> Result<Range<usize>, Failure> {
    let (low, high) = args.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    let start = axis.centres.partition_point(|&centre| centre < low);
    let end = axis.centres.partition_point(|&centre| centre <= high);
    let ends = (axis.centres.first().copied().unwrap_or(0.0), axis.centres.last().copied().unwrap_or(0.0));
    if start >= end {
        return Err(Failure::refused(format!(
            "--range {low},{high}: no bin lies there; the axis goes from {} to {}",
            ends.0, ends.1
        )));
    }
    no_logarithm(args, axis.centres[end - 1])?;
    Ok(start..end)
}

/// Refuses a logarithmic axis without a position above 0.
fn no_logarithm(args: &PlotArgs, highest: f64) -> Result<(), Failure> {
    if scales(args).1 == Scale::Log && highest <= 0.0 {
        return Err(Failure::refused(format!(
            "--x-scale log: no position is above 0, the greatest is {highest}; leave it out"
        )));
    }
    Ok(())
}

impl From<ResultError> for Failure {
    fn from(error: ResultError) -> Failure {
        Failure::refused(error)
    }
}
