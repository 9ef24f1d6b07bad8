//! A map of a scanned sample as an image, around the positions of its points.

use aureole::result::{Axis, ResultMap};

use super::image::{Chart, Image, Upwards};
use super::{Scale, axis};

/// Draws a value a point, row by row; NaN where there is none.
pub(crate) fn chart(map: &ResultMap, values: &[f32], scale: Scale, title: Option<String>) -> Chart {
    let (slow, fast) = (Ends::of(&map.slow), Ends::of(&map.fast));
    let (rows, columns) = (map.slow.centres.len(), map.fast.centres.len());
    let mut image = Image::even(rows, columns, (fast.low, fast.high));
    for (row, values) in values.chunks_exact(columns).enumerate() {
        let mut values = values.to_vec();
        if fast.backwards {
            values.reverse();
        }
        image.add(if slow.backwards { rows - 1 - row } else { row }, rows, &values);
    }
    let upwards = Upwards::between(axis::label(&map.slow), (slow.low, slow.high));
    Chart { label: axis::label(&map.fast), x_scale: Scale::Linear, upwards, image, scale, title }
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
