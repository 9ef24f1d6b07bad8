//! Detectors in NeXus and spline files.

use std::path::Path;
use std::sync::Arc;

use aureole::detector::{read, write};
use aureole_core::detector::{CornerArray, Detector, DetectorFile, Orientation, Sensor};
use hdf5_metno::File;

use super::support::real_files;

fn nexus(path: &Path) -> Result<Detector, String> {
    let file = DetectorFile::Nexus(path.display().to_string());
    read(Detector::generic(None, 1.0, 1.0).unwrap(), &file, None)
}

/// The corners of a frame's pixel, as 32-bit floats, in the frame's order.
fn corners(detector: &Detector, row: usize, column: usize) -> Vec<f32> {
    let corners = detector.positions().unwrap().corners(row, column);
    corners.into_iter().flatten().map(|value| value as f32).collect()
}

#[test]
fn a_detector_that_is_written_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["Eiger500k", "Imxpad S70", "Xpad_flat"] {
        let sensor = Sensor { material: "CdTe".into(), thickness: Some(7.5e-4) };
        let detector = Detector::by_name(name).unwrap().with_sensor(Some(sensor));
        let path = folder.path().join(format!("{name}.h5"));
        write(&path, &detector).unwrap();
        let found = nexus(&path).unwrap();
        assert_eq!((found.shape(), found.pixel(), found.mask()), (detector.shape(), detector.pixel(), detector.mask()));
        assert_eq!((found.dummy(), found.sensor()), (detector.dummy(), detector.sensor()), "{name}");
        assert_eq!(found.positions().is_some(), detector.positions().is_some());
        if detector.positions().is_some() {
            assert_eq!(corners(&found, 7, 11), corners(&detector, 7, 11));
        }
        assert!(write(&path, &detector).is_err(), "a file that is there is not replaced");
    }
    let hexagons = Detector::by_name("Pixirad1").unwrap();
    assert!(write(&folder.path().join("hexagons.h5"), &hexagons).unwrap_err().to_string().contains("hexagons"));
}

#[test]
fn corners_are_written_in_the_order_of_frames() {
    let folder = tempfile::tempdir().unwrap();
    let detector = Detector::by_name("Imxpad S70").unwrap();
    let path = folder.path().join("turned.h5");
    write(&path, &detector.clone().with_orientation(Orientation::TopLeft)).unwrap();
    let found = nexus(&path).unwrap();
    assert_eq!(found.orientation(), Orientation::BottomRight);
    assert_eq!(corners(&found, 0, 0), corners(&detector, 119, 559));
}

#[test]
fn a_detector_without_corners_is_a_plane_grid() {
    let Some(folder) = real_files("a detector file of Dioptas") else { return };
    let detector = nexus(&folder.join("dioptas/detector.h5")).unwrap();
    assert_eq!((detector.shape(), detector.positions()), (Some((1048, 1032)), None));
    assert!((detector.pixel().0 - 1e-4).abs() < 1e-11);
}

#[test]
fn files_that_describe_no_detector_are_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.h5");
    let file = File::create(&path).unwrap();
    file.create_group("entry").unwrap();
    drop(file);
    assert!(nexus(&path).unwrap_err().contains("other.h5::/: no group of the class NXdetector"));
    assert!(nexus(&folder.path().join("gone.h5")).unwrap_err().contains("gone.h5"));
    let spline = DetectorFile::Spline(path.display().to_string());
    let generic = Detector::generic(None, 1.0, 1.0).unwrap();
    assert!(read(generic, &spline, None).unwrap_err().contains("not a FIT2D spline file"));
}

#[test]
fn a_file_is_found_beside_the_poni_file() {
    let folder = tempfile::tempdir().unwrap();
    let corners = Arc::new(CornerArray::new((1, 2), vec![0.5; 24]).unwrap());
    let detector = Detector::generic(None, 1e-4, 1e-4).unwrap().with_corners(corners).unwrap();
    write(&folder.path().join("own.h5"), &detector).unwrap();
    let file = DetectorFile::Nexus("own.h5".into());
    let generic = || Detector::generic(None, 1.0, 1.0).unwrap();
    assert_eq!(read(generic(), &file, Some(folder.path())).unwrap().shape(), Some((1, 2)));
    assert!(read(generic(), &file, None).is_err());
}
