//! The job as rows that can be read, and as it is.

use serde_json::Value;

use super::Subject;
use super::html::{Html, cut};

/// Letters of a value, of the whole job, and rows of a table.
const LONGEST: usize = 500;
const LONGEST_JOB: usize = 200_000;
const MOST_ROWS: usize = 150;

/// Entries of a list.
const MOST_ENTRIES: usize = 12;

pub(super) fn write(page: &mut Html, subject: &Subject) {
    let job = &subject.record.job;
    page.section("settings", "Settings", |page| {
        match serde_json::from_str::<Value>(job) {
            Ok(mut value) => {
                let recipes = value.as_object_mut().and_then(|job| job.remove("recipes"));
                table(page, "Run", &value);
                for recipe in recipes.as_ref().and_then(Value::as_array).into_iter().flatten().take(MOST_ROWS) {
                    let name = recipe.get("name").and_then(Value::as_str).unwrap_or("without a name");
                    table(page, &format!("Recipe {name}"), recipe);
                }
            }
            Err(_) => page.element("p", "The job in the result is no JSON."),
        }
        page.folded("The job as JSON", &cut(job, LONGEST_JOB));
    });
}

fn table(page: &mut Html, heading: &str, value: &Value) {
    let mut rows = Vec::new();
    collect("", value, &mut rows);
    page.element("h3", &cut(heading, 100));
    let left_out = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    let facts: Vec<(&str, String)> = rows.iter().map(|(name, value)| (name.as_str(), cut(value, LONGEST))).collect();
    page.facts(&facts);
    if left_out > 0 {
        page.element("p", &format!("And {left_out} more, in the JSON below."));
    }
}

/// The values of an object by their names, those of objects in it by both names; what is not set is left out.
fn collect(name: &str, value: &Value, rows: &mut Vec<(String, String)>) {
    match value {
        Value::Null => {}
        Value::Object(object) => {
            for (inner, value) in object {
                let inner = inner.replace('_', " ");
                collect(&if name.is_empty() { inner } else { format!("{name} · {inner}") }, value, rows);
            }
        }
        Value::Array(entries) if entries.is_empty() => {}
        _ => rows.push((name.to_owned(), said(value))),
    }
}

/// A value as text.
fn said(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.into(),
        Value::Array(entries) => {
            let mut said: Vec<String> = entries.iter().take(MOST_ENTRIES).map(said).collect();
            if entries.len() > MOST_ENTRIES {
                said.push(format!("… ({} in all)", entries.len()));
            }
            said.join(", ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_in_objects_become_rows_and_nothing_is_left_out_but_nulls() {
        let job = r#"{"bins": 100, "geometry": {"file": "a.poni"}, "mask": null, "solid_angle": true, "range": [0.5, 3], "images": []}"#;
        let mut rows = Vec::new();
        collect("", &serde_json::from_str(job).unwrap(), &mut rows);
        let rows: Vec<(&str, &str)> = rows.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(rows, [("bins", "100"), ("geometry · file", "a.poni"), ("range", "0.5, 3"), ("solid angle", "yes")]);
        let many = Value::from((0..40).collect::<Vec<i32>>());
        assert!(said(&many).ends_with("11, … (40 in all)"));
    }
}
