//! What two descriptions of a job differ in.

use serde_json::Value;

use crate::job::JobSpec;

/// A key that has another value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Difference {
    /// The key, and of which recipe.
    pub(super) key: String,
    /// Its value in the result, as JSON.
    pub(super) was: String,
    /// Its value now.
    pub(super) now: String,
}

/// The first key in which the jobs differ by what they compute; how the work is spread changes no bit, and `frames` is compared as
/// numbers elsewhere.
pub(super) fn first(was: &JobSpec, now: &JobSpec) -> Option<Difference> {
    let value = |job: &JobSpec| serde_json::to_value(job).unwrap_or(Value::Null);
    let (mut was, mut now) = (value(was), value(now));
    for job in [&mut was, &mut now] {
        if let Some(keys) = job.as_object_mut() {
            keys.remove("execution");
            keys.remove("frames");
        }
    }
    differ("", &was, &now)
}

fn differ(key: &str, was: &Value, now: &Value) -> Option<Difference> {
    let missing = Value::Null;
    match (was, now) {
        (Value::Object(a), Value::Object(b)) => {
            let mut names: Vec<&String> = a.keys().chain(b.keys()).collect();
            names.sort();
            names.dedup();
            names.into_iter().find_map(|name| {
                let inside = if key.is_empty() { name.clone() } else { format!("{key}.{name}") };
                differ(&inside, a.get(name).unwrap_or(&missing), b.get(name).unwrap_or(&missing))
            })
        }
        (Value::Array(a), Value::Array(b)) if key == "recipes" && a.len() == b.len() => {
            a.iter().zip(b).find_map(|(a, b)| {
                let name = a.get("name").and_then(Value::as_str).unwrap_or_default();
                let found = differ("", a, b)?;
                Some(Difference { key: format!("{} of recipe {name}", found.key), ..found })
            })
        }
        _ if was == now => None,
        _ => Some(Difference { key: key.to_owned(), was: shown(key, was), now: shown(key, now) }),
    }
}

/// A value as JSON; of recipes, which are long, only how many there are.
fn shown(key: &str, value: &Value) -> String {
    match value {
        Value::Null => "nothing".into(),
        Value::Array(recipes) if key == "recipes" => format!("{} of them", recipes.len()),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(text: &str) -> JobSpec {
        let recipe = r#"{"geometry": {"file": "a.poni"}, "bins": 5, "unit": "q_nm^-1", "split": "full"}"#;
        let text = text.replace("RECIPE", recipe);
        JobSpec::from_json(&format!(r#"{{"version": 1, {text}}}"#)).unwrap()
    }

    #[test]
    fn the_first_key_that_differs_is_named_with_both_values() {
        let begun = job(r#""inputs": ["a.h5"], "recipes": [RECIPE]"#);
        assert_eq!(first(&begun, &begun), None);
        let other = job(r#""inputs": ["a.h5"], "recipes": [RECIPE], "execution": {"threads": 3, "isa": "scalar"}"#);
        assert_eq!(first(&begun, &other), None, "how it is spread changes no bit");
        for (text, key, was, now) in [
            (r#""inputs": ["b.h5"], "recipes": [RECIPE]"#, "inputs", r#"["a.h5"]"#, r#"["b.h5"]"#),
            (r#""inputs": ["a.h5"], "recipes": [RECIPE], "map": {"slow": 2, "fast": 3}"#, "map", "nothing", "{"),
            (r#""inputs": ["a.h5"], "recipes": [RECIPE, RECIPE]"#, "recipes", "1 of them", "2 of them"),
        ] {
            let found = first(&begun, &job(text)).unwrap();
            assert_eq!((found.key.as_str(), found.was.as_str()), (key, was));
            assert!(found.now.starts_with(now), "{found:?}");
        }
        let mut other = begun.clone();
        other.recipes[0].polarization = Some(0.5);
        let found = first(&begun, &other).unwrap();
        assert_eq!(
            (found.key.as_str(), found.was.as_str(), found.now.as_str()),
            ("polarization of recipe data", "nothing", "0.5")
        );
    }
}
