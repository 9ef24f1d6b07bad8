//! Regions of the detector that are left out: sectors of azimuth, and rings.

use rayon::prelude::*;

use super::sector::Sector;
use crate::geometry::{Geometry, GeometryError, Lab, Projection};
use crate::unit::{Sample, SampleError, Unit};

/// What is left out; a pixel is, when its centre lies in any of it. Both limits lie inside.
#[derive(Clone, Debug, PartialEq)]
pub struct Regions {
    /// First and last azimuth χ in degrees, counted upwards from the first, so that (170, −170) are 20°.
    pub sectors: Vec<(f64, f64)>,
    /// First and last position along the unit.
    pub rings: Vec<(f64, f64)>,
    /// The unit of the rings.
    pub unit: Unit,
    /// How the sample is held, for the units that are counted from it.
    pub sample: Sample,
}

/// Why a region cannot be left out.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RegionError {
    /// A sector that is none.
    #[error("--mask-sector {},{}: must be two azimuths between -720 and 720, not the same and less than 360 degrees apart", .0.0, .0.1)]
    Sector((f64, f64)),
    /// A ring that is none.
    #[error("--mask-ring {},{}: must be two finite numbers, the first below the last", .0.0, .0.1)]
    Ring((f64, f64)),
    /// A ring along an azimuth.
    #[error("--mask-ring: the axis {0} is an azimuth; use --mask-sector, or a radial --unit")]
    RingOfAzimuths(Unit),
    /// A scattering vector without a wavelength.
    #[error("--mask-ring: unit {0} needs the wavelength, which the geometry does not give")]
    NoWavelength(Unit),
    /// A sample that cannot be held so.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// The geometry is no help.
    #[error(transparent)]
    Geometry(#[from] GeometryError),
}

/// The pixels whose centre lies in a region (true: leave out), row by row.
///
/// # Errors
/// When a region is none, or the geometry cannot tell where a pixel lies; see [`RegionError`].
pub fn masked(geometry: &Geometry, regions: &Regions) -> Result<Vec<bool>, RegionError> {
    let sector = |range: &(f64, f64)| Sector::new(*range).ok().flatten().ok_or(RegionError::Sector(*range));
    let sectors: Vec<Sector> = regions.sectors.iter().map(sector).collect::<Result<_, _>>()?;
    check_rings(geometry, regions)?;
    let projection = geometry.projection()?;
    let (rows, columns) = projection.shape();
    let mut mask = vec![false; rows * columns];
    mask.par_chunks_mut(columns.max(1)).enumerate().for_each(|(row, masks)| {
        for (column, masked) in masks.iter_mut().enumerate() {
            let centre = projection.lab(row as f64 + 0.5, column as f64 + 0.5);
            let in_sector = || sectors.iter().any(|sector| sector.contains(centre.chi()));
            *masked = in_sector() || in_ring(&projection, regions, centre);
        }
    });
    Ok(mask)
}

fn check_rings(geometry: &Geometry, regions: &Regions) -> Result<(), RegionError> {
    let Regions { rings, unit, sample, .. } = regions;
    sample.check()?;
    let is_ring = |(first, last): (f64, f64)| first.is_finite() && last.is_finite() && first < last;
    match rings.iter().find(|ring| !is_ring(**ring)) {
        Some(ring) => Err(RegionError::Ring(*ring)),
        None if rings.is_empty() => Ok(()),
        None if unit.is_azimuthal() => Err(RegionError::RingOfAzimuths(*unit)),
        None if unit.needs_wavelength() && geometry.wavelength.is_none() => Err(RegionError::NoWavelength(*unit)),
        None => Ok(()),
    }
}

fn in_ring(projection: &Projection, regions: &Regions, centre: Lab) -> bool {
    if regions.rings.is_empty() {
        return false;
    }
    let unit = regions.unit;
    let position = projection.coordinate_of(&regions.sample, unit.space(), centre) * unit.scale();
    regions.rings.iter().any(|(first, last)| (*first..=*last).contains(&position))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detector::Detector;

    /// Nine pixels of 1 mm around the beam.
    fn nine() -> Geometry {
        Geometry {
            detector: Detector::generic(Some((3, 3)), 1e-3, 1e-3).unwrap(),
            distance: 0.1,
            poni1: 1.5e-3,
            poni2: 1.5e-3,
            rot1: 0.0,
            rot2: 0.0,
            rot3: 0.0,
            wavelength: None,
        }
    }

    fn regions(sectors: &[(f64, f64)], rings: &[(f64, f64)], unit: Unit) -> Regions {
        Regions { sectors: sectors.to_vec(), rings: rings.to_vec(), unit, sample: Sample::default() }
    }

    fn drawn(regions: &Regions) -> Vec<String> {
        let mask = masked(&nine(), regions).unwrap();
        mask.chunks(3).map(|row| row.iter().map(|masked| if *masked { '#' } else { '.' }).collect()).collect()
    }

    #[test]
    fn a_sector_takes_the_pixels_whose_centre_is_inside_and_may_cross_180() {
        // Rows go upwards with y: the first one has negative azimuths. The centre's azimuth is 0.
        assert_eq!(drawn(&regions(&[(100.0, -100.0)], &[], Unit::RMm)), ["#..", "#..", "#.."]);
        assert_eq!(drawn(&regions(&[(100.0, 260.0)], &[], Unit::RMm)), ["#..", "#..", "#.."]);
        assert_eq!(drawn(&regions(&[(40.0, 95.0), (-91.0, -89.0)], &[], Unit::RMm)), [".#.", "...", ".##"]);
        assert_eq!(drawn(&regions(&[(-10.0, 10.0)], &[], Unit::RMm)), ["...", ".##", "..."]);
    }

    #[test]
    fn a_ring_takes_the_pixels_whose_centre_is_inside_in_the_unit() {
        assert_eq!(drawn(&regions(&[], &[(0.9, 1.1)], Unit::RMm)), [".#.", "#.#", ".#."]);
        assert_eq!(drawn(&regions(&[], &[(0.9e-3, 1.1e-3)], Unit::RM)), [".#.", "#.#", ".#."]);
        assert_eq!(drawn(&regions(&[], &[(0.0, 0.1), (1.3, 2.0)], Unit::RMm)), ["#.#", ".#.", "#.#"]);
        assert_eq!(drawn(&regions(&[(80.0, 100.0)], &[(0.0, 0.1)], Unit::RMm)), ["...", ".#.", ".#."]);
    }

    #[test]
    fn what_is_no_region_is_refused_by_the_option_that_gave_it() {
        let message = |regions: &Regions| masked(&nine(), regions).unwrap_err().to_string();
        for range in [(5.0, 5.0), (-180.0, 180.0), (0.0, 400.0), (f64::NAN, 1.0), (0.0, 1e9)] {
            assert!(message(&regions(&[range], &[], Unit::RMm)).starts_with("--mask-sector "), "{range:?}");
        }
        for range in [(5.0, 5.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert!(message(&regions(&[], &[range], Unit::RMm)).starts_with("--mask-ring "), "{range:?}");
        }
        assert!(message(&regions(&[], &[(1.0, 2.0)], Unit::ChiDeg)).contains("use --mask-sector"));
        assert!(message(&regions(&[], &[(1.0, 2.0)], Unit::QNm)).contains("needs the wavelength"));
        assert!(masked(&nine(), &regions(&[(1.0, 2.0)], &[], Unit::QNm)).is_ok(), "a sector needs no wavelength");
    }
}
