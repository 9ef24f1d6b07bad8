//! Paths, colours and places of an SVG as a PDF has them.

use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Transform};
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, LineCap, LineJoin, Paint, Stroke, StrokeDash};
use krilla::surface::Surface;
use resvg::tiny_skia::{self, PathSegment};
use resvg::usvg;

/// A place.
pub(super) fn transform(at: tiny_skia::Transform) -> Transform {
    Transform::from_row(at.sx, at.ky, at.kx, at.sy, at.tx, at.ty)
}

/// Draws a path.
pub(super) fn draw(path: &usvg::Path, surface: &mut Surface<'_>) {
    let (fill, stroke) = (path.fill().and_then(fill), path.stroke().and_then(stroke));
    let outline = outline(path.data().segments());
    // Without either, krilla would fill it with black.
    let Some(outline) = outline.filter(|_| path.is_visible() && (fill.is_some() || stroke.is_some())) else { return };
    surface.push_transform(&transform(path.abs_transform()));
    surface.set_fill(fill);
    surface.set_stroke(stroke);
    surface.draw_path(&outline);
    surface.pop();
}

/// The region that a clip path leaves.
pub(super) fn clip(clip: &usvg::ClipPath) -> Option<Path> {
    let paths = clip.root().children().iter().filter_map(|node| match node {
        usvg::Node::Path(path) => path.data().clone().transform(path.abs_transform()),
        _ => None,
    });
    outline(paths.collect::<Vec<_>>().iter().flat_map(tiny_skia::Path::segments))
}

fn outline(segments: impl Iterator<Item = PathSegment>) -> Option<Path> {
    let mut path = PathBuilder::new();
    for segment in segments {
        match segment {
            PathSegment::MoveTo(to) => path.move_to(to.x, to.y),
            PathSegment::LineTo(to) => path.line_to(to.x, to.y),
            PathSegment::QuadTo(by, to) => path.quad_to(by.x, by.y, to.x, to.y),
            PathSegment::CubicTo(by, and, to) => path.cubic_to(by.x, by.y, and.x, and.y, to.x, to.y),
            PathSegment::Close => path.close(),
        }
    }
    path.finish()
}

/// How an area is filled; `None` for what is no plain colour.
pub(super) fn fill(fill: &usvg::Fill) -> Option<Fill> {
    let rule = match fill.rule() {
        usvg::FillRule::NonZero => krilla::paint::FillRule::NonZero,
        usvg::FillRule::EvenOdd => krilla::paint::FillRule::EvenOdd,
    };
    Some(Fill { paint: paint(fill.paint())?, opacity: opacity(fill.opacity()), rule })
}

fn stroke(stroke: &usvg::Stroke) -> Option<Stroke> {
    Some(Stroke {
        paint: paint(stroke.paint())?,
        width: stroke.width().get(),
        miter_limit: stroke.miterlimit().get(),
        line_cap: match stroke.linecap() {
            usvg::LineCap::Butt => LineCap::Butt,
            usvg::LineCap::Round => LineCap::Round,
            usvg::LineCap::Square => LineCap::Square,
        },
        line_join: match stroke.linejoin() {
            usvg::LineJoin::Round => LineJoin::Round,
            usvg::LineJoin::Bevel => LineJoin::Bevel,
            usvg::LineJoin::Miter | usvg::LineJoin::MiterClip => LineJoin::Miter,
        },
        opacity: opacity(stroke.opacity()),
        dash: stroke.dasharray().map(|array| StrokeDash { array: array.to_vec(), offset: stroke.dashoffset() }),
    })
}

fn paint(paint: &usvg::Paint) -> Option<Paint> {
    match paint {
        usvg::Paint::Color(colour) => Some(rgb::Color::new(colour.red, colour.green, colour.blue).into()),
        _ => None,
    }
}

fn opacity(opacity: usvg::Opacity) -> NormalizedF32 {
    NormalizedF32::new(opacity.get()).unwrap_or(NormalizedF32::ONE)
}
