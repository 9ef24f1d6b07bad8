//! From a request to the axes that bins lie along.

use super::axis::{Axis, end_of_range, given, is_a_turn_at_most, just_above, upwards};
use super::pixels::{Along, Pixels};
use super::{AzimuthalSpec, BinningError, BinningSpec, MOST_BINS, Split, band, extent};
use crate::unit::Unit;

/// Refuses what makes no sense for any geometry.
pub(super) fn check(spec: &BinningSpec) -> Result<(), BinningError> {
    spec.sample.check()?;
    let rows = spec.azimuthal.as_ref().map_or(1, |second| second.bins);
    let bins = spec.bins.saturating_mul(rows);
    if rows == 0 || !(1..=MOST_BINS).contains(&bins) {
        return Err(BinningError::Bins(bins));
    }
    if let Some(edges) = &spec.edges {
        check_edges(spec, edges)?;
    }
    if let Some(band) = spec.band {
        band::check(spec, band)?;
    }
    match &spec.azimuthal {
        None if spec.split == Split::Pseudo => Err(BinningError::PseudoOfPattern),
        Some(second) if !second.unit.may_be_azimuthal() => Err(BinningError::NotAzimuthal(second.unit)),
        Some(_) if spec.unit.is_azimuthal() => Err(BinningError::NotRadial(spec.unit)),
        _ => Ok(()),
    }
}

fn check_edges(spec: &BinningSpec, edges: &[f64]) -> Result<(), BinningError> {
    let refuse = |reason: String| Err(BinningError::Edges(reason));
    if edges.len() != spec.bins + 1 {
        return refuse(format!("{} of them for {} bins; one more than bins is needed", edges.len(), spec.bins));
    }
    if let Some(at) = edges.windows(2).position(|pair| pair[0].partial_cmp(&pair[1]) != Some(std::cmp::Ordering::Less))
    {
        return refuse(format!("{} is followed by {}; each must be greater than the last", edges[at], edges[at + 1]));
    }
    if !edges.iter().all(|edge| edge.is_finite()) {
        return refuse("one is not a finite number".into());
    }
    if spec.radial_range.is_some() {
        return refuse("they are the range; no other can be given".into());
    }
    let scale = spec.unit.scale();
    if spec.unit.is_azimuthal() && !is_a_turn_at_most((edges[0] / scale, edges[spec.bins] / scale)) {
        return refuse("at most one turn, between -360 and 720 degrees".into());
    }
    Ok(())
}

/// The axis of a pattern, or the radial axis of a cake.
pub(super) fn first_axis(pixels: &Pixels<'_>, spec: &BinningSpec) -> Result<Axis, BinningError> {
    if let Some(edges) = &spec.edges {
        return Ok(Axis::between(spec.unit, edges));
    }
    let sector = spec.azimuth_range.filter(|_| spec.unit.is_azimuthal());
    let range = match (spec.radial_range, sector) {
        (None, None) => None,
        (Some(range), None) => Some(given("radial", range, spec.unit)?),
        (None, Some(range)) => Some(given("azimuth", upwards(range, Unit::ChiDeg), Unit::ChiDeg)?),
        (Some(range), Some(_)) => {
            let rule = "and not both this and an azimuth range";
            return Err(BinningError::Range { name: "radial", range, rule });
        }
    };
    let (first, last) = match range {
        Some(range) => range,
        None if spec.unit.is_azimuthal() => {
            extent::azimuthal(pixels, spec.split, spec.chi_at_0, band::coordinate_of_axis(spec))?
        }
        None => extent::radial(pixels, spec.unit, spec.split, Along::Axis)?,
    };
    Axis::even(spec.unit, spec.bins, (first, end_of_range(last, spec.unit, spec.split)), range.is_none())
}

/// The azimuthal axis of a cake.
pub(super) fn second_axis(
    pixels: &Pixels<'_>,
    spec: &BinningSpec,
    second: &AzimuthalSpec,
) -> Result<Axis, BinningError> {
    let unit = second.unit;
    let range = spec.azimuth_range.map(|range| given("azimuth", upwards(range, unit), unit)).transpose()?;
    let (first, last) = match range {
        Some(range) => range,
        None if unit.is_azimuthal() => extent::azimuthal_of_cake(pixels, spec.split, spec.chi_at_0)?,
        None => extent::radial(pixels, unit, spec.split, Along::Other)?,
    };
    Axis::even(unit, second.bins, (first, just_above(last)), range.is_none())
}
