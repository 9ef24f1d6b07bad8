//! A map as an image: the mean intensity of each point's pattern.

use std::ops::Range;

use aureole::result::{Axis, ResultFile, ResultMap};

use crate::args::plot::PlotArgs;
use crate::exit::Failure;
use crate::picture::waterfall::{self, Upwards};
use crate::picture::{Figure, Scale, axis};

/// Draws the mean over the bins `bins`; rows upwards, columns to the right.
pub(super) fn figure(
    args: &PlotArgs,
    result: &ResultFile,
    bins: Range<usize>,
    scale: Scale,
) -> Result<Figure, Failure> {
    let Some(map) = result.map()? else {
        let reason = "there is no map in it; `aureole integrate --map SLOWxFAST` makes one";
        return Err(Failure::refused(format!("{}: {reason}", args.file.display())));
    };
    let (slow, fast) = (Ends::of(&map.slow), Ends::of(&map.fast));
    let (rows, columns) = (map.slow.centres.len(), map.fast.centres.len());
    let mut image = waterfall::Image::new(rows, columns);
    for row in 0..rows {
        let mut means = points(result, &map, row, &bins)?;
        if fast.backwards {
            means.reverse();
        }
        image.add(if slow.backwards { rows - 1 - row } else { row }, rows, &means);
    }
    // An image is drawn from the first to the last value of its axis.
    let right = Axis { centres: vec![fast.low, fast.high], ..map.fast };
    let upwards = Upwards::between(axis::label(&map.slow), (slow.low, slow.high));
    Ok(waterfall::figure(&right, 0..2, upwards, &image, scale, args.title.as_deref()))
}

/// The means of the points of one row; NaN where there is no frame.
fn points(result: &ResultFile, map: &ResultMap, row: usize, bins: &Range<usize>) -> Result<Vec<f32>, Failure> {
    let (columns, radial) = (map.fast.centres.len(), result.axis().centres.len());
    let mean = |point: &Option<usize>| {
        let Some(frame) = *point else { return Ok(f32::NAN) };
        let intensity = result.row(frame)?.intensity;
        let shown = intensity.chunks_exact(radial).flat_map(|pattern| &pattern[bins.clone()]);
        let (sum, count) = shown
            .filter(|value| value.is_finite())
            .fold((0.0, 0u32), |(sum, count), value| (sum + f64::from(*value), count + 1));
        Ok((sum / f64::from(count)) as f32)
    };
    map.rows[row * columns..(row + 1) * columns].iter().map(mean).collect()
}

/// Where an axis of points begins and ends, half a step beyond the outermost ones.
struct Ends {
    low: f64,
    high: f64,
    /// Positions descend.
    backwards: bool,
}

impl Ends {
    /// Those of the positions, or of numbers from 0 on where the positions are not in order.
    fn of(axis: &Axis) -> Ends {
        let centres = &axis.centres;
        let ordered = |below: fn(f64, f64) -> bool| centres.windows(2).all(|pair| below(pair[0], pair[1]));
        let last = (centres.len() - 1) as f64;
        let (first, last, backwards) = match (ordered(|a, b| a < b), ordered(|a, b| a > b)) {
            (true, _) if centres[0].is_finite() => (centres[0], centres[centres.len() - 1], false),
            (_, true) if centres.len() > 1 => (centres[centres.len() - 1], centres[0], true),
            _ => (0.0, last, false),
        };
        let half = if centres.len() > 1 { 0.5 * (last - first) / (centres.len() - 1) as f64 } else { 0.5 };
        Ends { low: first - half, high: last + half, backwards }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(centres: &[f64]) -> (f64, f64, bool) {
        let Ends { low, high, backwards } =
            Ends::of(&Axis { centres: centres.to_vec(), units: String::new(), long_name: String::new() });
        (low, high, backwards)
    }

    #[test]
    fn points_are_drawn_around_their_positions_in_ascending_order() {
        assert_eq!(ends(&[1.0, 2.0, 3.0]), (0.5, 3.5, false));
        assert_eq!(ends(&[3.0, 2.0, 1.0]), (0.5, 3.5, true));
        assert_eq!(ends(&[7.0]), (6.5, 7.5, false));
        for unordered in [[1.0, 3.0, 2.0], [1.0, 2.0, f64::NAN], [1.0, 1.0, 1.0]] {
            assert_eq!(ends(&unordered), (-0.5, 2.5, false));
        }
        assert_eq!(ends(&[f64::NAN]), (-0.5, 0.5, false));
    }
}
