//! A value out of a few allowed names, with a message that says which they are and which was probably meant.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;

/// Accepts one of `names` and returns it; refuses all else, as in
/// `--split fulll: not a splitting; use no, bbox or full (did you mean full?)`.
#[derive(Clone, Debug)]
pub(crate) struct OneOf {
    noun: &'static str,
    names: Vec<&'static str>,
}

/// A parser for one of `names`; `noun` (with its article) says what a name stands for.
pub(crate) fn one_of(noun: &'static str, names: impl IntoIterator<Item = &'static str>) -> OneOf {
    OneOf { noun, names: names.into_iter().collect() }
}

impl TypedValueParser for OneOf {
    type Value = &'static str;

    fn parse_ref(
        &self,
        command: &clap::Command,
        arg: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<&'static str, clap::Error> {
        let typed = value.to_string_lossy();
        if let Some(name) = self.names.iter().find(|name| **name == typed) {
            return Ok(name);
        }
        let option = arg.and_then(clap::Arg::get_long).map_or(String::new(), |long| format!("--{long} "));
        let message = format!("{option}{typed}: {}\n", refusal(self.noun, &typed, &self.names));
        Err(clap::Error::raw(ErrorKind::InvalidValue, message).with_cmd(command))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names.iter().map(PossibleValue::new)))
    }
}

/// `not <noun>; use <names> (did you mean <nearest>?)`.
pub(crate) fn refusal(noun: &str, typed: &str, names: &[&str]) -> String {
    let hint = nearest(typed, names).map_or(String::new(), |name| format!(" (did you mean {name}?)"));
    format!("not {noun}; use {}{hint}", list(names))
}

/// `a, b or c`.
fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} or {last}", first.join(", ")),
    }
}

/// The name that differs from `typed` in the fewest letters, if it is near enough to have been meant.
fn nearest<'a>(typed: &str, names: &[&'a str]) -> Option<&'a str> {
    let typed = typed.to_lowercase();
    let (distance, name) =
        names.iter().map(|name| (strsim::damerau_levenshtein(&typed, &name.to_lowercase()), *name)).min()?;
    (distance <= 1 + typed.chars().count() / 4).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let names = ["no", "bbox", "full"];
        assert_eq!(refusal("a splitting", "fulll", &names), "not a splitting; use no, bbox or full (did you mean full?)");
        assert_eq!(refusal("a splitting", "BBox", &names), "not a splitting; use no, bbox or full (did you mean bbox?)");
    }

    #[test]
    fn nothing_is_suggested_for_what_resembles_nothing() {
        assert_eq!(refusal("a layout", "quantum", &["serial", "threads"]), "not a layout; use serial or threads");
    }
}
