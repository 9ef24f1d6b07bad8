//! Detectors that are built of modules, and the mask of what lies between these.

use serde::Deserialize;

/// How modules are laid out; sizes in unbinned pixels, slow axis first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub struct Modules {
    /// Pixels of one module.
    #[serde(rename = "module")]
    pub size: (usize, usize),
    /// Pixels between a module and the next.
    pub gap: (usize, usize),
    /// Columns without signal in the middle of a module, where its two sensors meet.
    #[serde(default)]
    pub middle: usize,
}

impl Modules {
    /// True when nothing lies between modules or in the middle of them.
    #[must_use]
    pub fn is_gapless(&self) -> bool {
        self.gap == (0, 0) && self.middle == 0
    }

    /// The mask (true: no pixel there) of a detector of the given shape, row by row.
    #[must_use]
    pub fn mask(&self, shape: (usize, usize)) -> Vec<bool> {
        let rows: Vec<bool> = (0..shape.0).map(|row| in_gap(row, self.size.0, self.gap.0)).collect();
        let columns: Vec<bool> =
            (0..shape.1).map(|column| in_gap(column, self.size.1, self.gap.1) || self.in_middle(column)).collect();
        rows.iter().flat_map(|&row| columns.iter().map(move |&column| row || column)).collect()
    }

    /// True for the columns where the two sensors of a module meet.
    fn in_middle(&self, column: usize) -> bool {
        let within = column % (self.size.1 + self.gap.1).max(1);
        let first = self.size.1 / 2 - (self.middle / 2).min(self.size.1 / 2);
        (first..first + self.middle).contains(&within)
    }
}

/// True where `index` lies behind a module of `size` pixels, in the gap.
fn in_gap(index: usize, size: usize, gap: usize) -> bool {
    index % (size + gap).max(1) >= size
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_lie_between_modules_and_the_middle_inside_them() {
        let modules = Modules { size: (2, 4), gap: (1, 2), middle: 2 };
        let mask = modules.mask((3, 10));
        let drawn: String = mask.iter().map(|&masked| if masked { '#' } else { '.' }).collect();
        assert_eq!(drawn, [".##.##.##.", ".##.##.##.", "##########"].concat());
    }

    #[test]
    fn odd_layouts_do_not_panic() {
        assert_eq!(Modules { size: (0, 0), gap: (0, 0), middle: 0 }.mask((2, 2)).len(), 4);
        assert_eq!(Modules { size: (1, 1), gap: (0, 0), middle: 9 }.mask((2, 2)).len(), 4);
    }
}
