//! Pictures of patterns: what `aureole plot` and `aureole report` draw. A chart says what is drawn; kuva makes an SVG of it, which
//! resvg turns into pixels and krilla into a PDF; a terminal gets dots.

pub(crate) mod axis;
pub(crate) mod bitmap;
pub(crate) mod columns;
pub(crate) mod curves;
mod figure;
pub(crate) mod image;
pub(crate) mod map;
mod pdf;
mod raster;
pub(crate) mod scaling;
pub(crate) mod terminal;

use std::path::Path;

use crate::exit::Failure;

pub(crate) use figure::{Figure, Style};

/// How an axis or the intensity is drawn.
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

/// What is to be seen, whatever it is drawn with.
pub(crate) enum Chart {
    /// Curves.
    Curves(curves::Chart),
    /// An image: a stack, a cake, a map.
    Image(image::Chart),
}

impl Chart {
    /// The chart as a figure for paper or a page.
    pub(crate) fn figure(&self, style: &Style) -> Figure {
        match self {
            Chart::Curves(chart) => curves::figure(chart, style),
            Chart::Image(chart) => image::figure(chart, style),
        }
    }

    /// The chart as lines of text.
    pub(crate) fn text(&self, screen: &terminal::Screen) -> String {
        match self {
            Chart::Curves(chart) => terminal::curves::draw(chart, screen),
            Chart::Image(chart) => terminal::image::draw(chart, screen),
        }
    }
}

/// The formats that a picture may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Png,
    Svg,
    Pdf,
}

/// The format that the ending of a file's name stands for; `option` gave it.
pub(crate) fn format(option: &str, output: &Path) -> Result<Format, Failure> {
    match output.extension().and_then(|ending| ending.to_str()).map(str::to_ascii_lowercase).as_deref() {
        Some("png") => Ok(Format::Png),
        Some("svg") => Ok(Format::Svg),
        Some("pdf") => Ok(Format::Pdf),
        _ => Err(Failure::refused(format!("{option} {}: the name must end with .png, .svg or .pdf", output.display()))),
    }
}
