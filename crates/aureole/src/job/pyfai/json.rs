//! JSON as Python writes it: with `NaN`, `Infinity` and `-Infinity`, which JSON itself has not.

use serde_json::Value;

/// Reads a text; numbers that are not finite become `null`, as what says nothing.
///
/// # Errors
/// When the text is not JSON in any other way.
pub(super) fn read(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text).or_else(|error| serde_json::from_str(&finite(text)).map_err(|_| error))
}

/// The text with `null` for what is not finite; texts between quotes stay as they are.
fn finite(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (nth, part) in quoted(text).into_iter().enumerate() {
        if nth % 2 == 1 {
            out.push_str(part);
        } else {
            let plain = part.replace("-Infinity", "null").replace("Infinity", "null").replace("NaN", "null");
            out.push_str(&plain);
        }
    }
    out
}

/// The parts outside and inside of quotes, by turns; the quotes belong to those inside.
fn quoted(text: &str) -> Vec<&str> {
    let (mut parts, mut start, mut inside, mut escaped) = (Vec::new(), 0, false, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' if !escaped => {
                let end = if inside { at + 1 } else { at };
                parts.push(&text[start..end]);
                (start, inside) = (end, !inside);
            }
            b'\\' if inside && !escaped => {
                escaped = true;
                continue;
            }
            _ => {}
        }
        escaped = false;
    }
    parts.push(&text[start..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_not_finite_say_nothing_and_texts_are_left_alone() {
        let value = read(r#"{"a": [-Infinity, Infinity, NaN], "NaN \" Infinity": "x\\", "b": NaN}"#).unwrap();
        assert_eq!(value, serde_json::json!({"a": [null, null, null], "NaN \" Infinity": "x\\", "b": null}));
        assert!(read("{\"a\": Infinite}").is_err());
        assert!(read("{\"a\": \"Infinity").is_err());
    }
}
