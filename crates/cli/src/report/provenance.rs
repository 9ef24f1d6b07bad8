//! What the result was made of, and whether that is still there.

use aureole::result::{FileNow, RecordedSource, SourceNow, file_now, source_now, utc};

use super::Subject;
use super::html::{Html, cut};
use crate::print::{self, thousands};

/// Lines of the table of sources.
const MOST: usize = 200;

pub(super) fn write(page: &mut Html, subject: &Subject) {
    page.section("provenance", "Provenance", |page| {
        files(page, subject);
        sources(page, subject);
        page.element(
            "p",
            "What the files are now was looked up when this page was written. aureole verify integrates frames again.",
        );
    });
}

fn files(page: &mut Html, subject: &Subject) {
    if subject.record.files.is_empty() {
        return page.element("p", "The job names no files but its inputs.");
    }
    let line = |(role, name, digest): &(String, String, String)| {
        let now = match file_now(role, name, digest, subject.data.as_deref()) {
            FileNow::Same => "the same".into(),
            FileNow::Differs(digest) => format!("differs: {digest}"),
            FileNow::Unknown(why) => format!("not known: {why}"),
        };
        vec![role.clone(), cut(name, 400), cut(digest, 80), now]
    };
    let lines: Vec<Vec<String>> = subject.record.files.iter().take(MOST).map(line).collect();
    page.table(&["Used as", "File", "SHA-256 then", "Now"], &lines);
    more(page, subject.record.files.len());
}

fn sources(page: &mut Html, subject: &Subject) {
    let record = &subject.record;
    page.element("h3", "Datasets with frames");
    if record.followed {
        page.element("p", "They were followed while they were written, so their sizes were not kept.");
    }
    let line = |source: &RecordedSource| {
        let (frames, size, date) = source.state.map_or_else(
            || ("–".into(), "–".into(), "–".into()),
            |state| (thousands(state.frames), print::bytes(state.bytes), utc(state.modified)),
        );
        let now = match source_now(source, subject.data.as_deref()) {
            SourceNow::Same => "the same size and date".into(),
            SourceNow::Differs { bytes, modified } => format!("differs: {}, {}", print::bytes(bytes), utc(modified)),
            SourceNow::Unknown(why) => format!("not known: {why}"),
        };
        vec![cut(&source.name, 400), frames, size, date, now]
    };
    let lines: Vec<Vec<String>> = record.sources.iter().take(MOST).map(line).collect();
    page.table(&["Dataset", "Frames", "Size of its file", "Changed", "Now"], &lines);
    more(page, record.sources.len());
}

fn more(page: &mut Html, count: usize) {
    if count > MOST {
        page.element("p", &format!("And {} more.", thousands((count - MOST) as u64)));
    }
}
