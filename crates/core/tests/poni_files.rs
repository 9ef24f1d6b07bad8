//! PONI files that others have written.

use std::path::{Path, PathBuf};

use aureole_core::detector::{Detector, DetectorFile, Spline};
use aureole_core::geometry::Geometry;
use aureole_core::poni::{self, PoniError};

/// The folder of test data; `None`, said aloud, where it is not at hand.
fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data");
    let folder = std::env::var_os("AUREOLE_DATA").map_or(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("SKIPPED: PONI files of others: no test data at {} (set AUREOLE_DATA)", folder.display());
    None
}

fn read(folder: &Path, name: &str) -> Result<Geometry, PoniError> {
    poni::parse(&std::fs::read_to_string(folder.join(name)).expect(name))
}

#[test]
fn files_of_all_versions_are_read_and_survive_a_round_trip() {
    let Some(folder) = data() else { return };
    let files = [
        ("dioptas/CeO2_Pilatus1M.poni", "Detector", 0.2087, None),
        ("dioptas/L2.poni", "Detector", 0.3092, None),
        ("dioptas/transfer.poni", "Detector", 0.2409, None),
        ("ssrl_th3/frame_0008_derived_from_azim_header.poni", "Pilatus300kw", 0.9084, Some((195, 1475))),
        ("xrpd_toolbox/i15-1-100245_frame0.poni", "Eiger2CdTe_500k", 0.2535, Some((512, 1028))),
        ("azint/bench.poni", "Eiger4M", 0.1626, Some((2167, 2070))),
        ("peakpo/LaB6_30keV_P_cen_p30_w_003.poni", "Detector", 0.2066, None),
        ("peakpo/LaB6_30keV_P_cen_p30_w_003.poni.v1.poni", "Detector", 0.2066, None),
        ("pdfstream/Ni_poni_file.poni", "Perkin", 0.2488, Some((2048, 2048))),
        ("pyfai_repo/Mar3450.poni", "Detector", 0.2225, None),
        ("pyfai_repo/Pilatus1M.poni", "Detector", 1.583, None),
        ("pyfai_repo/jupyter.poni", "Pilatus1M", 1.635, Some((1043, 981))),
    ];
    for (file, name, distance, shape) in files {
        let geometry = read(&folder, file).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!((geometry.detector.name(), geometry.detector.shape()), (name, shape), "{file}");
        assert!((geometry.distance / distance - 1.0).abs() < 1e-3, "{file}: {}", geometry.distance);
        assert_eq!(poni::parse(&poni::write(&geometry)), Ok(geometry), "{file}");
    }
}

#[test]
fn of_two_appended_calibrations_the_last_counts() {
    let Some(folder) = data() else { return };
    let geometry = read(&folder, "dioptas/LaB6_40keV_MarCCD.poni").unwrap();
    assert_eq!((geometry.distance, geometry.rot3), (0.196_711_580_484, 1.687_072_216_12e-6));
    assert_eq!(geometry.wavelength, Some(3.1e-11));
}

#[test]
fn a_spline_distortion_gives_shape_pixels_and_corners() {
    let Some(folder) = data() else { return };
    let text = std::fs::read_to_string(folder.join("pyfai_repo/Frelon2k.poni")).unwrap();
    let spline = Spline::parse(&std::fs::read_to_string(folder.join("dioptas/f4mnew.spline")).unwrap()).unwrap();
    let read = |detector: Detector, file: &DetectorFile| {
        assert_eq!(file, &DetectorFile::Spline("frelon.spline".to_owned()));
        detector.with_spline(&spline).map_err(|error| error.to_string())
    };
    let geometry = poni::parse_with(&text, &read).unwrap();
    assert_eq!((geometry.detector.shape(), geometry.detector.pixel()), (Some((2048, 2048)), (50e-6, 50e-6)));
    // The numbers are pyFAI's, which has them as 32-bit floats.
    let [z, y, x] = geometry.detector.positions().unwrap().corners(100, 200)[0];
    assert!(z == 0.0 && (y - 0.003_334_822_8).abs() < 2e-9 && (x - 0.008_732_622).abs() < 2e-9, "{y} {x}");
}
