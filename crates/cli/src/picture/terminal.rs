//! Pictures in a terminal: braille dots between axes with numbers.

mod canvas;
pub(crate) mod curves;
pub(crate) mod image;

use std::io::IsTerminal;

use super::axis;

/// The terminal that a picture is drawn for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Screen {
    /// Letters in a line.
    pub(crate) columns: usize,
    /// Lines for the picture itself.
    pub(crate) rows: usize,
    /// Whether it shows colours.
    pub(crate) colour: bool,
}

/// Letters and lines where nothing says more.
const COLUMNS: usize = 80;
const ROWS: usize = 18;

impl Screen {
    /// The terminal behind standard output: `COLUMNS` letters wide, else as it is, else 80. No colours where `NO_COLOR` is set or there is
    /// no terminal.
    pub(crate) fn here() -> Screen {
        let is_terminal = std::io::stdout().is_terminal();
        let size = if is_terminal { terminal_size::terminal_size() } else { None };
        let size = size.map(|(width, height)| (usize::from(width.0), usize::from(height.0)));
        let plain = std::env::var_os("NO_COLOR").is_some_and(|set| !set.is_empty());
        Screen::new(size, std::env::var("COLUMNS").ok().as_deref(), is_terminal && !plain)
    }

    /// A terminal of so many letters and lines, where it is one, and of so many letters by what its user says.
    fn new(size: Option<(usize, usize)>, said: Option<&str>, colour: bool) -> Screen {
        let said = said.and_then(|columns| columns.parse::<usize>().ok()).filter(|columns| *columns > 0);
        let columns = said.or(size.map(|(width, _)| width)).unwrap_or(COLUMNS);
        // Axis, labels and the line that was typed want their lines, too.
        let rows = size.map_or(ROWS, |(_, height)| height.saturating_sub(6));
        Screen { columns: columns.clamp(40, 400), rows: rows.clamp(6, ROWS), colour }
    }
}

/// The colours of curves, by their numbers in a terminal; those that both dark and light ones show.
const COLOURS: [u8; 6] = [36, 33, 35, 32, 31, 34];

/// Text in the colour of a curve.
fn coloured(text: &str, curve: usize) -> String {
    format!("\x1b[{}m{text}\x1b[0m", COLOURS[curve % COLOURS.len()])
}

/// Draws axes around rows of dots: numbers on the left at the upper end, the middle and the lower end, numbers and a label below.
fn framed(
    rows: &[String],
    width: usize,
    (left, below): (&[String; 3], &[String; 3]),
    (label, title): (&str, Option<&str>),
) -> String {
    let margin = left.iter().map(|text| letters(text)).max().unwrap_or(0);
    let mut lines: Vec<String> = title.map(|title| centred(&plain(title), margin + 2, width)).into_iter().collect();
    for (nth, row) in rows.iter().enumerate() {
        let number = match nth {
            0 => &left[0],
            _ if nth == rows.len() / 2 => &left[1],
            _ if nth + 1 == rows.len() => &left[2],
            _ => "",
        };
        let mark = if number.is_empty() { '│' } else { '┤' };
        lines.push(format!("{}{number} {mark}{row}", " ".repeat(margin - letters(number))).trim_end().to_owned());
    }
    let half = width / 2;
    lines.push(format!("{} └{}┬{}┐", " ".repeat(margin), "─".repeat(half), "─".repeat(width - half - 2)));
    lines.push(numbers(below, margin + 2, width));
    lines.push(centred(label, margin + 2, width));
    lines.join("\n") + "\n"
}

/// The first number at the left end, the second below the middle, the last one at the right end.
fn numbers([first, middle, last]: &[String; 3], margin: usize, width: usize) -> String {
    let mut line = " ".repeat(margin) + first;
    let middle_at = (margin + width / 2).saturating_sub(letters(middle) / 2);
    let last_at = (margin + width).saturating_sub(letters(last));
    for (at, text) in [(middle_at, middle), (last_at, last)] {
        // Left out where there is no room between its neighbours.
        if at > letters(&line) {
            line.push_str(&" ".repeat(at - letters(&line)));
            line.push_str(text);
        }
    }
    line
}

fn centred(text: &str, margin: usize, width: usize) -> String {
    " ".repeat(margin + (width.saturating_sub(letters(text))) / 2) + text
}

/// Places that a text takes: all its letters are as wide as one.
fn letters(text: &str) -> usize {
    text.chars().count()
}

/// Text without what a terminal would take for a command.
fn plain(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

/// Numbers at the first end, the middle and the second end of what is drawn on a scale.
fn ends(scale: super::Scale, first: f64, second: f64) -> [String; 3] {
    // What is left of a sum that should be zero is zero.
    let drawn = |value: f64| if value.abs() < 1e-9 * (second - first).abs() { 0.0 } else { value };
    [first, 0.5 * (first + second), second].map(|value| axis::number(axis::back(scale, drawn(value))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_as_large_as_is_said_or_as_the_terminal_or_80_letters_wide() {
        let size = |size, said| {
            let screen = Screen::new(size, said, false);
            (screen.columns, screen.rows)
        };
        assert_eq!(size(None, None), (80, 18));
        assert_eq!(size(Some((132, 50)), None), (132, 18));
        assert_eq!(size(Some((132, 14)), Some("60")), (60, 8));
        assert_eq!(size(Some((132, 2)), Some("0")), (132, 6));
        assert_eq!([size(None, Some("7")).0, size(None, Some("9999")).0, size(None, Some("x")).0], [40, 400, 80]);
    }

    #[test]
    fn curves_have_colours_where_the_terminal_shows_them_and_they_are_several() {
        use crate::picture::Scale;
        use crate::picture::curves::{Chart, Curve, Shift};
        let chart = |count: usize| Chart {
            curves: vec![Curve { x: vec![1.0, 2.0], y: vec![1.0, 3.0], ..Curve::default() }; count],
            label: "q".into(),
            y_label: "I".into(),
            x_scale: Scale::Linear,
            scale: Scale::Linear,
            shift: Shift::Add(1.0),
            whole_bands: false,
            marks: Vec::new(),
            title: None,
        };
        let drawn = |count, colour| curves::draw(&chart(count), &Screen::new(None, None, colour));
        assert!(drawn(2, true).contains("\x1b[36m") && drawn(2, true).contains("\x1b[33m"));
        assert!(!drawn(2, false).contains('\x1b') && !drawn(1, true).contains('\x1b'));
    }

    #[test]
    fn what_a_terminal_would_obey_is_left_out() {
        assert_eq!(plain("a\x1b[31mb\nc"), "a[31mbc");
    }
}
