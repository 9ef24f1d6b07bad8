//! Frames a second against threads: a curve a layout, and the line that it would be if each thread were as fast as one alone.

use std::collections::BTreeMap;

use aureole::bench::Report;
use kuva::prelude::{Layout, LegendPosition, LinePlot, Palette, Plot, ScatterPlot};
use kuva::render::layout::{TickAlign, TickPos};

use super::{Figure, Style};

/// A layout's frames a second by number of threads, the best batch of each.
type Curves = BTreeMap<&'static str, BTreeMap<usize, f64>>;

/// Draws what was measured; the report has at least one line.
pub(crate) fn figure(report: &Report) -> Figure {
    let curves = curves(report);
    let most = report.lines.iter().map(|line| line.threads).max().unwrap_or(1) as f64;
    let highest = report.lines.iter().map(|line| line.frames_per_second).fold(0.0, f64::max);
    let ideal = one_thread(&curves);
    let mut plots = vec![Plot::Line(
        LinePlot::new()
            .with_data([(0.0, 0.0), (most, ideal * most)])
            .with_color("#999999")
            .with_stroke_width(1.0)
            .with_dashed()
            .with_legend("ideal"),
    )];
    for ((layout, curve), colour) in curves.iter().zip(Palette::tol_bright().iter()) {
        let points: Vec<(f64, f64)> = curve.iter().map(|(threads, rate)| (*threads as f64, *rate)).collect();
        plots.push(Plot::Scatter(ScatterPlot::new().with_data(points.clone()).with_color(colour).with_size(3.5)));
        let line = LinePlot::new().with_data(points).with_color(colour).with_stroke_width(1.4);
        plots.push(Plot::Line(line.with_legend(*layout)));
    }
    let about = &report.about;
    let title = format!("{} frames of {} {}, {}", about.frames, about.detector, about.dtype, about.processor);
    let step = (most / 8.0).ceil().max(1.0);
    let layout = Layout::auto_from_plots(&plots)
        .with_x_axis_min(0.0)
        .with_x_axis_max(most * 1.05)
        .with_y_axis_min(0.0)
        .with_y_axis_max(highest.max(ideal * most) * 1.08)
        .with_x_tick_step(step)
        .with_x_label("Threads")
        .with_y_label("Frames a second")
        .with_tick_align(TickAlign::Inside)
        .with_tick_pos(TickPos::Both)
        .with_legend_position(LegendPosition::OutsideRightTop);
    Figure::new(plots, layout, Some(&title), &Style::paper())
}

fn curves(report: &Report) -> Curves {
    let mut curves = Curves::new();
    for line in &report.lines {
        let best = curves.entry(line.layout).or_default().entry(line.threads).or_insert(0.0);
        *best = best.max(line.frames_per_second);
    }
    curves
}

/// Frames a second of one thread: the fastest layout's with the fewest threads, shared out among these.
fn one_thread(curves: &Curves) -> f64 {
    let fewest = curves.values().filter_map(|curve| curve.keys().next()).min().copied().unwrap_or(1);
    curves.values().filter_map(|curve| curve.get(&fewest)).fold(0.0_f64, |a, b| a.max(*b)) / fewest as f64
}
