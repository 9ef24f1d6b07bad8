//! Images: bins to the right, and upwards the frames of a stack or the azimuthal bins of a cake; intensity as colour.

use aureole::result::Axis;
use kuva::prelude::{Heatmap, Layout, Plot};

use super::bitmap::Bitmap;
use super::columns::Columns;
use super::figure::verbatim;
use super::{Figure, Scale, Style, axis};

/// Pixels of the image at most; more rows or bins are averaged into these.
const COLUMNS: usize = 2000;
const ROWS: usize = 1000;

/// An image as it is drawn.
pub(crate) struct Chart {
    /// What lies to the right.
    pub(crate) label: String,
    /// How that axis is drawn.
    pub(crate) x_scale: Scale,
    /// What lies upwards.
    pub(crate) upwards: Upwards,
    /// The cells.
    pub(crate) image: Image,
    /// How intensity is drawn.
    pub(crate) scale: Scale,
    /// What stands above.
    pub(crate) title: Option<String>,
}

/// The rows of an image: sums and counts of what falls into each cell.
pub(crate) struct Image {
    pub(crate) columns: Columns,
    cells: Vec<Vec<(f64, u32)>>,
}

impl Image {
    /// An empty image of `rows` rows over the bins around `centres`; `None` where the scale of that axis shows none of them.
    pub(crate) fn new(rows: usize, centres: &[f64], x_scale: Scale) -> Option<Image> {
        Image::of_size(rows, centres, x_scale, (ROWS, COLUMNS))
    }

    /// The same with so many rows and columns at most.
    pub(crate) fn of_size(rows: usize, centres: &[f64], x_scale: Scale, most: (usize, usize)) -> Option<Image> {
        let columns = Columns::new(centres, x_scale, most.1)?;
        let cells = vec![vec![(0.0, 0); columns.bins.len()]; rows.min(most.0)];
        Some(Image { columns, cells })
    }

    /// An empty image of `rows` rows of `bins` equal bins between the two ends.
    pub(crate) fn even(rows: usize, bins: usize, ends: (f64, f64)) -> Image {
        let count = bins.clamp(1, COLUMNS);
        let columns = (0..count).map(|column| column * bins / count..(column + 1) * bins / count).collect();
        Image { columns: Columns { bins: columns, ends }, cells: vec![vec![(0.0, 0); count]; rows.min(ROWS)] }
    }

    /// Adds the `nth` of `all` rows, cut to the bins shown. Values that are not finite are left out.
    pub(crate) fn add(&mut self, nth: usize, all: usize, intensity: &[f32]) {
        let rows = self.cells.len();
        let row = &mut self.cells[nth * rows / all];
        for (cell, bins) in row.iter_mut().zip(&self.columns.bins) {
            for value in intensity[bins.clone()].iter().filter(|value| value.is_finite()) {
                *cell = (cell.0 + f64::from(*value), cell.1 + 1);
            }
        }
    }

    /// The mean of each cell as it is drawn, the lowest row first; NaN where there is nothing that can be shown.
    pub(crate) fn drawn(&self, scale: Scale) -> Vec<Vec<f64>> {
        let mean = |&(sum, count): &(f64, u32)| axis::value(scale, sum / f64::from(count));
        self.cells.iter().map(|row| row.iter().map(|cell| mean(cell).unwrap_or(f64::NAN)).collect()).collect()
    }
}

/// What lies upwards.
pub(crate) struct Upwards {
    pub(super) label: String,
    pub(super) ends: (f64, f64),
    /// The distance between labelled ticks; the plot's own choice where there is none.
    step: Option<f64>,
}

impl Upwards {
    /// The frames from `first` to before `end`, centred on their numbers.
    pub(crate) fn frames(first: usize, end: usize) -> Upwards {
        let ends = (first as f64 - 0.5, end as f64 - 0.5);
        Upwards { label: "Frame".into(), ends, step: Some(step(end - first)) }
    }

    /// What `label` names, from the first to the second of `ends`.
    pub(crate) fn between(label: String, ends: (f64, f64)) -> Upwards {
        Upwards { label, ends, step: None }
    }

    /// The azimuthal axis of a cake.
    pub(crate) fn azimuths(axis: &Axis) -> Upwards {
        let (first, last) = (axis.centres[0], axis.centres[axis.centres.len() - 1]);
        let half = 0.5 * (last - first) / (axis.centres.len() - 1).max(1) as f64;
        let half = if half > 0.0 { half } else { 0.5 };
        Upwards { label: axis::label(axis), ends: (first - half, last + half), step: None }
    }
}

/// Draws an image.
pub(super) fn figure(chart: &Chart, style: &Style) -> Figure {
    let (x, y) = (chart.image.columns.ends, chart.upwards.ends);
    let cells = chart.image.drawn(chart.scale);
    let (low, high) = extent(&cells);
    // kuva draws axes and colour bar around two cells with the extreme values; the image covers them.
    let frame = Heatmap::new().with_data([[low, high]]).with_x_range(x.0, x.1).with_y_range(y.0, y.1);
    let plots = vec![Plot::Heatmap(frame)];
    let layout = Layout::auto_from_plots(&plots)
        .with_x_axis_min(x.0)
        .with_x_axis_max(x.1)
        .with_y_axis_min(y.0)
        .with_y_axis_max(y.1)
        .with_x_label(verbatim(&chart.label))
        .with_y_label(verbatim(&chart.upwards.label))
        .with_colorbar_tick_format(axis::ticks(chart.scale));
    let layout = match chart.upwards.step {
        Some(step) => layout.with_y_tick_step(step),
        None => layout,
    };
    let layout =
        if chart.x_scale == Scale::Log { layout.with_log_x().with_x_tick_format(axis::logarithmic()) } else { layout };
    Figure::new(plots, layout, chart.title.as_deref(), style).with_bitmap(Bitmap::new(&cells, low, high))
}

/// The distance between labelled frames: 1, 2 or 5 times a power of ten, at most about eight of them.
fn step(frames: usize) -> f64 {
    let mut decade = 1;
    loop {
        if let Some(step) = [1, 2, 5].map(|factor| factor * decade).into_iter().find(|step| frames / step <= 8) {
            return step as f64;
        }
        decade *= 10;
    }
}

/// The least and the greatest drawn value, never the same; 0 and 1 where there is none.
pub(super) fn extent(cells: &[Vec<f64>]) -> (f64, f64) {
    let values = || cells.iter().flatten().copied();
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    match low < high {
        true => (low, high),
        false if low.is_finite() => (low, low + 1.0),
        false => (0.0, 1.0),
    }
}
