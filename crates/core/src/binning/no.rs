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
    for turn in axis.turns() {
        let place = axis.in_bins(position + turn);
        if place >= 0.0 && place < axis.bins() as f64 {
            shares.add(place as usize, 1.0);
            return true;
        }
    }
    false
}
