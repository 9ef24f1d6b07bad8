//! Curves in a terminal.

use super::canvas::Canvas;
use super::{Screen, coloured, ends, framed, letters, plain};
use crate::picture::Scale;
use crate::picture::curves::{Chart, Drawn, Point, Shift};

/// Draws curves without their bands, the legend below.
pub(crate) fn draw(chart: &Chart, screen: &Screen) -> String {
    let drawn = Drawn::new(chart);
    let place = Place {
        scales: (chart.x_scale, chart.scale),
        x: (along(chart.x_scale, drawn.x.0), along(chart.x_scale, drawn.x.1)),
        y: (along(chart.scale, drawn.y.0), along(chart.scale, drawn.y.1)),
    };
    let left = ends(chart.scale, place.y.1, place.y.0);
    let margin = left.iter().map(|text| letters(text)).max().unwrap_or(0);
    let width = screen.columns.saturating_sub(margin + 2).max(10);
    let mut canvas = Canvas::new(width, screen.rows);
    let dots = canvas.dots();
    for (who, stretches) in drawn.curves.iter().enumerate() {
        for stretch in stretches {
            let alone = stretch.first().map(|point| (point, point));
            for (from, to) in alone.into_iter().chain(stretch.windows(2).map(|pair| (&pair[0], &pair[1]))) {
                canvas.line(place.of(from, dots), place.of(to, dots), who);
            }
        }
    }
    let several = chart.curves.len() > 1;
    let paint = |letter: &str, who| if screen.colour && several { coloured(letter, who) } else { letter.to_owned() };
    let below = ends(chart.x_scale, place.x.0, place.x.1);
    let picture = framed(&canvas.rows(paint), width, (&left, &below), (&chart.label, chart.title.as_deref()));
    format!("{}\n{picture}{}", drawn.y_label(&chart.y_label), legend(chart, screen))
}

/// Where points lie on the canvas.
struct Place {
    scales: (Scale, Scale),
    x: (f64, f64),
    y: (f64, f64),
}

impl Place {
    fn of(&self, point: &Point, (right, down): (usize, usize)) -> (f64, f64) {
        let share = |value: f64, (low, high): (f64, f64)| (value - low) / (high - low);
        let x = share(along(self.scales.0, point.x), self.x);
        let y = share(along(self.scales.1, point.y), self.y);
        (x * (right as f64 - 1.0), (1.0 - y) * (down as f64 - 1.0))
    }
}

/// A point of an axis as it is drawn: what kuva takes the logarithm of is still the number itself.
fn along(scale: Scale, value: f64) -> f64 {
    if scale == Scale::Log { value.log10() } else { value }
}

/// The names of several curves, the upper one of a stack first; without colours only their order tells which is which.
fn legend(chart: &Chart, screen: &Screen) -> String {
    const MOST: usize = 12;
    let count = chart.curves.len();
    if count < 2 {
        return String::new();
    }
    let mark = |who: usize| if screen.colour { coloured("──", who) } else { "──".to_owned() };
    let mut lines: Vec<String> =
        chart.curves.iter().enumerate().map(|(who, curve)| format!("{} {}\n", mark(who), plain(&curve.name))).collect();
    if chart.shift != Shift::None {
        lines.reverse();
    }
    lines.truncate(MOST);
    if count > MOST {
        lines.push(format!("and {} more\n", count - MOST));
    }
    lines.concat()
}
