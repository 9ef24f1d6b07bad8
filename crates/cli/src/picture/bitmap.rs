//! Small images whose pixels are steps of one map of colours.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kuva::prelude::ColorMap;
use kuva::render::layout::ComputedLayout;

/// Steps of the map of colours; the one behind them is for cells without a value.
const STEPS: u8 = 255;

/// The colour of cells without a value: no colour of the map.
const EMPTY: [u8; 3] = [225, 225, 225];

/// An image, a byte a pixel.
pub(crate) struct Bitmap {
    /// Pixels to the right.
    pub(crate) width: u32,
    /// Pixels downwards.
    pub(crate) height: u32,
    /// Steps of the map of colours, the upper row first.
    steps: Vec<u8>,
}

impl Bitmap {
    /// Values between `low` and `high` as colours, the first row at the bottom; NaN has the colour of nothing.
    pub(crate) fn new(cells: &[Vec<f64>], low: f64, high: f64) -> Option<Bitmap> {
        let (width, height) = (u32::try_from(cells.first()?.len()).ok()?, u32::try_from(cells.len()).ok()?);
        let step = |value: &f64| match value.is_nan() {
            true => STEPS,
            false => ((value - low) / (high - low) * f64::from(STEPS - 1)).round() as u8,
        };
        let steps = cells.iter().rev().flatten().map(step).collect();
        (width > 0).then_some(Bitmap { width, height, steps })
    }

    /// The pixels as red, green, blue and 255 each.
    pub(crate) fn rgba(&self) -> Vec<u8> {
        let palette = palette();
        let pixel = |step: &u8| {
            let at = 3 * usize::from(*step);
            [palette[at], palette[at + 1], palette[at + 2], u8::MAX]
        };
        self.steps.iter().flat_map(pixel).collect()
    }

    /// The bytes of a PNG file with a palette.
    pub(crate) fn png(&self) -> Result<Vec<u8>, String> {
        let mut bytes = Vec::new();
        let mut encoder = png::Encoder::new(&mut bytes, self.width, self.height);
        encoder.set_color(png::ColorType::Indexed);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_palette(palette());
        encoder.set_compression(png::Compression::High);
        let written = encoder.write_header().and_then(|mut writer| {
            writer.write_image_data(&self.steps)?;
            writer.finish()
        });
        written.map_err(|error| error.to_string())?;
        Ok(bytes)
    }

    /// An SVG element that fills the area between the axes, each pixel a rectangle with sharp edges.
    pub(crate) fn element(&self, area: &ComputedLayout) -> Result<String, String> {
        let data = STANDARD.encode(self.png()?);
        Ok(format!(
            r#"<image x="{:.2}" y="{:.2}" width="{:.2}" height="{:.2}" preserveAspectRatio="none" style="image-rendering:pixelated" image-rendering="optimizeSpeed" href="data:image/png;base64,{data}"/>"#,
            area.margin_left,
            area.margin_top,
            area.plot_width(),
            area.plot_height(),
        ))
    }
}

/// Red, green and blue of all steps.
fn palette() -> Vec<u8> {
    let colour = |step: u8| {
        let (red, green, blue) = ColorMap::Viridis.map_rgb(f64::from(step) / f64::from(STEPS - 1)).unwrap_or_default();
        [red, green, blue]
    };
    (0..STEPS).map(colour).chain([EMPTY]).flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_row_is_at_the_bottom_and_nothing_has_a_colour_of_its_own() {
        let bitmap = Bitmap::new(&[vec![0.0, 10.0], vec![f64::NAN, 5.0]], 0.0, 10.0).unwrap();
        assert_eq!((bitmap.width, bitmap.height, bitmap.steps.as_slice()), (2, 2, &[STEPS, 127, 0, 254][..]));
        let rgba = bitmap.rgba();
        assert_eq!(&rgba[..4], [225, 225, 225, 255]);
        assert_ne!(rgba[8..12], rgba[12..16]);
        assert!(bitmap.png().unwrap().starts_with(b"\x89PNG"));
        assert!(Bitmap::new(&[vec![]], 0.0, 1.0).is_none() && Bitmap::new(&[], 0.0, 1.0).is_none());
    }
}
