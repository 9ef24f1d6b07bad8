//! The geometry that a stack's own file states: DECTRIS masters, and other files with an `NXdetector`, know distance, beam, pixels and
//! wavelength.

use std::path::Path;

use aureole_core::detector::Detector;
use aureole_core::geometry::Geometry;
use aureole_core::pipeline::Source;

use super::group::{detector_groups, quantity};
use crate::hdf5::attributes::{string, text};
use crate::hdf5::place::Place;
use crate::source::{self, Reach};

/// Planck's constant times the speed of light, eV·m.
const HC: f64 = 12.398_419_843_320_026e-7;

/// A geometry, and the `FILE::/path` of the detector that it was read from.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// The geometry: of a detector across the beam.
    pub geometry: Geometry,
    /// The `NXdetector` group.
    pub from: String,
}

impl Stated {
    /// What the user should be told.
    #[must_use]
    pub fn notice(&self) -> String {
        let Geometry { detector, distance, poni1, poni2, wavelength, .. } = &self.geometry;
        let (pixel1, pixel2) = detector.pixel();
        let name = if detector.is_generic() { "a detector" } else { detector.name() };
        let (x, y, distance) = (poni2 / pixel2, poni1 / pixel1, distance * 1e3);
        let wavelength = wavelength.map_or_else(String::new, |metres| format!(", {:.5} Å", metres * 1e10));
        format!(
            "geometry of {}, taken for {name} across the beam: {distance:.3} mm, beam at ({x:.2}, {y:.2}) pixels{wavelength}; \
             --poni FILE gives one that was calibrated",
            self.from
        )
    }
}

/// The geometry that the first input states; `None` where it states none, or no complete one.
#[must_use]
pub fn stated(inputs: &[String], reach: Reach) -> Option<Stated> {
    let inputs = source::expand(inputs).ok()?;
    let file = crate::input::split(inputs.first()?).0.to_owned();
    if !crate::hdf5::open::is_hdf5(&file).unwrap_or(false) {
        return None;
    }
    let root = Place::open(&file, reach).ok()?;
    let shape = source::open_start(&inputs[..1], reach).ok()?.0.spec().shape;
    detector_groups(&root).iter().find_map(|group| read(&root, group, shape))
}

fn read(root: &Place, group: &Place, shape: (usize, usize)) -> Option<Stated> {
    let positive = |name, base| quantity(group, name, base).filter(|value| value.is_finite() && *value > 0.0);
    let pixel = (positive("y_pixel_size", "m")?, positive("x_pixel_size", "m")?);
    let distance = positive("detector_distance", "m").or_else(|| positive("distance", "m"))?;
    let centre = |name| quantity(group, name, "pixels").filter(|value| value.is_finite());
    let (y, x) = (centre("beam_center_y")?, centre("beam_center_x")?);
    let detector = described(group, shape, pixel)?;
    let (poni1, poni2) = (y * pixel.0, x * pixel.1);
    let wavelength = wavelength(root, group);
    let geometry = Geometry { detector, distance, poni1, poni2, rot1: 0.0, rot2: 0.0, rot3: 0.0, wavelength };
    Some(Stated { geometry, from: format!("{}::{}", group.file.display(), group.path) })
}

/// The detector of the name in the file, if its frames and pixels are these; else one without a name.
fn described(group: &Place, shape: (usize, usize), pixel: (f64, f64)) -> Option<Detector> {
    let name = group.find("description").ok().and_then(|place| text(place.dataset()?)).unwrap_or_default();
    let words: Vec<&str> = name.split_whitespace().filter(|word| !word.eq_ignore_ascii_case("dectris")).collect();
    // The sensor's material is part of some names, not of others.
    let silicon: Vec<&str> = words.iter().copied().filter(|word| !word.eq_ignore_ascii_case("si")).collect();
    let named = [words, silicon].into_iter().filter_map(|words| Detector::by_name(&words.join(" ")).ok());
    let close = |a: f64, b: f64| (a - b).abs() < 1e-3 * b;
    let fits = |detector: &Detector| {
        let own = detector.pixel();
        detector.shape() == Some(shape) && close(own.0, pixel.0) && close(own.1, pixel.1)
    };
    let mut known = named.filter(|detector| !detector.is_generic());
    known.find(fits).or_else(|| Detector::generic(Some(shape), pixel.0, pixel.1).ok())
}

/// The wavelength in m that the instrument or the sample's beam has.
fn wavelength(root: &Place, detector: &Place) -> Option<f64> {
    let above = Path::new(&detector.path).ancestors().skip(1).filter_map(|path| root.find(path.to_str()?).ok());
    let groups: Vec<Place> = above.flat_map(|above| below(&above)).collect();
    let of = |class: &'static str| groups.iter().filter(move |group| class_of(group).as_deref() == Some(class));
    let beam = of("NXbeam").find_map(|beam| quantity(beam, "incident_wavelength", "m"));
    let own = || of("NXmonochromator").find_map(|group| quantity(group, "wavelength", "m"));
    let energies = || of("NXmonochromator").find_map(|group| quantity(group, "energy", "eV"));
    let wavelength = beam.or_else(own).or_else(|| energies().map(|energy| HC / energy));
    wavelength.filter(|value| value.is_finite() && *value > 0.0)
}

/// The groups in a group, and in the `NXsample` groups of it.
fn below(group: &Place) -> Vec<Place> {
    let members = |group: &Place| -> Vec<Place> {
        let found = group.members().into_iter().filter_map(|name| group.find(&name).ok());
        found.filter(|place| place.group().is_some()).collect()
    };
    let here = members(group);
    let of_samples = here.iter().filter(|place| class_of(place).as_deref() == Some("NXsample")).flat_map(members);
    here.iter().cloned().chain(of_samples.collect::<Vec<_>>()).collect()
}

fn class_of(place: &Place) -> Option<String> {
    string(place.group()?, "NX_class")
}
