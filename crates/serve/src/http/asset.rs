//! The page, which is in the program as a whole.

use axum::extract::Path;
use axum::response::Response;

use super::answer::{Answer, Refused, typed};

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// The parts of the page: name, type, content.
pub const ASSETS: [(&str, &str, &str); 16] = [
    ("page.css", CSS, include_str!("../page/page.css")),
    ("main.js", SCRIPT, include_str!("../page/main.js")),
    ("state.js", SCRIPT, include_str!("../page/state.js")),
    ("data.js", SCRIPT, include_str!("../page/data.js")),
    ("units.js", SCRIPT, include_str!("../page/units.js")),
    ("colours.js", SCRIPT, include_str!("../page/colours.js")),
    ("image.js", SCRIPT, include_str!("../page/image.js")),
    ("waterfall.js", SCRIPT, include_str!("../page/waterfall.js")),
    ("pattern.js", SCRIPT, include_str!("../page/pattern.js")),
    ("side.js", SCRIPT, include_str!("../page/side.js")),
    ("keys.js", SCRIPT, include_str!("../page/keys.js")),
    ("draw.js", SCRIPT, include_str!("../page/draw.js")),
    ("fetched.js", SCRIPT, include_str!("../page/fetched.js")),
    ("hand.js", SCRIPT, include_str!("../page/hand.js")),
    ("uplot.css", CSS, include_str!("../../third-party/uplot/uPlot.min.css")),
    ("uplot.js", SCRIPT, include_str!("../../third-party/uplot/uPlot.iife.min.js")),
];

/// The page itself.
pub(super) const PAGE: &str = include_str!("../page/index.html");

/// `/`.
pub(super) async fn page() -> Response {
    typed(HTML, PAGE.into())
}

/// `/page/NAME`.
pub(super) async fn asset(Path(name): Path<String>) -> Answer {
    let found = ASSETS.iter().find(|(known, _, _)| *known == name);
    let (_, kind, content) = found.ok_or_else(|| Refused::missing("the page has no such part"))?;
    Ok(typed(kind, (*content).into()))
}
