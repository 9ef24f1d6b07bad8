//! HTML in which nothing that comes from a file can be more than text.

use std::fmt::Write;

/// How the page looks: light and dark, on a screen and on paper.
const STYLE: &str = include_str!("style.css");

/// Nothing is loaded, and no script is run, whatever a page holds.
const POLICY: &str = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";

/// A page as far as it is written.
#[derive(Default)]
pub(super) struct Html {
    text: String,
    /// What tells the pictures apart.
    prefix: String,
    pictures: usize,
}

/// What kuva calls regions that clip; each picture calls the first one so.
const CLIP: &str = "kuva-clip-";

impl Html {
    /// A part that is appended later, its pictures told apart by `prefix`: letters, digits and underscores.
    pub(super) fn part(prefix: &str) -> Html {
        Html { prefix: prefix.to_owned(), ..Html::default() }
    }

    /// What is HTML already.
    pub(super) fn raw(&mut self, html: &str) {
        self.text.push_str(html);
    }

    /// An element around a text.
    pub(super) fn element(&mut self, name: &str, text: &str) {
        let _ = writeln!(self.text, "<{name}>{}</{name}>", escape(text));
    }

    /// A section with a heading, which `inside` fills.
    pub(super) fn section(&mut self, id: &str, heading: &str, inside: impl FnOnce(&mut Html)) {
        let _ = writeln!(self.text, "<section id=\"{}\">\n<h2>{}</h2>", escape(id), escape(heading));
        inside(self);
        self.raw("</section>\n");
    }

    /// A table of two columns: what something is called, and what it is.
    pub(super) fn facts(&mut self, facts: &[(&str, String)]) {
        self.raw("<table class=\"facts\">\n");
        for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
            let _ = writeln!(self.text, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", escape(name), escape(value));
        }
        self.raw("</table>\n");
    }

    /// A table with a line of headings.
    pub(super) fn table(&mut self, headings: &[&str], rows: &[Vec<String>]) {
        let cells = |cells: &mut dyn Iterator<Item = &str>, name: &str| {
            cells.map(|cell| format!("<{name}>{}</{name}>", escape(cell))).collect::<String>()
        };
        let _ =
            writeln!(self.text, "<table><thead><tr>{}</tr></thead><tbody>", cells(&mut headings.iter().copied(), "th"));
        for row in rows {
            let _ = writeln!(self.text, "<tr>{}</tr>", cells(&mut row.iter().map(String::as_str), "td"));
        }
        self.raw("</tbody></table>\n");
    }

    /// A picture (an SVG element) with a line below.
    pub(super) fn figure(&mut self, svg: &str, caption: &str) {
        self.pictures += 1;
        // Names a reader of screens the picture, and lets it shrink with the page.
        let named = format!("<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {}\"", escape(caption), size(svg));
        let svg = svg.replacen("<svg", &named, 1);
        // Names are those of the whole page.
        let svg = svg.replace(CLIP, &format!("clip-{}-{}-", self.prefix, self.pictures));
        let _ = writeln!(self.text, "<figure>{svg}<figcaption>{}</figcaption></figure>", escape(caption));
    }

    /// Text as it is, folded away below a line.
    pub(super) fn folded(&mut self, line: &str, text: &str) {
        let _ =
            writeln!(self.text, "<details><summary>{}</summary><pre>{}</pre></details>", escape(line), escape(text));
    }

    /// What was written apart.
    pub(super) fn append(&mut self, other: &Html) {
        self.text.push_str(&other.text);
    }

    /// The whole document.
    pub(super) fn into_document(self, title: &str) -> String {
        let (title, version) = (escape(title), env!("CARGO_PKG_VERSION"));
        format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <meta name=\"color-scheme\" content=\"light dark\">\n\
             <title>{title}</title>\n<style>\n{STYLE}</style>\n</head>\n<body>\n<main>\n{}</main>\n\
             <footer>Written by aureole report {version}</footer>\n</body>\n</html>\n",
            self.text
        )
    }
}

/// Width and height of an SVG as `800 500`, from its first attributes.
fn size(svg: &str) -> String {
    let number = |name: &str| svg.split_once(&format!(" {name}=\"")).and_then(|(_, rest)| rest.split('"').next());
    format!("{} {}", number("width").unwrap_or("800"), number("height").unwrap_or("500"))
}

/// Text in which nothing is markup, and nothing turns the direction of what follows.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\t' => escaped.push(letter),
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => escaped.push(char::REPLACEMENT_CHARACTER),
            _ if letter.is_control() => escaped.push(char::REPLACEMENT_CHARACTER),
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A text that is no longer than so many letters, which says so where it was cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}… (cut: {} bytes in all)", &text[..end], text.len()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_markup() {
        let hostile = "<script>alert('a')</script>\" onload=\"x & \u{202e}gpj\u{0}";
        let escaped = escape(hostile);
        assert!(!escaped.contains(['<', '>', '"', '\'', '\0', '\u{202e}']), "{escaped}");
        assert_eq!(escape("a & b"), "a &amp; b");
    }

    #[test]
    fn a_cut_says_so() {
        assert_eq!(cut("äöü", 3), "äöü");
        assert_eq!(cut("äöüß", 3), "äöü… (cut: 8 bytes in all)");
    }
}
