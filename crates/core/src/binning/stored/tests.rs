use super::*;
use crate::binning::{AzimuthalSpec, Split, bin};
use crate::detector::Detector;
use crate::geometry::Geometry;
use crate::unit::Unit;

fn geometry() -> Geometry {
    Geometry {
        detector: Detector::generic(Some((30, 41)), 1e-3, 1e-3).unwrap(),
        distance: 0.1,
        poni1: 0.013,
        poni2: 0.022,
        rot1: 0.1,
        rot2: -0.2,
        rot3: 0.3,
        wavelength: Some(1e-10),
    }
}

fn binnings() -> impl Iterator<Item = Binning> {
    let pattern = |split| BinningSpec { radial_range: Some((3.0, 20.0)), ..BinningSpec::new(50, Unit::QNm, split) };
    let cake = |split| {
        let azimuthal = Some(AzimuthalSpec { bins: 7, unit: Unit::ChiDeg });
        BinningSpec { azimuthal, ..BinningSpec::new(20, Unit::TthDeg, split) }
    };
    let patterns = [Split::No, Split::BBox, Split::Full].map(pattern);
    let cakes = [Split::No, Split::BBox, Split::Pseudo, Split::Full].map(cake);
    let mask: Vec<bool> = (0..30 * 41).map(|pixel| pixel % 11 == 0).collect();
    patterns.into_iter().chain(cakes).map(move |spec| bin(&geometry(), Some(&mask), &spec).unwrap())
}

fn bytes(binning: &Binning) -> Vec<u8> {
    let mut bytes = Vec::new();
    binning.write_to(&mut bytes).unwrap();
    bytes
}

fn read_back(bytes: &[u8]) -> Result<Binning, StoredError> {
    Binning::read_from(&mut &bytes[..], bytes.len() as u64)
}

#[test]
fn every_binning_is_read_back_to_the_last_bit() {
    for binning in binnings() {
        let stored = bytes(&binning);
        let read = read_back(&stored).unwrap();
        assert_eq!(read, binning);
        assert!(bytes(&read) == stored);
    }
}

#[test]
fn bytes_that_are_cut_or_longer_than_they_say_are_refused() {
    let stored = bytes(&binnings().next().unwrap());
    for length in [0, 8, 55, 56, 57, stored.len() / 2, stored.len() - 1] {
        assert!(read_back(&stored[..length]).is_err(), "{length}");
        assert!(Binning::read_from(&mut &stored[..length], stored.len() as u64).is_err(), "{length}");
    }
    assert!(read_back(&[stored, vec![0]].concat()).is_err());
}

#[test]
fn lengths_that_no_binning_has_take_no_memory() {
    let stored = bytes(&binnings().next().unwrap());
    for word in 0..7 {
        for lie in [0, 1, 1 << 40, u64::MAX / 8, u64::MAX] {
            let mut hostile = stored.clone();
            hostile[8 * word..][..8].copy_from_slice(&lie.to_le_bytes());
            let read = Binning::read_from(&mut &hostile[..], u64::MAX);
            assert!(read.is_err() && (hostile == stored || read_back(&hostile).is_err()), "word {word}: {lie}");
        }
    }
}

#[test]
fn a_hostile_byte_is_an_error_or_a_matrix_whose_bins_exist() {
    let binning = binnings().nth(2).unwrap();
    let stored = bytes(&binning);
    let mut refused = 0;
    for place in (56..stored.len()).step_by(7) {
        let mut hostile = stored.clone();
        hostile[place] ^= 0x90;
        match read_back(&hostile) {
            Err(_) => refused += 1,
            Ok(read) => assert!(read.matrix.multiply(&vec![1.0; read.matrix.pixels()]).len() == binning.matrix.bins()),
        }
    }
    assert!(refused > 100, "{refused}");
}

/// Says of which bytes something is made.
fn identity(identify: impl Fn(&mut dyn FnMut(&[u8]))) -> Vec<u8> {
    let mut bytes = Vec::new();
    identify(&mut |piece| bytes.extend_from_slice(piece));
    bytes
}

#[test]
fn whatever_moves_a_pixel_or_a_bin_has_another_identity() {
    let g = geometry();
    let of = |geometry: &Geometry| identity(|take| geometry.identify(take));
    let other_detector = |detector| Geometry { detector, ..g.clone() };
    let corners = |x: f32| crate::detector::CornerArray::new((30, 41), vec![x; 30 * 41 * 12]).unwrap().into();
    let geometries = [
        g.clone(),
        Geometry { distance: 0.1 + 1e-16, ..g.clone() },
        Geometry { rot3: -0.3, ..g.clone() },
        Geometry { wavelength: None, ..g.clone() },
        other_detector(Detector::generic(Some((30, 41)), 1e-3, 1.1e-3).unwrap()),
        other_detector(Detector::generic(Some((41, 30)), 1e-3, 1e-3).unwrap()),
        other_detector(g.detector.clone().with_parallax(true)),
        other_detector(g.detector.clone().with_corners(corners(0.5)).unwrap()),
        other_detector(g.detector.clone().with_corners(corners(0.25)).unwrap()),
    ];
    let mut seen: Vec<Vec<u8>> = geometries.iter().map(of).collect();
    let spec = BinningSpec::new(3, Unit::QNm, Split::Full);
    let specs = [
        spec.clone(),
        BinningSpec { split: Split::BBox, ..spec.clone() },
        BinningSpec { radial_range: Some((0.0, 1.0)), ..spec.clone() },
        BinningSpec { edges: Some(vec![0.0, 1.0, 2.0, 3.0]), ..spec.clone() },
        BinningSpec { edges: Some(vec![0.0, 1.0, 2.0, 4.0]), ..spec.clone() },
        BinningSpec { chi_at_0: true, ..spec },
    ];
    seen.extend(specs.iter().map(|spec| identity(|take| spec.identify(take))));
    let count = seen.len();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), count);
    assert_eq!(of(&g), of(&geometry()));
}
