//! How far curves are moved apart: `auto`, or a number.

/// A step as typed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Offset {
    /// As is good to look at.
    Auto,
    /// So much.
    By(f64),
}

/// Reads a step: `auto` or a positive number.
pub(crate) fn offset(text: &str) -> Result<Offset, String> {
    if text == "auto" {
        return Ok(Offset::Auto);
    }
    match text.parse::<f64>() {
        Ok(step) if step.is_finite() && step > 0.0 => Ok(Offset::By(step)),
        _ => Err(format!("{text} is no step; give a number above 0, or auto")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_number_above_zero() {
        assert_eq!((offset("auto"), offset("2.5")), (Ok(Offset::Auto), Ok(Offset::By(2.5))));
        for wrong in ["", "0", "-1", "inf", "nan", "automatic"] {
            assert!(offset(wrong).is_err(), "{wrong}");
        }
    }
}
