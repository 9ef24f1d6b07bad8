//! Patterns as curves, each with a band around it.

mod points;
mod reduced;

use kuva::prelude::{BandPlot, ColorMap, Layout, LegendPosition, LinePlot, Palette, Plot, ScatterPlot};
use kuva::render::layout::{TickAlign, TickPos};

use super::figure::verbatim;
use super::{Figure, Scale, Style, axis};

use points::Stretch;
pub(crate) use points::{Drawn, Point, Shift};

/// A curve over an axis.
#[derive(Clone, Debug, Default)]
pub(crate) struct Curve {
    /// What it is called in the legend.
    pub(crate) name: String,
    /// Positions.
    pub(crate) x: Vec<f64>,
    /// Intensities; NaN where there is none.
    pub(crate) y: Vec<f64>,
    /// The lower and the upper limit around each intensity.
    pub(crate) band: Option<(Vec<f64>, Vec<f64>)>,
    /// A colour of its own.
    pub(crate) colour: Option<&'static str>,
}

impl Curve {
    /// Intensities with their standard errors, where they have any.
    pub(crate) fn with_errors(name: String, x: Vec<f64>, y: Vec<f64>, errors: Option<&[f32]>) -> Curve {
        let limits = |errors: &[f32]| {
            let each = || y.iter().zip(errors).map(|(y, error)| (*y, f64::from(*error)));
            (each().map(|(y, error)| y - error).collect(), each().map(|(y, error)| y + error).collect())
        };
        Curve { band: errors.map(limits), name, x, y, colour: None }
    }
}

/// Curves in one frame.
#[derive(Clone, Debug)]
pub(crate) struct Chart {
    /// The curves, in the order of the legend.
    pub(crate) curves: Vec<Curve>,
    /// What lies to the right.
    pub(crate) label: String,
    /// What lies upwards.
    pub(crate) y_label: String,
    /// How the horizontal axis is drawn.
    pub(crate) x_scale: Scale,
    /// How intensity is drawn.
    pub(crate) scale: Scale,
    /// How far each curve is moved from the one before.
    pub(crate) shift: Shift,
    /// Whether the bands are seen as a whole, where else the curves fill the frame.
    pub(crate) whole_bands: bool,
    /// Positions that are marked on the horizontal axis.
    pub(crate) marks: Vec<f64>,
    /// What stands above.
    pub(crate) title: Option<String>,
}

/// Draws curves.
pub(super) fn figure(chart: &Chart, style: &Style) -> Figure {
    let drawn = Drawn::new(chart);
    let (mut bands, mut lines) = (Vec::new(), Vec::new());
    let count = chart.curves.len();
    for (i, (curve, stretches)) in chart.curves.iter().zip(&drawn.curves).enumerate() {
        let colour = curve.colour.map_or_else(|| colour(i, count), str::to_owned);
        for (part, stretch) in stretches.iter().enumerate() {
            if curve.band.is_some() {
                bands.push(band(stretch, &colour));
            }
            if let [alone] = stretch[..] {
                let dot = ScatterPlot::new().with_data([(alone.x, alone.y)]).with_color(&colour).with_size(1.2);
                lines.push(Plot::Scatter(dot));
            }
            let line = LinePlot::new()
                .with_data(stretch.iter().map(|point| (point.x, point.y)))
                .with_color(colour.clone())
                .with_stroke_width(1.1);
            let named = part == 0 && in_legend(i, count);
            lines.push(Plot::Line(if named { line.with_legend(verbatim(&short(&curve.name))) } else { line }));
        }
    }
    // A stack has its first curve at the bottom, and so has its legend.
    if chart.shift != Shift::None {
        lines.reverse();
    }
    bands.extend(lines);
    let layout = Layout::auto_from_plots(&bands)
        .with_x_axis_min(drawn.x.0)
        .with_x_axis_max(drawn.x.1)
        .with_y_axis_min(drawn.y.0)
        .with_y_axis_max(drawn.y.1)
        .with_x_label(verbatim(&chart.label))
        .with_y_label(drawn.y_label(&chart.y_label))
        .with_tick_align(TickAlign::Inside)
        .with_tick_pos(TickPos::Both)
        .with_legend_position(LegendPosition::OutsideRightTop);
    let layout = match chart.scale {
        Scale::Linear => layout,
        Scale::Log => layout.with_log_y().with_y_tick_format(axis::logarithmic()),
        Scale::Sqrt => layout.with_y_tick_format(axis::ticks(chart.scale)),
    };
    let layout =
        if chart.x_scale == Scale::Log { layout.with_log_x().with_x_tick_format(axis::logarithmic()) } else { layout };
    Figure::new(bands, layout, chart.title.as_deref(), style).with_marks(&chart.marks)
}

/// The band between the limits.
fn band(stretch: &Stretch, colour: &str) -> Plot {
    let x: Vec<f64> = stretch.iter().map(|point| point.x).collect();
    let lower: Vec<f64> = stretch.iter().map(|point| point.lower).collect();
    let upper: Vec<f64> = stretch.iter().map(|point| point.upper).collect();
    Plot::Band(BandPlot::new(x, lower, upper).with_color(colour).with_opacity(0.25))
}

/// Which curves the legend names: all of a few, every so many of more, none where there is only one.
pub(super) fn in_legend(i: usize, count: usize) -> bool {
    const MOST: usize = 8;
    count > 1 && (i.is_multiple_of(count.div_ceil(MOST)) || (count > MOST && i + 1 == count))
}

/// A name that leaves room for the curves: of a long one the beginning and the end.
fn short(name: &str) -> String {
    const MOST: usize = 34;
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= MOST {
        return name.to_owned();
    }
    let (head, tail) = (&letters[..MOST / 2 - 4], &letters[letters.len() - MOST / 2 - 3..]);
    head.iter().chain(['…'].iter()).chain(tail).collect()
}

/// A colour for each curve: distinct ones for a few, steps of one map for many.
fn colour(i: usize, count: usize) -> String {
    match count {
        1 => "#1b4f8a".to_owned(),
        2..=7 => Palette::tol_bright()[i].to_owned(),
        _ => ColorMap::Viridis.map(0.92 * i as f64 / (count - 1) as f64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_its_end_where_the_frame_is() {
        let name = "a_very_long_name_of_a_sample_at_a_temperature.h5, frame 12";
        let short = short(name);
        assert!(short.chars().count() <= 34 && short.starts_with("a_very") && short.ends_with(", frame 12"), "{short}");
        assert_eq!(super::short("a.h5, frame 1"), "a.h5, frame 1");
    }
}
