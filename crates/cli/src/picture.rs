//! Pictures of patterns: what `aureole plot` draws, as PNG or SVG. kuva draws the SVG, resvg turns it into pixels.

pub(crate) mod axis;
pub(crate) mod curves;
mod raster;
pub(crate) mod scaling;
pub(crate) mod waterfall;

use std::path::Path;

use kuva::prelude::{Layout, Plot};
use kuva::render::layout::ComputedLayout;
use resvg::tiny_skia::Pixmap;

use crate::exit::Failure;

/// Width and height of a picture in SVG's units; a PNG has two pixels a unit.
const SIZE: (f64, f64) = (800.0, 500.0);

/// How intensity is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    Linear,
    Log,
    Sqrt,
}

impl Scale {
    /// The scale of the given name: `linear`, `log` or `sqrt`.
    pub(crate) fn from_name(name: &str) -> Option<Scale> {
        match name {
            "linear" => Some(Scale::Linear),
            "log" => Some(Scale::Log),
            "sqrt" => Some(Scale::Sqrt),
            _ => None,
        }
    }
}

/// A figure ready to be written.
pub(crate) struct Figure {
    plots: Vec<Plot>,
    layout: Layout,
    /// An image that fills the area between the axes.
    image: Option<Pixmap>,
}

impl Figure {
    /// A figure in the house style: a thin box and no grid.
    fn new(plots: Vec<Plot>, layout: Layout, title: Option<&str>) -> Figure {
        let layout = layout
            .with_width(SIZE.0)
            .with_height(SIZE.1)
            .with_show_grid(false)
            .with_box_axes()
            .with_axis_line_width(0.9)
            .with_tick_width(0.8)
            .with_tick_length(5.0)
            .with_minor_ticks(5)
            .with_ticks(8)
            .with_label_size(15)
            .with_tick_size(13)
            .with_body_size(13)
            .with_title_size(16)
            .with_legend_box(false)
            .with_font_family("DejaVu Sans, Verdana, sans-serif");
        Figure { plots, layout: if let Some(title) = title { layout.with_title(title) } else { layout }, image: None }
    }

    /// Writes the figure in the format that the ending of `output` names, which `option` gave.
    pub(crate) fn write(self, option: &str, output: &Path) -> Result<(), Failure> {
        let fail = |reason: String| Failure::io(format!("{}: {reason}", output.display()));
        let format = format(option, output)?;
        let area = ComputedLayout::from_layout(&self.layout);
        let mut svg = kuva::render_to_svg(self.plots, self.layout);
        let mut insert = |element: &str| svg.insert_str(svg.rfind("</svg>").unwrap_or(svg.len()), element);
        if let Some(image) = &self.image {
            insert(&colour_bar_label(&area));
            if format == Format::Svg {
                insert(&raster::element(image, &area).map_err(fail)?);
            }
        }
        let bytes = match format {
            Format::Svg => svg.into_bytes(),
            Format::Png => raster::png(&svg, self.image.as_ref().map(|image| (image, &area))).map_err(fail)?,
        };
        std::fs::write(output, bytes).map_err(|error| fail(error.to_string()))
    }
}

/// The label of the colour bar, upwards on its left: kuva has none for images.
fn colour_bar_label(area: &ComputedLayout) -> String {
    let x = area.width - area.colorbar_x_inset - 10.0;
    let y = area.margin_top + area.plot_height() / 2.0;
    let (size, text) = (area.tick_size, axis::INTENSITY);
    format!(
        r#"<text x="{x:.2}" y="{y:.2}" font-size="{size}" text-anchor="middle" transform="rotate(-90,{x:.2},{y:.2})">{text}</text>"#
    )
}

/// The formats that a picture may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Png,
    Svg,
}

/// The format that the ending of a file's name stands for; `option` gave it.
pub(crate) fn format(option: &str, output: &Path) -> Result<Format, Failure> {
    match output.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("png") => Ok(Format::Png),
        Some("svg") => Ok(Format::Svg),
        _ => Err(Failure::refused(format!("{option} {}: the name must end with .png or .svg", output.display()))),
    }
}
