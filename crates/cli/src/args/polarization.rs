//! The polarization of the beam: `F` or `F,DEGREES`.

use super::pair::number;

/// Polarization as typed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Polarization {
    pub(crate) factor: f64,
    /// Degrees by which the axes are turned.
    pub(crate) offset: f64,
}

/// Parses `F` or `F,DEGREES`; whether such a beam exists is settled by the library.
pub(crate) fn polarization(text: &str) -> Result<Polarization, String> {
    let (factor, offset) = text.split_once(',').unwrap_or((text, "0"));
    Ok(Polarization { factor: number(factor)?, offset: number(offset)? })
}

#[cfg(test)]
mod tests {
    use super::{Polarization, polarization};

    #[test]
    fn the_offset_may_be_left_out() {
        assert_eq!(polarization("-0.9"), Ok(Polarization { factor: -0.9, offset: 0.0 }));
        assert_eq!(polarization("0.99,-30"), Ok(Polarization { factor: 0.99, offset: -30.0 }));
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "a", "0.9,", ",3", "0.9,1,2", "nan"] {
            assert!(polarization(text).is_err(), "{text}");
        }
    }
}
