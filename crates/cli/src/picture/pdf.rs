//! PDF: the elements of an SVG on a page of its size. Lines stay lines, and texts stay texts, in the font that the program carries.

mod shapes;

use krilla::Document;
use krilla::geom::{Point, Size, Transform};
use krilla::image::Image;
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use kuva::render::layout::ComputedLayout;
use resvg::usvg::{Group, Node, Text, Tree, fontdb};

use super::bitmap::Bitmap;

/// Points of a page in a unit of the SVG: a unit is a pixel of 1/96 of an inch.
const POINTS: f32 = 0.75;

/// The fonts of a document.
type Fonts = Vec<(fontdb::ID, Font)>;

/// Writes a document of one page; an image, if any, fills the area between the axes.
pub(super) fn document(tree: &Tree, image: Option<(&Bitmap, &ComputedLayout)>) -> Result<Vec<u8>, String> {
    let (width, height) = (tree.size().width() * POINTS, tree.size().height() * POINTS);
    let page = PageSettings::from_wh(width, height).ok_or("the picture has no size")?;
    let mut document = Document::new();
    document.set_metadata(Metadata::new().creator("aureole".into()).producer("krilla".into()));
    let fonts = fonts(tree)?;
    let mut page = document.start_page_with(page);
    let mut surface = page.surface();
    surface.push_transform(&Transform::from_scale(POINTS, POINTS));
    group(tree.root(), &mut surface, &fonts);
    if let Some((bitmap, area)) = image {
        draw_image(bitmap, area, &mut surface)?;
    }
    surface.pop();
    surface.finish();
    page.finish();
    document.finish().map_err(|error| format!("{error:?}"))
}

fn fonts(tree: &Tree) -> Result<Fonts, String> {
    let of = |id: fontdb::ID| {
        let data = tree.fontdb().with_face_data(id, |data, index| (data.to_vec(), index));
        let (data, index) = data.ok_or("a font has no data")?;
        Ok((id, Font::new(data.into(), index).ok_or("a font cannot be read")?))
    };
    tree.fontdb().faces().map(|face| of(face.id)).collect()
}

/// Draws what is in a group; what kuva draws has places of its own, clipped regions and no more.
fn group(at: &Group, surface: &mut Surface<'_>, fonts: &Fonts) {
    let clip = at.clip_path().and_then(shapes::clip);
    if let Some(clip) = &clip {
        surface.push_clip_path(clip, &krilla::paint::FillRule::NonZero);
    }
    for node in at.children() {
        match node {
            Node::Group(inner) => group(inner, surface, fonts),
            Node::Path(path) => shapes::draw(path, surface),
            Node::Text(text) => draw_text(text, surface, fonts),
            Node::Image(_) => {}
        }
    }
    if clip.is_some() {
        surface.pop();
    }
}

/// Draws a text: of each span a run of glyphs along one line.
fn draw_text(text: &Text, surface: &mut Surface<'_>, fonts: &Fonts) {
    surface.push_transform(&shapes::transform(text.abs_transform()));
    for span in text.layouted().iter().filter(|span| span.visible) {
        let size = span.font_size.get();
        let place = |glyph: &resvg::usvg::layout::PositionedGlyph| {
            let at = glyph.transform();
            (at.tx, at.ty)
        };
        let Some(first) = span.positioned_glyphs.first() else { continue };
        let Some((_, font)) = fonts.iter().find(|(id, _)| *id == first.font) else { continue };
        let glyphs = span.positioned_glyphs.iter().enumerate().scan(0, |start, (nth, glyph)| {
            let range = *start..*start + glyph.text.len();
            *start = range.end;
            let next = span.positioned_glyphs.get(nth + 1).map_or((0.0, 0.0), |next| {
                let ((ax, ay), (bx, by)) = (place(glyph), place(next));
                (bx - ax, by - ay)
            });
            let advance = next.0.hypot(next.1) / size;
            Some(KrillaGlyph::new(GlyphId::new(glyph.id.0), advance, 0.0, 0.0, 0.0, range, None))
        });
        let glyphs: Vec<KrillaGlyph> = glyphs.collect();
        let said: String = span.positioned_glyphs.iter().map(|glyph| glyph.text.as_str()).collect();
        // Its scale is that of the font's units.
        let to_size = font.units_per_em() / size;
        let at = first.transform().pre_scale(to_size, to_size);
        surface.push_transform(&shapes::transform(at));
        surface.set_fill(span.fill.as_ref().and_then(shapes::fill));
        surface.set_stroke(None);
        surface.draw_glyphs(Point::from_xy(0.0, 0.0), &glyphs, font.clone(), &said, size, false);
        surface.pop();
    }
    surface.pop();
}

fn draw_image(bitmap: &Bitmap, area: &ComputedLayout, surface: &mut Surface<'_>) -> Result<(), String> {
    let image = Image::from_rgba8(bitmap.rgba(), bitmap.width, bitmap.height);
    let size = Size::from_wh(area.plot_width() as f32, area.plot_height() as f32).ok_or("the image has no size")?;
    surface.push_transform(&Transform::from_translate(area.margin_left as f32, area.margin_top as f32));
    surface.draw_image(image, size);
    surface.pop();
    Ok(())
}
