//! Patterns as curves, each with the band of its standard errors.

use aureole::result::{Axis, Row};
use kuva::prelude::{BandPlot, ColorMap, Layout, LegendPosition, LinePlot, Palette, Plot};
use kuva::render::layout::{TickAlign, TickPos};

use super::{Figure, Scale, axis};

/// A pattern to draw.
pub(crate) struct Curve {
    /// Its number in the stack.
    pub(crate) frame: usize,
    /// Its values.
    pub(crate) row: Row,
}

/// A run of neighbouring bins that the scale can show: position, drawn intensity, drawn limits of the error.
type Stretch = Vec<(f64, f64, f64, f64)>;

/// Draws curves over the bins `bins` of `axis`.
pub(crate) fn figure(
    axis: &Axis,
    bins: std::ops::Range<usize>,
    curves: &[Curve],
    scale: Scale,
    title: Option<&str>,
) -> Figure {
    let mut bands = Vec::new();
    let mut lines = Vec::new();
    let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
    for (i, curve) in curves.iter().enumerate() {
        let colour = colour(i, curves.len());
        for (part, stretch) in stretches(axis, bins.clone(), &curve.row, scale).iter().enumerate() {
            for &(_, drawn, ..) in stretch {
                (low, high) = (low.min(drawn), high.max(drawn));
            }
            if curve.row.errors.is_some() {
                bands.push(band(stretch, &colour));
            }
            let line = LinePlot::new()
                .with_data(stretch.iter().map(|point| (point.0, point.1)))
                .with_color(colour.clone())
                .with_stroke_width(1.1);
            let named = part == 0 && in_legend(i, curves.len());
            lines.push(Plot::Line(if named { line.with_legend(format!("frame {}", curve.frame)) } else { line }));
        }
    }
    bands.extend(lines);
    let ends = (axis.centres[bins.start], axis.centres[bins.end - 1]);
    let (low, high) = limits(low, high, scale);
    let layout = Layout::auto_from_plots(&bands)
        .with_x_axis_min(ends.0)
        .with_x_axis_max(ends.1)
        .with_y_axis_min(low)
        .with_y_axis_max(high)
        .with_x_label(axis::label(axis))
        .with_y_label(axis::INTENSITY)
        .with_tick_align(TickAlign::Inside)
        .with_tick_pos(TickPos::Both)
        .with_legend_position(LegendPosition::OutsideRightTop);
    let layout = match scale {
        Scale::Linear => layout,
        Scale::Log => layout.with_log_y(),
        Scale::Sqrt => layout.with_y_tick_format(axis::ticks(scale)),
    };
    Figure::new(bands, layout, title)
}

/// The ends of the vertical axis: a little beyond what is drawn.
fn limits(low: f64, high: f64, scale: Scale) -> (f64, f64) {
    match scale {
        _ if low > high => (1.0, 10.0),
        Scale::Log => (low / 1.2, high * 1.2),
        _ if low == high => (low - 1.0, high + 1.0),
        _ => (low - 0.04 * (high - low), high + 0.04 * (high - low)),
    }
}

/// An intensity as the axis takes it: kuva takes logarithms itself. `None` where the scale cannot show it.
fn value(scale: Scale, intensity: f64) -> Option<f64> {
    axis::value(scale, intensity).map(|value| if scale == Scale::Log { intensity } else { value })
}

/// The band between the limits of the errors.
fn band(stretch: &Stretch, colour: &str) -> Plot {
    let x: Vec<f64> = stretch.iter().map(|point| point.0).collect();
    let lower: Vec<f64> = stretch.iter().map(|point| point.2).collect();
    let upper: Vec<f64> = stretch.iter().map(|point| point.3).collect();
    Plot::Band(BandPlot::new(x, lower, upper).with_color(colour).with_opacity(0.25))
}

/// The bins that can be shown, cut where one cannot (an empty bin, a zero on a logarithmic scale).
fn stretches(axis: &Axis, bins: std::ops::Range<usize>, row: &Row, scale: Scale) -> Vec<Stretch> {
    let mut found = vec![Stretch::new()];
    for bin in bins {
        let intensity = f64::from(row.intensity[bin]);
        let error = row.errors.as_ref().map_or(0.0, |errors| f64::from(errors[bin]));
        let Some(shown) = value(scale, intensity) else {
            found.push(Stretch::new());
            continue;
        };
        let lower = value(scale, intensity - error).unwrap_or(shown);
        let upper = value(scale, intensity + error).unwrap_or(shown);
        if let Some(stretch) = found.last_mut() {
            stretch.push((axis.centres[bin], shown, lower, upper));
        }
    }
    found.retain(|stretch| !stretch.is_empty());
    found
}

/// Which curves the legend names: all of a few, every so many of more, none where there is only one.
fn in_legend(i: usize, count: usize) -> bool {
    const MOST: usize = 8;
    count > 1 && (i.is_multiple_of(count.div_ceil(MOST)) || (count > MOST && i + 1 == count))
}

/// A colour for each curve: distinct ones for a few, steps of one map for many.
fn colour(i: usize, count: usize) -> String {
    match count {
        1 => "#1b4f8a".to_owned(),
        2..=7 => Palette::tol_bright()[i].to_owned(),
        _ => ColorMap::Viridis.map(0.92 * i as f64 / (count - 1) as f64),
    }
}
