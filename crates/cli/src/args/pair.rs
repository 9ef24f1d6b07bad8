//! The two limits of a range of an axis: `A,B`, the lower one first.

/// Parses `A,B`, both finite and not the same, in any order.
pub(crate) fn two(text: &str) -> Result<(f64, f64), String> {
    let (first, last) = text.split_once(',').ok_or("a range is two numbers with a comma between them: A,B")?;
    let (first, last) = (number(first)?, number(last)?);
    if first == last { Err(format!("from {first} to {last} there is nothing")) } else { Ok((first, last)) }
}

/// Parses `A,B` with `A < B`, both finite.
pub(crate) fn pair(text: &str) -> Result<(f64, f64), String> {
    let (low, high) = two(text)?;
    if low < high { Ok((low, high)) } else { Err(format!("the lower limit comes first; {low} is not below {high}")) }
}

/// Parses a finite number.
pub(crate) fn number(text: &str) -> Result<f64, String> {
    match text.trim().parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(value),
        _ => Err(format!("{} is not a number", if text.is_empty() { "nothing" } else { text })),
    }
}

#[cfg(test)]
mod tests {
    use super::pair;

    #[test]
    fn two_limits_may_be_negative() {
        assert_eq!(pair("-10,10"), Ok((-10.0, 10.0)));
        assert_eq!(pair("1e-1, 0.5"), Ok((0.1, 0.5)));
    }

    #[test]
    fn limits_out_of_order_or_missing_are_refused() {
        for text in ["", "5", "5,", ",5", "3,2", "2,2", "nan,1", "0,inf", "1,2,3"] {
            assert!(pair(text).is_err(), "{text}");
        }
    }
}
