//! Units of the radial and azimuthal axis, under the names pyFAI gives them.

mod sample;
mod space;
mod table;

use serde::{Deserialize, Serialize};

pub use sample::{Sample, SampleError};
pub use space::Space;

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
    /// Distance of lattice planes, `λ/(2 sin θ)`, in m.
    DM,
    /// Distance of lattice planes, in nm.
    DNm,
    /// Distance of lattice planes, in Å.
    DA,
    /// Square of the reciprocal distance of lattice planes, in Å^-2.
    DStar2A,
    /// Square of the reciprocal distance of lattice planes, in nm^-2.
    DStar2Nm,
    /// Decimal logarithm of q in m^-1.
    Log10QM,
    /// Natural logarithm of q in nm^-1.
    LogQNm,
    /// Natural logarithm of 1 + q in nm^-1.
    Log1pQNm,
    /// Natural logarithm of 1 + q in Å^-1.
    Log1pQA,
    /// Inverse hyperbolic sine of q in nm^-1.
    ArcsinhQNm,
    /// Inverse hyperbolic sine of q in Å^-1.
    ArcsinhQA,
    /// `4π/λ·sin(½·atan2(x, z))`, in nm^-1.
    QxNm,
    /// `4π/λ·sin(½·atan2(y, z))`, in nm^-1.
    QyNm,
    /// Vertical scattering angle, in radians.
    ScatteringVertRad,
    /// Horizontal scattering angle, in radians.
    ScatteringHorzRad,
    /// Vertical exit angle from the sample, in radians.
    ExitVertRad,
    /// Horizontal exit angle from the sample, in radians.
    ExitHorzRad,
    /// Vertical exit angle from the sample, in degrees.
    ExitVertDeg,
    /// Horizontal exit angle from the sample, in degrees.
    ExitHorzDeg,
    /// Component of q along the sample's horizontal, in nm^-1.
    QxgiNm,
    /// Component of q along the sample's normal, in nm^-1.
    QygiNm,
    /// Component of q along the sample's beam direction, in nm^-1.
    QzgiNm,
    /// Component of q in the sample's plane, with the sign of the horizontal one, in nm^-1.
    QipNm,
    /// Component of q out of the sample's plane, in nm^-1.
    QoopNm,
    /// Modulus of the scattering vector, under the name of fibre units, in nm^-1.
    QtotNm,
    /// Component of q along the sample's horizontal, in Å^-1.
    QxgiA,
    /// Component of q along the sample's normal, in Å^-1.
    QygiA,
    /// Component of q along the sample's beam direction, in Å^-1.
    QzgiA,
    /// Component of q in the sample's plane, with the sign of the horizontal one, in Å^-1.
    QipA,
    /// Component of q out of the sample's plane, in Å^-1.
    QoopA,
    /// Modulus of the scattering vector, under the name of fibre units, in Å^-1.
    QtotA,
    /// Polar angle, from the out-of-plane to the in-plane component of q, in degrees.
    ChigiDeg,
    /// The polar angle, in radians.
    ChigiRad,
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
    pub const ALL: [Unit; table::ROWS.len()] = table::units();

    /// What is known of the unit.
    const fn row(self) -> &'static table::Row {
        &table::ROWS[self as usize]
    }

    /// pyFAI's name of the unit, such as `q_nm^-1`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.row().name
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
        self.row().space
    }

    /// The factor from the space's internal unit (nm^-1, rad, m) to this unit.
    #[must_use]
    pub const fn scale(self) -> f64 {
        self.row().scale
    }

    /// A label for a plot's axis, without the unit.
    #[must_use]
    pub const fn long_name(self) -> &'static str {
        self.space().long_name()
    }

    /// The value of a NeXus `units` attribute; empty for logarithms.
    #[must_use]
    pub const fn nexus_units(self) -> &'static str {
        self.row().nexus
    }

    /// True where positions depend on the wavelength.
    #[must_use]
    pub const fn needs_wavelength(self) -> bool {
        self.space().needs_wavelength()
    }

    /// True where positions may be negative.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        self.space().is_signed() || matches!(self, Unit::QtotNm | Unit::QtotA)
    }

    /// True for what the azimuthal axis of a cake may be.
    #[must_use]
    pub const fn may_be_azimuthal(self) -> bool {
        use Space::{
            ExitHorizontal, ExitVertical, InPlane, Qx, Qy, SampleBeam, SampleHorizontal, SampleVertical,
            ScatteringHorizontal, ScatteringVertical,
        };
        let is_component = matches!(self.space(), Qx | Qy | SampleHorizontal | SampleVertical | SampleBeam | InPlane);
        let is_angle =
            matches!(self.space(), ScatteringHorizontal | ScatteringVertical | ExitHorizontal | ExitVertical);
        self.is_azimuthal() || is_component || is_angle
    }

    /// True for azimuths, which are periodic and may be negative.
    #[must_use]
    pub const fn is_azimuthal(self) -> bool {
        matches!(self.space(), Space::Chi | Space::ChiGi)
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
    fn every_row_of_the_table_is_that_of_its_unit() {
        assert!(Unit::ALL.iter().enumerate().all(|(index, unit)| *unit as usize == index));
        let azimuthal = Unit::ALL.iter().filter(|unit| unit.may_be_azimuthal()).count();
        let radial = Unit::ALL.iter().filter(|unit| !unit.is_azimuthal()).count();
        assert_eq!((radial, azimuthal), (37, 22), "all that pyFAI has, and what its integrate2d_fiber takes");
    }

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
