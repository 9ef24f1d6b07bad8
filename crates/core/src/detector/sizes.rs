//! Shapes and pixel sizes: what a detector may have, and which it takes on for frames that are binned or cropped.

use serde::Deserialize;

use super::{Arrangement, Detector, DetectorError};

/// Sizes that a detector can be set to, where they are no simple multiples of the native ones.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
pub(super) struct Sizes {
    /// How many pixels are joined along an axis, and the size of the joint pixel in m.
    binned: Vec<(usize, f64)>,
    /// Rows, as many as columns, and the pixel size in m of each kind of frame.
    scans: Vec<(usize, f64)>,
}

impl Sizes {
    /// True when there are none.
    pub(super) fn is_empty(&self) -> bool {
        *self == Sizes::default()
    }
}

impl Detector {
    /// The same detector with pixels of another size along y and x, in m. On a named detector, pixels that are larger
    /// than the native ones mean binning.
    ///
    /// # Errors
    /// When a size is not between 1e-9 and 1 m, or the detector has pixels of one size only.
    pub fn with_pixel(mut self, pixel1: f64, pixel2: f64) -> Result<Detector, DetectorError> {
        if let Some(size) = [pixel1, pixel2].into_iter().find(|size| !(1e-9..=1.0).contains(size)) {
            return Err(DetectorError::PixelSize(size));
        }
        if let Some(native) = self.native_pixel {
            let is_native = is_near(pixel1, native.0) && is_near(pixel2, native.1);
            if !is_native && !self.can_be_binned() {
                return Err(DetectorError::FixedPixels { name: self.name, asked: (pixel1, pixel2), native });
            }
            let scan = self.sizes.as_ref().and_then(|sizes| sizes.scans.iter().find(|scan| is_near(scan.1, pixel1)));
            if let Some(&(side, _)) = scan.filter(|_| !is_near(pixel1, native.0) && is_near(pixel1, pixel2)) {
                return self.with_scan(side, pixel1);
            }
            self.binning =
                (((pixel1 / native.0).round() as usize).max(1), ((pixel2 / native.1).round() as usize).max(1));
        }
        self.pixel = (pixel1, pixel2);
        self.check_shape()
    }

    /// The same detector with another number of rows and columns, counted before binning.
    ///
    /// # Errors
    /// When a side is not between 1 and 65536, or all have more than 2^28 pixels, or corners are known for another shape.
    pub fn with_native_shape(mut self, shape: (usize, usize)) -> Result<Detector, DetectorError> {
        if let Arrangement::Corners(corners) = &self.arrangement
            && corners.shape() != shape
        {
            return Err(DetectorError::OtherShape { detector: corners.shape(), name: self.name, frames: shape });
        }
        self.native_shape = Some(shape);
        self.check_shape()
    }

    /// The detector itself, when its shape is one that can be worked with.
    pub(super) fn check_shape(self) -> Result<Detector, DetectorError> {
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
        let other =
            DetectorError::OtherShape { detector: self.shape().unwrap_or(native), name: self.name.clone(), frames };
        let Some(pixel) = self.native_pixel.filter(|_| self.can_be_binned()) else { return Err(other) };
        if let Some(detector) = self.as_scanned(frames).or_else(|| self.as_binned(frames)) {
            return Ok(detector);
        }
        match (binning(native.0, frames.0), binning(native.1, frames.1)) {
            (Some(bin1), Some(bin2)) => self.with_pixel(pixel.0 * bin1 as f64, pixel.1 * bin2 as f64),
            _ => Err(other),
        }
    }

    /// True where several native pixels may be joined.
    fn can_be_binned(&self) -> bool {
        matches!(self.arrangement, Arrangement::Grid | Arrangement::Cylinder { .. })
    }

    /// The detector that reads out frames of this shape, where its table of scans has them.
    fn as_scanned(&self, frames: (usize, usize)) -> Option<Detector> {
        let scans = &self.sizes.as_ref()?.scans;
        let &(side, pixel) = scans.iter().find(|scan| frames == (scan.0, scan.0))?;
        self.clone().with_scan(side, pixel).ok()
    }

    /// The detector as one kind of scan has it.
    fn with_scan(mut self, side: usize, pixel: f64) -> Result<Detector, DetectorError> {
        self.binning = (1, 1);
        self.pixel = (pixel, pixel);
        self.native_pixel = Some(self.pixel);
        self.native_shape = Some((side, side));
        self.check_shape()
    }

    /// The detector binned to frames of this shape, where its table of binned pixels has them; an odd line more or less
    /// does not count.
    fn as_binned(&self, frames: (usize, usize)) -> Option<Detector> {
        let (native, sizes) = (self.native_shape?, self.sizes.as_ref()?);
        let joint = |native: usize, frames: usize| {
            let bin = native.checked_div(frames)?;
            sizes.binned.iter().find(|size| size.0 == bin).copied()
        };
        let (first, second) = (joint(native.0, frames.0)?, joint(native.1, frames.1)?);
        let mut detector = self.clone();
        detector.pixel = (first.1, second.1);
        detector.binning = (first.0, second.0);
        detector.native_shape = Some((frames.0 * first.0, frames.1 * second.0));
        detector.check_shape().ok()
    }
}

/// True for a number of rows and columns that a detector may have.
pub(super) fn is_sane((rows, columns): (usize, usize)) -> bool {
    (1..=65536).contains(&rows) && (1..=65536).contains(&columns) && rows * columns <= 1 << 28
}

/// True for sizes that are the same but for rounding.
fn is_near(size: f64, other: f64) -> bool {
    (size - other).abs() <= 1e-6 * other
}

/// How many native pixels a pixel joins when `native` of them became `binned`.
fn binning(native: usize, binned: usize) -> Option<usize> {
    (binned > 0 && binned <= native && native.is_multiple_of(binned)).then(|| native / binned)
}
