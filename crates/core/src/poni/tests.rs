use super::*;
use crate::detector::{Detector, Orientation};
use proptest::prelude::*;

const V1: &str = "# a comment: no entry\nPixelSize1: 7.9e-05\nPixelSize2: 8.9e-05\nDistance: 0.19\nPoni1: 0.08\n\
                  Poni2: 0.07\nRot1: 0.004\nRot2: -0.002\nRot3: -1e-09\nSplineFile: None\nWavelength:3.1e-11";

/// A file of version 2.1, with one line put in the place of the line of the same key.
fn with(line: &str) -> String {
    let lines = [
        "poni_version: 2.1",
        "Detector: Eiger2CdTe_500k",
        "Detector_config: {\"pixel1\": 7.5e-05, \"pixel2\": 7.5e-05, \"orientation\": 3}",
        "Distance: 0.25",
        "Poni1: 0.018",
        "Poni2: 0.039",
        "Rot1: -0.32",
        "Rot2: 0.004",
        "Rot3: 1.56",
        "Wavelength: 1.6e-11",
    ];
    let key = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    let mut lines: Vec<&str> = lines.into_iter().filter(|other| key(other) != key(line)).collect();
    lines.push(line);
    lines.join("\n")
}

#[test]
fn version_1_gives_pixel_sizes_and_no_shape() {
    let geometry = parse(V1).unwrap();
    assert_eq!((geometry.detector.pixel(), geometry.detector.shape()), ((7.9e-5, 8.9e-5), None));
    assert_eq!((geometry.distance, geometry.rot2, geometry.wavelength), (0.19, -0.002, Some(3.1e-11)));
}

#[test]
fn of_appended_calibrations_the_last_counts() {
    let geometry = parse(&format!("{V1}\n# again\ndistance: 0.5\nROT1: 0")).unwrap();
    assert_eq!((geometry.distance, geometry.rot1, geometry.rot2), (0.5, 0.0, -0.002));
}

#[test]
fn later_versions_give_a_detector() {
    let geometry = parse(&with("Parallax: False")).unwrap();
    assert_eq!(geometry.detector, Detector::by_name("Eiger2 CdTe 500k").unwrap());
    let text =
        with("Detector_config: {\"orientation\": 2}").replace("2.1", "3").replace("Eiger2CdTe_500k", "pilatus 1m");
    let detector = parse(&text).unwrap().detector;
    assert_eq!((detector.name(), detector.orientation()), ("Pilatus1M", Orientation::TopRight));
}

#[test]
fn an_unset_wavelength_is_none() {
    assert_eq!(parse(&with("Wavelength: None")).unwrap().wavelength, None);
}

#[test]
fn bad_lines_are_refused_with_key_line_and_what_is_allowed() {
    let cases = [
        ("Distance: far", "line 10: Distance: \"far\": must be a finite number"),
        ("Distance: nan", "must be a finite number"),
        ("Distance: 0", "Distance = 0: must be between"),
        ("Distance: -0.2", "Distance = -0.2: must be between"),
        ("Distance: None", "no Distance"),
        ("Rot1:", "no Rot1"),
        ("Rot1: 1e300", "Rot1 = "),
        ("Wavelength: -1e-10", "Wavelength = "),
        ("Wavelngth: 1e-10", "line 11: Wavelngth: not a key of a PONI file; known are poni_version"),
        ("poni_version: 4", "line 10: poni_version: \"4\": use 1, 2, 2.1 or 3"),
        ("Parallax: True", "line 11: Parallax: \"True\": needs a sensor in Detector_config"),
        ("Parallax: perhaps", "use True or False"),
        ("Detector: Eigr4M", "line 10: \"Eigr4M\": not a known detector; did you mean Eiger4M"),
        ("Detector: Detector_x", "not a known detector"),
        ("Detector_config: {", "must be a JSON object"),
        ("Detector_config: {\"pixel\": 1}", "\"pixel\" is not a key of a detector; known are pixel1"),
        ("Detector_config: {\"pixel1\": -1e-4}", "pixel size -0.0001 m"),
        ("Detector_config: {\"pixel1\": \"a\"}", "pixel1 must be a number"),
        ("Detector_config: {\"max_shape\": [1e9, 2]}", "max_shape must be two whole numbers"),
        ("Detector_config: {\"max_shape\": [99999999999, 2]}", "shape 99999999999x2"),
        ("Detector_config: {\"module_size\": [0, 2]}", "shape 0x2"),
        ("Detector_config: {\"orientation\": 5}", "orientation must be 1, 2, 3 or 4"),
        (
            "Detector_config: {\"splineFile\": \"a.spline\"}",
            "line 10: a.spline: the file that describes the detector cannot",
        ),
        ("Detector_config: {\"splineFile\": 3}", "splinefile must be the name of a file"),
        (
            "Detector_config: {\"radius\": 0.3}",
            "radius 0.3 m: must be between 1e-3 and 1e3 m, of a detector that is a part",
        ),
        ("Detector_config: {\"sensor\": \"Si\"}", "sensor must have a material"),
        ("Detector_config: {\"x_offset_file\": \"a\"}", "a distortion by offset files is not supported"),
        ("Detector: NexusDetector", "a NexusDetector needs \"filename\""),
    ];
    for (line, expected) in cases {
        let message = parse(&with(line)).expect_err(line).to_string();
        assert!(message.contains(expected), "{line}: {message}");
    }
    let spline = V1.replace("SplineFile: None", "SplineFile: frelon.spline");
    assert!(parse(&spline).unwrap_err().to_string().contains("line 10: frelon.spline: the file"));
    assert!(parse(&V1.replace("PixelSize2", "#")).unwrap_err().to_string().contains("no PixelSize2"));
    assert!(parse("").is_err());
}

