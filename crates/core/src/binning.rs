//! From the positions of pixels to the matrix that shares them among bins.
//!
//! Bins lie evenly along one axis, radial or azimuthal. Where no range is given, the bins reach from the first to the
//! last position of an unmasked pixel, as pyFAI's do, to the last bit that decides them. Where one is given, what lies
//! outside is dropped, exactly: a pixel that the range cuts keeps its share inside and is not *whole*.

mod axis;
mod bbox;
mod full;
mod matrix;
mod no;
mod outline;
mod pixels;
mod sector;
mod shares;
mod split;

#[cfg(test)]
mod naive;
#[cfg(test)]
mod tests;

pub use matrix::{Matrix, MatrixBuilder, TooManyEntries};
pub use split::{Split, SplitError};

use rayon::prelude::*;

use crate::geometry::{Geometry, GeometryError};
use crate::unit::Unit;
use axis::Axis;
use pixels::{Pixel, Pixels};
use sector::Sector;
use shares::Shares;

/// The most bins a pattern may have.
pub const MOST_BINS: usize = 1 << 24;

/// Which bins, and how pixels are shared among them.
#[derive(Clone, Debug, PartialEq)]
pub struct BinningSpec {
    /// Number of bins.
    pub bins: usize,
    /// Unit of the axis.
    pub unit: Unit,
    /// First and last position along the axis, in its unit; `None` for all that the detector has.
    pub radial_range: Option<(f64, f64)>,
    /// First and last azimuth in degrees, counted upwards from the first, so that (170, 190) and (170, −170) are the same
    /// 20°; `None` for the full circle.
    ///
    /// Without splitting, a pixel is in when its centre is; with splitting, it counts by the part of it that is inside:
    /// of its interval of azimuths for `bbox`, of its area for `full`. On an azimuthal axis this is the axis's range.
    pub azimuth_range: Option<(f64, f64)>,
    /// How a pixel is shared.
    pub split: Split,
}

/// Bins, and the share of each pixel in each.
#[derive(Clone, Debug, PartialEq)]
pub struct Binning {
    /// Where bins begin and end, in the axis's unit: one more than bins.
    pub edges: Vec<f64>,
    /// The centre of each bin, in the axis's unit.
    pub centres: Vec<f64>,
    /// The shares.
    pub matrix: Matrix,
}

/// Why pixels cannot be binned.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BinningError {
    /// No bins, or too many.
    #[error("{0} bins: must be between 1 and {MOST_BINS}")]
    Bins(usize),
    /// A range that is none.
    #[error("{name} range {}, {}: must be two finite numbers, {rule}", .range.0, .range.1)]
    Range {
        /// Which range.
        name: &'static str,
        /// The range as given.
        range: (f64, f64),
        /// What it must keep to.
        rule: &'static str,
    },
    /// A scattering vector without a wavelength.
    #[error("unit {0} needs the wavelength, which the geometry does not give")]
    NoWavelength(Unit),
    /// A mask of another size.
    #[error("the mask has {mask} pixels, but the detector has {}x{}", .shape.0, .shape.1)]
    MaskSize {
        /// Pixels of the mask.
        mask: usize,
        /// Rows and columns of the detector.
        shape: (usize, usize),
    },
    /// Nothing to bin.
    #[error("no pixel is left: the mask covers the whole detector")]
    AllMasked,
    /// All pixels are at one position.
    #[error("all pixels are at the same position along {0}: give a range")]
    NoExtent(Unit),
    /// Full splitting of pixels with six corners.
    #[error("the pixels of {0} are hexagons, which --split full does not know; use no or bbox")]
    Hexagons(String),
    /// More entries than can be numbered.
    #[error(transparent)]
    TooManyEntries(#[from] TooManyEntries),
    /// The geometry is no help.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}

/// Rows that one task takes.
const ROWS_A_TASK: usize = 32;

/// Bins the pixels of a detector; `mask` (true: leave out) has one value a pixel, row by row.
///
/// # Errors
/// When the request makes no sense for this geometry; see [`BinningError`].
pub fn bin(geometry: &Geometry, mask: Option<&[bool]>, spec: &BinningSpec) -> Result<Binning, BinningError> {
    if !(1..=MOST_BINS).contains(&spec.bins) {
        return Err(BinningError::Bins(spec.bins));
    }
    if spec.unit.needs_wavelength() && geometry.wavelength.is_none() {
        return Err(BinningError::NoWavelength(spec.unit));
    }
    let projection = geometry.projection()?;
    if spec.split == Split::Full && projection.has_hexagons() {
        return Err(BinningError::Hexagons(geometry.detector.name().to_owned()));
    }
    let shape = projection.shape();
    if let Some(mask) = mask.filter(|mask| mask.len() != shape.0 * shape.1) {
        return Err(BinningError::MaskSize { mask: mask.len(), shape });
    }
    let sector = spec.azimuth_range.map(Sector::new).transpose()?.flatten();
    let sector = sector.filter(|_| !spec.unit.is_azimuthal());
    let pixels = Pixels::new(&projection, mask, spec, sector.is_some());
    let axis = Axis::new(&pixels, spec)?;
    let matrix = matrix(&pixels, &axis, sector.as_ref(), spec.split)?;
    Ok(Binning { edges: axis.edges(), centres: axis.centres(), matrix })
}

/// The shares of all pixels.
fn matrix(pixels: &Pixels<'_>, axis: &Axis, sector: Option<&Sector>, split: Split) -> Result<Matrix, BinningError> {
    let share: fn(&Pixel, &Axis, Option<&Sector>, &mut Shares) -> bool = match split {
        Split::No => no::share,
        Split::BBox => bbox::share,
        Split::Full => full::share,
    };
    let parts: Result<Vec<Matrix>, TooManyEntries> = pixels
        .tasks(ROWS_A_TASK)
        .into_par_iter()
        .map(|rows| {
            let mut builder = MatrixBuilder::new(axis.bins());
            let mut shares = Shares::new();
            let mut full = Ok(());
            pixels.visit(rows, |pixel| {
                shares.clear();
                let whole = pixel.is_some_and(|pixel| share(pixel, axis, sector, &mut shares));
                if full.is_ok() {
                    full = builder.push(shares.entries(), whole);
                }
            });
            full.map(|()| builder.finish())
        })
        .collect();
    Ok(Matrix::stack(axis.bins(), parts?)?)
}
