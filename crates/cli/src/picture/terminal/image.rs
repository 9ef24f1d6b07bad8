//! Images in a terminal: the more dots, the more intensity.

use super::canvas::Canvas;
use super::{Screen, ends, framed, letters};
use crate::picture::image::{Chart, extent};
use crate::picture::{Scale, axis};

/// From which of sixteen steps on each of four by four dots is set: neighbours are far apart, so that a grey stays even.
const STEPS: [[u8; 4]; 4] = [[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]];

/// Draws an image; cells without a value stay empty.
pub(crate) fn draw(chart: &Chart, screen: &Screen) -> String {
    let cells = chart.image.drawn(chart.scale);
    let (low, high) = extent(&cells);
    let (x, y) = (chart.image.columns.ends, chart.upwards.ends);
    let left = ends(Scale::Linear, y.1, y.0);
    let margin = left.iter().map(|text| letters(text)).max().unwrap_or(0);
    let width = screen.columns.saturating_sub(margin + 2).max(10);
    let mut canvas = Canvas::new(width, screen.rows);
    let (right, down) = canvas.dots();
    for dot in 0..right * down {
        let (column, row) = (dot % right, dot / right);
        let of_row = &cells[(down - 1 - row) * cells.len() / down];
        let value = of_row[column * of_row.len() / right];
        let level = (value - low) / (high - low);
        if level > (f64::from(STEPS[row % 4][column % 4]) + 0.5) / 16.0 {
            canvas.set(column, row, 0);
        }
    }
    let drawn = |end: f64| axis::value(chart.x_scale, end).unwrap_or(end);
    let below = ends(chart.x_scale, drawn(x.0), drawn(x.1));
    let rows = canvas.rows(|letter, _| letter.to_owned());
    let picture = framed(&rows, width, (&left, &below), (&chart.label, chart.title.as_deref()));
    let [least, _, most] = ends(chart.scale, low, high);
    format!("{}\n{picture}{}: empty {least}, full {most}\n", chart.upwards.label, axis::INTENSITY)
}
