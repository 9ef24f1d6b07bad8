use super::*;
use crate::detector::{Detector, Orientation};
use proptest::prelude::*;

const SHAPE: (usize, usize) = (9, 7);

/// A small, odd detector; the beam's spot may be on it.
pub(super) fn geometry(poni: (f64, f64), rot: (f64, f64, f64), orientation: i64) -> Geometry {
    let orientation = Orientation::from_number(orientation).unwrap();
    Geometry {
        detector: Detector::generic(Some(SHAPE), 1e-3, 1.5e-3).unwrap().with_orientation(orientation),
        distance: 0.02,
        poni1: poni.0,
        poni2: poni.1,
        rot1: rot.0,
        rot2: rot.1,
        rot3: rot.2,
        wavelength: Some(1e-10),
    }
}

pub(super) fn tilted() -> Geometry {
    geometry((0.0113, -0.0042), (0.11, -0.07, 0.3), 3)
}

fn spec(bins: usize, unit: Unit, split: Split) -> BinningSpec {
    BinningSpec::new(bins, unit, split)
}

fn sum(matrix: &Matrix, pixel: usize) -> f64 {
    matrix.entries_of(pixel).map(|(_, share)| f64::from(share)).sum()
}

/// True where the naive twin of full splitting means nothing: the beam goes through the pixel, or grazes it.
pub(super) fn holds_the_beam(geometry: &Geometry, pixel: usize) -> bool {
    let projection = geometry.projection().unwrap();
    let (row, column) = ((pixel / SHAPE.1) as f64, (pixel % SHAPE.1) as f64);
    let around = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)];
    let mut azimuths = around.map(|(down, right)| projection.lab(row + down, column + right).chi());
    azimuths.sort_by(f64::total_cmp);
    let widest =
        (1..4).map(|i| azimuths[i] - azimuths[i - 1]).fold(std::f64::consts::TAU - azimuths[3] + azimuths[0], f64::max);
    widest < std::f64::consts::PI + 1e-6
}

