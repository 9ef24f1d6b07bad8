//! Axes of several results, side by side.

use super::Axis;

/// Units of one quantity, and how many of the base unit each of them is.
const SCALES: [&[(&str, f64)]; 3] = [
    &[("1/nm", 1.0), ("1/angstrom", 10.0)],
    &[("radian", 1.0), ("degree", std::f64::consts::PI / 180.0)],
    &[("m", 1.0), ("mm", 1e-3), ("nm", 1e-9), ("angstrom", 1e-10)],
];

/// The same for squares of reciprocal lengths.
const SQUARES: &[(&str, f64)] = &[("1/nm^2", 1.0), ("1/angstrom^2", 100.0)];

impl Axis {
    /// By what the positions have to be multiplied to be in the units of another axis; `None` where that is no axis of the same
    /// quantity.
    #[must_use]
    pub fn factor_to(&self, other: &Axis) -> Option<f64> {
        if self.long_name != other.long_name {
            return None;
        }
        if self.units == other.units {
            return Some(1.0);
        }
        SCALES.iter().copied().chain([SQUARES]).find_map(|scale| {
            let of = |units: &str| scale.iter().find(|(name, _)| *name == units).map(|(_, factor)| *factor);
            Some(of(&self.units)? / of(&other.units)?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn axis(long_name: &str, units: &str) -> Axis {
        Axis { centres: vec![], units: units.into(), long_name: long_name.into() }
    }

    #[test]
    fn the_same_quantity_in_another_unit_differs_by_a_factor() {
        for (from, to, expected) in [
            ("1/angstrom", "1/nm", 10.0),
            ("1/nm", "1/angstrom", 0.1),
            ("1/nm^2", "1/angstrom^2", 0.01),
            ("radian", "degree", 57.295_779_513_082_32),
            ("mm", "m", 1e-3),
            ("", "", 1.0),
            ("furlong", "furlong", 1.0),
        ] {
            let factor = axis("q", from).factor_to(&axis("q", to)).unwrap();
            assert!((factor / expected - 1.0).abs() < 1e-14, "{from} to {to}: {factor}");
        }
    }

    #[test]
    fn another_quantity_has_no_factor() {
        assert_eq!(axis("Scattering vector q", "1/nm").factor_to(&axis("Scattering angle 2θ", "degree")), None);
        assert_eq!(axis("a", "1/nm").factor_to(&axis("b", "1/nm")), None);
        assert_eq!(axis("a", "1/nm").factor_to(&axis("a", "furlong")), None);
    }
}
