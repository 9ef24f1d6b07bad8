//! Pixels: an SVG rendered with the font that the program carries; no font of the system is looked for.

use std::sync::Arc;

use kuva::render::layout::ComputedLayout;
use resvg::tiny_skia::{FilterQuality, IntSize, Pixmap, PixmapPaint, Transform};
use resvg::usvg::{Options, Tree, fontdb};

use super::bitmap::Bitmap;

/// Pixels a unit of the SVG.
const SCALE: f32 = 2.0;

/// The elements of an SVG, with its texts laid out.
pub(super) fn tree(svg: &str) -> Result<Tree, String> {
    let mut fonts = fontdb::Database::new();
    fonts.load_font_data(dejavu::sans::regular().to_vec());
    fonts.load_font_data(dejavu::sans::bold().to_vec());
    let options = Options { fontdb: Arc::new(fonts), font_family: "DejaVu Sans".to_owned(), ..Options::default() };
    Tree::from_str(svg, &options).map_err(|error| error.to_string())
}

/// Renders an SVG to the bytes of a PNG file; an image, if any, fills the area between the axes.
pub(super) fn png(tree: &Tree, image: Option<(&Bitmap, &ComputedLayout)>) -> Result<Vec<u8>, String> {
    let size = tree.size().to_int_size().scale_by(SCALE).ok_or("the picture has no size")?;
    let mut pixels = Pixmap::new(size.width(), size.height()).ok_or("the picture is too large")?;
    resvg::render(tree, Transform::from_scale(SCALE, SCALE), &mut pixels.as_mut());
    if let Some((bitmap, area)) = image {
        let size = IntSize::from_wh(bitmap.width, bitmap.height).ok_or("the image has no size")?;
        let image = Pixmap::from_vec(bitmap.rgba(), size).ok_or("the image has no size")?;
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