#[test]
fn a_parallax_needs_a_sensor_and_survives_a_round_trip() {
    let sensor = "Detector_config: {\"sensor\": {\"material\": \"CdTe\", \"thickness\": 0.00075}}";
    let geometry = parse(&(with(sensor) + "\nParallax: True")).unwrap();
    assert!(geometry.detector.corrects_parallax() && geometry.projection().is_ok());
    let text = write(&geometry);
    assert!(text.contains("poni_version: 3") && text.contains("Parallax: True"), "{text}");
    assert_eq!(parse(&text).unwrap(), geometry);
    let unknown = parse(&(with(&sensor.replace("CdTe", "CdTi")) + "\nParallax: True")).unwrap();
    let message = unknown.projection().unwrap_err().to_string();
    assert!(message.contains("\"CdTi\": not a known sensor material") && message.contains("Si, Ge"), "{message}");
    let dark = parse(&(with(sensor) + "\nParallax: True\nWavelength: None")).unwrap();
    assert!(dark.projection().unwrap_err().to_string().contains("needs the wavelength"));
}

#[test]
fn a_file_that_describes_the_detector_is_read_and_named_when_written() {
    let read = |detector: Detector, file: &DetectorFile| {
        assert_eq!(detector.name(), "Detector");
        match file {
            DetectorFile::Nexus(path) => Err(format!("{path}: gone")),
            DetectorFile::Spline(_) => Detector::generic(Some((3, 4)), 1e-4, 2e-4).map_err(|error| error.to_string()),
        }
    };
    let nexus = with("Detector_config: {\"filename\": \"a.h5\"}").replace("Eiger2CdTe_500k", "NexusDetector");
    assert_eq!(parse_with(&nexus, &read).unwrap_err().to_string(), "line 10: a.h5: gone");
    let geometry = parse_with(&V1.replace("SplineFile: None", "SplineFile: b.spline"), &read).unwrap();
    assert_eq!((geometry.detector.shape(), geometry.detector.pixel()), (Some((3, 4)), (1e-4, 2e-4)));
    assert_eq!(parse_with(&write(&geometry), &read).unwrap(), geometry);
}

#[test]
fn a_generic_detector_needs_pixel_sizes() {
    let text = with("Detector_config: {}").replace("Eiger2CdTe_500k", "Detector");
    assert!(parse(&text).unwrap_err().to_string().contains("needs pixel1 and pixel2"));
}

proptest! {
    #[test]
    fn what_is_written_is_read_back_as_the_very_same(
        numbers in prop::array::uniform5(-3.0..3.0), distance in 1e-3..50.0, wavelength in prop::option::of(1e-12..1e-9),
        pixel in 1e-6..1e-3, shape in prop::option::of((1usize..5000, 1usize..5000)), name in 0usize..6, orientation in 1i64..=4,
    ) {
        let detector = match name {
            0 => Detector::generic(shape, pixel, pixel * 2.0).unwrap(),
            1 => Detector::by_name("RayonixMx225").unwrap(),
            4 => Detector::by_name("Rapid").unwrap().with_radius(0.13).unwrap(),
            5 => Detector::by_name("Pixirad4").unwrap(),
            2 => Detector::by_name("Pilatus1M").unwrap().with_module_size((100, 90)).unwrap(),
            _ => Detector::by_name("Eiger4M").unwrap(),
        };
        let geometry = Geometry {
            detector: detector.with_orientation(Orientation::from_number(orientation).unwrap()),
            distance, wavelength,
            poni1: numbers[0], poni2: numbers[1], rot1: numbers[2], rot2: numbers[3], rot3: numbers[4],
        };
        prop_assert_eq!(parse(&write(&geometry)).unwrap(), geometry);
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in "[\\PC\\n:#]{0,200}", line in "(Detector_config|Detector|Rot1): \\PC{0,60}") {
        let _ = parse(&text);
        let _ = parse(&with(&line));
    }
}
