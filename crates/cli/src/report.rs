//! A result as a page of HTML: one file that loads nothing, for people. Numbers come from `aureole::result`; here they are written.

mod failures;
mod figures;
mod html;
mod provenance;
mod recipe;
mod settings;
mod summary;

use std::path::{Path, PathBuf};

use aureole::result::{About, Record};

use crate::exit::Failure;
use crate::picture::Scale;
use html::Html;

/// Recipes that have pictures; of further ones there are numbers.
const MOST_DRAWN: usize = 20;

/// What a page is about.
pub(crate) struct Subject {
    /// The result.
    file: PathBuf,
    /// Its run.
    record: Record,
    /// What else it says of it.
    about: About,
    /// Where files are sought that are not where it says.
    data: Option<PathBuf>,
}

impl Subject {
    /// Reads what the result says of its run.
    ///
    /// # Errors
    /// When it is no result, or cannot be read.
    pub(crate) fn read(file: &Path, data: Option<&Path>) -> Result<Subject, Failure> {
        let (record, about) = (Record::read(file)?, About::read(file)?);
        Ok(Subject { file: file.to_owned(), record, about, data: data.map(Path::to_owned) })
    }

    /// The numbers in the stack of the rows with this status.
    fn frames(&self, status: u8) -> impl Iterator<Item = usize> + '_ {
        let with = self.record.status.iter().enumerate().filter(move |(_, of)| **of == status);
        with.map(|(row, _)| self.record.first_frame + row)
    }
}

/// Writes the page.
///
/// # Errors
/// When rows of the result cannot be read.
pub(crate) fn page(subject: &Subject, scale: Scale) -> Result<String, Failure> {
    let name = subject.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let mut page = Html::default();
    page.element("h1", &name);
    summary::write(&mut page, subject);
    for (nth, recipe) in subject.about.recipes.iter().enumerate() {
        let drawn = MOST_DRAWN.min(subject.about.recipes.len());
        recipe::write(&mut page, subject, (nth, recipe), scale, (nth < drawn).then_some(drawn))?;
    }
    failures::write(&mut page, subject)?;
    settings::write(&mut page, subject);
    provenance::write(&mut page, subject);
    Ok(page.into_document(&name))
}
