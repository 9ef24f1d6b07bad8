//! All that decides where a detector's pixels lie, as bytes for a digest.

use super::{Arrangement, Detector};

impl Detector {
    /// Hands all that decides where its pixels lie to `take`, piece by piece; its mask and its dummy are not part of it.
    pub fn identify(&self, take: &mut dyn FnMut(&[u8])) {
        // Every field by name, so that none is forgotten. What a file says is in the arrangement.
        let Detector {
            name,
            native_shape,
            native_pixel,
            pixel,
            binning,
            modules,
            arrangement,
            orientation,
            sensor,
            parallax,
            blind: _,
            own_mask: _,
            sizes: _,
            dummy: _,
            delta_dummy: _,
            file: _,
        } = self;
        let words = (name, native_shape, native_pixel, pixel, binning, modules, orientation, sensor, parallax);
        take(format!("{words:?}\n").as_bytes());
        match arrangement {
            Arrangement::Corners(corners) => corners.identify(take),
            formula => take(format!("{formula:?}\n").as_bytes()),
        }
    }
}
