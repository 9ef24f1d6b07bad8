//! Pixels: an SVG rendered with the font that the program carries (no font of the system is looked for), and images
//! placed inside an SVG.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kuva::render::layout::ComputedLayout;
use resvg::tiny_skia::{FilterQuality, Pixmap, PixmapPaint, Transform};
use resvg::usvg::{Options, Tree, fontdb};

/// Pixels a unit of the SVG.
const SCALE: f32 = 2.0;

/// Renders an SVG to the bytes of a PNG file; an image, if any, fills the area between the axes.
pub(super) fn png(svg: &str, image: Option<(&Pixmap, &ComputedLayout)>) -> Result<Vec<u8>, String> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    let options = Options { fontdb: Arc::new(fonts), font_family: "DejaVu Sans".to_owned(), ..Options::default() };
    let tree = Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or("the picture has no size")?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or("the picture is too large")?;
    resvg::render(&tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    if let Some((image, area)) = image {
        let paint = PixmapPaint { quality: FilterQuality::Nearest, ..PixmapPaint::default() };
        let stretch = Transform::from_scale(
            area.plot_width() as f32 / image.width() as f32,
            area.plot_height() as f32 / image.height() as f32,
        );
        let place = stretch.post_translate(area.margin_left as f32, area.margin_top as f32).post_scale(SCALE, SCALE);
        pixels.draw_pixmap(0, 0, image.as_ref(), &paint, place, None);
    }
    pixels.encode_png().map_err(|error| error.to_string())
}

/// An SVG element that fills the area between the axes with an image, each pixel a rectangle with sharp edges.
pub(super) fn element(image: &Pixmap, area: &ComputedLayout) -> Result<String, String> {
    let data = STANDARD.encode(image.encode_png().map_err(|error| error.to_string())?);
    Ok(format!(
        r#"<image x="{:.2}" y="{:.2}" width="{:.2}" height="{:.2}" preserveAspectRatio="none" style="image-rendering:pixelated" image-rendering="optimizeSpeed" href="data:image/png;base64,{data}"/>"#,
        area.margin_left,
        area.margin_top,
        area.plot_width(),
        area.plot_height(),
    ))
}
