//! Every unit with its name, what it measures, its scale and its NeXus name.

use super::Space::{self, *};
use super::Unit;

/// Degrees a radian.
const DEGREES: f64 = 180.0 / std::f64::consts::PI;

/// What is known of a unit.
pub(super) struct Row {
    unit: Unit,
    pub(super) name: &'static str,
    pub(super) space: Space,
    pub(super) scale: f64,
    pub(super) nexus: &'static str,
}

const fn row(unit: Unit, name: &'static str, space: Space, scale: f64, nexus: &'static str) -> Row {
    Row { unit, name, space, scale, nexus }
}

/// All units, in the order of the enumeration.
pub(super) const ROWS: [Row; 41] = [
    row(Unit::QNm, "q_nm^-1", Q, 1.0, "1/nm"),
    row(Unit::QA, "q_A^-1", Q, 0.1, "1/angstrom"),
    row(Unit::TthDeg, "2th_deg", TwoTheta, DEGREES, "degree"),
    row(Unit::TthRad, "2th_rad", TwoTheta, 1.0, "radian"),
    row(Unit::RMm, "r_mm", Radius, 1e3, "mm"),
    row(Unit::RM, "r_m", Radius, 1.0, "m"),
    row(Unit::ChiDeg, "chi_deg", Chi, DEGREES, "degree"),
    row(Unit::ChiRad, "chi_rad", Chi, 1.0, "radian"),
    row(Unit::DM, "d_m", D, 1.0, "m"),
    row(Unit::DNm, "d_nm", D, 1e9, "nm"),
    row(Unit::DA, "d_A", D, 1e10, "angstrom"),
    row(Unit::DStar2A, "d*2_A^-2", DStar2, 0.01, "1/angstrom^2"),
    row(Unit::DStar2Nm, "d*2_nm^-2", DStar2, 1.0, "1/nm^2"),
    row(Unit::Log10QM, "log10(q.m)_None", Log10QM, 1.0, ""),
    row(Unit::LogQNm, "log(q.nm)_None", LogQNm, 1.0, ""),
    row(Unit::Log1pQNm, "log(1+q.nm)_None", Log1pQNm, 1.0, ""),
    row(Unit::Log1pQA, "log(1+q.A)_None", Log1pQA, 1.0, ""),
    row(Unit::ArcsinhQNm, "arcsinh(q.nm)_None", ArcsinhQNm, 1.0, ""),
    row(Unit::ArcsinhQA, "arcsinh(q.A)_None", ArcsinhQA, 1.0, ""),
    row(Unit::QxNm, "qx_nm^-1", Qx, 1.0, "1/nm"),
    row(Unit::QyNm, "qy_nm^-1", Qy, 1.0, "1/nm"),
    row(Unit::ScatteringVertRad, "scattering_angle_vert_rad", ScatteringVertical, 1.0, "radian"),
    row(Unit::ScatteringHorzRad, "scattering_angle_horz_rad", ScatteringHorizontal, 1.0, "radian"),
    row(Unit::ExitVertRad, "exit_angle_vert_rad", ExitVertical, 1.0, "radian"),
    row(Unit::ExitHorzRad, "exit_angle_horz_rad", ExitHorizontal, 1.0, "radian"),
    row(Unit::ExitVertDeg, "exit_angle_vert_deg", ExitVertical, DEGREES, "degree"),
    row(Unit::ExitHorzDeg, "exit_angle_horz_deg", ExitHorizontal, DEGREES, "degree"),
    row(Unit::QxgiNm, "qxgi_nm^-1", SampleHorizontal, 1.0, "1/nm"),
    row(Unit::QygiNm, "qygi_nm^-1", SampleVertical, 1.0, "1/nm"),
    row(Unit::QzgiNm, "qzgi_nm^-1", SampleBeam, 1.0, "1/nm"),
    row(Unit::QipNm, "qip_nm^-1", InPlane, 1.0, "1/nm"),
    row(Unit::QoopNm, "qoop_nm^-1", SampleVertical, 1.0, "1/nm"),
    row(Unit::QtotNm, "qtot_nm^-1", Q, 1.0, "1/nm"),
    row(Unit::QxgiA, "qxgi_A^-1", SampleHorizontal, 0.1, "1/angstrom"),
    row(Unit::QygiA, "qygi_A^-1", SampleVertical, 0.1, "1/angstrom"),
    row(Unit::QzgiA, "qzgi_A^-1", SampleBeam, 0.1, "1/angstrom"),
    row(Unit::QipA, "qip_A^-1", InPlane, 0.1, "1/angstrom"),
    row(Unit::QoopA, "qoop_A^-1", SampleVertical, 0.1, "1/angstrom"),
    row(Unit::QtotA, "qtot_A^-1", Q, 0.1, "1/angstrom"),
    row(Unit::ChigiDeg, "chigi_deg", ChiGi, DEGREES, "degree"),
    row(Unit::ChigiRad, "chigi_rad", ChiGi, 1.0, "radian"),
];

/// The units of all rows.
pub(super) const fn units() -> [Unit; ROWS.len()] {
    let mut units = [Unit::QNm; ROWS.len()];
    let mut index = 0;
    while index < units.len() {
        units[index] = ROWS[index].unit;
        index += 1;
    }
    units
}
