use proptest::prelude::*;

use super::Band;
use crate::binning::region::{Regions, masked};
use crate::binning::{BinningError, BinningSpec, Matrix, Split, bin, tests};
use crate::geometry::{Lab, Projection};
use crate::unit::{Sample, Unit};

const PIXELS: usize = 9 * 7;
const SAMPLE: Sample = Sample { incident_angle: 0.1, tilt_angle: -0.3, orientation: 6 };

fn spec(unit: Unit, split: Split, band: Option<Band>) -> BinningSpec {
    BinningSpec { band, sample: SAMPLE, ..BinningSpec::new(6, unit, split) }
}

fn band(unit: Unit, first: f64, last: f64) -> Option<Band> {
    Some(Band { unit, range: (first, last) })
}

/// The shares of every pixel in every bin.
fn dense(matrix: &Matrix, bins: usize) -> Vec<f64> {
    let mut dense = vec![0.0; PIXELS * bins];
    for pixel in 0..PIXELS {
        matrix.entries_of(pixel).for_each(|(bin, share)| dense[pixel * bins + bin as usize] = f64::from(share));
    }
    dense
}

fn close(a: &[f64], b: &[f64]) -> bool {
    a.len() == b.len() && a.iter().zip(b).all(|(a, b)| (a - b).abs() < 3e-6)
}

/// True when the outline turns one way only. Near the beam centre units have a least value, and outlines fold: what part of such a
/// pixel lies where is no question of areas.
fn turns_one_way(corners: &[[f64; 2]; 4]) -> bool {
    let turn = |i: usize| {
        let [a, b, c] = [0, 1, 2].map(|step| corners[(i + step) % 4]);
        (b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0])
    };
    (0..4).all(|i| turn(i) > 0.0) || (0..4).all(|i| turn(i) < 0.0)
}

/// The naive twin: the part of a pixel between two limits of both units, nothing periodic; `None` where its outline folds.
fn twin(projection: &Projection, split: Split, pixel: usize, units: [Unit; 2], limits: [(f64, f64); 2]) -> Option<f64> {
    let (row, column) = (pixel / 7, pixel % 7);
    let at = |lab: Lab| units.map(|unit| projection.coordinate_of(&SAMPLE, unit.space(), lab) * unit.scale());
    let centre = at(projection.lab(row as f64 + 0.5, column as f64 + 0.5));
    let corners = projection.corners(row, column).map(at);
    let parts = [0, 1].map(|which| {
        let (low, high) = limits[which];
        let reach = corners.iter().map(|corner| (corner[which] - centre[which]).abs()).fold(0.0, f64::max);
        match split {
            Split::No => f64::from(u8::from((low..high).contains(&centre[which]))),
            _ => ((centre[which] + reach).min(high) - (centre[which] - reach).max(low)).max(0.0) / (2.0 * reach),
        }
    });
    if split != Split::Full {
        return Some(parts[0] * parts[1]);
    }
    if !turns_one_way(&corners) {
        return None;
    }
    let area = |outline: &[[f64; 2]]| {
        let next = outline.iter().cycle().skip(1);
        outline.iter().zip(next).map(|(a, b)| 0.5 * (a[0] * b[1] - b[0] * a[1])).sum::<f64>()
    };
    let mut inside = corners.to_vec();
    for (which, limit, sign) in
        [0, 1].into_iter().flat_map(|which| [(which, limits[which].0, 1.0), (which, limits[which].1, -1.0)])
    {
        let mut kept = Vec::new();
        for (a, b) in inside.iter().zip(inside.iter().cycle().skip(1)) {
            let (here, there) = (sign * (a[which] - limit), sign * (b[which] - limit));
            kept.extend((here > 0.0).then_some(*a));
            let part = here / (here - there);
            kept.extend((here * there < 0.0).then_some([0, 1].map(|along| a[along] + part * (b[along] - a[along]))));
        }
        inside = kept;
    }
    Some(if inside.len() < 3 { 0.0 } else { area(&inside) / area(&corners) })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn every_share_along_a_range_is_its_naive_twins(
        poni in (0.02..0.03, 0.02..0.03), rot in (-0.3..0.3, -0.3..0.3, -4.0..4.0), parts in (0.1..0.4, 0.6..0.9),
        units in prop::sample::select(vec![
            [Unit::QxgiNm, Unit::QoopNm], [Unit::ExitHorzDeg, Unit::ExitVertDeg], [Unit::QoopA, Unit::QtotNm],
        ]),
        split in prop::sample::select(&Split::OF_PATTERNS[..]),
    ) {
        let geometry = tests::geometry(poni, rot, 3);
        let ends = |unit: Unit| {
            let edges = bin(&geometry, None, &spec(unit, split, None)).unwrap().edges;
            [parts.0, parts.1].map(|part| edges[0] + part * (edges[6] - edges[0]))
        };
        let (along, across) = (ends(units[0]), ends(units[1]));
        let mut spec = spec(units[0], split, band(units[1], across[0], across[1]));
        spec.radial_range = Some((along[0], along[1]));
        let binning = bin(&geometry, None, &spec).unwrap();
        prop_assert!(binning.azimuthal.is_none() && binning.centres.len() == 6);
        let (projection, dense) = (geometry.projection().unwrap(), dense(&binning.matrix, 6));
        for (index, share) in dense.iter().enumerate() {
            let (pixel, bin) = (index / 6, index % 6);
            let limits = [(binning.edges[bin], binning.edges[bin + 1]), (across[0], across[1])];
            let Some(twin) = twin(&projection, split, pixel, units, limits) else { continue };
            prop_assert!((share - twin).abs() < 2e-5, "{split} pixel {pixel} bin {bin}: {share} but {twin}");
        }
    }
}

