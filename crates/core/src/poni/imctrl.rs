//! Geometries as GSAS-II saves them, in image controls (`.imctrl`): one `key:value` a line.
//!
//! Used are `wavelength` (Å), `distance` (mm, along the detector's normal), `center` (mm, x and y of the direct beam from the
//! outer corner of the first pixel), `tilt` and `rotation` (degrees) and, where it is given, `det2theta` (degrees). The
//! convention is that of GSAS-II's `GSASIIimage.GetTthAzmDsp`: with rotations R about the beam and T about x the point
//! (x, y) from the centre lies at R·T·Rᵀ·(x, y, 0) + (0, 0, distance/cos tilt), x along the fast axis; an arm then turns all
//! about y. GSAS-II does not save the pixels' size: `pixelSize` (µm, x and y) or `detector` (a name) must be added.

use super::PoniError;
use crate::detector::Detector;
use crate::geometry::Geometry;

/// A geometry, and what GSAS-II would have done besides.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageControls {
    /// The geometry.
    pub geometry: Geometry,
    /// Sentences about what is in the file and not in the geometry.
    pub notices: Vec<String>,
}

/// True for a text that is such a file rather than a PONI file: it has keys that only these have.
#[must_use]
pub fn is_imctrl(text: &str) -> bool {
    lines(text).any(|(key, _)| ["type", "center", "tilt", "rotation"].contains(&key))
}

/// Reads the geometry.
///
/// # Errors
/// Names the key that is missing or has a value that is none.
pub fn parse(text: &str) -> Result<ImageControls, PoniError> {
    let keys = Keys(text);
    let [x, y] = keys.numbers("center")?.ok_or_else(|| missing("center"))?;
    let mount = Mount {
        distance: keys.required("distance")? / 1e3,
        centre: (y / 1e3, x / 1e3),
        tilt: keys.angle("tilt", 89.9)?.ok_or_else(|| missing("tilt"))?,
        rotation: keys.angle("rotation", 720.0)?.ok_or_else(|| missing("rotation"))?,
        arm: keys.angle("det2theta", 180.0)?.unwrap_or(0.0),
    };
    let wavelength = keys.required("wavelength")? / 1e10;
    let geometry = mount.geometry(detector(&keys)?, wavelength);
    geometry.check()?;
    Ok(ImageControls { geometry, notices: notices(&keys)? })
}

/// What is in the file and not in the geometry.
fn notices(keys: &Keys<'_>) -> Result<Vec<String>, PoniError> {
    let ignored = [
        (
            "DetDepth",
            "GSAS-II's empirical shift by the depth of absorption is left out, so positions at high angles differ",
        ),
        ("sag", "GSAS-II's correction for a sagging detector is left out"),
        ("azmthOff", "azimuths are counted from the detector's fast axis and not shifted by it"),
    ];
    let mut notices = Vec::new();
    for (key, meaning) in ignored {
        if let Some([value]) = keys.numbers(key)?.filter(|[value]| *value != 0.0) {
            notices.push(format!("{key} {value}: {meaning}"));
        }
    }
    Ok(notices)
}

fn detector(keys: &Keys<'_>) -> Result<Detector, PoniError> {
    let pixel = keys.numbers("pixelSize")?.map(|[x, y]| (y / 1e6, x / 1e6));
    let named = keys.get("detector").filter(|name| !name.is_empty()).map(Detector::by_name).transpose();
    let named = named.map_err(|error| refused(format!("detector: {error}")))?;
    match (named, pixel) {
        (Some(known), None) => Ok(known),
        (Some(known), Some((y, x))) => known.with_pixel(y, x).map_err(|error| refused(format!("pixelSize: {error}"))),
        (None, Some((y, x))) => Detector::generic(None, y, x).map_err(|error| refused(format!("pixelSize: {error}"))),
        (None, None) => Err(refused(
            "no pixelSize, which GSAS-II leaves out when it saves them; add a line such as pixelSize:[172, 172] (µm, x \
             and y) or detector:Pilatus2M"
                .to_owned(),
        )),
    }
}

