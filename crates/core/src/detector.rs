//! Detectors as data: shape, pixels and where they lie, modules, dummy value and orientation.

mod arrangement;
mod blind;
mod corners;
mod error;
mod identity;
mod mask;
mod modules;
mod orientation;
mod positions;
mod registry;
mod sensor;
mod sizes;
mod spline;

pub use arrangement::Arrangement;
pub use corners::CornerArray;
pub use error::DetectorError;
pub use modules::Modules;
pub use orientation::Orientation;
pub use positions::{Band, Place, Positions};
pub use sensor::{Sensor, SensorError};
pub use spline::{Spline, SplineError};

use std::sync::Arc;

use crate::dtype::Dtype;
use blind::Blind;
use sizes::Sizes;

/// A detector: most have equal, rectangular pixels in a plane, others say where theirs lie.
///
/// Sizes are given slow axis (rows, y) first. A named detector may be binned: each pixel of its frames then stands for
/// several native ones.
#[derive(Clone, Debug, PartialEq)]
pub struct Detector {
    name: String,
    native_shape: Option<(usize, usize)>,
    native_pixel: Option<(f64, f64)>,
    pixel: (f64, f64),
    binning: (usize, usize),
    modules: Option<Modules>,
    arrangement: Arrangement,
    blind: Option<Arc<Blind>>,
    own_mask: Option<Arc<[bool]>>,
    sizes: Option<Arc<Sizes>>,
    dummy: Option<i64>,
    delta_dummy: Option<f64>,
    orientation: Orientation,
    sensor: Option<Sensor>,
    parallax: bool,
    file: Option<DetectorFile>,
}

/// A file that says where a detector's pixels lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DetectorFile {
    /// A NeXus file with an `NXdetector`, by its path.
    Nexus(String),
    /// A spline file of FIT2D, by its path.
    Spline(String),
}

/// The value by which a detector marks bad pixels in frames of one dtype; all values within `delta` of it are bad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dummy {
    /// The value, as the dtype holds it.
    pub value: i128,
    /// How far from it a value may be and still be bad.
    pub delta: f64,
}

impl Detector {
    /// The detector with the given name or alias; case, spaces and underscores do not count.
    ///
    /// `Detector` is the generic one, without a shape and with pixels of 1 m until others are set.
    ///
    /// # Errors
    /// When there is none of this name; the message names the nearest.
    pub fn by_name(name: &str) -> Result<Detector, DetectorError> {
        registry::by_name(name)
    }

