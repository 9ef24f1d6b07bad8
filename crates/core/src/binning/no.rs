//! No splitting: a pixel counts whole, in the bin of its centre.

use super::axis::Axis;
use super::pixels::Pixel;
use super::sector::Sector;
use super::shares::Shares;

/// Shares a pixel; returns whether nothing of it is lost.
pub(super) fn share(pixel: &Pixel, axis: &Axis, sector: Option<&Sector>, shares: &mut Shares) -> bool {
    let [position, azimuth] = pixel.centre;
    if sector.is_some_and(|sector| !sector.contains(azimuth)) {
        return false;
    }
    let bin = bin_of(position, axis);
    bin.inspect(|bin| shares.add(*bin, 1.0)).is_some()
}

/// The bin that a position lies in; `None` where it lies outside.
pub(super) fn bin_of(position: f64, axis: &Axis) -> Option<usize> {
    let place =
        axis.turns().iter().map(|turn| axis.in_steps(position + turn)).find(|place| (0.0..axis.end()).contains(place));
    place.map(|place| axis.bin_of(place))
}
