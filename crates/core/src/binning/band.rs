//! Patterns of the pixels that lie in a range of a second coordinate, as fibre and grazing-incidence profiles are.
//!
//! Such a pattern is a cake with one bin along the second coordinate, so pixels that the range cuts count by their part
//! inside, to the rules of their splitting.

use serde::{Deserialize, Serialize};

use super::axis::{Axis, given, just_above, upwards};
use super::cake::Axes;
use super::pixels::{Along, Pixels};
use super::{AzimuthalBins, Binning, BinningError, BinningSpec, request};
use crate::unit::{Space, Unit};

/// The coordinate that a pattern is integrated along, and from where to where.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Band {
    /// Unit of the coordinate, which measures something else than the pattern's axis.
    pub unit: Unit,
    /// First and last position in the unit; azimuths are counted upwards from the first.
    pub range: (f64, f64),
}

impl std::fmt::Display for Band {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{},{}", self.unit, self.range.0, self.range.1)
    }
}

/// Refuses a band that makes no sense for any geometry.
pub(super) fn check(spec: &BinningSpec, band: Band) -> Result<(), BinningError> {
    let refuse = |rule: String| Err(BinningError::Band { band, rule });
    let axis = spec.unit;
    if spec.azimuthal.is_some() {
        return refuse("a cake has two axes; give their ranges".to_owned());
    }
    if band.unit.space() == axis.space() {
        return refuse(format!("{axis} is the pattern's own axis; give --radial-range, or a unit of something else"));
    }
    if (band.unit.is_azimuthal() && axis.is_azimuthal()) || (depends_on_angle(band.unit) && depends_on_angle(axis)) {
        return refuse(format!("one follows from the other, {axis}; use a unit that crosses it"));
    }
    if spec.azimuth_range.is_some() && !axis.is_azimuthal() {
        return refuse("not both this and --azimuth-range; use --along chi_deg:A,B for a sector".to_owned());
    }
    range(band).map(|_| ())
}

/// True for functions of the scattering angle alone.
fn depends_on_angle(unit: Unit) -> bool {
    use Space::{ArcsinhQA, ArcsinhQNm, D, DStar2, Log1pQA, Log1pQNm, Log10QM, LogQNm, Q, TwoTheta};
    matches!(unit.space(), Q | TwoTheta | D | DStar2 | Log10QM | LogQNm | Log1pQNm | Log1pQA | ArcsinhQNm | ArcsinhQA)
}

/// The range in internal units.
fn range(band: Band) -> Result<(f64, f64), BinningError> {
    given("along", upwards(band.range, band.unit), band.unit).map_err(|error| match error {
        BinningError::Range { rule, .. } => BinningError::Band { band, rule: format!("must be finite, {rule}") },
        other => other,
    })
}

/// Which of a point's coordinates the pattern's axis measures: an azimuth is always the second one of a cake.
pub(super) fn coordinate_of_axis(spec: &BinningSpec) -> Along {
    if spec.band.is_some() && spec.unit.is_azimuthal() { Along::Other } else { Along::Axis }
}

/// The axes of the cake with one bin along the band.
pub(super) fn axes(pixels: &Pixels<'_>, spec: &BinningSpec, band: Band) -> Result<Axes, BinningError> {
    let axis = request::first_axis(pixels, spec)?;
    let (first, last) = range(band)?;
    let across = Axis::even(band.unit, 1, (first, just_above(last)), false)?;
    Ok(match coordinate_of_axis(spec) {
        Along::Axis => Axes { radial: axis, azimuthal: across },
        Along::Other => Axes { radial: across, azimuthal: axis },
    })
}

/// The cake with one bin along the band, as the pattern that it is.
pub(super) fn pattern(spec: &BinningSpec, cake: Binning) -> Binning {
    match (coordinate_of_axis(spec), cake.azimuthal) {
        (Along::Other, Some(AzimuthalBins { edges, centres })) => Binning { edges, centres, azimuthal: None, ..cake },
        _ => Binning { azimuthal: None, ..cake },
    }
}

#[cfg(test)]
mod tests;
