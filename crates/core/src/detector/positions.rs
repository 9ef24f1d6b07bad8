//! Where the pixels of a detector lie that is no plane grid of equal rectangles.

use std::sync::Arc;

use super::corners::CornerArray;

/// Where a row or a column begins and ends: the place along its axis, and towards the sample's far side (z), in m.
pub type Band = [[f64; 2]; 2];

/// A place on a detector in m: along z (away from the sample), y (slow axis) and x (fast axis), from its origin.
pub type Place = [f64; 3];

/// The positions of a frame's pixels, in the native orientation.
#[derive(Clone, Debug, PartialEq)]
pub enum Positions {
    /// Rows and columns of their own widths, of which either may leave the plane.
    Bands {
        /// One band a row, along y.
        rows: Vec<Band>,
        /// One band a column, along x.
        columns: Vec<Band>,
    },
    /// Hexagons standing on a corner.
    Hexagons {
        /// Distance between the centres of neighbours, in m.
        pitch: f64,
    },
    /// Corners pixel by pixel.
    Corners(Arc<CornerArray>),
}

impl Positions {
    /// Four corners of a pixel in the order of its outline: the first one and those after it along y, both and x. Of a
    /// hexagon these are the four beside its two opposite sides that run along y.
    #[must_use]
    pub fn corners(&self, row: usize, column: usize) -> [Place; 4] {
        match self {
            Positions::Bands { rows, columns } => {
                let (row, column) = (&rows[row], &columns[column]);
                let corner = |r: usize, c: usize| [row[r][1] + column[c][1], row[r][0], column[c][0]];
                [corner(0, 0), corner(1, 0), corner(1, 1), corner(0, 1)]
            }
            Positions::Hexagons { pitch } => {
                let [z, y, x] = hexagon_centre(*pitch, row, column);
                let (half, quarter) = (pitch / 2.0, pitch / 12_f64.sqrt());
                [[-quarter, -half], [quarter, -half], [quarter, half], [-quarter, half]].map(|[b, a]| [z, y + b, x + a])
            }
            Positions::Corners(corners) => corners.corners(row, column),
        }
    }

    /// A point of a pixel, its parts of the pixel's extent along y and x being between 0 and 1; (½, ½) is the centre.
    #[must_use]
    pub fn point(&self, (row, column): (usize, usize), (down, right): (f64, f64)) -> Place {
        let corners = self.corners(row, column);
        let weights = [(1.0 - down) * (1.0 - right), down * (1.0 - right), down * right, (1.0 - down) * right];
        let along = |axis: usize| corners.iter().zip(weights).map(|(corner, weight)| corner[axis] * weight).sum();
        [along(0), along(1), along(2)]
    }

    /// True when all pixels lie in one plane with the detector's origin.
    #[must_use]
    pub fn is_plane(&self) -> bool {
        let plane = |bands: &[Band]| bands.iter().flatten().all(|edge| edge[1] == 0.0);
        match self {
            Positions::Bands { rows, columns } => plane(rows) && plane(columns),
            Positions::Hexagons { .. } => true,
            Positions::Corners(corners) => corners.is_plane(),
        }
    }

    /// True where four corners are not the whole outline.
    #[must_use]
    pub fn are_hexagons(&self) -> bool {
        matches!(self, Positions::Hexagons { .. })
    }
}

/// The centre of a hexagon; the outermost corners of the first rows and columns lie at 0.
fn hexagon_centre(pitch: f64, row: usize, column: usize) -> Place {
    let odd = if row.is_multiple_of(2) { 0.0 } else { 0.5 };
    let y = 1.0 / 3_f64.sqrt() + row as f64 * 0.75_f64.sqrt();
    [0.0, pitch * y, pitch * (column as f64 + 0.5 + odd)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_centre_is_the_mean_of_the_corners() {
        let bands = Positions::Bands { rows: vec![[[0.0, 0.0], [2.0, 1.0]]], columns: vec![[[1.0, 0.0], [4.0, 0.0]]] };
        assert_eq!(bands.point((0, 0), (0.5, 0.5)), [0.5, 1.0, 2.5]);
        assert_eq!(bands.point((0, 0), (1.0, 0.0)), [1.0, 2.0, 1.0]);
        assert!(!bands.is_plane());
    }

    #[test]
    fn all_neighbours_of_a_hexagon_are_one_pitch_away() {
        let hexagons = Positions::Hexagons { pitch: 2.0 };
        let centre = |row, column| hexagons.point((row, column), (0.5, 0.5));
        let [_, y, x] = centre(3, 5);
        for (row, column) in [(3, 4), (3, 6), (2, 5), (2, 6), (4, 5), (4, 6)] {
            let [_, y2, x2] = centre(row, column);
            assert!(((y2 - y).hypot(x2 - x) - 2.0).abs() < 1e-14);
        }
        let corners = hexagons.corners(0, 0);
        assert!((corners[0][1] - 1.0 / 3_f64.sqrt()).abs() < 1e-15 && corners[0][2] == 0.0);
    }
}
