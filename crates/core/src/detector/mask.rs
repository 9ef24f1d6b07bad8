//! The pixels that a detector does not have, or that measure nothing.

use std::sync::Arc;

use super::{Arrangement, Detector, DetectorError};

impl Detector {
    /// The pixels to leave out of every frame: gaps between modules, pixels that measure nothing, and pixels without a
    /// position. One value a pixel, row by row; `None` when there are none.
    #[must_use]
    pub fn mask(&self) -> Option<Vec<bool>> {
        let masks = [self.gaps(), self.blind(), self.own_mask.as_ref().map(|mask| mask.to_vec()), self.nowhere()];
        masks.into_iter().flatten().reduce(|mut all, more| {
            all.iter_mut().zip(more).for_each(|(all, more)| *all |= more);
            all
        })
    }

    /// The same detector with a mask of its own (true: leave out), beside its gaps: one value a pixel of its frames.
    ///
    /// # Errors
    /// When the mask is not of the detector's shape.
    pub fn with_mask(mut self, mask: Vec<bool>) -> Result<Detector, DetectorError> {
        let shape = self.shape().unwrap_or((0, 0));
        if mask.len() != shape.0 * shape.1 {
            let (found, wanted) = (mask.len(), shape.0 * shape.1);
            return Err(DetectorError::ArraySize { what: "a mask", found, wanted, shape });
        }
        self.own_mask = Some(mask.into());
        Ok(self)
    }

    /// What lies between modules.
    fn gaps(&self) -> Option<Vec<bool>> {
        let native = self.native_shape?;
        Some(self.binned(self.modules.filter(|modules| !modules.is_gapless())?.mask(native)))
    }

    /// What measures nothing.
    fn blind(&self) -> Option<Vec<bool>> {
        let blind = self.blind.as_ref()?;
        let (native, shape) = (self.native_shape?, self.shape()?);
        let module = self.modules.map_or(native, |modules| modules.size);
        Some(if blind.is_round() { blind.mask(shape, module) } else { self.binned(blind.mask(native, module)) })
    }

    /// What has no position.
    fn nowhere(&self) -> Option<Vec<bool>> {
        match &self.arrangement {
            Arrangement::Corners(corners) => Arc::as_ref(corners).without_position(),
            _ => None,
        }
    }

    /// A mask of the native pixels as one of the binned ones: a pixel is masked when any of its parts is.
    fn binned(&self, mask: Vec<bool>) -> Vec<bool> {
        let (Some(native), Some(shape)) = (self.native_shape, self.shape()) else { return mask };
        if self.binning == (1, 1) {
            return mask;
        }
        let any_part = |pixel: usize| {
            let (row, column) = (pixel / shape.1 * self.binning.0, pixel % shape.1 * self.binning.1);
            (row..row + self.binning.0).any(|row| mask[row * native.1 + column..][..self.binning.1].contains(&true))
        };
        (0..shape.0 * shape.1).map(any_part).collect()
    }
}
