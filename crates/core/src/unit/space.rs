//! What can be measured of a position, as functions of where it is in the laboratory.

use std::f64::consts::TAU;

use super::Sample;
use crate::geometry::Lab;

/// What a unit measures; all units of one space share their internal unit.
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
    /// Distance of lattice planes, internally in m.
    D,
    /// Its reciprocal's square, internally in nm^-2.
    DStar2,
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
    /// q of the horizontal angle alone, internally in nm^-1.
    Qx,
    /// q of the vertical angle alone, internally in nm^-1.
    Qy,
    /// Scattering angle out of the horizontal plane, internally in rad.
    ScatteringVertical,
    /// Scattering angle in the horizontal plane, internally in rad.
    ScatteringHorizontal,
    /// Exit angle out of the sample's plane, internally in rad.
    ExitVertical,
    /// Exit angle in the sample's plane, internally in rad.
    ExitHorizontal,
    /// Component of q along the sample's horizontal, internally in nm^-1.
    SampleHorizontal,
    /// Component of q along the sample's normal, internally in nm^-1.
    SampleVertical,
    /// Component of q along the beam as the sample sees it, internally in nm^-1.
    SampleBeam,
    /// Component of q in the sample's plane, with the sign of the horizontal one, internally in nm^-1.
    InPlane,
    /// Polar angle, from the out-of-plane to the in-plane component of q, internally in rad.
    ChiGi,
}

impl Space {
    /// The coordinate of a position, in the space's internal unit; `q_scale` is 4π/λ in nm^-1.
    #[must_use]
    pub fn coordinate(self, q_scale: f64, sample: &Sample, lab: Lab) -> f64 {
        let q = || q_scale * lab.sin_theta();
        let vector = || sample.scattering_vector(lab);
        match self {
            Space::Q => q(),
            Space::TwoTheta => lab.radius().atan2(lab.z),
            Space::Radius => lab.radius(),
            Space::Chi => lab.chi(),
            Space::D => 1e-9 * TAU / q(),
            Space::DStar2 => (q() / TAU).powi(2),
            Space::Log10QM => (1e9 * q()).log10(),
            Space::LogQNm => q().ln(),
            Space::Log1pQNm => q().ln_1p(),
            Space::Log1pQA => (0.1 * q()).ln_1p(),
            Space::ArcsinhQNm => q().asinh(),
            Space::ArcsinhQA => (0.1 * q()).asinh(),
            Space::Qx => q_scale * (0.5 * lab.x.atan2(lab.z)).sin(),
            Space::Qy => q_scale * (0.5 * lab.y.atan2(lab.z)).sin(),
            Space::ScatteringVertical => elevation(sample.oriented(lab)),
            Space::ScatteringHorizontal => bearing(sample.oriented(lab)),
            Space::ExitVertical => elevation(sample.seen(lab)),
            Space::ExitHorizontal => bearing(sample.seen(lab)),
            Space::SampleHorizontal => 0.5 * q_scale * vector().x,
            Space::SampleVertical => 0.5 * q_scale * vector().y,
            Space::SampleBeam => 0.5 * q_scale * vector().z,
            Space::InPlane => 0.5 * q_scale * in_plane(vector()),
            Space::ChiGi => in_plane(vector()).atan2(vector().y),
        }
    }

    /// A label for a plot's axis, without the unit.
    pub(super) const fn long_name(self) -> &'static str {
        match self {
            Space::Q => "Scattering vector q",
            Space::TwoTheta => "Scattering angle 2θ",
            Space::Radius => "Radius r",
            Space::Chi => "Azimuthal angle χ",
            Space::D => "d-spacing",
            Space::DStar2 => "Reciprocal spacing squared d*²",
            Space::Log10QM => "log₁₀(q·m)",
            Space::LogQNm => "ln(q·nm)",
            Space::Log1pQNm => "ln(1 + q·nm)",
            Space::Log1pQA => "ln(1 + q·Å)",
            Space::ArcsinhQNm => "arcsinh(q·nm)",
            Space::ArcsinhQA => "arcsinh(q·Å)",
            Space::Qx => "Horizontal scattering vector q_x",
            Space::Qy => "Vertical scattering vector q_y",
            Space::ScatteringVertical => "Vertical scattering angle",
            Space::ScatteringHorizontal => "Horizontal scattering angle",
            Space::ExitVertical => "Vertical exit angle",
            Space::ExitHorizontal => "Horizontal exit angle",
            Space::SampleHorizontal => "Scattering vector q_x of the sample",
            Space::SampleVertical => "Scattering vector out of plane",
            Space::SampleBeam => "Scattering vector q_z of the sample",
            Space::InPlane => "Scattering vector in plane",
            Space::ChiGi => "Polar angle χ",
        }
    }

    /// True where positions depend on the wavelength.
    pub(super) const fn needs_wavelength(self) -> bool {
        use Space::{
            Chi, ChiGi, ExitHorizontal, ExitVertical, Radius, ScatteringHorizontal, ScatteringVertical, TwoTheta,
        };
        !matches!(
            self,
            TwoTheta | Radius | Chi | ChiGi | ScatteringVertical | ScatteringHorizontal | ExitVertical | ExitHorizontal
        )
    }

    /// True where positions may be negative.
    pub(super) const fn is_signed(self) -> bool {
        use Space::{ArcsinhQA, ArcsinhQNm, D, DStar2, Log1pQA, Log1pQNm, Q, Radius, TwoTheta};
        !matches!(self, Q | TwoTheta | Radius | D | DStar2 | Log1pQNm | Log1pQA | ArcsinhQNm | ArcsinhQA)
    }
}

/// The angle of a direction out of the horizontal plane.
fn elevation(Lab { x, y, z }: Lab) -> f64 {
    y.atan2((z * z + x * x).sqrt())
}

/// The angle of a direction in the horizontal plane, from the beam.
fn bearing(Lab { x, z, .. }: Lab) -> f64 {
    x.atan2(z)
}

/// The component of the scattering vector in the sample's plane, with the sign of its horizontal component.
fn in_plane(vector: Lab) -> f64 {
    let length = (vector.z * vector.z + vector.x * vector.x).sqrt();
    if vector.x > 0.0 { length } else { -length }
}
