//! `aureole plot`: patterns of a result as a picture.

mod map;

use std::ops::Range;

use aureole::result::{Axis, ResultError, ResultFile};

use super::output;
use crate::args::frames::Frames;
use crate::args::plot::PlotArgs;
use crate::exit::{Exit, Failure, Outcome};
use crate::picture::curves::Curve;
use crate::picture::waterfall::Upwards;
use crate::picture::{Figure, Scale, curves, waterfall};
use crate::{picture, print};

/// More curves than this are a tangle.
const MOST_CURVES: usize = 60;

pub(crate) fn run(args: &PlotArgs) -> Outcome {
    picture::format("--output", &args.output)?;
    output::check("--output ", &args.output)?;
    let scale = Scale::from_name(args.scale).unwrap_or(Scale::Linear);
    let result = ResultFile::open(&args.file, args.recipe.as_deref())?;
    let Some(last) = result.last_done() else {
        return Err(Failure::refused(format!("{}: there is no pattern in it yet", args.file.display())));
    };
    let frames = chosen(args, result.frames(), last)?;
    let bins = shown(args, result.axis())?;
    let figure = if args.map {
        map::figure(args, &result, bins, scale)?
    } else if let Some(azimuthal) = result.azimuthal() {
        cake(args, &result, azimuthal, &frames, bins, scale)?
    } else if args.waterfall {
        stack(args, &result, &frames, bins, scale)?
    } else {
        patterns(args, &result, &frames, bins, scale)?
    };
    figure.write("--output", &args.output)?;
    print::stdout(&format!("{}\n", args.output.display()))?;
    Ok(Exit::Done)
}

/// The frames to draw, in the order typed; the last one done, or all up to it, if nothing is typed.
fn chosen(args: &PlotArgs, count: usize, last: usize) -> Result<Vec<usize>, Failure> {
    if args.frames.is_empty() {
        return Ok(if args.waterfall { (0..=last).collect() } else { vec![last] });
    }
    let mut frames = Vec::new();
    for range in &args.frames {
        frames.extend(within(range, count)?);
    }
    Ok(frames)
}

fn within(range: &Frames, count: usize) -> Result<Range<usize>, Failure> {
    let last = count - 1;
    range.within(count).ok_or_else(|| Failure::refused(format!("--frames {range}: the file has frames 0 to {last}")))
}

/// The bins to draw.
fn shown(args: &PlotArgs, axis: &Axis) -> Result<Range<usize>, Failure> {
    let (low, high) = args.range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    let start = axis.centres.partition_point(|&centre| centre < low);
    let end = axis.centres.partition_point(|&centre| centre <= high);
    if start < end {
        return Ok(start..end);
    }
    let ends = (axis.centres.first().copied().unwrap_or(0.0), axis.centres.last().copied().unwrap_or(0.0));
    Err(Failure::refused(format!(
        "--range {low},{high}: no bin lies there; the axis goes from {} to {}",
        ends.0, ends.1
    )))
}

fn patterns(
    args: &PlotArgs,
    result: &ResultFile,
    frames: &[usize],
    bins: Range<usize>,
    scale: Scale,
) -> Result<Figure, Failure> {
    if frames.len() > MOST_CURVES {
        let count = frames.len();
        return Err(Failure::refused(format!(
            "--frames: {count} curves are too many to tell apart, {MOST_CURVES} at most; use --waterfall"
        )));
    }
    let curve = |&frame: &usize| {
        let mut row = result.row(frame)?;
        row.errors = row.errors.filter(|_| !args.no_errors);
        Ok::<_, ResultError>(Curve { frame, row })
    };
    let curves = frames.iter().map(curve).collect::<Result<Vec<Curve>, _>>()?;
    let (curves, empty): (Vec<_>, Vec<_>) =
        curves.into_iter().partition(|curve| curve.row.intensity[bins.clone()].iter().any(|value| value.is_finite()));
    let numbers = empty.iter().map(|curve| curve.frame.to_string()).collect::<Vec<_>>().join(", ");
    if curves.is_empty() {
        return Err(Failure::refused(format!("{}: no pattern there: frame {numbers} failed", args.file.display())));
    }
    if !empty.is_empty() {
        print::stderr(&format!("note: frame {numbers} failed and is not drawn"));
    }
    Ok(curves::figure(result.axis(), bins, &curves, scale, args.title.as_deref()))
}

fn stack(
    args: &PlotArgs,
    result: &ResultFile,
    frames: &[usize],
    bins: Range<usize>,
    scale: Scale,
) -> Result<Figure, Failure> {
    let (first, last) = (frames[0], frames[frames.len() - 1]);
    if frames.windows(2).any(|pair| pair[1] != pair[0] + 1) {
        return Err(Failure::refused("--frames: a waterfall shows one range A:B of frames"));
    }
    let mut image = waterfall::Image::new(frames.len(), bins.len());
    for (nth, &frame) in frames.iter().enumerate() {
        image.add(nth, frames.len(), &result.row(frame)?.intensity[bins.clone()]);
    }
    let upwards = Upwards::frames(first, last + 1);
    Ok(waterfall::figure(result.axis(), bins, upwards, &image, scale, args.title.as_deref()))
}

/// The cake of one frame: radius to the right, azimuth upwards.
fn cake(
    args: &PlotArgs,
    result: &ResultFile,
    azimuthal: &Axis,
    frames: &[usize],
    bins: Range<usize>,
    scale: Scale,
) -> Result<Figure, Failure> {
    let [frame] = frames[..] else {
        let many = "a picture of cakes shows one frame; name it by --frames N, without --waterfall";
        return Err(Failure::refused(format!("{}: {many}", args.file.display())));
    };
    let (rows, columns) = (azimuthal.centres.len(), result.axis().centres.len());
    let intensity = result.row(frame)?.intensity;
    let mut image = waterfall::Image::new(rows, bins.len());
    for (nth, row) in intensity.chunks_exact(columns).enumerate() {
        image.add(nth, rows, &row[bins.clone()]);
    }
    Ok(waterfall::figure(result.axis(), bins, Upwards::azimuths(azimuthal), &image, scale, args.title.as_deref()))
}

impl From<ResultError> for Failure {
    fn from(error: ResultError) -> Failure {
        Failure::refused(error)
    }
}
