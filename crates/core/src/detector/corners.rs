//! Corner positions pixel by pixel, as a NeXus file or a distortion gives them.

use super::DetectorError;
use super::positions::Place;

/// The corners of every pixel of a detector, in m.
#[derive(Clone, Debug, PartialEq)]
pub struct CornerArray {
    shape: (usize, usize),
    vertices: Vertices,
    plane: bool,
}

/// How the corners are kept.
#[derive(Clone, Debug, PartialEq)]
enum Vertices {
    /// Each pixel has its own: four times z, y, x.
    Own(Vec<f32>),
    /// Neighbours share theirs, and all lie in a plane: y, x of one vertex more than pixels along each axis.
    Shared(Vec<[f64; 2]>),
}

impl CornerArray {
    /// Corners of their own for each pixel, row by row: for each of its four corners, in the order of its outline, z, y
    /// and x in m. A pixel with a corner that is not finite has no position; see [`CornerArray::without_position`].
    ///
    /// # Errors
    /// When their number does not fit the shape (rows, columns).
    pub fn new(shape: (usize, usize), values: Vec<f32>) -> Result<CornerArray, DetectorError> {
        check("corners", values.len(), shape, shape.0.saturating_mul(shape.1).saturating_mul(12))?;
        let plane = values.chunks_exact(3).all(|corner| corner[0] == 0.0 || !corner[0].is_finite());
        Ok(CornerArray { shape, vertices: Vertices::Own(values), plane })
    }

    /// Corners that neighbours share, in a plane: (y, x) in m of `rows + 1` times `columns + 1` vertices, row by row.
    ///
    /// # Errors
    /// When their number does not fit the shape (rows, columns).
    pub fn shared(shape: (usize, usize), vertices: Vec<[f64; 2]>) -> Result<CornerArray, DetectorError> {
        check("vertices", vertices.len(), shape, shape.0.saturating_add(1).saturating_mul(shape.1.saturating_add(1)))?;
        Ok(CornerArray { shape, vertices: Vertices::Shared(vertices), plane: true })
    }

    /// Rows and columns.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        self.shape
    }

    /// True when no corner leaves the detector's plane.
    #[must_use]
    pub fn is_plane(&self) -> bool {
        self.plane
    }

    /// True for corners that are given in the order of frames, whatever the orientation.
    #[must_use]
    pub fn is_framed(&self) -> bool {
        matches!(self.vertices, Vertices::Own(_))
    }

    /// The corners of a pixel, in the order of its outline.
    #[must_use]
    pub fn corners(&self, row: usize, column: usize) -> [Place; 4] {
        match &self.vertices {
            Vertices::Own(values) => {
                let corners = &values[(row * self.shape.1 + column) * 12..][..12];
                std::array::from_fn(|corner| std::array::from_fn(|axis| f64::from(corners[corner * 3 + axis])))
            }
            Vertices::Shared(vertices) => {
                let at = |row: usize, column: usize| {
                    let [y, x] = vertices[row * (self.shape.1 + 1) + column];
                    [0.0, y, x]
                };
                [at(row, column), at(row + 1, column), at(row + 1, column + 1), at(row, column + 1)]
            }
        }
    }

    /// Hands all corners to `take`, piece by piece, for a digest.
    pub(super) fn identify(&self, take: &mut dyn FnMut(&[u8])) {
        let (own, shared): (&[f32], &[[f64; 2]]) = match &self.vertices {
            Vertices::Own(values) => (values, &[]),
            Vertices::Shared(vertices) => (&[], vertices),
        };
        take(format!("corners {:?}, {} and {}\n", self.shape, own.len(), shared.len()).as_bytes());
        for piece in own.chunks(4096) {
            take(&piece.iter().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
        }
        for piece in shared.chunks(4096) {
            take(&piece.iter().flatten().flat_map(|value| value.to_le_bytes()).collect::<Vec<u8>>());
        }
    }

    /// True for each pixel that has no position, row by row; `None` when all have one.
    #[must_use]
    pub fn without_position(&self) -> Option<Vec<bool>> {
        let pixel = |index: usize| self.corners(index / self.shape.1, index % self.shape.1);
        let lost = |index: usize| pixel(index).iter().flatten().any(|value| !value.is_finite());
        let lost: Vec<bool> = (0..self.shape.0 * self.shape.1).map(lost).collect();
        lost.contains(&true).then_some(lost)
    }
}

/// Checks the number of values of an array.
fn check(what: &'static str, found: usize, shape: (usize, usize), wanted: usize) -> Result<(), DetectorError> {
    if found == wanted { Ok(()) } else { Err(DetectorError::ArraySize { what, found, wanted, shape }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_array_of_another_size_is_refused() {
        assert!(CornerArray::new((2, 2), vec![0.0; 47]).is_err());
        assert!(CornerArray::new((usize::MAX, 2), vec![0.0; 48]).is_err());
        assert!(CornerArray::shared((2, 2), vec![[0.0; 2]; 4]).is_err());
    }

    #[test]
    fn neighbours_share_vertices() {
        let vertices = (0..6).map(|index| [f64::from(index / 3), f64::from(index % 3)]).collect();
        let array = CornerArray::shared((1, 2), vertices).unwrap();
        assert_eq!(array.corners(0, 1), [[0.0, 0.0, 1.0], [0.0, 1.0, 1.0], [0.0, 1.0, 2.0], [0.0, 0.0, 2.0]]);
    }

    #[test]
    fn a_pixel_with_a_corner_that_is_not_finite_has_no_position() {
        let mut values = vec![0.0; 24];
        values[13] = f32::NAN;
        let array = CornerArray::new((1, 2), values).unwrap();
        assert!(array.is_plane());
        assert_eq!(array.without_position(), Some(vec![false, true]));
    }
}
