//! Images: bins to the right, and upwards the frames of a stack or the azimuthal bins of a cake; intensity as colour.

use aureole::result::Axis;
use kuva::prelude::{ColorMap, Heatmap, Layout, Plot};
use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

use super::{Figure, Scale, axis};

/// Pixels of the image at most; more rows or bins are averaged into these.
const COLUMNS: usize = 2000;
const ROWS: usize = 1000;

/// The rows of an image: sums and counts of what falls into each cell.
pub(crate) struct Image {
    columns: usize,
    cells: Vec<Vec<(f64, u32)>>,
}

impl Image {
    /// An empty image for `rows` rows of `bins` bins each.
    pub(crate) fn new(rows: usize, bins: usize) -> Image {
        let columns = bins.min(COLUMNS);
        Image { columns, cells: vec![vec![(0.0, 0); columns]; rows.min(ROWS)] }
    }

    /// Adds the `nth` of `all` rows, cut to the bins shown. Values that are not finite are left out.
    pub(crate) fn add(&mut self, nth: usize, all: usize, intensity: &[f32]) {
        let rows = self.cells.len();
        let row = &mut self.cells[nth * rows / all];
        for (bin, &value) in intensity.iter().enumerate() {
            if value.is_finite() {
                let cell = &mut row[bin * self.columns / intensity.len()];
                *cell = (cell.0 + f64::from(value), cell.1 + 1);
            }
        }
    }

    /// The mean of each cell as it is drawn; NaN where there is nothing that can be shown.
    fn drawn(&self, scale: Scale) -> Vec<Vec<f64>> {
        let mean = |&(sum, count): &(f64, u32)| axis::value(scale, sum / f64::from(count));
        self.cells.iter().map(|row| row.iter().map(|cell| mean(cell).unwrap_or(f64::NAN)).collect()).collect()
    }
}

/// What lies upwards.
pub(crate) struct Upwards {
    label: String,
    ends: (f64, f64),
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

/// Draws an image over the bins `bins` of `axis`.
pub(crate) fn figure(
    axis: &Axis,
    bins: std::ops::Range<usize>,
    upwards: Upwards,
    image: &Image,
    scale: Scale,
    title: Option<&str>,
) -> Figure {
    let x = (axis.centres[bins.start], axis.centres[bins.end - 1]);
    let y = upwards.ends;
    let cells = image.drawn(scale);
    let (low, high) = extent(&cells);
    // kuva draws axes and colour bar around two cells with the extreme values; the image covers them.
    let frame = Heatmap::new().with_data([[low, high]]).with_x_range(x.0, x.1).with_y_range(y.0, y.1);
    let plots = vec![Plot::Heatmap(frame)];
    let layout = Layout::auto_from_plots(&plots)
        .with_x_axis_min(x.0)
        .with_x_axis_max(x.1)
        .with_y_axis_min(y.0)
        .with_y_axis_max(y.1)
        .with_x_label(axis::label(axis))
        .with_y_label(upwards.label)
        .with_colorbar_tick_format(axis::ticks(scale));
    let layout = match upwards.step {
        Some(step) => layout.with_y_tick_step(step),
        None => layout,
    };
    Figure { image: pixels(&cells, low, high), ..Figure::new(plots, layout, title) }
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
fn extent(cells: &[Vec<f64>]) -> (f64, f64) {
    let values = || cells.iter().flatten().copied();
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    match low < high {
        true => (low, high),
        false if low.is_finite() => (low, low + 1.0),
        false => (0.0, 1.0),
    }
}

/// The colour of cells without a value: no colour of the scale.
const EMPTY: (u8, u8, u8) = (225, 225, 225);

/// The cells in colours, the first row at the bottom.
fn pixels(cells: &[Vec<f64>], low: f64, high: f64) -> Option<Pixmap> {
    let columns = cells.first().map_or(0, Vec::len);
    let mut pixmap = Pixmap::new(columns as u32, cells.len() as u32)?;
    let colour = |value: &f64| match value.is_nan() {
        true => Some(EMPTY),
        false => ColorMap::Viridis.map_rgb((value - low) / (high - low)),
    };
    let colours = cells.iter().rev().flatten().map(colour);
    for (pixel, colour) in pixmap.pixels_mut().iter_mut().zip(colours) {
        let (red, green, blue) = colour?;
        *pixel = PremultipliedColorU8::from_rgba(red, green, blue, u8::MAX)?;
    }
    Some(pixmap)
}
