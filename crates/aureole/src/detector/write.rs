//! A detector as a NeXus file that pyFAI, and we, read as `NexusDetector`.

use std::path::{Path, PathBuf};

use aureole_core::detector::{Arrangement, Detector};
use hdf5_metno::types::VarLenUnicode;
use hdf5_metno::{File, Group};

use crate::hdf5::attributes::{put, unicode};
use crate::hdf5::raw;
use crate::sink::clock;

/// Why a detector cannot be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DetectorWriteError {
    /// A detector without a shape has no pixels to describe.
    #[error("the detector has no shape: give its number of rows and columns")]
    NoShape,
    /// Hexagons have six corners, and the file has room for four.
    #[error("the pixels of {0} are hexagons, which cannot be written as four corners")]
    Hexagons(String),
    /// HDF5 cannot write the file.
    #[error("{}: {reason}", file.display())]
    File {
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
}

/// Writes a detector to a new file: shape, pixel size, orientation, dummy, mask, sensor, and corners where its pixels lie on
/// no plane grid.
///
/// # Errors
/// When the file exists or cannot be written, or the detector has no shape or no four corners a pixel.
pub fn write(file: &Path, detector: &Detector) -> Result<(), DetectorWriteError> {
    let shape = detector.shape().ok_or(DetectorWriteError::NoShape)?;
    if matches!(detector.arrangement(), Arrangement::Hexagons) {
        return Err(DetectorWriteError::Hexagons(detector.name().to_owned()));
    }
    let build = || -> hdf5_metno::Result<()> {
        let file = File::create_excl(file)?;
        put(&file, "default", "entry_0000")?;
        let entry = group(&file, "entry_0000", "NXentry")?;
        // pyFAI looks at entries only that say when they began.
        text(&entry, "start_time", &clock::now())?;
        let part = group(&entry, "pyFAI", "NXsubentry")?;
        let group = group(&part, &detector.name().replace(' ', "_"), "NXdetector")?;
        describe(&group, detector, shape)?;
        corners(&group, detector, shape)
    };
    build().map_err(|error| DetectorWriteError::File { file: file.to_owned(), reason: error.to_string() })
}

fn describe(group: &Group, detector: &Detector, shape: (usize, usize)) -> hdf5_metno::Result<()> {
    text(group, "API_VERSION", "1.1")?;
    let pixel = detector.pixel();
    put(&*group.new_dataset_builder().with_data(&[pixel.0, pixel.1]).create("pixel_size")?, "units", "m")?;
    for name in ["shape", "max_shape"] {
        group.new_dataset_builder().with_data(&[shape.0 as i32, shape.1 as i32]).create(name)?;
    }
    group.new_dataset_builder().with_data(&[1_i32, 1]).create("binning")?;
    // Corners are written in the order of frames, so that there is nothing left to re-index.
    let orientation = if detector.positions().is_some() { 3 } else { i32::from(detector.orientation().number()) };
    group.new_dataset::<i32>().create("orientation")?.write_scalar(&orientation)?;
    group.new_dataset::<i32>().create("CORNERS")?.write_scalar(&4)?;
    let plane = detector.positions().is_none_or(|positions| positions.is_plane());
    group.new_dataset::<bool>().create("IS_FLAT")?.write_scalar(&plane)?;
    // Otherwise pyFAI takes one corner of each pixel for those of its neighbours too.
    group.new_dataset::<bool>().create("IS_CONTIGUOUS")?.write_scalar(&detector.positions().is_none())?;
    if let Some((value, delta)) = detector.dummy() {
        group.new_dataset::<i64>().create("dummy")?.write_scalar(&value)?;
        if let Some(delta) = delta {
            group.new_dataset::<f64>().create("delta_dummy")?.write_scalar(&delta)?;
        }
    }
    if let Some(sensor) = detector.sensor() {
        text(group, "sensor_material", &sensor.material)?;
        if let Some(thickness) = sensor.thickness {
            group.new_dataset::<f64>().create("sensor_thickness")?.write_scalar(&thickness)?;
        }
    }
    if let Some(mask) = detector.mask() {
        let mask: Vec<i8> = mask.into_iter().map(i8::from).collect();
        let dataset = group.new_dataset::<i8>().shape([shape.0, shape.1]).chunk([shape.0, shape.1]).deflate(4);
        dataset.create("mask")?.write_raw(&mask)?;
    }
    Ok(())
}

/// The corners, a row of pixels at a time, in the order of frames.
fn corners(group: &Group, detector: &Detector, (rows, columns): (usize, usize)) -> hdf5_metno::Result<()> {
    let Some(positions) = detector.positions() else { return Ok(()) };
    let dataset = group
        .new_dataset::<f32>()
        .shape([rows, columns, 4, 3])
        .chunk([1, columns, 4, 3])
        .shuffle()
        .deflate(4)
        .create("pixel_corners")?;
    let framed = matches!(detector.arrangement(), Arrangement::Corners(corners) if corners.is_framed());
    let orientation = detector.orientation();
    for row in 0..rows {
        let native = if orientation.reverses_rows() && !framed { rows - 1 - row } else { row };
        let mut values = Vec::with_capacity(columns * 12);
        for column in 0..columns {
            let column = if orientation.reverses_columns() && !framed { columns - 1 - column } else { column };
            values.extend(positions.corners(native, column).into_iter().flatten().map(|value| value as f32));
        }
        raw::write_rows(&dataset, row, &values)?;
    }
    Ok(())
}

fn text(group: &Group, name: &str, text: &str) -> hdf5_metno::Result<()> {
    group.new_dataset::<VarLenUnicode>().create(name)?.write_scalar(&unicode(text))
}

fn group(parent: &Group, name: &str, class: &str) -> hdf5_metno::Result<Group> {
    let group = parent.create_group(name)?;
    put(&group, "NX_class", class)?;
    Ok(group)
}
