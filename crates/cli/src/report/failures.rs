//! Frames that failed, and why.

use aureole::result::reasons;

use super::Subject;
use super::html::{Html, cut};
use crate::exit::Failure;
use crate::print;

/// Lines of the table.
const MOST: usize = 200;

/// Letters of a reason.
const LONGEST: usize = 300;

pub(super) fn write(page: &mut Html, subject: &Subject) -> Result<(), Failure> {
    let failed: Vec<usize> = subject.frames(2).take(MOST).collect();
    let count = subject.record.count(2);
    let rows: Vec<usize> = failed.iter().map(|frame| frame - subject.record.first_frame).collect();
    let reasons = reasons(&subject.file, &rows)?;
    page.section("failed", "Frames that failed", |page| {
        if count == 0 {
            return page.element("p", "None.");
        }
        if count > MOST {
            let (shown, all) = (print::count(MOST, "frame"), print::count(count, "frame"));
            let rest = "the others are in the result, /entry/frames/status and reason";
            page.element("p", &format!("The first {shown} of {all}; {rest}."));
        }
        let line = |(frame, reason): (&usize, &String)| {
            let reason = if reason.is_empty() { "(the result does not say)".into() } else { cut(reason, LONGEST) };
            vec![frame.to_string(), reason]
        };
        page.table(&["Frame", "Reason"], &failed.iter().zip(&reasons).map(line).collect::<Vec<_>>());
    });
    Ok(())
}
