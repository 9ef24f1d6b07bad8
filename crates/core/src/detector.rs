//! Detectors as data: shape, pixel size, modules, dummy value and orientation.

mod modules;
mod orientation;
mod registry;

pub use modules::Modules;
pub use orientation::Orientation;

use crate::dtype::Dtype;

/// A flat detector of equal, rectangular pixels.
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
    dummy: Option<i64>,
    delta_dummy: Option<f64>,
    orientation: Orientation,
}

/// The value by which a detector marks bad pixels in frames of one dtype; all values within `delta` of it are bad.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Dummy {
    /// The value, as the dtype holds it.
    pub value: i128,
    /// How far from it a value may be and still be bad.
    pub delta: f64,
}

/// Why a detector cannot be had.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum DetectorError {
    /// No detector has this name.
    #[error("{name:?}: not a known detector; {hint}")]
    Unknown {
        /// The name.
        name: String,
        /// Names that may have been meant.
        hint: String,
    },
    /// A pixel size that no detector can have.
    #[error("pixel size {0} m: must be between 1e-9 and 1 m")]
    PixelSize(f64),
    /// A shape that no detector can have.
    #[error("shape {}x{}: each side must be between 1 and 65536, and all at most 2^28 pixels", .0.0, .0.1)]
    Shape((usize, usize)),
    /// Frames that do not come from this detector.
    #[error("the frames are {}x{} pixels, but the detector {name} has {}x{}", frames.0, frames.1, detector.0, detector.1)]
    OtherShape {
        /// The detector.
        name: String,
        /// Its shape.
        detector: (usize, usize),
        /// The shape of the frames.
        frames: (usize, usize),
    },
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

    /// The generic detector, of which nothing is known yet.
    fn unknown() -> Detector {
        Detector {
            name: "Detector".to_owned(),
            native_shape: None,
            native_pixel: None,
            pixel: (1.0, 1.0),
            binning: (1, 1),
            modules: None,
            dummy: None,
            delta_dummy: None,
            orientation: Orientation::default(),
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
        if !is_sane(size) {
            return Err(DetectorError::Shape(size));
        }
        self.modules = self.modules.map(|modules| Modules { size, ..modules });
        Ok(self)
    }

    /// The same detector with pixels of another size along y and x, in m. On a named detector, pixels that are larger
    /// than the native ones mean binning.
    ///
    /// # Errors
    /// When a size is not between 1e-9 and 1 m.
    pub fn with_pixel(mut self, pixel1: f64, pixel2: f64) -> Result<Detector, DetectorError> {
        if let Some(size) = [pixel1, pixel2].into_iter().find(|size| !(1e-9..=1.0).contains(size)) {
            return Err(DetectorError::PixelSize(size));
        }
        if let Some(native) = self.native_pixel {
            self.binning =
                (((pixel1 / native.0).round() as usize).max(1), ((pixel2 / native.1).round() as usize).max(1));
        }
        self.pixel = (pixel1, pixel2);
        self.check_shape()
    }

    /// The same detector with another number of rows and columns, counted before binning.
    ///
    /// # Errors
    /// When a side is not between 1 and 65536, or all have more than 2^28 pixels.
    pub fn with_native_shape(mut self, shape: (usize, usize)) -> Result<Detector, DetectorError> {
        self.native_shape = Some(shape);
        self.check_shape()
    }

    /// The detector itself, when its shape is one that can be worked with.
    fn check_shape(self) -> Result<Detector, DetectorError> {
        match self.shape().filter(|&shape| !is_sane(shape)) {
            Some(shape) => Err(DetectorError::Shape(shape)),
            None => Ok(self),
        }
    }

    /// The detector for frames of the given shape: a generic one takes it on, a named one must have it, or have it when
    /// binned (its pixels then grow).
    ///
    /// # Errors
    /// When the frames cannot come from this detector.
    pub fn for_frames(self, frames: (usize, usize)) -> Result<Detector, DetectorError> {
        let Some(native) = self.native_shape else {
            return self.with_native_shape(frames);
        };
        if self.shape() == Some(frames) {
            return Ok(self);
        }
        match (binning(native.0, frames.0), binning(native.1, frames.1), self.native_pixel) {
            (Some(bin1), Some(bin2), Some(pixel)) => self.with_pixel(pixel.0 * bin1 as f64, pixel.1 * bin2 as f64),
            _ => Err(DetectorError::OtherShape { detector: self.shape().unwrap_or(native), name: self.name, frames }),
        }
    }

    /// The pixels that the detector does not have (gaps between modules), row by row; `None` when it has all.
    #[must_use]
    pub fn mask(&self) -> Option<Vec<bool>> {
        let (native, shape) = (self.native_shape?, self.shape()?);
        let mask = self.modules?.mask(native);
        if self.binning == (1, 1) {
            return Some(mask);
        }
        // A binned pixel is masked when any of its parts is.
        let any_part = |pixel: usize| {
            let (row, column) = (pixel / shape.1 * self.binning.0, pixel % shape.1 * self.binning.1);
            (row..row + self.binning.0).any(|row| mask[row * native.1 + column..][..self.binning.1].contains(&true))
        };
        Some((0..shape.0 * shape.1).map(any_part).collect())
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

/// True for a number of rows and columns that a detector may have.
fn is_sane((rows, columns): (usize, usize)) -> bool {
    (1..=65536).contains(&rows) && (1..=65536).contains(&columns) && rows * columns <= 1 << 28
}

/// How many native pixels a pixel joins when `native` of them became `binned`.
fn binning(native: usize, binned: usize) -> Option<usize> {
    (binned > 0 && binned <= native && native.is_multiple_of(binned)).then(|| native / binned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_negative_dummy_wraps_to_the_dtype() {
        let eiger = Detector::by_name("Eiger4M").unwrap();
        let value = |dtype| eiger.dummy_for(dtype).unwrap().value;
        assert_eq!(value(Dtype::U32), 4_294_967_294);
        assert_eq!(value(Dtype::U16), 65_534);
        assert_eq!(value(Dtype::U8), 254);
        assert_eq!(value(Dtype::U64), (1 << 64) - 2);
        assert_eq!([Dtype::I8, Dtype::I32, Dtype::F32].map(value), [-2; 3]);
        assert_eq!(Detector::generic(None, 1e-4, 1e-4).unwrap().dummy_for(Dtype::U32), None);
    }

    #[test]
    fn a_generic_detector_takes_the_shape_of_the_frames_and_a_named_one_does_not() {
        let generic = Detector::generic(None, 1e-4, 1e-4).unwrap();
        assert_eq!(generic.for_frames((10, 20)).unwrap().shape(), Some((10, 20)));
        let error = Detector::by_name("Pilatus1M").unwrap().for_frames((10, 20)).unwrap_err();
        assert_eq!(error.to_string(), "the frames are 10x20 pixels, but the detector Pilatus1M has 1043x981");
    }

    #[test]
    fn binned_frames_make_the_pixels_of_a_named_detector_larger() {
        let perkin = Detector::by_name("perkin detector").unwrap();
        assert_eq!((perkin.shape(), perkin.pixel()), (Some((2048, 2048)), (2e-4, 2e-4)));
        let full = perkin.for_frames((4096, 4096)).unwrap();
        assert_eq!(full.pixel(), (1e-4, 1e-4));
    }

    #[test]
    fn a_binned_pixel_is_masked_when_a_part_of_it_is() {
        let detector = Detector::by_name("Lambda250k").unwrap();
        let pixel = detector.pixel();
        let binned = detector.with_pixel(pixel.0 * 2.0, pixel.1 * 2.0).unwrap();
        let mask = binned.mask().unwrap();
        assert_eq!((binned.shape(), mask.len()), (Some((258, 258)), 258 * 258));
        assert_eq!(mask.iter().filter(|&&masked| masked).count(), 2 * 2 * 258 - 4);
    }

    #[test]
    fn hostile_sizes_are_refused() {
        for size in [0.0, -1e-4, f64::NAN, f64::INFINITY, 1e9] {
            assert!(matches!(Detector::generic(None, size, 1e-4), Err(DetectorError::PixelSize(_))), "{size}");
        }
        for shape in [(0, 5), (5, 0), (usize::MAX, 2), (65536, 65536)] {
            assert!(matches!(Detector::generic(Some(shape), 1e-4, 1e-4), Err(DetectorError::Shape(_))), "{shape:?}");
        }
    }
}
