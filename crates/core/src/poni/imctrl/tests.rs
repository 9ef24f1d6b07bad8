use proptest::prelude::*;

use super::*;

/// Controls as GSAS-II writes them, with one line more for the pixels' size.
const SAVED: &str = "type:PWDR\ncolor:Paired\nwavelength:0.24\ncalibrant:Si    SRM640c\ndistance:800.0\n\
    center:[207.2, 204.7]\nOblique:[0.5, False]\ntilt:-0.2\nrotation:3.4\nazmthOff:0.0\nfullIntegrate:True\n\
    LRazimuth:[0.0, 360.0]\nsetdist:800.0\nIOtth:[5.0, 50.0]\ninvert_x:False\ninvert_y:True\nDetDepth:0.0\n\
    varyList:{'dist': False, 'det-X': True}\nPolaVal:[1.0, False]\ndark image:['', -1.0]\npixelSize:[200, 200]\n";

fn without(key: &str) -> String {
    SAVED
        .lines()
        .filter(|line| !line.starts_with(&format!("{key}:")))
        .fold(String::new(), |all, line| all + line + "\n")
}

/// A rotation matrix by degrees: about x for axis 0, y for 1, z for 2.
fn rotation(degrees: f64, axis: usize) -> [[f64; 3]; 3] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let about_x = [[1.0, 0.0, 0.0], [0.0, cos, -sin], [0.0, sin, cos]];
    [0, 1, 2].map(|row| [0, 1, 2].map(|column| about_x[(row + 3 - axis) % 3][(column + 3 - axis) % 3]))
}

/// Sums of products over the last index of both.
fn inner(a: [[f64; 3]; 3], b: [[f64; 3]; 3]) -> [[f64; 3]; 3] {
    a.map(|row| b.map(|other| (0..3).map(|k| row[k] * other[k]).sum()))
}

/// 2θ and azimuth of a point (x, y) in mm from the centre, by GSAS-II's formula for detectors on an arm.
fn published(at: (f64, f64), distance: f64, tilt: f64, turn: f64, arm: f64) -> (f64, f64) {
    let (along, about) = (rotation(tilt, 0), rotation(turn, 2));
    let mount = inner(about, inner(about, along));
    let mut point = mount.map(|row| row[0] * at.0 + row[1] * at.1);
    point[2] += distance / tilt.to_radians().cos();
    let arm = rotation(arm, 1);
    let [x, y, z] = [0, 1, 2].map(|column| (0..3).map(|row| point[row] * arm[row][column]).sum::<f64>());
    (x.hypot(y).atan2(z), y.atan2(x))
}

/// 2θ of the same point, by GSAS-II's other formula, for detectors that are not on an arm.
fn published_without_arm((x, y): (f64, f64), distance: f64, tilt: f64, turn: f64) -> f64 {
    let ((sin, cos), turn) = (tilt.to_radians().sin_cos(), turn.to_radians());
    let depth = sin * (x * turn.sin() - y * turn.cos());
    (x * x + y * y - depth * depth).sqrt().atan2(distance / cos - depth)
}

proptest! {
    #[test]
    fn pixels_lie_where_gsas_ii_puts_them(
        tilt in -30.0..30.0, turn in -360.0..360.0, arm in prop_oneof![Just(0.0), -60.0..60.0], distance in 80.0..2000.0,
        centre in (-100.0..400.0, -100.0..400.0), at in (0.0..2000.0, 0.0..2000.0),
    ) {
        let text = format!(
            "type:PWDR\nwavelength:0.5\ndistance:{distance}\ncenter:[{}, {}]\ntilt:{tilt}\nrotation:{turn}\ndet2theta:{arm}\n\
             pixelSize:[150.0, 200.0]\n", centre.0, centre.1,
        );
        let ImageControls { geometry, notices } = parse(&text).unwrap();
        prop_assert!(notices.is_empty());
        let lab = geometry.for_frames((2000, 2000)).unwrap().projection().unwrap().lab(at.1, at.0);
        let point = (at.0 * 0.15 - centre.0, at.1 * 0.2 - centre.1);
        let found = lab.radius().atan2(lab.z);
        let (two_theta, azimuth) = published(point, distance, tilt, turn, arm);
        prop_assert!((found - two_theta).abs() < 1e-11, "{found} but {two_theta}");
        let turned = (lab.chi() - azimuth).rem_euclid(std::f64::consts::TAU);
        prop_assert!(lab.radius() < 1e-6 || turned.min(std::f64::consts::TAU - turned) < 1e-6, "{} but {azimuth}", lab.chi());
        if arm == 0.0 {
            let other = published_without_arm(point, distance, tilt, turn);
            // The difference of squares cancels near the beam.
            prop_assert!((found - other).abs() < 1e-7, "{found} but {other}");
        }
    }
}

