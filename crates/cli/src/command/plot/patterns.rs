//! Patterns of one or several results as curves.

use aureole::result::{Axis, ResultFile};

use super::{chosen, no_logarithm, scales, shown};
use crate::args::offset::Offset;
use crate::args::plot::PlotArgs;
use crate::exit::Failure;
use crate::picture::Scale;
use crate::picture::axis;
use crate::picture::curves::{Chart, Curve, Shift};
use crate::print;

/// More curves than this are a tangle.
const MOST_CURVES: usize = 60;

/// The chosen frames of each result, the axes in the unit of the first.
pub(super) fn chart(args: &PlotArgs, results: &[ResultFile]) -> Result<Chart, Failure> {
    let names = names(results);
    let (mut curves, mut empty) = (Vec::new(), Vec::new());
    let frames = results.iter().map(|result| chosen(args, result)).collect::<Result<Vec<_>, _>>()?;
    let count: usize = frames.iter().map(Vec::len).sum();
    if count > MOST_CURVES {
        let instead = if results.len() > 1 { "give fewer frames" } else { "use --waterfall" };
        return Err(Failure::refused(format!(
            "--frames: {count} curves are too many to tell apart, {MOST_CURVES} at most; {instead}"
        )));
    }
    for ((result, name), frames) in results.iter().zip(&names).zip(&frames) {
        let (axis, range) = of_one_unit(args, &results[0], result)?;
        for &frame in frames {
            let row = result.row(frame)?;
            let y: Vec<f64> = row.intensity[range.clone()].iter().map(|value| f64::from(*value)).collect();
            let named = if results.len() > 1 { format!("{name}, frame {frame}") } else { format!("frame {frame}") };
            if y.iter().all(|value| !value.is_finite()) {
                empty.push(if results.len() > 1 { format!("{frame} of {name}") } else { frame.to_string() });
                continue;
            }
            let errors = row.errors.filter(|_| !args.no_errors);
            let errors = errors.as_ref().map(|errors| &errors[range.clone()]);
            curves.push(Curve::with_errors(named, axis.centres[range.clone()].to_vec(), y, errors));
        }
    }
    let numbers = empty.join(", ");
    if curves.is_empty() {
        let file = results[0].file().display();
        return Err(Failure::refused(format!("{file}: no pattern there: frame {numbers} failed")));
    }
    if !empty.is_empty() {
        print::stderr(&format!("note: frame {numbers} failed and is not drawn"));
    }
    let (scale, x_scale) = scales(args);
    let (shift, y_label) = shifted(args, scale, &curves)?;
    let (label, title) = (axis::label(results[0].axis()), args.title.clone());
    Ok(Chart { curves, label, y_label, x_scale, scale, shift, whole_bands: false, marks: Vec::new(), title })
}

/// The radial axis of a result in the unit of the first one's, and the bins to draw.
fn of_one_unit(
    args: &PlotArgs,
    first: &ResultFile,
    result: &ResultFile,
) -> Result<(Axis, std::ops::Range<usize>), Failure> {
    let (file, into) = (result.file().display(), first.axis());
    if result.azimuthal().is_some() {
        return Err(Failure::refused(format!("{file}: it has cakes; only patterns can be overlaid")));
    }
    let Some(factor) = result.axis().factor_to(into) else {
        let (here, there) = (axis::label(result.axis()), axis::label(into));
        let first = first.file().display();
        return Err(Failure::refused(format!(
            "{file}: its axis is {here}, and that of {first} is {there}; only results over the same quantity can be overlaid"
        )));
    };
    let centres = result.axis().centres.iter().map(|centre| centre * factor).collect();
    let axis = Axis { centres, ..into.clone() };
    let range = shown(args, &axis).map_err(|failure| failure.within(&file.to_string()))?;
    no_logarithm(args, axis.centres[range.end - 1])?;
    Ok((axis, range))
}

/// What the results are called: the last part of a file's name where that tells them apart, else the name as it was typed.
fn names(results: &[ResultFile]) -> Vec<String> {
    let last = |result: &ResultFile| result.file().file_name().map(|name| name.to_string_lossy().into_owned());
    let lasts: Vec<Option<String>> = results.iter().map(last).collect();
    let name = |(nth, result): (usize, &ResultFile)| match &lasts[nth] {
        Some(name) if lasts.iter().filter(|other| **other == lasts[nth]).count() == 1 => name.clone(),
        _ => result.file().display().to_string(),
    };
    results.iter().enumerate().map(name).collect()
}

/// How far curves are moved, and what the intensity is called then.
fn shifted(args: &PlotArgs, scale: Scale, curves: &[Curve]) -> Result<(Shift, String), Failure> {
    let label = axis::INTENSITY;
    let Some(offset) = args.offset else { return Ok((Shift::None, label.into())) };
    match (scale, offset) {
        (Scale::Sqrt, _) => {
            Err(Failure::refused("--offset: curves on a square-root scale cannot be moved; use --scale linear or log"))
        }
        (Scale::Log, Offset::By(factor)) if factor <= 1.0 => Err(Failure::refused(format!(
            "--offset {factor}: with --scale log each curve is multiplied by it, so it must be above 1"
        ))),
        (Scale::Log, offset) => {
            let factor = if let Offset::By(factor) = offset { factor } else { 10.0 };
            Ok((Shift::Multiply(factor), format!("{label}, each × {}", axis::plain(factor))))
        }
        (Scale::Linear, offset) => {
            let step = if let Offset::By(step) = offset { step } else { by_itself(curves) };
            Ok((Shift::Add(step), format!("{label}, each + {}", axis::plain(step))))
        }
    }
}

/// A third of the tallest curve, to one figure.
fn by_itself(curves: &[Curve]) -> f64 {
    let height = |curve: &Curve| {
        let finite = || curve.y.iter().copied().filter(|y| y.is_finite());
        finite().fold(f64::NEG_INFINITY, f64::max) - finite().fold(f64::INFINITY, f64::min)
    };
    let third = curves.iter().map(height).fold(0.0, f64::max) / 3.0;
    if third <= 0.0 {
        return 1.0;
    }
    let decade = 10_f64.powf(third.log10().floor());
    (third / decade).round() * decade
}
