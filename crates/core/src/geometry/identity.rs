//! All that decides where pixels lie, as bytes for a digest.

use super::Geometry;

impl Geometry {
    /// Hands all that decides where its pixels lie to `take`, piece by piece: two geometries that hand over the same bytes
    /// put every pixel in the same place.
    pub fn identify(&self, take: &mut dyn FnMut(&[u8])) {
        // Every field by name, so that none is forgotten.
        let Geometry { detector, distance, poni1, poni2, rot1, rot2, rot3, wavelength } = self;
        // Debug writes as many digits as a number needs to be read back.
        take(format!("{:?}\n", (distance, poni1, poni2, rot1, rot2, rot3, wavelength)).as_bytes());
        detector.identify(take);
    }
}
