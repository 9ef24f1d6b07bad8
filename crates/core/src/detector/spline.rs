//! Distortion of a detector as FIT2D's spline files give it: displacements of pixels as cubic splines over the image.
//!
//! The file is text in columns of 14 characters: the valid region, the pixel size in µm, then for each direction the
//! numbers of knots along x and y, the knots, and the coefficients of the tensor product (y running fastest).

use super::DetectorError;
use super::corners::CornerArray;

/// The distortion of a detector.
#[derive(Clone, Debug, PartialEq)]
pub struct Spline {
    /// First and last place of the valid region along y and x, in pixels.
    valid: [(f64, f64); 2],
    /// Pixel size along y and x, in m.
    pixel: (f64, f64),
    /// Displacements along y and x.
    displacements: [Surface; 2],
}

/// Why a file is no spline.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a FIT2D spline file: {0}")]
pub struct SplineError(String);

/// A displacement in pixels as a function of x and y in pixels: a tensor product of cubic splines.
#[derive(Clone, Debug, PartialEq)]
struct Surface {
    knots_x: Vec<f64>,
    knots_y: Vec<f64>,
    coefficients: Vec<f64>,
}

/// Characters of a number in the file.
const WIDTH: usize = 14;
/// Most knots that are believed.
const MOST_KNOTS: usize = 4096;

impl Spline {
    /// Reads the text of a spline file.
    ///
    /// # Errors
    /// Says which part is missing or wrong.
    pub fn parse(text: &str) -> Result<Spline, SplineError> {
        let valid = numbers_after(text, "VALID REGION", 4)?;
        let grid = numbers_after(text, "GRID SPACING, X-PIXEL SIZE, Y-PIXEL SIZE", 3)?;
        let displacements = [Surface::parse(text, "Y-DISTORTION")?, Surface::parse(text, "X-DISTORTION")?];
        let spline = Spline {
            valid: [(valid[1], valid[3]), (valid[0], valid[2])],
            pixel: (grid[2] / 1e6, grid[1] / 1e6),
            displacements,
        };
        let sane = |&(first, last): &(f64, f64)| first.abs() < 65536.0 && (first + 1.0..65537.0).contains(&last);
        if spline.valid.iter().all(sane) {
            Ok(spline)
        } else {
            Err(SplineError("a valid region without pixels".into()))
        }
    }

    /// Rows and columns of the detector.
    #[must_use]
    pub fn shape(&self) -> (usize, usize) {
        let [rows, columns] = self.valid.map(|(first, last)| (last - first) as usize);
        (rows, columns)
    }

    /// Pixel size along y and x before the distortion, in m.
    #[must_use]
    pub fn pixel(&self) -> (f64, f64) {
        self.pixel
    }

    /// The corners of all pixels.
    ///
    /// # Errors
    /// Never for a shape that a detector can have.
    pub(super) fn corners(&self) -> Result<CornerArray, DetectorError> {
        let (rows, columns) = self.shape();
        let moved = |half: f64, shape: (usize, usize)| self.moved(half, shape);
        let vertices = moved(0.0, (rows + 1, columns + 1)).map(|[y, x]| [y * self.pixel.0, x * self.pixel.1]);
        CornerArray::shared((rows, columns), vertices.collect())
    }

    /// True for each pixel whose centre lies outside of the valid region, row by row.
    pub(super) fn outside(&self) -> Vec<bool> {
        let inside = |place: f64, (first, last): (f64, f64)| (first..=last).contains(&place);
        self.moved(0.5, self.shape()).map(|[y, x]| !(inside(y, self.valid[0]) && inside(x, self.valid[1]))).collect()
    }

    /// The places (y, x), in pixels, that points at whole numbers plus `offset` are moved to, row by row.
    fn moved(&self, offset: f64, (rows, columns): (usize, usize)) -> impl Iterator<Item = [f64; 2]> {
        let steps = |count: usize| (0..count).map(|index| index as f64 + offset).collect::<Vec<f64>>();
        let (ys, xs) = (steps(rows), steps(columns));
        let [down, right] = self.displacements.each_ref().map(|surface| surface.values(&ys, &xs));
        let places = (0..rows * columns).map(move |index| [ys[index / columns], xs[index % columns]]);
        places.zip(down.into_iter().zip(right)).map(|([y, x], (down, right))| [y + down, x + right])
    }
}