/// How the detector is mounted; lengths in m, angles in rad.
struct Mount {
    distance: f64,
    /// Where the direct beam meets the detector, along y and x from its origin.
    centre: (f64, f64),
    tilt: f64,
    rotation: f64,
    arm: f64,
}

impl Mount {
    /// Where one of the detector's axes points in the laboratory: x, y and along the beam.
    fn turned(&self, axis: [f64; 3]) -> [f64; 3] {
        let about =
            |angle: f64, [a, b]: [f64; 2]| [angle.cos() * a - angle.sin() * b, angle.sin() * a + angle.cos() * b];
        let [x, y] = about(-self.rotation, [axis[0], axis[1]]);
        let [y, z] = about(self.tilt, [y, axis[2]]);
        let [x, y] = about(self.rotation, [x, y]);
        let [x, z] = about(self.arm, [x, z]);
        [x, y, z]
    }

    fn geometry(&self, detector: Detector, wavelength: f64) -> Geometry {
        let [fast, slow, normal] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]].map(|axis| self.turned(axis));
        // From where the beam meets the detector to the foot of the perpendicular.
        let offset = self.distance * self.tilt.tan();
        Geometry {
            detector,
            distance: self.distance,
            poni1: self.centre.0 - offset * self.rotation.cos(),
            poni2: self.centre.1 + offset * self.rotation.sin(),
            rot1: (-fast[2]).atan2(normal[2]),
            rot2: slow[2].clamp(-1.0, 1.0).asin(),
            rot3: slow[0].atan2(slow[1]),
            wavelength: Some(wavelength),
        }
    }
}

fn refused(reason: String) -> PoniError {
    PoniError::ImageControls(reason)
}

fn missing(key: &str) -> PoniError {
    refused(format!("no {key}: wavelength, distance, center, tilt and rotation must be there"))
}

/// Keys and values, in order.
fn lines(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let entries =
        text.lines().filter(|line| !line.trim_start().starts_with('#')).filter_map(|line| line.split_once(':'));
    entries.map(|(key, value)| (key.trim(), value.trim()))
}

/// The lines of a file; of each key, the last one counts.
struct Keys<'a>(&'a str);

impl<'a> Keys<'a> {
    fn get(&self, key: &str) -> Option<&'a str> {
        lines(self.0).filter(|(found, _)| *found == key).last().map(|(_, value)| value)
    }

    /// The first numbers of a value, which may be a list.
    fn numbers<const N: usize>(&self, key: &str) -> Result<Option<[f64; N]>, PoniError> {
        let Some(value) = self.get(key) else { return Ok(None) };
        let mut items = value.split(|c: char| "[](), \t".contains(c)).filter(|item| !item.is_empty());
        let mut numbers = [0.0; N];
        for number in &mut numbers {
            let parsed = items.next().and_then(|item| item.parse::<f64>().ok()).filter(|parsed| parsed.is_finite());
            *number = parsed.ok_or_else(|| {
                let shown: String = value.chars().take(80).collect();
                let needed = if N == 1 { "a finite number".to_owned() } else { format!("{N} finite numbers") };
                refused(format!("{key}:{shown}: must be {needed}"))
            })?;
        }
        Ok(Some(numbers))
    }

    fn required(&self, key: &str) -> Result<f64, PoniError> {
        self.numbers(key)?.map(|[number]| number).ok_or_else(|| missing(key))
    }

    /// An angle in rad, of at most so many degrees.
    fn angle(&self, key: &str, most: f64) -> Result<Option<f64>, PoniError> {
        match self.numbers(key)? {
            Some([degrees]) if degrees.abs() > most => {
                Err(refused(format!("{key} {degrees}: must be between -{most} and {most} degrees")))
            }
            angle => Ok(angle.map(|[degrees]| degrees.to_radians())),
        }
    }
}

#[cfg(test)]
mod tests;
