//! Pixels that a detector has in its frames but that measure nothing, beside the gaps between its modules.

use serde::Deserialize;

/// What of a detector is blind; nothing when all is empty.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Blind {
    /// What lies outside the circle that fits the frame's height.
    round: bool,
    /// Rows of each module.
    blind_rows: Vec<usize>,
    /// Columns of each module.
    blind_columns: Vec<usize>,
    /// First row and column of each module; what lies in none is blind.
    placed: Vec<(usize, usize)>,
}

impl Blind {
    /// True when nothing is blind.
    pub(super) fn is_empty(&self) -> bool {
        *self == Blind::default()
    }

    /// True for a mask that is to be made for the frame as it is, not binned from the native one.
    pub(super) fn is_round(&self) -> bool {
        self.round
    }

    /// True for each blind pixel of a frame of the given shape with modules of the given size, row by row.
    pub(super) fn mask(&self, shape: (usize, usize), module: (usize, usize)) -> Vec<bool> {
        let line = |index: usize, size: usize, blind: &[usize]| blind.contains(&(index % size.max(1)));
        let rows: Vec<bool> = (0..shape.0).map(|row| line(row, module.0, &self.blind_rows)).collect();
        let columns: Vec<bool> = (0..shape.1).map(|column| line(column, module.1, &self.blind_columns)).collect();
        let circle = |row: usize, column: usize| {
            let from = |index: usize, side: usize| index as f64 + 0.5 - (side / 2) as f64;
            let radius = (shape.0 / 2) as f64;
            from(row, shape.0).powi(2) + from(column, shape.1).powi(2) > radius * radius
        };
        let mut mask: Vec<bool> = (0..shape.0 * shape.1)
            .map(|index| (index / shape.1, index % shape.1))
            .map(|(row, column)| rows[row] || columns[column] || (self.round && circle(row, column)))
            .collect();
        if !self.placed.is_empty() {
            let mut seen = vec![false; mask.len()];
            for &(top, left) in &self.placed {
                for row in top..(top + module.0).min(shape.0) {
                    let (first, last) = (left.min(shape.1), (left + module.1).min(shape.1));
                    seen[row * shape.1 + first..row * shape.1 + last].fill(true);
                }
            }
            mask.iter_mut().zip(seen).for_each(|(mask, seen)| *mask |= !seen);
        }
        mask
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(blind: &Blind, shape: (usize, usize), module: (usize, usize)) -> String {
        let mask = blind.mask(shape, module);
        let row = |row: &[bool]| row.iter().map(|&blind| if blind { '#' } else { '.' }).collect::<String>();
        mask.chunks(shape.1).map(row).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn lines_repeat_with_each_module() {
        let blind = Blind { blind_rows: vec![0], blind_columns: vec![1], ..Blind::default() };
        assert_eq!(drawn(&blind, (3, 4), (2, 2)), "#### .#.# ####");
    }

    #[test]
    fn what_no_module_covers_is_blind_and_modules_may_reach_over_the_edge() {
        let blind = Blind { placed: vec![(0, 1), (2, 9)], ..Blind::default() };
        assert_eq!(drawn(&blind, (3, 3), (1, 5)), "#.. ### ###");
    }

    #[test]
    fn corners_of_a_round_detector_are_blind() {
        let blind = Blind { round: true, ..Blind::default() };
        assert_eq!(drawn(&blind, (4, 4), (4, 4)), "#..# .... .... #..#");
    }
}
