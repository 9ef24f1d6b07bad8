//! The algorithm and the implementation that a configuration's method names: here both are our own affair, but a name
//! that pyFAI does not have is a mistake (pyFAI takes a method of its own choice then).

use aureole_core::suggest::nearest;
use serde_json::Value;

use super::{JobError, refuse};

const ALGORITHMS: [&str; 4] = ["histogram", "lut", "csr", "csc"];
const IMPLEMENTATIONS: [&str; 3] = ["python", "cython", "opencl"];
/// Other names of the same, and those that stand for any.
const ALIASES: [&str; 7] = ["histo", "numpy", "ocl", "", "*", "any", "all"];

/// Refuses a method such as `["bbox", "csr", "cython"]` whose second or third part is no name that pyFAI knows; names of
/// methods in one text are left to the splitting.
pub(super) fn check(key: &str, value: &Value) -> Result<(), JobError> {
    let (algorithm, implementation) = match value {
        Value::Array(parts) => {
            // Some versions have the dimension in front.
            let parts = if parts.first().is_some_and(Value::is_number) { &parts[1..] } else { parts };
            (parts.get(1), parts.get(2))
        }
        Value::Object(parts) => {
            (parts.get("algo").or(parts.get("algorithm")), parts.get("impl").or(parts.get("implementation")))
        }
        _ => (None, None),
    };
    known(key, "algorithm", algorithm, &ALGORITHMS)?;
    known(key, "implementation", implementation, &IMPLEMENTATIONS)
}

fn known(key: &str, what: &str, value: Option<&Value>, names: &[&str]) -> Result<(), JobError> {
    let Some(value) = value.filter(|value| !value.is_null()) else { return Ok(()) };
    let typed = value.as_str().unwrap_or_default().trim().to_lowercase();
    if value.is_string() && (names.contains(&typed.as_str()) || ALIASES.contains(&typed.as_str())) {
        return Ok(());
    }
    let meant =
        nearest(&typed, names.iter().copied()).map_or_else(String::new, |name| format!(" (did you mean {name}?)"));
    Err(refuse(key, &format!("{value}: not an {what}; pyFAI has {}{meant}", names.join(", "))))
}

#[cfg(test)]
mod tests {
    fn check(text: &str) -> Result<(), String> {
        super::check("method", &serde_json::from_str(text).unwrap()).map_err(|error| error.to_string())
    }

    #[test]
    fn methods_that_pyfai_has_are_taken() {
        for text in [
            r#"["full", "csc", "cython"]"#,
            r#"["bbox", "CSR", "OpenCL"]"#,
            r#"[1, "no", "histogram", "python", null]"#,
            r#"["full", "*", "any"]"#,
            r#"["full", null, null]"#,
            r#"{"dim": 1, "split": "full", "algo": "lut", "impl": "cython"}"#,
            r#""full_csr""#,
        ] {
            assert_eq!(check(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_method_that_does_not_exist_is_refused_with_the_one_meant() {
        let error = check(r#"["full", "histogramm", "cython"]"#).unwrap_err();
        assert!(
            error.contains("\"histogramm\": not an algorithm") && error.contains("did you mean histogram?"),
            "{error}"
        );
        let error = check(r#"{"split": "full", "algo": "csr", "impl": "fortran"}"#).unwrap_err();
        assert!(error.contains("not an implementation; pyFAI has python, cython, opencl"), "{error}");
        assert!(check(r#"["full", 3, "cython"]"#).is_err());
    }
}
