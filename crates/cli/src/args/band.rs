//! The range of a second coordinate that a pattern is integrated along: `UNIT:A,B`.

use aureole_core::binning::Band;
use aureole_core::unit::Unit;

use super::pair::two;

/// Parses `UNIT:A,B`; whether the unit fits the pattern's axis is settled by the library.
pub(crate) fn band(text: &str) -> Result<Band, String> {
    let needed = || format!("{text}: UNIT:A,B is needed, such as qoop_nm^-1:0,5");
    let (unit, range) = text.split_once(':').ok_or_else(needed)?;
    let unit = Unit::from_name(unit).map_err(|error| error.to_string())?;
    let range = two(range)?;
    match range {
        (first, last) if last < first && !unit.is_azimuthal() => {
            Err(format!("the lower limit comes first; {first} is not below {last}"))
        }
        _ => Ok(Band { unit, range }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_band_is_a_unit_and_a_range() {
        assert_eq!(band("qoop_nm^-1:-1,5"), Ok(Band { unit: Unit::QoopNm, range: (-1.0, 5.0) }));
        assert_eq!(band("chi_deg:170,-170"), Ok(Band { unit: Unit::ChiDeg, range: (170.0, -170.0) }));
        for text in ["", "qoop_nm^-1", "0,5", "qop_nm^-1:0,5", "qoop_nm^-1:5,0", "qoop_nm^-1:5", "qoop_nm^-1:1,1"] {
            assert!(band(text).is_err(), "{text}");
        }
    }
}
