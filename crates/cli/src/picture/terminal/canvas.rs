//! Braille letters as a grid of dots: two to the right and four downwards in each letter.

/// The bits of a letter's dots, row by row.
const BITS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];

/// The letter without dots.
const BLANK: u32 = 0x2800;

/// A grid of dots.
pub(super) struct Canvas {
    columns: usize,
    letters: Vec<u8>,
    /// What drew last in each letter.
    by: Vec<usize>,
}

impl Canvas {
    /// An empty grid of so many letters.
    pub(super) fn new(columns: usize, rows: usize) -> Canvas {
        Canvas { columns, letters: vec![0; columns * rows], by: vec![0; columns * rows] }
    }

    /// Dots to the right and downwards.
    pub(super) fn dots(&self) -> (usize, usize) {
        (2 * self.columns, 4 * self.letters.len() / self.columns.max(1))
    }

    /// Sets a dot, from the upper left; one outside is left out.
    pub(super) fn set(&mut self, x: usize, y: usize, by: usize) {
        let (width, height) = self.dots();
        if x < width && y < height {
            let letter = y / 4 * self.columns + x / 2;
            self.letters[letter] |= BITS[y % 4][x % 2];
            self.by[letter] = by;
        }
    }

    /// Sets the dots nearest to a straight line between two dots.
    pub(super) fn line(&mut self, (ax, ay): (f64, f64), (bx, by): (f64, f64), who: usize) {
        let steps = (bx - ax).abs().max((by - ay).abs()).ceil().max(1.0);
        for step in 0..=steps as usize {
            let share = step as f64 / steps;
            let (x, y) = ((ax + share * (bx - ax)).round(), (ay + share * (by - ay)).round());
            if x >= 0.0 && y >= 0.0 {
                self.set(x as usize, y as usize, who);
            }
        }
    }

    /// The rows as text, each letter made by `paint` from its text and who drew it.
    pub(super) fn rows(&self, paint: impl Fn(&str, usize) -> String) -> Vec<String> {
        let letter = |(bits, by): (&u8, &usize)| {
            let letter = char::from_u32(BLANK + u32::from(*bits)).unwrap_or(' ').to_string();
            if *bits == 0 { " ".to_owned() } else { paint(&letter, *by) }
        };
        let rows = self.letters.chunks(self.columns.max(1)).zip(self.by.chunks(self.columns.max(1)));
        rows.map(|(bits, by)| bits.iter().zip(by).map(letter).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(canvas: &Canvas) -> Vec<String> {
        canvas.rows(|letter, _| letter.to_owned())
    }

    #[test]
    fn dots_are_where_they_were_set() {
        let mut canvas = Canvas::new(2, 2);
        for (x, y) in [(0, 0), (3, 7), (9, 0), (0, 9)] {
            canvas.set(x, y, 0);
        }
        assert_eq!(rows(&canvas), ["⠁ ", " ⢀"]);
    }

    #[test]
    fn a_line_has_no_gap() {
        let mut canvas = Canvas::new(4, 2);
        canvas.line((0.0, 7.0), (7.0, 0.0), 0);
        assert_eq!(rows(&canvas), ["  ⡠⠊", "⡠⠊  "]);
        let mut canvas = Canvas::new(1, 2);
        canvas.line((0.0, 0.0), (0.0, 7.0), 0);
        assert_eq!(rows(&canvas), ["⡇", "⡇"]);
    }
}
