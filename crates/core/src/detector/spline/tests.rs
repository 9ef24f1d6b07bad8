use super::*;

/// A file of 6 by 4 pixels whose pixels are all moved by the same: `right` along x, `down` along y.
fn file(right: f64, down: f64) -> String {
    let line = |numbers: &[f64]| numbers.iter().map(|number| format!("{number:14.7E}")).collect::<String>();
    let surface = |title: &str, value: f64| {
        let knots = |end: f64| line(&[0.0, 0.0, 0.0, 0.0]) + "\n" + &line(&[end, end, end, end]);
        let coefficients = [value; 16].chunks(5).map(line).collect::<Vec<_>>().join("\n");
        format!("  {title}\n    8    8\n{}\n{}\n{coefficients}\n\n", knots(6.0), knots(4.0))
    };
    format!(
        "SPATIAL DISTORTION\n\n  VALID REGION\n{}\n\n  GRID SPACING, X-PIXEL SIZE, Y-PIXEL SIZE\n{}\n\n{}{}",
        line(&[0.0, 0.0, 6.0, 4.0]),
        line(&[2500.0, 50.0, 40.0]),
        surface("X-DISTORTION", right),
        surface("Y-DISTORTION", down),
    )
}

#[test]
fn a_constant_spline_moves_all_pixels_by_the_same() {
    let spline = Spline::parse(&file(-0.5, 0.25)).unwrap();
    assert_eq!(spline.shape(), (4, 6));
    assert!((spline.pixel().0 - 40e-6).abs() < 1e-18 && (spline.pixel().1 - 50e-6).abs() < 1e-18);
    let corners = spline.corners().unwrap();
    for (row, column) in [(0, 0), (3, 5), (2, 1)] {
        let [_, y, x] = corners.corners(row, column)[0];
        assert!((y - (row as f64 + 0.25) * 40e-6).abs() < 1e-15, "{y}");
        assert!((x - (column as f64 - 0.5) * 50e-6).abs() < 1e-15, "{x}");
    }
}

#[test]
fn pixels_moved_out_of_the_valid_region_are_named() {
    let outside = Spline::parse(&file(1.0, 0.0)).unwrap().outside();
    assert_eq!(outside, [false, false, false, false, false, true].repeat(4));
}

#[test]
fn the_basis_sums_to_one_and_reproduces_a_straight_line() {
    let knots = [0.0, 0.0, 0.0, 0.0, 1.0, 2.5, 4.0, 4.0, 4.0, 4.0];
    // A spline with the means of three knots each as coefficients is the identity (Marsden).
    let means: Vec<f64> = knots[1..].windows(3).map(|knots| knots.iter().sum::<f64>() / 3.0).collect();
    for place in [-1.0, 0.0, 0.3, 1.0, 1.7, 2.5, 3.999, 4.0, 9.0] {
        let (first, weights) = basis(&knots, place);
        assert!((weights.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        let line: f64 = weights.iter().zip(&means[first..]).map(|(weight, mean)| weight * mean).sum();
        assert!((line - place.clamp(0.0, 4.0)).abs() < 1e-14, "{place} {line}");
    }
}

#[test]
fn what_is_no_spline_file_is_refused() {
    let whole = file(0.0, 0.0);
    for length in (0..whole.len()).step_by(31) {
        // What lies behind the last number does not matter.
        if length < whole.trim_end().len() {
            assert!(Spline::parse(&whole[..length]).is_err(), "cut at {length}");
        }
    }
    assert!(Spline::parse(&whole.replace("    8    8", "99999999 99999999")).is_err());
    assert!(Spline::parse(&whole.replace("6.0000000E0", "NaN        ")).is_err());
}
