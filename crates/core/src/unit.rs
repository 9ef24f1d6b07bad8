//! Units of the radial and azimuthal axis, under the names pyFAI gives them.

use serde::{Deserialize, Serialize};

use crate::suggest::nearest;

/// The unit of the axis that pixels are binned along.
///
/// Positions are computed in the space's internal unit (nm^-1, rad or m); [`Unit::scale`] turns them into this unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Unit {
    /// Modulus of the scattering vector, `4π/λ·sin(θ)`, in nm^-1.
    QNm,
    /// Modulus of the scattering vector, in Å^-1.
    QA,
    /// Scattering angle 2θ, in degrees.
    TthDeg,
    /// Scattering angle 2θ, in radians.
    TthRad,
    /// Distance from the beam in the plane normal to it, in mm.
    RMm,
    /// Distance from the beam in the plane normal to it, in m.
    RM,
    /// Azimuthal angle, in degrees.
    ChiDeg,
    /// Azimuthal angle, in radians.
    ChiRad,
}

/// What a [`Unit`] measures; all units of one space share their internal unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Space {
    /// Scattering vector, internally in nm^-1.
    Q,
    /// Scattering angle, internally in rad.
    TwoTheta,
    /// Distance from the beam, internally in m.
    Radius,
    /// Azimuth, internally in rad.
    Chi,
}

/// A name that is no unit.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{typed:?}: not a unit; use one of {}{}", Unit::names().join(", "), hint(.meant.as_deref()))]
pub struct UnitError {
    /// What was typed.
    pub typed: String,
    /// The unit that was probably meant.
    pub meant: Option<String>,
}

/// The tail of a message about an unknown name.
fn hint(meant: Option<&str>) -> String {
    meant.map(|name| format!(" (did you mean {name}?)")).unwrap_or_default()
}

impl Unit {
    /// Every unit.
    pub const ALL: [Unit; 8] =
        [Unit::QNm, Unit::QA, Unit::TthDeg, Unit::TthRad, Unit::RMm, Unit::RM, Unit::ChiDeg, Unit::ChiRad];

    /// pyFAI's name of the unit, such as `q_nm^-1`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Unit::QNm => "q_nm^-1",
            Unit::QA => "q_A^-1",
            Unit::TthDeg => "2th_deg",
            Unit::TthRad => "2th_rad",
            Unit::RMm => "r_mm",
            Unit::RM => "r_m",
            Unit::ChiDeg => "chi_deg",
            Unit::ChiRad => "chi_rad",
        }
    }

    /// The unit with the given name, in any case; `chi` alone is `chi_deg`.
    ///
    /// # Errors
    /// When there is no such unit; the message lists all and the one probably meant.
    pub fn from_name(name: &str) -> Result<Unit, UnitError> {
        let typed = name.trim();
        if typed.eq_ignore_ascii_case("chi") {
            return Ok(Unit::ChiDeg);
        }
        Unit::ALL.into_iter().find(|unit| unit.name().eq_ignore_ascii_case(typed)).ok_or_else(|| UnitError {
            typed: name.to_owned(),
            meant: nearest(typed, Unit::names()).map(str::to_owned),
        })
    }

    /// The names of all units.
    #[must_use]
    pub fn names() -> Vec<&'static str> {
        Unit::ALL.iter().map(|unit| unit.name()).collect()
    }

    /// What the unit measures.
    #[must_use]
    pub const fn space(self) -> Space {
        match self {
            Unit::QNm | Unit::QA => Space::Q,
            Unit::TthDeg | Unit::TthRad => Space::TwoTheta,
            Unit::RMm | Unit::RM => Space::Radius,
            Unit::ChiDeg | Unit::ChiRad => Space::Chi,
        }
    }

    /// The factor from the space's internal unit (nm^-1, rad, m) to this unit.
    #[must_use]
    pub const fn scale(self) -> f64 {
        match self {
            Unit::QNm | Unit::TthRad | Unit::RM | Unit::ChiRad => 1.0,
            Unit::QA => 0.1,
            Unit::TthDeg | Unit::ChiDeg => 180.0 / std::f64::consts::PI,
            Unit::RMm => 1000.0,
        }
    }

    /// A label for a plot's axis, without the unit.
    #[must_use]
    pub const fn long_name(self) -> &'static str {
        match self.space() {
            Space::Q => "Scattering vector q",
            Space::TwoTheta => "Scattering angle 2θ",
            Space::Radius => "Radius r",
            Space::Chi => "Azimuthal angle χ",
        }
    }

    /// The value of a NeXus `units` attribute.
    #[must_use]
    pub const fn nexus_units(self) -> &'static str {
        match self {
            Unit::QNm => "1/nm",
            Unit::QA => "1/angstrom",
            Unit::TthDeg | Unit::ChiDeg => "degree",
            Unit::TthRad | Unit::ChiRad => "radian",
            Unit::RMm => "mm",
            Unit::RM => "m",
        }
    }

    /// True where positions depend on the wavelength.
    #[must_use]
    pub const fn needs_wavelength(self) -> bool {
        matches!(self.space(), Space::Q)
    }

    /// True where positions may be negative.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        self.is_azimuthal()
    }

    /// True for what the azimuthal axis of a cake may be.
    #[must_use]
    pub const fn may_be_azimuthal(self) -> bool {
        self.is_azimuthal()
    }

    /// True for the azimuthal angle, which is periodic and may be negative.
    #[must_use]
    pub const fn is_azimuthal(self) -> bool {
        matches!(self.space(), Space::Chi)
    }
}

impl std::fmt::Display for Unit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Unit {
    type Err = UnitError;

    fn from_str(name: &str) -> Result<Unit, UnitError> {
        Unit::from_name(name)
    }
}

impl TryFrom<String> for Unit {
    type Error = UnitError;

    fn try_from(name: String) -> Result<Unit, UnitError> {
        Unit::from_name(&name)
    }
}

impl From<Unit> for String {
    fn from(unit: Unit) -> String {
        unit.name().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_back_to_its_unit() {
        for unit in Unit::ALL {
            assert_eq!(Unit::from_name(unit.name()), Ok(unit));
            assert_eq!(Unit::from_name(&unit.name().to_uppercase()), Ok(unit));
        }
        assert_eq!(Unit::from_name("chi"), Ok(Unit::ChiDeg));
    }

    #[test]
    fn an_unknown_unit_is_refused_with_the_one_meant_and_all_allowed() {
        let message = Unit::from_name("q_nm-1").unwrap_err().to_string();
        assert!(message.contains("did you mean q_nm^-1?"), "{message}");
        assert!(message.contains("r_mm"), "{message}");
        assert!(!Unit::from_name("furlong").unwrap_err().to_string().contains("did you mean"));
    }
}
