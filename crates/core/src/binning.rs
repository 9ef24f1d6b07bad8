//! From the positions of pixels to the matrix that shares them among bins.
//!
//! Bins lie along one axis, radial or azimuthal, or along both: a cake. They are even, or lie between given edges. Where
//! no range is given, the bins reach from the first to the last position of an unmasked pixel, as pyFAI's do, to the
//! last bit that decides them. Where one is given, what lies outside is dropped, exactly: a pixel that the range cuts
//! keeps its share inside and is not *whole*.

mod axis;
mod band;
mod bbox;
mod cake;
mod extent;
mod full;
mod matrix;
mod no;
mod outline;
mod pixels;
pub mod region;
mod request;
mod sector;
mod shares;
mod split;
mod stored;

#[cfg(test)]
mod naive;
#[cfg(test)]
mod tests;

pub use band::Band;
pub use matrix::{MOST_ENTRIES, Matrix, MatrixBuilder, TooManyEntries};
pub use split::{Split, SplitError};
pub use stored::StoredError;

use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;

use crate::geometry::{Geometry, GeometryError};
use crate::unit::{Sample, SampleError, Unit};
use axis::Axis;
use cake::Axes;
use pixels::{Pixel, Pixels};
use sector::Sector;
use shares::Shares;

/// The most bins a pattern or a cake may have.
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
    ///
    /// In a cake it is the range of the azimuthal axis, in that axis's unit.
    pub azimuth_range: Option<(f64, f64)>,
    /// How a pixel is shared.
    pub split: Split,
    /// Where bins begin and end, in the unit: ascending, one more than bins; `None` for even bins.
    pub edges: Option<Vec<f64>>,
    /// The second axis of a cake; `None` for a pattern.
    pub azimuthal: Option<AzimuthalSpec>,
    /// Azimuths without a range run from 0 to a turn, instead of from half a turn below 0 to half a turn above.
    pub chi_at_0: bool,
    /// How the sample is held, for the units that are counted from it.
    pub sample: Sample,
    /// The range of a second coordinate that a pattern is integrated along; `None` for all of it.
    pub band: Option<Band>,
}

/// The azimuthal axis of a cake.
#[derive(Clone, Debug, PartialEq)]
pub struct AzimuthalSpec {
    /// Number of bins.
    pub bins: usize,
    /// Unit of the axis: an azimuth, or a component of the scattering vector.
    pub unit: Unit,
}

impl BinningSpec {
    /// Even bins over all that the detector has.
    #[must_use]
    pub fn new(bins: usize, unit: Unit, split: Split) -> BinningSpec {
        BinningSpec {
            bins,
            unit,
            split,
            radial_range: None,
            azimuth_range: None,
            edges: None,
            azimuthal: None,
            chi_at_0: false,
            sample: Sample::default(),
            band: None,
        }
    }
}

/// Bins, and the share of each pixel in each.
#[derive(Clone, Debug, PartialEq)]
pub struct Binning {
    /// Where bins begin and end along the (radial) axis, in its unit: one more than bins.
    pub edges: Vec<f64>,
    /// The centre of each of them, in the axis's unit.
    pub centres: Vec<f64>,
    /// The bins along the azimuthal axis of a cake.
    pub azimuthal: Option<AzimuthalBins>,
    /// The shares; bin `azimuthal · radial bins + radial` in a cake.
    pub matrix: Matrix,
}