/// Compares every share with its naive twin's.
fn check(geometry: &Geometry, spec: &BinningSpec, sector: Option<(f64, f64)>) {
    let binning = bin(geometry, None, spec).unwrap();
    let projection = geometry.projection().unwrap();
    let sector = sector.map(|(low, high)| (low.to_radians(), high.to_radians()));
    for pixel in (0..SHAPE.0 * SHAPE.1).filter(|&pixel| !holds_the_beam(geometry, pixel)) {
        let place = ((pixel / SHAPE.1) as f64, (pixel % SHAPE.1) as f64);
        let mut dense = vec![0.0; spec.bins];
        binning.matrix.entries_of(pixel).for_each(|(bin, share)| dense[bin as usize] = f64::from(share));
        for (index, edges) in binning.edges.windows(2).enumerate() {
            // Without a range, what seems to lie outside belongs to the bin at that end.
            let at_end = |here: bool, edge, beyond| if here && spec.radial_range.is_none() { beyond } else { edge };
            let edges = (at_end(index == 0, edges[0], -1e3), at_end(index + 1 == spec.bins, edges[1], 1e3));
            let edges = (edges.0 / spec.unit.scale(), edges.1 / spec.unit.scale());
            let twin = match spec.split {
                Split::No => naive::no(&projection, spec.unit.space(), place, edges),
                Split::BBox => naive::bbox(&projection, spec.unit.space(), place, edges),
                Split::Full => naive::full(&projection, spec.unit.space(), place, edges, sector),
                Split::Pseudo => unreachable!("patterns have no such splitting"),
            };
            assert!((dense[index] - twin).abs() < 1e-6, "pixel {pixel} bin {index}: {} but {twin}", dense[index]);
        }
        let (sum, whole) = (sum(&binning.matrix, pixel), binning.matrix.is_whole(pixel));
        assert!(
            if whole { (sum - 1.0).abs() < 1e-6 } else { sum < 1.0 + 1e-6 },
            "pixel {pixel}: {sum}, whole: {whole}"
        );
        assert!(whole || sum < 1.0 || spec.radial_range.is_some() || spec.azimuth_range.is_some(), "pixel {pixel}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn every_share_is_its_naive_twins(
        poni in (-0.02..0.02, -0.02..0.02), rot in (-0.5..0.5, -0.5..0.5, -4.0..4.0), orientation in 1i64..=4,
        bins in 1usize..40, unit in prop::sample::select(&Unit::ALL[..6]), split in prop::sample::select(&Split::OF_PATTERNS[..]),
        range in prop::option::of((0.1..0.5, 0.5..0.9)),
    ) {
        let geometry = geometry(poni, rot, orientation);
        let mut spec = spec(bins, unit, split);
        check(&geometry, &spec, None);
        let all = bin(&geometry, None, &spec).unwrap().edges;
        let at = |part: f64| all[0] + part * (all[bins] - all[0]);
        spec.radial_range = range.map(|(first, last)| (at(first), at(last)));
        if spec.radial_range.is_none_or(|(first, last)| first < last) {
            check(&geometry, &spec, None);
        }
    }

    #[test]
    fn a_sector_keeps_the_area_inside_it(
        poni in (-0.02..0.02, -0.02..0.02), first in -180.0..180.0, width in 5.0..200.0, bins in 1usize..20,
    ) {
        let range = (first, first + width);
        let spec = BinningSpec { azimuth_range: Some(range), ..spec(bins, Unit::QNm, Split::Full) };
        check(&geometry(poni, (0.1, 0.2, 0.3), 3), &spec, Some(range));
    }

    #[test]
    fn without_a_range_every_pixel_is_whole_and_its_shares_sum_to_one(
        poni in (-0.002..0.01, -0.002..0.01), rot3 in -4.0..4.0, orientation in 1i64..=4, bins in 1usize..60,
        unit in prop::sample::select(&Unit::ALL[..8]), split in prop::sample::select(&Split::OF_PATTERNS[..]),
    ) {
        let matrix = bin(&geometry(poni, (0.0, 0.0, rot3), orientation), None, &spec(bins, unit, split)).unwrap().matrix;
        for pixel in 0..matrix.pixels() {
            prop_assert!(matrix.is_whole(pixel), "pixel {}", pixel);
            prop_assert!((sum(&matrix, pixel) - 1.0).abs() < 1e-6, "pixel {}: {}", pixel, sum(&matrix, pixel));
        }
    }

    #[test]
    fn sectors_that_fill_the_circle_share_every_pixel_out(
        poni in (-0.002..0.01, -0.002..0.01), first in -180.0..180.0, width in 20.0..340.0,
        split in prop::sample::select(vec![Split::BBox, Split::Full]),
    ) {
        let geometry = geometry(poni, (0.0, 0.0, 0.1), 3);
        let of = |range| bin(&geometry, None, &BinningSpec { azimuth_range: Some(range), ..spec(5, Unit::QNm, split) });
        let (one, other) = (of((first, first + width)).unwrap().matrix, of((first + width, first)).unwrap().matrix);
        for pixel in 0..one.pixels() {
            prop_assert!((sum(&one, pixel) + sum(&other, pixel) - 1.0).abs() < 1e-6, "pixel {}", pixel);
        }
    }
}

#[test]
fn what_lies_outside_a_given_range_is_dropped() {
    let edges = bin(&tilted(), None, &spec(100, Unit::RMm, Split::No)).unwrap().edges;
    let range = Some((edges[40], edges[60]));
    for split in Split::OF_PATTERNS {
        let all = bin(&tilted(), None, &spec(100, Unit::RMm, split)).unwrap().matrix.multiply(&[1.0; 63]);
        let cut = bin(&tilted(), None, &BinningSpec { radial_range: range, ..spec(20, Unit::RMm, split) }).unwrap();
        let within: f64 = cut.matrix.multiply(&[1.0; 63]).iter().sum();
        assert!(within < all.iter().sum::<f64>() / 2.0, "{split}");
        assert!((0..63).any(|pixel| !cut.matrix.is_whole(pixel)), "{split}");
    }
}

#[test]
fn masked_pixels_have_no_entries_and_do_not_decide_the_range() {
    for split in Split::OF_PATTERNS {
        let spec = spec(10, Unit::QNm, split);
        let all = bin(&tilted(), None, &spec).unwrap();
        let mask: Vec<bool> = (0..63).map(|pixel| all.matrix.entries_of(pixel).any(|(bin, _)| bin == 9)).collect();
        let masked = bin(&tilted(), Some(&mask), &spec).unwrap();
        for (pixel, &left_out) in mask.iter().enumerate() {
            assert_eq!(masked.matrix.entries_of(pixel).count() == 0, left_out);
            assert_eq!(masked.matrix.is_whole(pixel), !left_out);
        }
        assert!(masked.edges[10] <= all.edges[9] * (1.0 + 1e-6) && masked.edges[0] == all.edges[0], "{split}");
    }
}

#[test]
fn a_sector_across_the_discontinuity_keeps_as_many_pixels_as_one_that_is_not() {
    let centred = geometry((0.0045, 0.00525), (0.0, 0.0, 0.0), 3);
    for split in Split::OF_PATTERNS {
        let count = |range| {
            let spec = BinningSpec { azimuth_range: Some(range), ..spec(3, Unit::RMm, split) };
            bin(&centred, None, &spec).unwrap().matrix.multiply(&[1.0; 63]).iter().sum::<f64>()
        };
        let (left, right) = (count((160.0, 200.0)), count((-20.0, 20.0)));
        assert!(right > 3.0 && (left - right).abs() < 1e-5, "{split}: {left} {right}");
    }
}

#[test]
fn an_azimuthal_axis_takes_its_range_across_the_discontinuity() {
    let centred = geometry((0.0045, 0.00525), (0.0, 0.0, 0.0), 3);
    for split in Split::OF_PATTERNS {
        let of = |radial_range, azimuth_range| {
            let spec = BinningSpec { radial_range, azimuth_range, ..spec(4, Unit::ChiDeg, split) };
            let binning = bin(&centred, None, &spec).unwrap();
            (binning.edges[0].round(), binning.edges[4].round(), binning.matrix.multiply(&[1.0; 63]))
        };
        let across = of(Some((150.0, 210.0)), None);
        assert_eq!((across.0, across.1), (150.0, 210.0));
        assert_eq!(across, of(None, Some((150.0, -150.0))));
        assert!(across.2.iter().all(|&count| count > 0.0), "{split}: {:?}", across.2);
    }
}

#[test]
fn requests_that_make_no_sense_are_refused() {
    let with = |change: &dyn Fn(&mut BinningSpec)| {
        let mut spec = spec(10, Unit::QNm, Split::BBox);
        change(&mut spec);
        bin(&tilted(), None, &spec).unwrap_err()
    };
    assert_eq!(with(&|spec| spec.bins = 0), BinningError::Bins(0));
    assert_eq!(with(&|spec| spec.bins = usize::MAX), BinningError::Bins(usize::MAX));
    for range in [(2.0, 1.0), (1.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
        assert!(matches!(with(&|spec| spec.radial_range = Some(range)), BinningError::Range { .. }));
    }
    for range in [(1.0, 1.0), (f64::NAN, 1.0), (0.0, 400.0)] {
        assert!(matches!(with(&|spec| spec.azimuth_range = Some(range)), BinningError::Range { .. }));
    }
    let no_wavelength = Geometry { wavelength: None, ..tilted() };
    let error = bin(&no_wavelength, None, &spec(10, Unit::QA, Split::No)).unwrap_err();
    assert_eq!(error.to_string(), "unit q_A^-1 needs the wavelength, which the geometry does not give");
    let all = bin(&tilted(), Some(&[true; 63]), &spec(10, Unit::QA, Split::No)).unwrap_err();
    assert_eq!(all, BinningError::AllMasked);
    let other = bin(&tilted(), Some(&[false; 62]), &spec(10, Unit::QA, Split::No)).unwrap_err();
    assert_eq!(other.to_string(), "the mask has 62 pixels, but the detector has 9x7");
}

#[test]
fn a_detector_of_one_pixel_on_the_beam_is_binned_or_refused() {
    let mut mask = vec![true; 63];
    mask[31] = false;
    let centred = geometry((0.0045, 0.00525), (0.0, 0.0, 0.0), 3);
    for unit in &Unit::ALL[..8] {
        for split in Split::OF_PATTERNS {
            match bin(&centred, Some(&mask), &spec(5, *unit, split)) {
                Ok(binning) => assert!((sum(&binning.matrix, 31) - 1.0).abs() < 1e-6, "{unit} {split}"),
                Err(error) => assert_eq!(error, BinningError::NoExtent(*unit), "{split}"),
            }
        }
    }
}

#[test]
fn no_scattered_pixel_is_lost() {
    // The beam passes beside the detector: there is no pixel of which a part lies below radius 0.
    let detector = Detector::by_name("Xpad_flat").unwrap();
    let scattered = Geometry { detector, ..geometry((-0.05, -0.03), (0.0, 0.0, 0.0), 3) };
    for split in [Split::No, Split::BBox, Split::Full] {
        let binning = bin(&scattered, None, &spec(50, Unit::RMm, split)).unwrap();
        assert!((0..960 * 560).all(|pixel| (sum(&binning.matrix, pixel) - 1.0).abs() < 1e-5), "{split}");
    }
}

#[test]
fn bins_between_edges_get_the_shares_that_a_ranges_bins_get() {
    for (unit, split) in [(Unit::QNm, Split::No), (Unit::TthDeg, Split::BBox), (Unit::RMm, Split::Full)] {
        let all = bin(&tilted(), None, &spec(30, unit, split)).unwrap().edges;
        let even: Vec<f64> = all[3..=27].to_vec();
        // Every third edge, and then all others.
        let uneven: Vec<f64> = even[..9].iter().step_by(3).chain(&even[9..]).copied().collect();
        let with = |edges: Vec<f64>| BinningSpec { edges: Some(edges.clone()), ..spec(edges.len() - 1, unit, split) };
        let (even, uneven) = (bin(&tilted(), None, &with(even)).unwrap(), bin(&tilted(), None, &with(uneven)).unwrap());
        let ranged = BinningSpec { radial_range: Some((all[3], all[27])), ..spec(24, unit, split) };
        let ranged = bin(&tilted(), None, &ranged).unwrap().matrix;
        for pixel in 0..63 {
            let dense = |matrix: &Matrix, bins: usize| {
                let mut dense = vec![0.0; bins];
                matrix.entries_of(pixel).for_each(|(bin, share)| dense[bin as usize] = f64::from(share));
                dense
            };
            let (a, b, c) = (dense(&even.matrix, 24), dense(&ranged, 24), dense(&uneven.matrix, 18));
            assert!(a.iter().zip(&b).all(|(a, b)| (a - b).abs() < 1e-5), "{unit} {split} pixel {pixel}: {a:?} {b:?}");
            let joined = a[..9].chunks(3).map(|three| three.iter().sum()).chain(a[9..].iter().copied());
            assert!(joined.zip(&c).all(|(a, c): (f64, _)| (a - c).abs() < 1e-6), "{unit} {split} pixel {pixel}");
        }
    }
}

#[test]
fn full_splitting_of_hexagons_is_refused() {
    let hexagons = Geometry { detector: Detector::by_name("Pixirad1").unwrap(), ..tilted() };
    let refused = bin(&hexagons, None, &spec(50, Unit::RMm, Split::Full));
    assert_eq!(refused, Err(BinningError::Hexagons("Pixirad1".to_owned())));
    assert!(bin(&hexagons, None, &spec(50, Unit::RMm, Split::BBox)).is_ok());
}

#[test]
fn edges_that_are_none_are_refused() {
    let with = |edges: &[f64]| {
        let spec = BinningSpec { edges: Some(edges.to_vec()), ..spec(2, Unit::QNm, Split::Full) };
        bin(&tilted(), None, &spec).unwrap_err().to_string()
    };
    assert!(with(&[1.0, 2.0]).contains("2 of them for 2 bins"));
    assert!(with(&[1.0, 3.0, 2.0]).contains("3 is followed by 2"));
    assert!(with(&[1.0, f64::NAN, 2.0]).contains("1 is followed by NaN"));
    assert!(with(&[1.0, 2.0, f64::INFINITY]).contains("not a finite number"));
}
