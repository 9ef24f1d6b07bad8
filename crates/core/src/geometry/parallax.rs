//! Parallax: a photon that comes in at an angle is absorbed, and so counted, behind the place where it entered.
//!
//! The mean of the path's projection on the detector, weighted with the absorption along it, is the displacement; what
//! a pixel measured entered that much nearer to the PONI.

use crate::detector::{Sensor, SensorError};

/// The displacement in one sensor at one wavelength.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Parallax {
    /// Linear attenuation coefficient, 1/m.
    attenuation: f64,
    /// Thickness in m; infinite where all is absorbed.
    thickness: f64,
}

/// Steps of the iteration; each gains two digits or more, since the displacement varies slowly.
const STEPS: usize = 8;

impl Parallax {
    /// The displacement in a sensor for a wavelength in m.
    pub(super) fn new(sensor: &Sensor, wavelength: f64) -> Result<Parallax, SensorError> {
        sensor.check()?;
        let thickness = sensor.thickness.unwrap_or(f64::INFINITY);
        Ok(Parallax { attenuation: sensor.attenuation(wavelength)?, thickness })
    }

    /// How far outwards a photon is counted that enters `radius` away from the PONI, at a distance from the sample; m.
    ///
    /// With e = µ·t/cos α this is sin α/µ · (1 − (1 + e)·exp(−e)) / (1 − exp(−e)): the mean of s·sin α over depths s along
    /// the ray, which are exponentially distributed and end at t/cos α.
    fn displacement(&self, radius: f64, distance: f64) -> f64 {
        let length = radius.hypot(distance);
        let thick = radius / length / self.attenuation;
        let depth = self.attenuation * self.thickness * length / distance;
        if depth > 50.0 {
            return thick;
        }
        // For a sensor that absorbs little, both differences cancel: their series takes over.
        if depth < 1e-4 {
            return thick * depth * (0.5 - depth / 12.0);
        }
        thick * (1.0 - (1.0 + depth) * (-depth).exp()) / -(-depth).exp_m1()
    }

    /// Where on the detector the photon entered that was counted at (y, x) from the PONI; m.
    pub(super) fn entered(&self, (y, x): (f64, f64), distance: f64) -> (f64, f64) {
        let counted = y.hypot(x);
        if counted == 0.0 {
            return (y, x);
        }
        let mut radius = counted;
        for _ in 0..STEPS {
            radius = counted - self.displacement(radius.max(0.0), distance);
        }
        let part = radius.max(0.0) / counted;
        (y * part, x * part)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const THIN: Parallax = Parallax { attenuation: 700.0, thickness: 450e-6 };

    /// The naive twin: the mean over many thin layers.
    fn mean_over_layers(parallax: Parallax, radius: f64, distance: f64) -> f64 {
        let angle = (radius / distance).atan();
        let path = parallax.thickness / angle.cos();
        let (mut sum, mut weight) = (0.0, 0.0);
        for layer in 0..100_000 {
            let along = path * (f64::from(layer) + 0.5) / 1e5;
            let absorbed = (-parallax.attenuation * along).exp();
            sum += absorbed * along * angle.sin();
            weight += absorbed;
        }
        sum / weight
    }

    #[test]
    fn the_displacement_is_the_mean_over_the_absorbing_layers() {
        for attenuation in [0.1, 20.0, 700.0, 2e4] {
            let parallax = Parallax { attenuation, ..THIN };
            for radius in [0.001, 0.05, 0.3] {
                let (fast, naive) = (parallax.displacement(radius, 0.1), mean_over_layers(parallax, radius, 0.1));
                assert!((fast / naive - 1.0).abs() < 1e-5, "{attenuation} {radius}: {fast} {naive}");
            }
        }
    }

    #[test]
    fn a_photon_is_led_back_to_where_it_entered() {
        for thickness in [450e-6, f64::INFINITY] {
            let parallax = Parallax { thickness, ..THIN };
            for radius in [1e-5, 0.01, 0.1, 1.0] {
                let counted = radius + parallax.displacement(radius, 0.1);
                let (y, x) = parallax.entered((0.6 * counted, 0.8 * counted), 0.1);
                assert!((y - 0.6 * radius).abs() < 1e-12 && (x - 0.8 * radius).abs() < 1e-12, "{radius}");
            }
            assert_eq!(parallax.entered((0.0, 0.0), 0.1), (0.0, 0.0));
        }
    }
}
