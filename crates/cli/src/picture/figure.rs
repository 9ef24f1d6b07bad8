//! Figures: what kuva draws, in the house style, written as PNG, SVG or PDF.

use std::path::Path;

use kuva::prelude::{Layout, Plot, Theme};
use kuva::render::layout::ComputedLayout;

use super::bitmap::Bitmap;
use super::{Format, axis, format, pdf, raster};
use crate::exit::Failure;
use crate::whole;

/// Where a figure is going to be.
#[derive(Clone, Debug)]
pub(crate) struct Style {
    /// Width and height in SVG's units; a PNG has two pixels a unit.
    size: (f64, f64),
    theme: Theme,
}

impl Style {
    /// Black on white.
    pub(crate) fn paper() -> Style {
        Style { size: (800.0, 500.0), theme: Theme::light() }
    }

    /// In the colour of the text of a page around it, on its ground.
    pub(crate) fn page(height: f64) -> Style {
        let ink = || "currentColor".to_owned();
        let theme = Theme {
            background: "none".into(),
            legend_bg: "none".into(),
            axis_color: ink(),
            tick_color: ink(),
            text_color: ink(),
            legend_border: ink(),
            colorbar_border: ink(),
            ..Theme::light()
        };
        Style { size: (800.0, height), theme }
    }
}

/// A figure ready to be written.
pub(crate) struct Figure {
    plots: Vec<Plot>,
    layout: Layout,
    /// An image that fills the area between the axes.
    bitmap: Option<Bitmap>,
    /// Positions that are marked on the horizontal axis.
    marks: Vec<f64>,
}

impl Figure {
    /// A figure in the house style: a thin box and no grid.
    pub(super) fn new(plots: Vec<Plot>, layout: Layout, title: Option<&str>, style: &Style) -> Figure {
        let layout = layout
            .with_theme(style.theme.clone())
            .with_width(style.size.0)
            .with_height(style.size.1)
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
        let layout = if let Some(title) = title { layout.with_title(verbatim(title)) } else { layout };
        Figure { plots, layout, bitmap: None, marks: Vec::new() }
    }

    /// The figure with an image between its axes, and the intensity's label beside the colour bar.
    pub(super) fn with_bitmap(self, bitmap: Option<Bitmap>) -> Figure {
        Figure { bitmap, ..self }
    }

    /// The figure with marks at positions of the horizontal axis.
    pub(super) fn with_marks(self, marks: &[f64]) -> Figure {
        Figure { marks: marks.to_vec(), ..self }
    }

    /// Writes the figure in the format that the ending of `output` names, which `option` gave.
    pub(crate) fn write(self, option: &str, output: &Path) -> Result<(), Failure> {
        let format = format(option, output)?;
        let fail = |reason: String| Failure::io(format!("{}: {reason}", output.display()));
        whole::write(output, &self.bytes(format).map_err(fail)?)
    }

    /// The figure as an SVG element, complete in itself.
    pub(crate) fn svg(self) -> Result<String, String> {
        let (svg, bitmap, area) = self.drawn();
        match bitmap {
            Some(bitmap) => Ok(insert(&svg, &bitmap.element(&area)?)),
            None => Ok(svg),
        }
    }

    fn bytes(self, format: Format) -> Result<Vec<u8>, String> {
        if format == Format::Svg {
            return self.svg().map(String::into_bytes);
        }
        let (svg, bitmap, area) = self.drawn();
        let tree = raster::tree(&svg)?;
        let image = bitmap.as_ref().map(|bitmap| (bitmap, &area));
        if format == Format::Png { raster::png(&tree, image) } else { pdf::document(&tree, image) }
    }

    /// The SVG without the image, the image, and where it belongs.
    fn drawn(self) -> (String, Option<Bitmap>, ComputedLayout) {
        let area = ComputedLayout::from_layout(&self.layout);
        let svg = kuva::render_to_svg(self.plots, self.layout);
        let svg = if self.bitmap.is_some() { insert(&svg, &colour_bar_label(&area)) } else { svg };
        let svg = if self.marks.is_empty() { svg } else { insert(&svg, &marks(&area, &self.marks)) };
        (svg, self.bitmap, area)
    }
}

/// Short red lines upwards from the horizontal axis.
fn marks(area: &ComputedLayout, at: &[f64]) -> String {
    let bottom = area.margin_top + area.plot_height();
    let line = |x: &f64| format!("M{:.2} {bottom:.2}v-14", area.map_x(*x));
    let lines: String = at.iter().map(line).collect();
    format!(r##"<path class="marks" d="{lines}" stroke="#d62728" stroke-width="1.4" fill="none"/>"##)
}

/// Puts an element behind all others of an SVG.
fn insert(svg: &str, element: &str) -> String {
    let end = svg.rfind("</svg>").unwrap_or(svg.len());
    [&svg[..end], element, &svg[end..]].concat()
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

/// Text that is no formula: kuva takes what stands between dollars for one. Control characters, which XML cannot hold, are left out.
pub(super) fn verbatim(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect::<String>().replace('$', r"\$")
}