#[test]
fn bands_side_by_side_hold_every_pixel_once() {
    for split in Split::OF_PATTERNS {
        let of = |band| dense(&bin(&tests::tilted(), None, &spec(Unit::QipNm, split, band)).unwrap().matrix, 6);
        let mut sum = of(band(Unit::QoopNm, -1e3, 4.0));
        for part in [band(Unit::QoopNm, 4.0, 9.0), band(Unit::QoopNm, 9.0, 1e3)] {
            sum.iter_mut().zip(of(part)).for_each(|(sum, part)| *sum += part);
        }
        assert!(sum.chunks(6).all(|pixel| (pixel.iter().sum::<f64>() - 1.0).abs() < 1e-5), "{split}");
        assert!(close(&sum, &of(band(Unit::QoopNm, -1e3, 1e3))), "{split}");
    }
}

#[test]
fn a_band_of_azimuths_is_a_sector() {
    for split in Split::OF_PATTERNS {
        for (first, last) in [(20.0, 130.0), (170.0, -120.0), (-190.0, -120.0)] {
            let of = |spec| dense(&bin(&tests::tilted(), None, &spec).unwrap().matrix, 6);
            let sector = BinningSpec { azimuth_range: Some((first, last)), ..spec(Unit::QNm, split, None) };
            assert!(close(&of(spec(Unit::QNm, split, band(Unit::ChiDeg, first, last))), &of(sector)), "{split}");
        }
    }
}

#[test]
fn azimuths_along_a_range_of_radii_are_those_of_the_ring() {
    let geometry = tests::tilted();
    let rings = vec![(0.0, 6.0), (14.0, 1e3)];
    let outside = Regions { sectors: Vec::new(), rings, unit: Unit::RMm, sample: SAMPLE };
    let mask = masked(&geometry, &outside).unwrap();
    let turn = |spec| BinningSpec { azimuth_range: Some((-180.0, 180.0)), ..spec };
    let ring = bin(&geometry, Some(&mask), &turn(spec(Unit::ChiDeg, Split::No, None))).unwrap();
    let along = bin(&geometry, None, &turn(spec(Unit::ChiDeg, Split::No, band(Unit::RMm, 6.0, 14.0)))).unwrap();
    assert_eq!((along.edges, along.azimuthal.is_none()), (ring.edges, true));
    assert_eq!(dense(&along.matrix, 6), dense(&ring.matrix, 6));
    for split in Split::OF_PATTERNS {
        let all = bin(&geometry, None, &spec(Unit::ChiDeg, split, None)).unwrap();
        let along = bin(&geometry, None, &spec(Unit::ChiDeg, split, band(Unit::RMm, 0.0, 1e3))).unwrap();
        assert_eq!(along.edges, all.edges, "{split}: a band moves no bins");
        assert!(close(&dense(&along.matrix, 6), &dense(&all.matrix, 6)), "{split}");
    }
}

#[test]
fn bands_that_make_no_sense_are_refused_by_name() {
    let refused = |spec: BinningSpec| match bin(&tests::tilted(), None, &spec).unwrap_err() {
        error @ BinningError::Band { .. } => error.to_string(),
        other => panic!("{other}"),
    };
    let no = |unit, band| spec(unit, Split::No, band);
    let own = refused(no(Unit::QipNm, band(Unit::QipA, 0.0, 1.0)));
    assert!(own.starts_with("--along qip_A^-1:0,1: qip_nm^-1 is the pattern's own axis"), "{own}");
    assert!(refused(no(Unit::QNm, band(Unit::TthDeg, 0.0, 1.0))).contains("one follows from the other, q_nm^-1"));
    assert!(refused(no(Unit::ChiDeg, band(Unit::ChigiDeg, 0.0, 1.0))).contains("one follows from the other"));
    assert!(refused(no(Unit::QipNm, band(Unit::QoopNm, 2.0, 1.0))).contains("the first below the last"));
    assert!(refused(no(Unit::QipNm, band(Unit::QoopNm, f64::NAN, 1.0))).contains("must be finite"));
    let sector = BinningSpec { azimuth_range: Some((0.0, 9.0)), ..no(Unit::QipNm, band(Unit::QoopNm, 0.0, 1.0)) };
    assert!(refused(sector).contains("not both this and --azimuth-range"));
}
