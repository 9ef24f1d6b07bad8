//! Labels of axes and the values at their ticks.

use std::sync::Arc;

use aureole::result::Axis;
use kuva::render::layout::TickFormat;

use super::Scale;

/// `Scattering vector q (nm⁻¹)`.
pub(crate) fn label(axis: &Axis) -> String {
    let name = if axis.long_name.is_empty() { "Radial position" } else { &axis.long_name };
    match unit(&axis.units) {
        "" => name.to_owned(),
        unit if name.contains('(') => format!("{name}, {unit}"),
        unit => format!("{name} ({unit})"),
    }
}

/// The symbol of a NeXus unit; what is not known is shown as it is.
fn unit(nexus: &str) -> &str {
    match nexus {
        "1/nm" => "nm⁻¹",
        "1/angstrom" => "Å⁻¹",
        "degree" => "°",
        "radian" => "rad",
        other => other,
    }
}

/// The intensity's label.
pub(crate) const INTENSITY: &str = "Intensity (counts per pixel)";

/// How ticks are labelled at values that went through [`value`].
pub(crate) fn ticks(scale: Scale) -> TickFormat {
    match scale {
        Scale::Linear => TickFormat::Auto,
        Scale::Log => TickFormat::Custom(Arc::new(power)),
        Scale::Sqrt => TickFormat::Custom(Arc::new(|root| plain(root * root))),
    }
}

/// An intensity as it is drawn on a linear axis; `None` where the scale cannot show it.
pub(crate) fn value(scale: Scale, intensity: f64) -> Option<f64> {
    let drawn = match scale {
        Scale::Linear => intensity,
        Scale::Log if intensity > 0.0 => intensity.log10(),
        Scale::Sqrt if intensity >= 0.0 => intensity.sqrt(),
        _ => return None,
    };
    drawn.is_finite().then_some(drawn)
}

/// `10³` for whole decades, the plain value between them.
fn power(decade: f64) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let whole = decade.round();
    if (decade - whole).abs() > 1e-6 {
        return plain(10_f64.powf(decade));
    }
    let mut text = String::from(if whole < 0.0 { "10⁻" } else { "10" });
    for digit in format!("{:.0}", whole.abs()).chars() {
        text.extend(digit.to_digit(10).map(|digit| DIGITS[digit as usize]));
    }
    text
}

/// A number with as many figures as a tick needs.
fn plain(value: f64) -> String {
    if value != 0.0 && !(1e-3..1e5).contains(&value.abs()) {
        return format!("{value:.1e}");
    }
    let text = format!("{value:.*}", if value.abs() < 10.0 { 2 } else { 0 });
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decades_are_written_as_powers() {
        assert_eq!([3.0, 0.0, -2.0, 12.0].map(power), ["10³", "10⁰", "10⁻²", "10¹²"]);
    }

    #[test]
    fn a_label_names_its_unit() {
        let axis = Axis { centres: vec![], units: "1/angstrom".into(), long_name: "Scattering vector q".into() };
        assert_eq!(label(&axis), "Scattering vector q (Å⁻¹)");
    }

    #[test]
    fn a_logarithm_shows_no_intensity_of_zero() {
        assert_eq!(value(Scale::Log, 0.0), None);
        assert_eq!(value(Scale::Log, 100.0), Some(2.0));
        assert_eq!(value(Scale::Linear, f64::NAN), None);
    }
}
