use proptest::prelude::*;

use crate::binning::{AzimuthalSpec, BinningError, BinningSpec, Matrix, Split, bin, naive, tests};
use crate::geometry::Projection;
use crate::unit::Unit;

const ROWS: usize = 9;
const COLUMNS: usize = 7;

fn spec(radial: usize, azimuthal: usize, split: Split) -> BinningSpec {
    let azimuthal = Some(AzimuthalSpec { bins: azimuthal, unit: Unit::ChiDeg });
    BinningSpec { azimuthal, ..BinningSpec::new(radial, Unit::QNm, split) }
}

fn sum(matrix: &Matrix, pixel: usize) -> f64 {
    matrix.entries_of(pixel).map(|(_, share)| f64::from(share)).sum()
}

/// The share of a pixel in a bin of a cake, in one line a splitting.
fn twin(projection: &Projection, split: Split, place: (f64, f64), radial: (f64, f64), azimuthal: (f64, f64)) -> f64 {
    let space = Unit::QNm.space();
    match split {
        Split::No => naive::no(projection, space, place, radial) * naive::no_azimuth(projection, place, azimuthal),
        Split::BBox => {
            naive::bbox(projection, space, place, radial) * naive::bbox_azimuth(projection, place, azimuthal)
        }
        Split::Full => naive::full(projection, space, place, radial, Some(azimuthal)),
        Split::Pseudo => unreachable!("tested by its area"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_share_of_a_cake_is_its_naive_twins(
        poni in (-0.02..0.02, -0.02..0.02), rot in (-0.3..0.3, -0.3..0.3, -4.0..4.0), radial in 1usize..12,
        azimuthal in 1usize..12, first in -180.0..180.0, width in 20.0..300.0,
        split in prop::sample::select(&Split::OF_PATTERNS[..]), parts in (0.1..0.4, 0.6..0.9),
    ) {
        let geometry = tests::geometry(poni, rot, 3);
        let mut spec = spec(radial, azimuthal, split);
        let all = bin(&geometry, None, &spec).unwrap().edges;
        let at = |part: f64| all[0] + part * (all[radial] - all[0]);
        (spec.radial_range, spec.azimuth_range) = (Some((at(parts.0), at(parts.1))), Some((first, first + width)));
        let binning = bin(&geometry, None, &spec).unwrap();
        let (projection, cake) = (geometry.projection().unwrap(), binning.azimuthal.unwrap());
        for pixel in (0..ROWS * COLUMNS).filter(|&pixel| !tests::holds_the_beam(&geometry, pixel)) {
            let place = ((pixel / COLUMNS) as f64, (pixel % COLUMNS) as f64);
            let mut dense = vec![0.0; radial * azimuthal];
            binning.matrix.entries_of(pixel).for_each(|(bin, share)| dense[bin as usize] = f64::from(share));
            for (bin, &share) in dense.iter().enumerate() {
                let (row, column) = (bin / radial, bin % radial);
                let (across, upwards) = (&binning.edges[column..column + 2], &cake.edges[row..row + 2]);
                let azimuths = (upwards[0].to_radians(), upwards[1].to_radians());
                let twin = twin(&projection, split, place, (across[0], across[1]), azimuths);
                prop_assert!((share - twin).abs() < 2e-6, "{split} pixel {pixel} bin {row}, {column}: {share} but {twin}");
            }
        }
    }

    #[test]
    fn without_ranges_every_pixel_is_whole_in_a_cake(
        poni in (-0.002..0.01, -0.002..0.01), rot3 in -4.0..4.0, radial in 1usize..30, azimuthal in 1usize..50,
        split in prop::sample::select(&Split::ALL[..]), chi_at_0 in any::<bool>(),
    ) {
        let spec = BinningSpec { chi_at_0, ..spec(radial, azimuthal, split) };
        let matrix = bin(&tests::geometry(poni, (0.0, 0.0, rot3), 3), None, &spec).unwrap().matrix;
        for pixel in 0..matrix.pixels() {
            prop_assert!(matrix.is_whole(pixel), "pixel {}", pixel);
            prop_assert!((sum(&matrix, pixel) - 1.0).abs() < 1e-6, "pixel {}: {}", pixel, sum(&matrix, pixel));
        }
    }

    #[test]
    fn a_cake_summed_over_azimuths_is_the_pattern(
        poni in (-0.02..0.02, -0.02..0.02), rot3 in -4.0..4.0, radial in 1usize..20, azimuthal in 1usize..20,
        split in prop::sample::select(&Split::OF_PATTERNS[..]),
    ) {
        let geometry = tests::geometry(poni, (0.1, 0.2, rot3), 3);
        let image: Vec<f64> = (0..63).map(|pixel| f64::from(pixel % 11)).collect();
        // By itself the azimuthal axis ends where the last corner does: pixels across the discontinuity may reach further.
        let turn = BinningSpec { azimuth_range: Some((-180.0, 180.0)), ..spec(radial, azimuthal, split) };
        let cake = bin(&geometry, None, &turn).unwrap().matrix.multiply(&image);
        let pattern = BinningSpec { azimuthal: None, ..spec(radial, azimuthal, split) };
        let pattern = bin(&geometry, None, &pattern).unwrap().matrix.multiply(&image);
        for (bin, expected) in pattern.iter().enumerate() {
            let sum: f64 = (0..azimuthal).map(|row| cake[row * radial + bin]).sum();
            prop_assert!((sum - expected).abs() < 1e-4, "bin {}: {} but {}", bin, sum, expected);
        }
    }
}

#[test]
fn a_cake_across_the_discontinuity_holds_what_one_on_the_other_side_does() {
    let centred = tests::geometry((0.0045, 0.00525), (0.0, 0.0, 0.0), 3);
    for split in Split::ALL {
        let cake = |range| {
            let spec = BinningSpec { azimuth_range: Some(range), ..spec(3, 4, split) };
            let binning = bin(&centred, None, &spec).unwrap();
            (binning.azimuthal.unwrap().edges, binning.matrix.multiply(&[1.0; 63]).iter().sum::<f64>())
        };
        let (edges, across) = cake((160.0, 200.0));
        assert!((edges[0] - 160.0).abs() < 1e-4 && (edges[4] - 200.0).abs() < 1e-4, "{edges:?}");
        assert_eq!(cake((160.0, -160.0)).1, across);
        let right = cake((-20.0, 20.0)).1;
        assert!(right > 3.0 && (across - right).abs() < 1e-4, "{split}: {across} {right}");
    }
}

#[test]
fn the_discontinuity_is_where_it_is_wanted() {
    let centred = tests::geometry((0.0045, 0.00525), (0.0, 0.0, 0.0), 3);
    for split in Split::ALL {
        let ends = |chi_at_0| {
            let edges =
                bin(&centred, None, &BinningSpec { chi_at_0, ..spec(3, 8, split) }).unwrap().azimuthal.unwrap().edges;
            (edges[0], edges[8])
        };
        let (at_pi, at_0) = (ends(false), ends(true));
        assert!(at_pi.0 < -150.0 && at_pi.1 > 150.0, "{split}: {at_pi:?}");
        assert!((-1e-4..40.0).contains(&at_0.0) && at_0.1 > 320.0, "{split}: {at_0:?}");
    }
}

#[test]
fn a_pseudo_split_box_has_the_area_of_its_pixel() {
    let geometry = tests::tilted();
    let projection = geometry.projection().unwrap();
    let spec = spec(4000, 4000, Split::Pseudo);
    let binning = bin(&geometry, None, &spec).unwrap();
    let cake = binning.azimuthal.unwrap();
    let cell = (binning.edges[1] - binning.edges[0]) * (cake.edges[1] - cake.edges[0]).to_radians();
    for pixel in 0..ROWS * COLUMNS {
        let place = ((pixel / COLUMNS) as f64, (pixel % COLUMNS) as f64);
        let area = naive::outline_area(&projection, Unit::QNm.space(), place);
        // Cells on the rim are only partly covered: weigh each by its share of a full one.
        let fullest = binning.matrix.entries_of(pixel).map(|(_, share)| f64::from(share)).fold(0.0, f64::max);
        assert!((cell / fullest / area - 1.0).abs() < 1e-3, "pixel {pixel}: {} but {area}", cell / fullest);
    }
}

#[test]
fn cakes_that_make_no_sense_are_refused() {
    let refused = |spec: &BinningSpec| bin(&tests::tilted(), None, spec).unwrap_err();
    let radius = Some(AzimuthalSpec { bins: 3, unit: Unit::RMm });
    assert_eq!(
        refused(&BinningSpec { azimuthal: radius, ..spec(3, 3, Split::No) }),
        BinningError::NotAzimuthal(Unit::RMm)
    );
    let chi = BinningSpec { unit: Unit::ChiRad, ..spec(3, 3, Split::No) };
    assert_eq!(refused(&chi), BinningError::NotRadial(Unit::ChiRad));
    assert_eq!(refused(&spec(3, 0, Split::No)), BinningError::Bins(0));
    assert_eq!(refused(&spec(1 << 20, 1 << 20, Split::No)), BinningError::Bins(1 << 40));
    assert_eq!(refused(&BinningSpec::new(3, Unit::QNm, Split::Pseudo)), BinningError::PseudoOfPattern);
    let turned = BinningSpec { azimuth_range: Some((0.0, 400.0)), ..spec(3, 3, Split::Full) };
    assert!(matches!(refused(&turned), BinningError::Range { name: "azimuth", .. }));
}