#[test]
fn without_a_tilt_the_poni_is_the_centre_whatever_the_rotation() {
    for rotation in ["0", "90.0", "-123.4"] {
        let text = without("tilt").replace("rotation:3.4", &format!("rotation:{rotation}")) + "tilt:0\n";
        let Geometry { distance, poni1, poni2, rot1, rot2, rot3, wavelength, detector } =
            parse(&text).unwrap().geometry;
        assert_eq!((distance, poni1, poni2, wavelength), (0.8, 0.2047, 0.2072, Some(0.24 / 1e10)));
        assert!([rot1, rot2, rot3].iter().all(|angle| angle.abs() < 1e-15), "{rot1} {rot2} {rot3}");
        assert_eq!((detector.pixel(), detector.shape()), ((2e-4, 2e-4), None));
    }
}

#[test]
fn the_form_is_known_by_its_keys() {
    assert!(is_imctrl(SAVED) && is_imctrl("#An example\n\ntype:PWDR\n"));
    assert!(!is_imctrl("# tilt:3\nDistance: 0.1\nPoni1: 0\nRot1: 0\nDetector: Eiger4M\n") && !is_imctrl(""));
}

#[test]
fn lists_may_have_no_commas_and_a_named_detector_brings_its_pixels() {
    let text = without("center").replace("pixelSize:[200, 200]", "detector:Pilatus 2M") + "center:[ 207.2  204.7]\n";
    let geometry = parse(&text).unwrap().geometry;
    assert_eq!(geometry.detector.pixel(), (172e-6, 172e-6));
    let commas = parse(&without("pixelSize").replace("type:PWDR", "detector:Pilatus2M")).unwrap().geometry;
    assert_eq!((geometry.poni1, geometry.poni2), (commas.poni1, commas.poni2));
}

#[test]
fn what_cannot_be_kept_is_said() {
    let text = SAVED.replace("DetDepth:0.0", "DetDepth:0.063").replace("azmthOff:0.0", "azmthOff:90") + "sag:0.0\n";
    let notices = parse(&text).unwrap().notices;
    assert_eq!(notices.len(), 2, "{notices:?}");
    assert!(notices[0].starts_with("DetDepth 0.063: ") && notices[1].starts_with("azmthOff 90: "), "{notices:?}");
}

#[test]
fn what_is_missing_or_no_number_is_named() {
    let message = |text: &str| parse(text).unwrap_err().to_string();
    for key in ["wavelength", "distance", "center", "tilt", "rotation"] {
        let said = message(&without(key));
        assert!(said.starts_with(&format!("GSAS-II image controls: no {key}: ")), "{said}");
        let said = message(&(without(key) + key + ":[nothing]\n"));
        assert!(said.contains(&format!("{key}:[nothing]: must be ")), "{said}");
    }
    assert!(message(&without("pixelSize")).contains("no pixelSize, which GSAS-II leaves out"));
    assert!(message(&SAVED.replace("[200, 200]", "[0, 200]")).contains("pixelSize: "));
    assert!(message(&SAVED.replace("[200, 200]", "[200]")).contains("pixelSize:[200]: must be 2 finite numbers"));
    assert!(message(&SAVED.replace("tilt:-0.2", "tilt:90")).contains("tilt 90: must be between"));
    assert!(message(&SAVED.replace("distance:800.0", "distance:1e300")).contains("Distance"));
    assert!(message(&(SAVED.to_owned() + "detector:Pilatuss2M\n")).contains("detector: "));
}
