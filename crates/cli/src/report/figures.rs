//! The pictures of a recipe.

use aureole::result::{Overview, ResultFile};

use super::Subject;
use super::html::Html;
use crate::exit::Failure;
use crate::picture::curves::{self, Curve, Shift};
use crate::picture::image::{self, Image, Upwards};
use crate::picture::{Chart, Scale, Style, axis, map};

/// How large pictures may be, so that the page stays small.
#[derive(Clone, Copy)]
pub(super) struct Room {
    /// Rows and columns of an image.
    cells: (usize, usize),
    /// Parts of a curve that have points of their own.
    parts: usize,
}

impl Room {
    /// That of each of so many recipes.
    pub(super) fn of(recipes: usize) -> Room {
        let share = (recipes.max(1) as f64).sqrt();
        let of = |whole: f64| (whole / share) as usize;
        Room { cells: (of(400.0), of(800.0)), parts: of(900.0) }
    }
}

/// All frames as an image, filled while they are read; cakes as their means over all azimuths.
pub(super) struct Waterfall {
    image: Image,
    rows: usize,
    radial: usize,
}

impl Waterfall {
    pub(super) fn new(result: &ResultFile, room: Room) -> Option<Waterfall> {
        let image = Image::of_size(result.frames(), &result.axis().centres, Scale::Linear, room.cells)?;
        Some(Waterfall { image, rows: result.frames(), radial: result.axis().centres.len() })
    }

    pub(super) fn add(&mut self, row: usize, values: &[f32]) {
        for pattern in values.chunks_exact(self.radial) {
            self.image.add(row, self.rows, pattern);
        }
    }
}

/// What the pictures are of.
pub(super) struct About<'a> {
    pub(super) subject: &'a Subject,
    pub(super) result: &'a ResultFile,
    pub(super) seen: &'a Overview,
    pub(super) scale: Scale,
    pub(super) room: Room,
}

/// Heights of pictures, where their width is 800.
const TALL: f64 = 460.0;
const LOW: f64 = 300.0;

/// What stands below a picture of which a reader should know more.
const STEPPED: &str = " Not all frames were read.";

