//! The files that a result was made of: whether they are what they were.

use std::path::Path;

use super::{Report, Request};
use crate::job::{ATTACHED, Prepared, find_file, sha256, source_state};
use crate::result::Record;
use crate::source::Origin;

/// Compares the SHA-256 of every file that the job names.
///
/// # Errors
/// When one is not there, or was an array in memory.
pub(super) fn files(record: &Record, request: &Request, report: &mut Report) -> Result<(), String> {
    for (role, name, digest) in &record.files {
        if name.starts_with(ATTACHED) {
            return Err(format!("its {role} was an array in memory ({name}), which is in no file"));
        }
        let file = crate::input::split(name).0;
        let file = request.data.as_ref().map_or(file.to_owned(), |folder| find_file(file, folder));
        let now = sha256(role, &file)
            .map_err(|error| format!("{error}; --data FOLDER says where its inputs are now, if they were moved"))?;
        if now != *digest {
            let shown = file.display();
            report
                .differences
                .push(format!("{role} {shown}: its SHA-256 is {now}, and was {digest} when the result was made"));
        }
        report.files.push((role.clone(), name.clone()));
    }
    Ok(())
}

/// Compares the stacks by names, frames and types; another size or date is a note.
pub(super) fn sources(record: &Record, request: &Request, prepared: &Prepared, report: &mut Report) {
    let origins: Vec<&Origin> = prepared.origins().collect();
    report.sources = record.sources.iter().map(|source| source.name.clone()).collect();
    let frames_of = prepared.frames_of();
    if !record.frames_of.is_empty() && record.frames_of != frames_of {
        report
            .differences
            .push(format!("a frame is {frames_of}, and was {} when the result was made", record.frames_of));
    }
    if record.followed {
        report.notes.push("the sources were followed while they were written, so their sizes were not kept".into());
        return;
    }
    if origins.len() != record.sources.len() {
        let (was, is) = (record.sources.len(), origins.len());
        report.differences.push(format!("the inputs are {is} datasets, and were {was} when the result was made"));
        return;
    }
    for (source, origin) in record.sources.iter().zip(origins) {
        let (was, is) = (&source.name, origin.to_string());
        let moved = request.data.is_some() && last(was) == last(&is);
        if *was != is && !moved {
            report.differences.push(format!("the source {was} is {is} now"));
        }
        let Some(then) = source.state else {
            report.notes.push(format!("{was}: the result does not say how large it was"));
            continue;
        };
        let now = source_state(origin);
        if then.frames != now.frames {
            report
                .differences
                .push(format!("{was} has {} frames, and had {} when the result was made", now.frames, then.frames));
        }
        if then.bytes != now.bytes {
            report
                .notes
                .push(format!("{was} has {} bytes, and had {} when the result was made", now.bytes, then.bytes));
        } else if then.modified != now.modified {
            report.notes.push(format!("{was} has another date than when the result was made"));
        }
    }
}

/// The last part of a file's name, with the dataset behind it.
fn last(source: &str) -> &str {
    let (file, _) = source.rsplit_once("::").unwrap_or((source, ""));
    let folder = Path::new(file).parent().map_or(0, |parent| parent.as_os_str().len());
    source[folder..].trim_start_matches('/')
}
