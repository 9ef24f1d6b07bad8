//! Labels of axes and the values at their ticks.

use std::sync::Arc;

use aureole::result::Axis;
use kuva::render::layout::TickFormat;

use super::Scale;

/// `Scattering vector q (nm⁻¹)`.
pub(crate) fn label(axis: &Axis) -> String {
    // What a file calls it may be of any length.
    const LONGEST: usize = 100;
    let cut = |text: &str| text.chars().take(LONGEST).collect::<String>();
    let name = if axis.long_name.is_empty() { "Radial position".into() } else { cut(&axis.long_name) };
    match unit(&cut(&axis.units)) {
        "" => name,
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

/// The intensity or position that is drawn at `value` of a linear axis: the inverse of [`value`].
pub(crate) fn back(scale: Scale, value: f64) -> f64 {
    match scale {
        Scale::Linear => value,
        Scale::Log => 10_f64.powf(value),
        Scale::Sqrt => value * value,
    }
}

/// `10³` for whole decades, the plain value between them.
pub(crate) fn power(decade: f64) -> String {
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

/// How ticks are labelled on an axis of which kuva takes the logarithm: powers of ten, but for numbers that are short as they are.
pub(crate) fn logarithmic() -> TickFormat {
    let label = |value: f64| if (1e-3..1e4).contains(&value) { number(value) } else { power(value.log10()) };
    TickFormat::Custom(Arc::new(label))
}

/// A number of four figures.
pub(crate) fn number(value: f64) -> String {
    figures(value, 4)
}

/// A number of so many figures, without zeros behind the last one that counts.
pub(crate) fn figures(value: f64, count: i32) -> String {
    if value == 0.0 || !value.is_finite() {
        return if value == 0.0 { "0".into() } else { value.to_string() };
    }
    let magnitude = value.abs().log10().floor() as i32;
    if !(-3..6).contains(&magnitude) {
        return format!("{value:.*e}", usize::try_from(count - 2).unwrap_or(0));
    }
    let text = format!("{value:.*}", usize::try_from(count - 1 - magnitude).unwrap_or(0));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A number with as many figures as a tick needs.
pub(crate) fn plain(value: f64) -> String {
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
    fn numbers_of_an_axis_have_four_figures() {
        let shown = [0.0, 1.23456, -20.0, 123_456.0, 1.5e-7, 99_999.96, 1e6, 0.001].map(number);
        assert_eq!(shown, ["0", "1.235", "-20", "123456", "1.50e-7", "100000", "1.00e6", "0.001"]);
        assert_eq!(figures(22.394_657_27, 7), "22.39466");
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
        for scale in [Scale::Linear, Scale::Log, Scale::Sqrt] {
            assert!((back(scale, value(scale, 7.5).unwrap()) - 7.5).abs() < 1e-12);
        }
    }
}