impl About<'_> {
    pub(super) fn write(&self, page: &mut Html, waterfall: Option<Waterfall>) -> Result<(), Failure> {
        match self.result.azimuthal() {
            None => self.draw(
                page,
                &self.patterns()?,
                TALL,
                "The mean of all frames, between the least and the greatest intensity of each bin; and single frames.",
            )?,
            Some(azimuthal) => {
                let mean = self.cake(Upwards::azimuths(azimuthal));
                self.draw(page, &mean, TALL, "The mean of all cakes.")?;
            }
        }
        if let Some(waterfall) = waterfall.filter(|_| self.result.frames() > 1) {
            let caption = "All frames, upwards; grey where there is none. Neighbours are averaged where there are more than lines.";
            self.draw(page, &self.stack(waterfall.image), TALL, caption)?;
        }
        if let Some(map) = self.result.map()? {
            let value = |row: &Option<usize>| row.map_or(f32::NAN, |row| self.seen.frames[row] as f32);
            let values: Vec<f32> = map.rows.iter().map(value).collect();
            let chart = Chart::Image(map::chart(&map, &values, self.scale, None));
            self.draw(page, &chart, TALL, "The map: the mean intensity of each point over its bins.")?;
        }
        if self.result.frames() > 1 {
            let caption = match self.subject.record.count(2) {
                0 => "The mean intensity of each frame over its bins.",
                _ => "The mean intensity of each frame over its bins. Red marks below: frames that failed.",
            };
            self.draw(page, &self.frames(), LOW, caption)?;
        }
        Ok(())
    }

    fn draw(&self, page: &mut Html, chart: &Chart, height: f64, caption: &str) -> Result<(), Failure> {
        let svg = chart.figure(&Style::page(height)).svg().map_err(Failure::io)?;
        let more = if self.seen.step > 1 { STEPPED } else { "" };
        page.figure(&svg, &format!("{caption}{more}"));
        Ok(())
    }

    /// The mean with the extremes around it; the first, the middle and the last frame.
    fn patterns(&self) -> Result<Chart, Failure> {
        let x = &self.result.axis().centres;
        let wide = |values: &[f32]| values.iter().map(|value| f64::from(*value)).collect::<Vec<f64>>();
        let mut curves = Vec::new();
        let done: Vec<usize> = self.subject.frames(1).collect();
        let mut single: Vec<usize> =
            [done.first(), done.get(done.len() / 2), done.last()].into_iter().flatten().copied().collect();
        single.dedup();
        // Those of one frame are the mean.
        for frame in single.iter().filter(|_| single.len() > 1) {
            let row = self.result.row(frame - self.subject.record.first_frame)?;
            curves.push(Curve::with_errors(format!("frame {frame}"), x.clone(), wide(&row.intensity), None));
        }
        for (curve, colour) in curves.iter_mut().zip(["#4f8fd0", "#e08a2c", "#3ba272"]) {
            curve.colour = Some(colour);
        }
        // The last one, so that it lies on top; in the colour of the page's text.
        let (name, colour) = ("mean, extremes".to_owned(), Some("currentColor"));
        let band = Some((wide(&self.seen.lowest), wide(&self.seen.highest)));
        curves.push(Curve { name, x: x.clone(), y: self.seen.mean.clone(), band, colour });
        Ok(self.curves(curves, axis::label(self.result.axis()), axis::INTENSITY.to_owned(), Vec::new()))
    }

    /// The mean intensity of each frame, and marks where frames failed, no more than can be told apart.
    fn frames(&self) -> Chart {
        let first = self.subject.record.first_frame;
        let x = (0..self.seen.frames.len()).map(|row| (first + row) as f64).collect();
        let curve = Curve { name: String::new(), x, y: self.seen.frames.clone(), band: None, colour: Some("#4f8fd0") };
        let apart = self.seen.frames.len().div_ceil(self.room.parts).max(1);
        let mut marks: Vec<f64> =
            self.subject.frames(2).map(|frame| ((frame - first) / apart * apart + first) as f64).collect();
        marks.dedup();
        self.curves(vec![curve], "Frame".into(), "Mean (counts per pixel)".into(), marks)
    }

    fn curves(&self, curves: Vec<Curve>, label: String, y_label: String, marks: Vec<f64>) -> Chart {
        let curves = curves.into_iter().map(|curve| curve.reduced(self.room.parts)).collect();
        Chart::Curves(curves::Chart {
            curves,
            label,
            y_label,
            x_scale: Scale::Linear,
            scale: self.scale,
            shift: Shift::None,
            whole_bands: true,
            marks,
            title: None,
        })
    }

    fn stack(&self, image: Image) -> Chart {
        let first = self.subject.record.first_frame;
        self.image(image, Upwards::frames(first, first + self.result.frames()))
    }

    /// The mean of all cakes.
    fn cake(&self, upwards: Upwards) -> Chart {
        let centres = &self.result.axis().centres;
        let rows = self.result.bins() / centres.len().max(1);
        let mut image = Image::of_size(rows, centres, Scale::Linear, self.room.cells)
            .unwrap_or_else(|| Image::even(rows, centres.len(), (0.0, 1.0)));
        for (row, values) in self.seen.mean.chunks_exact(centres.len()).enumerate() {
            let values: Vec<f32> = values.iter().map(|value| *value as f32).collect();
            image.add(row, rows, &values);
        }
        self.image(image, upwards)
    }

    fn image(&self, image: Image, upwards: Upwards) -> Chart {
        let label = axis::label(self.result.axis());
        Chart::Image(image::Chart { label, x_scale: Scale::Linear, upwards, image, scale: self.scale, title: None })
    }
}
