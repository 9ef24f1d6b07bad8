//! Lists of processors as the system writes them, and the processors that this process may use.

use std::fmt::Write as _;

use rustix::thread::{CpuSet, sched_getaffinity, sched_setaffinity};

/// Reads a list such as `0-3,8`; `None` for anything else, and for numbers beyond [`CpuSet::MAX_CPU`].
pub(super) fn parse_list(text: &str) -> Option<Vec<usize>> {
    let mut cpus = Vec::new();
    for part in text.trim().split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || last >= CpuSet::MAX_CPU {
            return None;
        }
        cpus.extend(first..=last);
    }
    cpus.sort_unstable();
    cpus.dedup();
    Some(cpus)
}

/// Writes ascending numbers as such a list.
#[must_use]
pub fn format_list(cpus: &[usize]) -> String {
    let mut text = String::new();
    for run in cpus.chunk_by(|a, b| a + 1 == *b) {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = match run {
            [one] => write!(text, "{comma}{one}"),
            _ => write!(text, "{comma}{}-{}", run[0], run[run.len() - 1]),
        };
    }
    text
}

/// The processors on which the calling thread may run, ascending; `None` where the system does not tell.
pub(super) fn allowed() -> Option<Vec<usize>> {
    let set = sched_getaffinity(None).ok()?;
    Some((0..CpuSet::MAX_CPU).filter(|cpu| set.is_set(*cpu)).collect())
}

/// Lets the calling thread run on the given processors only; false when the system refuses, and nothing has changed then.
pub(super) fn bind(cpus: &[usize]) -> bool {
    let mut set = CpuSet::new();
    cpus.iter().filter(|cpu| **cpu < CpuSet::MAX_CPU).for_each(|cpu| set.set(*cpu));
    sched_setaffinity(None, &set).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_processors_are_read_and_written() {
        assert_eq!(parse_list("0"), Some(vec![0]));
        assert_eq!(parse_list("8,0-3,10-11\n"), Some(vec![0, 1, 2, 3, 8, 10, 11]));
        assert_eq!(format_list(&[0, 1, 2, 3, 8, 10, 11]), "0-3,8,10-11");
        assert_eq!(format_list(&[]), "");
    }

    #[test]
    fn what_is_no_list_is_none() {
        for text in ["", "3-1", "x", "1,,2", "0-99999999999", "-1", "1-2-3", "18446744073709551616"] {
            assert_eq!(parse_list(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_thread_can_be_bound_to_what_it_is_allowed() {
        let here = allowed().expect("Linux tells");
        std::thread::spawn(move || {
            assert!(bind(&here[..1]));
            assert_eq!(allowed(), Some(here[..1].to_vec()));
            assert!(!bind(&[]), "nowhere to run");
            assert_eq!(allowed(), Some(here[..1].to_vec()));
        })
        .join()
        .unwrap();
    }
}
