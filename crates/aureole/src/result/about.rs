//! What a result says of its run beside what is needed to check it: times, the machine, the reasons of failed frames.

use std::path::Path;

use hdf5_metno::Dataset;
use hdf5_metno::types::VarLenUnicode;

use super::{ResultError, recipes, unlocked};
use crate::hdf5::attributes::text;
use crate::sink::clock::iso8601;

/// What a result says of its run, for people. What it does not say is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// The entry's title.
    pub title: String,
    /// When the run began, in UTC, such as `2026-11-22T09:30:00Z`.
    pub started: String,
    /// When it ended; empty for one that is under way or was broken off.
    pub ended: String,
    /// The parallel layout.
    pub layout: String,
    /// What it ran on.
    pub device: String,
    /// Names of the recipes, in order.
    pub recipes: Vec<String>,
}

impl About {
    /// Reads it, without a lock: the result may be growing.
    ///
    /// # Errors
    /// When the file cannot be opened or has no `/entry`.
    pub fn read(path: &Path) -> Result<About, ResultError> {
        let file = unlocked(path)?;
        let entry = file
            .group("entry")
            .map_err(|_| ResultError::NotAResult { file: path.to_owned(), reason: "there is no /entry".into() })?;
        let word = |name: &str| entry.dataset(name).ok().and_then(|dataset| text(&dataset)).unwrap_or_default();
        let named = entry.attr("recipes").and_then(|names| names.read_1d::<VarLenUnicode>());
        Ok(About {
            title: word("title"),
            started: word("start_time"),
            ended: word("end_time"),
            layout: word("reduction/layout"),
            device: word("reduction/device"),
            recipes: named.map_or_else(|_| recipes(&file), |names| names.iter().map(ToString::to_string).collect()),
        })
    }

    /// Whole seconds from the beginning of the run to its end, where the file says both.
    #[must_use]
    pub fn seconds(&self) -> Option<u64> {
        seconds(&self.ended)?.checked_sub(seconds(&self.started)?)
    }
}

/// A time in nanoseconds since 1970 in UTC, such as `2026-11-22T09:30:00Z`.
#[must_use]
pub fn utc(nanoseconds: u64) -> String {
    iso8601(nanoseconds / 1_000_000_000)
}

/// Why the frames of some rows failed; an empty text where the result does not say.
///
/// # Errors
/// When the file cannot be opened.
pub fn reasons(path: &Path, rows: &[usize]) -> Result<Vec<String>, ResultError> {
    let file = unlocked(path)?;
    let dataset = file.dataset("entry/frames/reason").ok();
    Ok(rows.iter().map(|row| dataset.as_ref().and_then(|dataset| reason(dataset, *row)).unwrap_or_default()).collect())
}

fn reason(dataset: &Dataset, row: usize) -> Option<String> {
    let there = dataset.shape().first().is_some_and(|rows| row < *rows);
    let read = there.then(|| dataset.read_slice_1d::<VarLenUnicode, _>(row..row + 1))?;
    Some(read.ok()?.first()?.to_string())
}

/// Seconds since the beginning of the year 0 of a time as results have it; `None` for another text.
fn seconds(time: &str) -> Option<u64> {
    let number = |from: usize, to: usize| time.get(from..to)?.parse::<u64>().ok();
    let marks = [(4, '-'), (7, '-'), (10, 'T'), (13, ':'), (16, ':'), (19, 'Z')];
    if time.len() != 20 || marks.iter().any(|(at, mark)| time.get(*at..*at + 1) != Some(mark.to_string().as_str())) {
        return None;
    }
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    // Years from March on, so that the leap day is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year.checked_sub(1)?, month + 9) };
    let days = 365 * year + year / 4 - year / 100 + year / 400 + (153 * month + 2) / 5 + day;
    Some(days * 86_400 + number(11, 13)? * 3600 + number(14, 16)? * 60 + number(17, 19)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn between(started: &str, ended: &str) -> Option<u64> {
        About { started: started.into(), ended: ended.into(), ..About::default() }.seconds()
    }

    #[test]
    fn a_run_over_midnight_of_a_leap_day_lasts_as_long_as_it_did() {
        assert_eq!(between("2028-02-28T23:59:58Z", "2028-02-29T00:00:03Z"), Some(5));
        assert_eq!(between("2028-02-29T23:59:58Z", "2028-03-01T00:00:03Z"), Some(5));
        assert_eq!(between("2027-12-31T23:00:00Z", "2028-01-01T01:00:00Z"), Some(7200));
        assert_eq!(between("2026-11-22T09:30:00Z", "2027-11-22T09:30:00Z"), Some(365 * 86_400));
    }

    #[test]
    fn what_is_no_time_or_runs_backwards_has_no_length() {
        for (started, ended) in [
            ("", ""),
            ("2026-11-22T09:30:00Z", ""),
            ("2026-11-22T09:30:00Z", "2026-11-22T09:29:59Z"),
            ("2026-11-22 09:30:00Z", "2026-11-22T09:31:00Z"),
            ("2026-11-22T09:30:00Z", "2026-11-22T09:3é:0Z"),
        ] {
            assert_eq!(between(started, ended), None, "{started} {ended}");
        }
    }
}
