//! The lines of a PONI file.

use std::collections::BTreeMap;

use super::PoniError;

/// The keys a PONI file may have, as they are written.
pub(super) const KNOWN: [&str; 15] = [
    "poni_version",
    "Detector",
    "Detector_config",
    "PixelSize1",
    "PixelSize2",
    "SplineFile",
    "Distance",
    "Dist",
    "Poni1",
    "Poni2",
    "Rot1",
    "Rot2",
    "Rot3",
    "Wavelength",
    "Parallax",
];

/// One line.
#[derive(Clone, Copy)]
pub(super) struct Entry<'a> {
    /// Its number, from 1.
    pub(super) line: usize,
    /// The key as written in [`KNOWN`].
    pub(super) key: &'static str,
    /// The value, without the white space around it.
    pub(super) value: &'a str,
}

impl Entry<'_> {
    /// The error for a value that is not allowed.
    pub(super) fn refused(&self, allowed: &str) -> PoniError {
        let shown: String = self.value.chars().take(80).collect();
        PoniError::Value { line: self.line, key: self.key.to_owned(), value: shown, allowed: allowed.to_owned() }
    }

    /// The error for something that cannot be done yet.
    pub(super) fn unsupported(&self, what: &'static str) -> PoniError {
        PoniError::Unsupported { line: self.line, key: self.key.to_owned(), what }
    }
}

/// The last line of each key.
pub(super) struct Keys<'a>(BTreeMap<&'static str, Entry<'a>>);

impl<'a> Keys<'a> {
    /// Reads all lines. What has no colon is no entry, and comments are none either.
    pub(super) fn read(text: &'a str) -> Result<Keys<'a>, PoniError> {
        let mut entries = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let Some((typed, value)) = line.split_once(':').filter(|_| !line.trim_start().starts_with('#')) else {
                continue;
            };
            let typed = typed.trim();
            let key = KNOWN
                .into_iter()
                .find(|key| key.eq_ignore_ascii_case(typed))
                .ok_or_else(|| PoniError::UnknownKey { line: number + 1, key: typed.chars().take(80).collect() })?;
            entries.insert(key, Entry { line: number + 1, key, value: value.trim() });
        }
        Ok(Keys(entries))
    }

    /// The entry of a key; a value of `None` (as pyFAI writes what is unset) counts as no entry.
    pub(super) fn get(&self, key: &str) -> Option<Entry<'a>> {
        self.0.get(key).copied().filter(|entry| !entry.value.is_empty() && !entry.value.eq_ignore_ascii_case("none"))
    }

    /// The number that a key gives.
    pub(super) fn number(&self, key: &str) -> Result<Option<f64>, PoniError> {
        let Some(entry) = self.get(key) else {
            return Ok(None);
        };
        match entry.value.parse::<f64>() {
            Ok(number) if number.is_finite() => Ok(Some(number)),
            _ => Err(entry.refused("must be a finite number")),
        }
    }

    /// The number that a key must give.
    pub(super) fn required(&self, key: &'static str) -> Result<f64, PoniError> {
        self.number(key)?.ok_or(PoniError::Missing { key })
    }
}
