//! A result that an earlier run has begun, and this one goes on with.

use std::ops::Range;
use std::path::{Path, PathBuf};

use aureole_core::pipeline::SinkError;
use hdf5_metno::Result;

use super::journal::{self, Journal};
use super::{DONE, Description, FAILED, NexusSink, layout, options, refuse_link};
use crate::hdf5::attributes::unicode;
use crate::hdf5::raw;
use crate::result::{Record, ResultError};

/// An existing result, which no other run writes as long as this lives. A change of it that was broken off has been taken back.
pub struct Begun {
    path: PathBuf,
    journal: Journal,
    record: Record,
}

impl Begun {
    /// Opens a result to go on with it.
    ///
    /// # Errors
    /// When it cannot be read, is no result of this program, or another run is writing it.
    pub fn open(path: &Path) -> std::result::Result<Begun, ResultError> {
        let unreadable = |reason: String| ResultError::Unreadable { file: path.to_owned(), reason };
        refuse_link(path).map_err(unreadable)?;
        let file = std::fs::File::options().read(true).write(true).open(path);
        let file = file.map_err(|error| unreadable(error.to_string()))?;
        if !journal::place(path).exists() {
            // Nothing is left beside a file that is none of ours.
            Record::read(path)?;
        }
        let mut journal = Journal::lock(path).map_err(unreadable)?;
        journal.attach(file);
        let undone = journal.take_back().and_then(|_| journal.forget());
        undone.map_err(|error| unreadable(format!("a change that was broken off cannot be taken back ({error})")))?;
        let record = Record::read(path)?;
        Ok(Begun { path: path.to_owned(), journal, record })
    }

    /// What it says of its run.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }

    /// Says how many frames the stack of a run has that followed it while it was written.
    pub fn expect(&mut self, frames: usize) {
        if self.record.followed {
            self.record.planned = self.record.planned.max(frames);
        }
    }

    /// Frames that are to be integrated, in ranges of the stack's numbers: those that are not done, and with `failed` those that
    /// failed, too.
    #[must_use]
    pub fn remaining(&self, failed: bool) -> Vec<Range<usize>> {
        let (first, status) = (self.record.first_frame, &self.record.status);
        let wanted = |row: usize| match status.get(row) {
            Some(&DONE) => false,
            Some(&FAILED) => failed,
            _ => true,
        };
        let mut ranges: Vec<Range<usize>> = Vec::new();
        for frame in (0..self.record.planned).filter(|row| wanted(*row)).map(|row| first + row) {
            match ranges.last_mut().filter(|range| range.end == frame) {
                Some(range) => range.end = frame + 1,
                None => ranges.push(frame..frame + 1),
            }
        }
        ranges
    }

    /// The file ready for the rows that [`Begun::remaining`] gave for the same `failed`; `description` is that of the run that goes on.
    ///
    /// # Errors
    /// When the file cannot be written, or was not made for the description.
    pub fn into_sink(self, description: Description, failed: bool) -> std::result::Result<NexusSink, SinkError> {
        let Begun { path, journal, record } = self;
        let fail = |error: hdf5_metno::Error| SinkError(format!("{} cannot be written ({error})", path.display()));
        let file = options(description.map.is_some()).open_rw(&path).map_err(fail)?;
        let columns = layout::open(&file, &description).map_err(fail)?;
        let mut sink = NexusSink::of(&path, file, description, columns, None, Some(journal));
        sink.end = record.status.iter().rposition(|status| *status != 0).map_or(0, |row| row + 1);
        sink.next = sink.end;
        sink.go_on(&record, failed).map_err(fail)?;
        Ok(sink)
    }
}

impl NexusSink {
    /// Says that the run has not ended after all; frames that failed become those that are not done, where they are to be tried again.
    fn go_on(&mut self, record: &Record, failed: bool) -> Result<()> {
        let again: Vec<usize> =
            (0..record.status.len()).filter(|row| failed && record.status[*row] == FAILED).collect();
        self.change(again.len().saturating_mul(64), |sink| {
            layout::reopen(&sink.file)?;
            again.iter().try_for_each(|row| {
                raw::write_rows(&sink.columns.reason, *row, &[unicode("")])?;
                sink.columns.status.overwrite(*row, &[0])
            })
        })
    }
}

/// Refuses a result whose bins are others than those of the description, to the last bit: they come of its geometry and mask, and of
/// the program that made it.
///
/// # Errors
/// When they differ, or cannot be read.
pub fn check_constants(path: &Path, description: &Description) -> std::result::Result<(), ResultError> {
    let unreadable = |reason: String| ResultError::Unreadable { file: path.to_owned(), reason };
    let file = options(true).open(path).map_err(|error| unreadable(error.to_string()))?;
    for recipe in &description.recipes {
        let radial = [("radial_axis", &recipe.axis.centres), ("radial_axis_edges", &recipe.axis.edges)];
        let azimuthal = recipe.azimuthal.iter();
        let azimuthal =
            azimuthal.flat_map(|axis| [("azimuthal_axis", &axis.centres), ("azimuthal_axis_edges", &axis.edges)]);
        for (name, values) in
            radial.into_iter().chain(azimuthal).chain([("norm", &recipe.norm), ("count", &recipe.count)])
        {
            let place = format!("/entry/{}/{name}", recipe.name);
            let dataset = file.dataset(&place).map_err(|_| unreadable(format!("there is no {place}")))?;
            let there =
                if dataset.size() == values.len() { dataset.read_raw::<f64>().unwrap_or_default() } else { Vec::new() };
            let same = there.len() == values.len() && there.iter().zip(values).all(|(a, b)| a.to_bits() == b.to_bits());
            if !same {
                return Err(unreadable(format!(
                    "{place} has other values than this job; it was not made by this program as it is"
                )));
            }
        }
    }
    Ok(())
}