    /// The names of all detectors that [`Detector::by_name`] knows besides the generic `Detector`.
    pub fn names() -> impl Iterator<Item = &'static str> {
        registry::names()
    }

    /// The names of the detectors whose frames have the given shape (rows, columns).
    #[must_use]
    pub fn guess(shape: (usize, usize)) -> Vec<&'static str> {
        registry::guess(shape)
    }

    /// A detector without a name: a shape (rows, columns), if known, and the pixel's size along y and x in m.
    ///
    /// # Errors
    /// When no detector can have this shape or these pixels.
    pub fn generic(shape: Option<(usize, usize)>, pixel1: f64, pixel2: f64) -> Result<Detector, DetectorError> {
        let detector = Detector::unknown().with_pixel(pixel1, pixel2)?;
        shape.map_or(Ok(detector.clone()), |shape| detector.with_native_shape(shape))
    }

    /// The same detector with the corners of its pixels as measured, which give its shape too.
    ///
    /// Corners of their own are those of the pixels as frames have them, and the orientation does not re-index them; shared
    /// ones are those of the detector.
    ///
    /// # Errors
    /// When no detector can have the shape of the corners.
    pub fn with_corners(mut self, corners: Arc<CornerArray>) -> Result<Detector, DetectorError> {
        self.native_shape = Some(corners.shape());
        self.arrangement = Arrangement::Corners(corners);
        self.check_shape()
    }

    /// The same detector with the distortion of a spline, which gives its shape and pixel size too.
    ///
    /// # Errors
    /// When no detector can have that shape or pixel size.
    pub fn with_spline(mut self, spline: &Spline) -> Result<Detector, DetectorError> {
        if !sizes::is_sane(spline.shape()) {
            return Err(DetectorError::Shape(spline.shape()));
        }
        self.binning = (1, 1);
        self.native_pixel = self.native_pixel.map(|_| spline.pixel());
        let (pixel1, pixel2) = spline.pixel();
        let detector = self.with_pixel(pixel1, pixel2)?.with_corners(Arc::new(spline.corners()?))?;
        // FReLoN cameras see nothing outside of the region that the spline is valid in.
        if detector.name == "FReLoN" { detector.with_mask(spline.outside()) } else { Ok(detector) }
    }

    /// The file that says where the pixels lie, where one does.
    #[must_use]
    pub fn file(&self) -> Option<&DetectorFile> {
        self.file.as_ref()
    }

    /// The same detector, known to be described by a file. One described by a NeXus file is called `NexusDetector`.
    #[must_use]
    pub fn described_by(mut self, file: DetectorFile) -> Detector {
        if matches!(file, DetectorFile::Nexus(_)) {
            "NexusDetector".clone_into(&mut self.name);
        }
        self.file = Some(file);
        self
    }

    /// What its sensitive layer is made of, where that is known.
    #[must_use]
    pub fn sensor(&self) -> Option<&Sensor> {
        self.sensor.as_ref()
    }

    /// The same detector with another sensor.
    #[must_use]
    pub fn with_sensor(mut self, sensor: Option<Sensor>) -> Detector {
        self.sensor = sensor;
        self
    }

    /// True when positions are corrected for the depth that photons are absorbed in.
    #[must_use]
    pub fn corrects_parallax(&self) -> bool {
        self.parallax
    }

    /// The same detector, positions corrected for the depth that photons are absorbed in, or not.
    #[must_use]
    pub fn with_parallax(mut self, parallax: bool) -> Detector {
        self.parallax = parallax;
        self
    }

    /// The marker of bad pixels, before it wraps to a dtype, and how far from it a value may lie.
    #[must_use]
    pub fn dummy(&self) -> Option<(i64, Option<f64>)> {
        Some((self.dummy?, self.delta_dummy))
    }

    /// The same detector with another marker of bad pixels.
    #[must_use]
    pub fn with_dummy(mut self, dummy: Option<i64>, delta: Option<f64>) -> Detector {
        (self.dummy, self.delta_dummy) = (dummy, delta);
        self
    }

    /// The same detector as a part of a cylinder of another radius, in m.
    ///
    /// # Errors
    /// When it is no cylinder, or the radius is not between 1 mm and 1 km.
    pub fn with_radius(mut self, radius: f64) -> Result<Detector, DetectorError> {
        if !matches!(self.arrangement, Arrangement::Cylinder { .. }) || !(1e-3..=1e3).contains(&radius) {
            return Err(DetectorError::Radius(radius));
        }
        self.arrangement = Arrangement::Cylinder { radius };
        Ok(self)
    }

    /// The generic detector, of which nothing is known yet.
    fn unknown() -> Detector {
        Detector {
            name: "Detector".to_owned(),
            native_shape: None,
            native_pixel: None,
            pixel: (1.0, 1.0),
            binning: (1, 1),
            modules: None,
            arrangement: Arrangement::Grid,
            blind: None,
            own_mask: None,
            sizes: None,
            dummy: None,
            delta_dummy: None,
            orientation: Orientation::default(),
            sensor: None,
            parallax: false,
            file: None,
        }
    }

    /// The canonical name, such as `Eiger2CdTe_500k`, or `Detector` for a generic one.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// True for a detector without a name of its own.
    #[must_use]
    pub fn is_generic(&self) -> bool {
        self.native_pixel.is_none()
    }

    /// Rows and columns of a frame; `None` as long as a generic detector has not met one.
    #[must_use]
    pub fn shape(&self) -> Option<(usize, usize)> {
        self.native_shape.map(|(rows, columns)| (rows / self.binning.0, columns / self.binning.1))
    }

    /// Rows and columns before binning.
    #[must_use]
    pub fn native_shape(&self) -> Option<(usize, usize)> {
        self.native_shape
    }

    /// The pixel's size along y (slow) and x (fast), in m.
    #[must_use]
    pub fn pixel(&self) -> (f64, f64) {
        self.pixel
    }

    /// The layout of its modules, where it has any.
    #[must_use]
    pub fn modules(&self) -> Option<Modules> {
        self.modules
    }

    /// How its pixels are arranged.
    #[must_use]
    pub fn arrangement(&self) -> &Arrangement {
        &self.arrangement
    }

    /// Where its pixels lie, in the native orientation; `None` for equal rectangles side by side in a plane, and as long as
    /// the shape is not known.
    #[must_use]
    pub fn positions(&self) -> Option<Positions> {
        self.arrangement.positions(self.shape()?, self.pixel, self.modules)
    }

    /// Which corner the first pixel of a frame is at.
    #[must_use]
    pub fn orientation(&self) -> Orientation {
        self.orientation
    }

    /// The same detector with its first pixel at another corner.
    #[must_use]
    pub fn with_orientation(mut self, orientation: Orientation) -> Detector {
        self.orientation = orientation;
        self
    }

    /// The same detector with modules of another size (rows, columns).
    ///
    /// # Errors
    /// When a side is not between 1 and 65536.
    pub fn with_module_size(mut self, size: (usize, usize)) -> Result<Detector, DetectorError> {
        if !sizes::is_sane(size) {
            return Err(DetectorError::Shape(size));
        }
        self.modules = self.modules.map(|modules| Modules { size, ..modules });
        Ok(self)
    }

    /// The value that marks bad pixels in frames of the given type; `None` where the detector has none.
    ///
    /// A negative value wraps around in an unsigned type, as in the detector's own files: −2 is 2^32 − 2 in `uint32`.
    #[must_use]
    pub fn dummy_for(&self, dtype: Dtype) -> Option<Dummy> {
        let dummy = i128::from(self.dummy?);
        let value = match dtype.integer_range() {
            Some((min, max)) => (dummy - min).rem_euclid(max - min + 1) + min,
            None => dummy,
        };
        Some(Dummy { value, delta: self.delta_dummy.unwrap_or(0.0) })
    }
}

#[cfg(test)]
mod tests;