impl Surface {
    fn parse(text: &str, title: &str) -> Result<Surface, SplineError> {
        let wrong = |what: &str| SplineError(format!("{title}: {what}"));
        let mut lines = lines_after(text, title).ok_or_else(|| wrong("missing"))?;
        let counts: Vec<usize> =
            lines.next().unwrap_or_default().split_whitespace().map_while(|count| count.parse().ok()).collect();
        let &[along_x, along_y] = counts.as_slice() else { return Err(wrong("two numbers of knots are wanted")) };
        if !(8..=MOST_KNOTS).contains(&along_x) || !(8..=MOST_KNOTS).contains(&along_y) {
            return Err(wrong("a cubic spline has at least 8 knots along each axis"));
        }
        let mut values = Vec::new();
        for line in lines.take_while(|line| !line.trim().is_empty()) {
            values.extend(columns(line).map_err(|field| wrong(&format!("{field:?} is no number")))?);
        }
        let wanted = along_x + along_y + (along_x - 4) * (along_y - 4);
        if values.len() != wanted {
            return Err(wrong(&format!("{} numbers, {wanted} are wanted", values.len())));
        }
        let coefficients = values.split_off(along_x + along_y);
        let knots_y = values.split_off(along_x);
        if !values.is_sorted() || !knots_y.is_sorted() {
            return Err(wrong("its knots do not rise"));
        }
        Ok(Surface { knots_x: values, knots_y, coefficients })
    }

    /// The displacements at all pairs of places, row by row.
    fn values(&self, ys: &[f64], xs: &[f64]) -> Vec<f64> {
        let across: Vec<_> = xs.iter().map(|&x| basis(&self.knots_x, x)).collect();
        let stride = self.knots_y.len() - 4;
        let mut values = Vec::with_capacity(ys.len() * xs.len());
        for &y in ys {
            let (first_y, weights_y) = basis(&self.knots_y, y);
            values.extend(across.iter().map(|&(first_x, weights_x)| {
                let along_y = |i: usize| {
                    let row = &self.coefficients[(first_x + i) * stride + first_y..][..4];
                    row.iter().zip(weights_y).map(|(coefficient, weight)| coefficient * weight).sum::<f64>()
                };
                (0..4).map(|i| weights_x[i] * along_y(i)).sum::<f64>()
            }));
        }
        values
    }
}

/// The four cubic B-splines that are not zero at a place, and the number of the first; places beyond the knots count as
/// the last one inside (C. de Boor, A Practical Guide to Splines, chapter X).
fn basis(knots: &[f64], place: f64) -> (usize, [f64; 4]) {
    let last = knots.len() - 5;
    let place = place.clamp(knots[3], knots[last + 1]);
    let interval = (knots.partition_point(|&knot| knot <= place).max(4) - 1).min(last);
    let mut weights = [1.0, 0.0, 0.0, 0.0];
    for degree in 1..4 {
        let mut carried = 0.0;
        for index in 0..degree {
            let (right, left) = (knots[interval + index + 1], knots[interval + index + 1 - degree]);
            let part = if right > left { weights[index] / (right - left) } else { 0.0 };
            weights[index] = carried + (right - place) * part;
            carried = (place - left) * part;
        }
        weights[degree] = carried;
    }
    (interval - 3, weights)
}

/// The lines behind the one that is the title.
fn lines_after<'a>(text: &'a str, title: &str) -> Option<impl Iterator<Item = &'a str>> {
    let mut lines = text.lines();
    lines.by_ref().find(|line| line.trim().eq_ignore_ascii_case(title))?;
    Some(lines)
}

/// The numbers of the line behind a title.
fn numbers_after(text: &str, title: &str, count: usize) -> Result<Vec<f64>, SplineError> {
    let line = lines_after(text, title).and_then(|mut lines| lines.next()).unwrap_or_default();
    columns(line)
        .ok()
        .filter(|numbers| numbers.len() >= count)
        .ok_or_else(|| SplineError(format!("{title}: missing, or without {count} numbers")))
}

/// The numbers of a line, each in its columns; a number may touch the next.
fn columns(line: &str) -> Result<Vec<f64>, String> {
    let fields = line.trim_end().as_bytes().chunks(WIDTH).map(String::from_utf8_lossy);
    let number = |field: &str| field.trim().parse::<f64>().ok().filter(|number| number.is_finite());
    fields.map(|field| number(&field).ok_or_else(|| field.into_owned())).collect()
}

#[cfg(test)]
mod tests;
