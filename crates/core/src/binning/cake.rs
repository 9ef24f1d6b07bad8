//! Shares of pixels in a cake: bins along a radial and an azimuthal axis at once.
//!
//! The bins of a cake are numbered row by row: all radial bins of the first azimuthal bin, then those of the second. A
//! cake is then a matrix like any other, and all that comes behind it need not know.

mod full;
mod product;

#[cfg(test)]
mod tests;

use super::axis::Axis;
use super::no;
use super::pixels::Pixel;
use super::shares::Shares;
use super::{BinningError, BinningSpec, Split, band, bbox, request};
use crate::binning::pixels::{Along, Pixels};

/// The two axes of a cake.
pub(super) struct Axes {
    /// Along the first coordinate of a point; its bins are neighbours in the matrix.
    pub(super) radial: Axis,
    /// Along the other coordinate.
    pub(super) azimuthal: Axis,
}

/// What is in the works for one pixel, reused from pixel to pixel.
pub(super) struct Scratch {
    radial: Shares,
    azimuthal: Shares,
}

impl Scratch {
    pub(super) fn new() -> Scratch {
        Scratch { radial: Shares::new(), azimuthal: Shares::new() }
    }
}

impl Axes {
    /// The axes that a request for a cake asks for, or for a pattern along a range; `None` for other patterns.
    pub(super) fn new(pixels: &Pixels<'_>, spec: &BinningSpec) -> Result<Option<Axes>, BinningError> {
        let Some(second) = &spec.azimuthal else {
            return spec.band.map(|band| band::axes(pixels, spec, band)).transpose();
        };
        let radial = request::first_axis(pixels, spec)?;
        Ok(Some(Axes { radial, azimuthal: request::second_axis(pixels, spec, second)? }))
    }

    /// Number of bins.
    pub(super) fn bins(&self) -> usize {
        self.radial.bins() * self.azimuthal.bins()
    }

    /// Shares a pixel; returns whether nothing of it is lost.
    pub(super) fn share(&self, split: Split, pixel: &Pixel, scratch: &mut Scratch, shares: &mut Shares) -> bool {
        let whole = match split {
            Split::No => self.share_centre(pixel, shares),
            Split::BBox => {
                let radial = bbox::positions(pixel, Along::Axis);
                let azimuthal = if self.azimuthal.is_periodic() {
                    bbox::azimuths(pixel, Along::Other, super::pixels::rounded)
                } else {
                    bbox::positions(pixel, Along::Other)
                };
                product::share(self, radial, azimuthal, scratch, shares)
            }
            Split::Pseudo => {
                let (radial, azimuthal) = product::shrunk_box(self, pixel);
                product::share(self, radial, azimuthal, scratch, shares)
            }
            Split::Full => full::share(self, pixel, scratch, shares),
        };
        if whole {
            shares.normalise();
        }
        whole
    }

    fn share_centre(&self, pixel: &Pixel, shares: &mut Shares) -> bool {
        let [position, azimuth] = pixel.centre;
        let (Some(column), Some(row)) = (no::bin_of(position, &self.radial), no::bin_of(azimuth, &self.azimuthal))
        else {
            return false;
        };
        shares.add(row * self.radial.bins() + column, 1.0);
        true
    }
}
