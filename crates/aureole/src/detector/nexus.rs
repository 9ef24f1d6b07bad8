//! Detectors in NeXus files, as pyFAI writes them and as other `NXdetector` groups have them.
//!
//! `pixel_corners` (rows, columns, 4, 3) gives z, y, x of each pixel's corners in m, in the order of frames. Without it
//! `pixel_size` (slow, fast) in m, or `y_pixel_size` and `x_pixel_size` with units, make a plane grid.

use std::path::Path;
use std::sync::Arc;

use aureole_core::detector::{CornerArray, Detector, Orientation, Sensor};
use aureole_core::dtype::Dtype;

use super::group::{block, detector_groups, member, numbers, scale};
use crate::hdf5::attributes::string;
use crate::hdf5::place::Place;
use crate::hdf5::{Hdf5Error, Reach};

/// Reads the detector of a NeXus file: the first `NXdetector` that knows its pixels.
pub(super) fn read(file: &Path) -> Result<Detector, Hdf5Error> {
    let root = Place::open(file, Reach::Folder)?;
    let groups = detector_groups(&root);
    let known = |place: &&Place| {
        ["pixel_corners", "pixel_size", "x_pixel_size"].iter().any(|name| place.members().iter().any(|m| m == name))
    };
    match groups.iter().find(known) {
        Some(group) => detector(group),
        None if groups.is_empty() => Err(root.fail("no group of the class NXdetector in it")),
        None => Err(groups[0].fail("an NXdetector without pixel_corners, pixel_size or x_pixel_size")),
    }
}

fn detector(group: &Place) -> Result<Detector, Hdf5Error> {
    let wrong = |error: aureole_core::detector::DetectorError| group.fail(error.to_string());
    let corners = corners(group)?;
    let (pixel1, pixel2) = pixel_size(group)?.unwrap_or((1.0, 1.0));
    let shape = shape(group)?;
    let mut detector = Detector::generic(shape, pixel1, pixel2).map_err(wrong)?;
    if let Some(corners) = corners {
        detector = detector.with_corners(Arc::new(corners)).map_err(wrong)?;
    }
    if let Some(mask) = member(group, "mask")? {
        let bytes = block(&mask, Dtype::F32)?;
        let mask: Vec<bool> = bytes.chunks_exact(4).map(|value| value != 0_f32.to_ne_bytes()).collect();
        detector = match detector.shape() {
            Some(_) => detector.with_mask(mask),
            None => Err(aureole_core::detector::DetectorError::Shape((0, 0))),
        }
        .map_err(wrong)?;
    }
    let whole = |name: &str| Ok::<_, Hdf5Error>(numbers(group, name)?.and_then(|values| values.first().copied()));
    let orientation = whole("orientation")?.map_or(3.0, |number| number) as i64;
    let orientation = Orientation::from_number(orientation)
        .ok_or_else(|| group.fail(format!("orientation {orientation}; 1, 2, 3 or 4 are allowed")))?;
    let dummy = whole("dummy")?.filter(|dummy| dummy.fract() == 0.0).map(|dummy| dummy as i64);
    let sensor = sensor(group)?;
    Ok(detector.with_orientation(orientation).with_dummy(dummy, whole("delta_dummy")?).with_sensor(sensor))
}

/// The corners, where the group has them.
fn corners(group: &Place) -> Result<Option<CornerArray>, Hdf5Error> {
    let Some(place) = member(group, "pixel_corners")? else { return Ok(None) };
    let shape = place.dataset().map(|dataset| dataset.shape()).unwrap_or_default();
    let &[rows, columns, 4, 3] = shape.as_slice() else {
        return Err(place.fail(format!("shape {shape:?}; (rows, columns, 4, 3) is wanted: four corners a pixel")));
    };
    let bytes = block(&place, Dtype::F32)?;
    let values = bytes.as_chunks().0.iter().map(|&value| f32::from_ne_bytes(value)).collect();
    CornerArray::new((rows, columns), values).map(Some).map_err(|error| place.fail(error.to_string()))
}

/// Rows and columns, where the group says so, or its images do.
fn shape(group: &Place) -> Result<Option<(usize, usize)>, Hdf5Error> {
    for name in ["shape", "max_shape"] {
        if let Some(&[rows, columns]) = numbers(group, name)?.as_deref() {
            return Ok(Some((rows as usize, columns as usize)));
        }
    }
    for name in ["pixel_corners", "mask", "flatfield", "darkcurrent", "pixel_mask"] {
        let shape = member(group, name)?.and_then(|place| place.dataset().map(|dataset| dataset.shape()));
        if let Some(&[rows, columns, ..]) = shape.as_deref() {
            return Ok(Some((rows, columns)));
        }
    }
    Ok(None)
}

/// Size of a pixel along y and x, in m.
fn pixel_size(group: &Place) -> Result<Option<(f64, f64)>, Hdf5Error> {
    if let Some(&[pixel1, pixel2]) = numbers(group, "pixel_size")?.as_deref() {
        return Ok(Some((pixel1, pixel2)));
    }
    let along = |name: &str| -> Result<Option<f64>, Hdf5Error> {
        let Some(place) = member(group, name)? else { return Ok(None) };
        let value = numbers(group, name)?.and_then(|values| values.first().copied());
        let units = place.dataset().and_then(|dataset| string(dataset, "units")).unwrap_or_else(|| "m".to_owned());
        let scale = scale(&units, "m").ok_or_else(|| place.fail(format!("in {units}; m, mm or um is wanted")))?;
        Ok(value.map(|value| value * scale))
    };
    Ok(along("y_pixel_size")?.zip(along("x_pixel_size")?))
}

/// The sensor, where its material has a name.
fn sensor(group: &Place) -> Result<Option<Sensor>, Hdf5Error> {
    let Some(material) = member(group, "sensor_material")? else { return Ok(None) };
    let name = material.dataset().and_then(crate::hdf5::attributes::text);
    let thickness = numbers(group, "sensor_thickness")?.and_then(|values| values.first().copied());
    Ok(name.map(|material| Sensor { material, thickness }))
}