/// The bins along the azimuthal axis of a cake.
#[derive(Clone, Debug, PartialEq)]
pub struct AzimuthalBins {
    /// Where bins begin and end, in the axis's unit: one more than bins.
    pub edges: Vec<f64>,
    /// The centre of each bin, in the axis's unit.
    pub centres: Vec<f64>,
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
    /// Edges that are none.
    #[error("edges of bins: {0}")]
    Edges(String),
    /// A splitting that only cakes have.
    #[error("pseudo splitting is for cakes; use no, bbox or full, or give a number of azimuthal bins")]
    PseudoOfPattern,
    /// A cake with a radius upwards.
    #[error("unit {0} cannot be the azimuthal axis of a cake; use one of {names}", names = azimuthal_names())]
    NotAzimuthal(Unit),
    /// A cake with an azimuth to the right.
    #[error("unit {0} cannot be the radial axis of a cake: it is an azimuth")]
    NotRadial(Unit),
    /// A range of a second coordinate that is none.
    #[error("--along {band}: {rule}")]
    Band {
        /// The band as given.
        band: Band,
        /// What it must keep to.
        rule: String,
    },
    /// A sample that cannot be held so.
    #[error(transparent)]
    Sample(#[from] SampleError),
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

/// The units that the azimuthal axis of a cake may have.
fn azimuthal_names() -> String {
    let names: Vec<_> = Unit::ALL.into_iter().filter(|unit| unit.may_be_azimuthal()).map(Unit::name).collect();
    names.join(", ")
}

/// Rows that one task takes.
const ROWS_A_TASK: usize = 32;

/// Bins the pixels of a detector; `mask` (true: leave out) has one value a pixel, row by row.
///
/// # Errors
/// When the request makes no sense for this geometry; see [`BinningError`].
pub fn bin(geometry: &Geometry, mask: Option<&[bool]>, spec: &BinningSpec) -> Result<Binning, BinningError> {
    request::check(spec)?;
    let second = spec.azimuthal.as_ref().map(|second| second.unit).or(spec.band.map(|band| band.unit));
    let mut units = [Some(spec.unit), second].into_iter().flatten();
    if let Some(unit) = units.find(|unit| unit.needs_wavelength() && geometry.wavelength.is_none()) {
        return Err(BinningError::NoWavelength(unit));
    }
    let projection = geometry.projection()?;
    if spec.split == Split::Full && projection.has_hexagons() {
        return Err(BinningError::Hexagons(geometry.detector.name().to_owned()));
    }
    let shape = projection.shape();
    if let Some(mask) = mask.filter(|mask| mask.len() != shape.0 * shape.1) {
        return Err(BinningError::MaskSize { mask: mask.len(), shape });
    }
    let is_pattern = spec.azimuthal.is_none();
    let sector = spec.azimuth_range.filter(|_| is_pattern).map(Sector::new).transpose()?.flatten();
    let sector = sector.filter(|_| !spec.unit.is_azimuthal());
    let pixels = Pixels::new(&projection, mask, spec, sector.is_some());
    if let Some(axes) = Axes::new(&pixels, spec)? {
        let cake = bin_cake(&pixels, &axes, spec.split)?;
        return Ok(if is_pattern { band::pattern(spec, cake) } else { cake });
    }
    let axis = request::first_axis(&pixels, spec)?;
    let matrix = matrix(&pixels, &axis, sector.as_ref(), spec.split)?;
    Ok(Binning { edges: axis.edges(), centres: axis.centres(), azimuthal: None, matrix })
}

fn bin_cake(pixels: &Pixels<'_>, axes: &Axes, split: Split) -> Result<Binning, BinningError> {
    let share = || {
        let mut scratch = cake::Scratch::new();
        move |pixel: &Pixel, shares: &mut Shares| axes.share(split, pixel, &mut scratch, shares)
    };
    let matrix = matrix_of(pixels, axes.bins(), share)?;
    let Axes { radial, azimuthal } = axes;
    let azimuthal = AzimuthalBins { edges: azimuthal.edges(), centres: azimuthal.centres() };
    Ok(Binning { edges: radial.edges(), centres: radial.centres(), azimuthal: Some(azimuthal), matrix })
}

/// The shares of all pixels in a pattern.
fn matrix(pixels: &Pixels<'_>, axis: &Axis, sector: Option<&Sector>, split: Split) -> Result<Matrix, BinningError> {
    let share: fn(&Pixel, &Axis, Option<&Sector>, &mut Shares) -> bool = match split {
        Split::No => no::share,
        Split::BBox => bbox::share,
        Split::Full => full::share,
        Split::Pseudo => return Err(BinningError::PseudoOfPattern),
    };
    matrix_of(pixels, axis.bins(), || move |pixel: &Pixel, shares: &mut Shares| share(pixel, axis, sector, shares))
}

/// The shares of all pixels; `sharer` makes, for one task, what shares a pixel and says whether nothing of it is lost.
fn matrix_of<S: FnMut(&Pixel, &mut Shares) -> bool>(
    pixels: &Pixels<'_>,
    bins: usize,
    sharer: impl Fn() -> S + Sync,
) -> Result<Matrix, BinningError> {
    // Counted while the parts are made, so that memory is not taken for what will be refused.
    let entries = AtomicUsize::new(0);
    let parts: Result<Vec<Matrix>, TooManyEntries> = pixels
        .tasks(ROWS_A_TASK)
        .into_par_iter()
        .map(|rows| {
            let mut builder = MatrixBuilder::new(bins);
            let (mut share, mut shares) = (sharer(), Shares::new());
            let mut full = Ok(());
            pixels.visit(rows, |pixel| {
                shares.clear();
                let whole = pixel.is_some_and(|pixel| pixel.is_finite() && share(pixel, &mut shares));
                if full.is_ok() {
                    full = builder.push(shares.entries(), whole);
                }
            });
            full?;
            let part = builder.finish();
            let so_far = entries.fetch_add(part.entries(), Ordering::Relaxed) + part.entries();
            if so_far > MOST_ENTRIES { Err(TooManyEntries) } else { Ok(part) }
        })
        .collect();
    Ok(Matrix::stack(bins, parts?)?)
}
