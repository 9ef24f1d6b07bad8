//! A value out of a few allowed names, with a message that says which they are and which was probably meant.

use std::ffi::OsStr;
use std::marker::PhantomData;
use std::str::FromStr;

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::ErrorKind;

use aureole_core::suggest::nearest;

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
        let message = format!("{typed}: {}", refusal(self.noun, &typed, &self.names));
        Err(refused(command, arg, &message))
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(self.names.iter().map(PossibleValue::new)))
    }
}

/// Accepts what `T` can be parsed from; `T`'s own message says what is allowed.
#[derive(Clone, Debug)]
pub(crate) struct Named<T>(PhantomData<T>);

/// A parser for the names of `T`.
pub(crate) fn named<T>() -> Named<T> {
    Named(PhantomData)
}

impl<T> TypedValueParser for Named<T>
where
    T: FromStr<Err: std::fmt::Display> + Clone + Send + Sync + 'static,
{
    type Value = T;

    fn parse_ref(&self, command: &clap::Command, arg: Option<&clap::Arg>, value: &OsStr) -> Result<T, clap::Error> {
        value.to_string_lossy().parse().map_err(|error: T::Err| refused(command, arg, &error.to_string()))
    }
}

/// clap's error for an option's value, in our words: `--option <message>`.
fn refused(command: &clap::Command, arg: Option<&clap::Arg>, message: &str) -> clap::Error {
    let option = arg.and_then(clap::Arg::get_long).map_or(String::new(), |long| format!("--{long} "));
    clap::Error::raw(ErrorKind::InvalidValue, format!("{option}{message}\n")).with_cmd(command)
}

/// `not <noun>; use <names> (did you mean <nearest>?)`.
pub(crate) fn refusal(noun: &str, typed: &str, names: &[&str]) -> String {
    let hint = nearest(typed, names.iter().copied()).map_or(String::new(), |name| format!(" (did you mean {name}?)"));
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

#[cfg(test)]
mod tests {
    use super::refusal;

    #[test]
    fn a_slip_of_the_finger_is_recognised() {
        let names = ["no", "bbox", "full"];
        assert_eq!(
            refusal("a splitting", "fulll", &names),
            "not a splitting; use no, bbox or full (did you mean full?)"
        );
        assert_eq!(
            refusal("a splitting", "BBox", &names),
            "not a splitting; use no, bbox or full (did you mean bbox?)"
        );
    }

    #[test]
    fn nothing_is_suggested_for_what_resembles_nothing() {
        assert_eq!(refusal("a layout", "quantum", &["serial", "threads"]), "not a layout; use serial or threads");
    }
}
