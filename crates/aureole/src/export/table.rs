//! One table of all frames, separated by commas: a line a bin, the axis first, then a column a frame.

use std::fmt::Write;
use std::path::Path;

use super::{ExportError, Exported, check_new, done, each_row, write_file};
use crate::result::ResultFile;

/// Values that a table may have: all of them are held in memory.
const MOST: usize = 1 << 26;

/// Writes the table; frames that were not integrated have no column.
pub(super) fn write(result: &ResultFile, frames: &[usize], file: &Path, force: bool) -> Result<Exported, ExportError> {
    if result.azimuthal().is_some() {
        let reason = "a table holds patterns, and the result has cakes; npy can hold them".into();
        return Err(ExportError::Unsuitable(reason));
    }
    let (frames, left_out) = done(result, frames);
    let axis = result.axis();
    let values = frames.len().saturating_mul(axis.centres.len());
    if values > MOST {
        let reason = format!("a table of {values} values; it may have {MOST}: choose fewer --frames, or npy");
        return Err(ExportError::Unsuitable(reason));
    }
    check_new([&file.to_owned()], force)?;
    let mut rows = Vec::with_capacity(frames.len());
    each_row(result, &frames, |_, row| {
        rows.push(row.intensity);
        Ok(())
    })?;
    let names: String = frames.iter().map(|frame| format!(",frame {frame}")).collect();
    let mut text = format!("{} ({}){names}\n", axis.long_name.replace(',', " "), axis.units);
    for (bin, x) in axis.centres.iter().enumerate() {
        // A String takes all that is written to it.
        let _ = write!(text, "{x:e}");
        for row in &rows {
            let _ = write!(text, ",{:e}", row[bin]);
        }
        text.push('\n');
    }
    write_file(file, text.as_bytes())?;
    Ok(Exported { files: 1, frames: frames.len(), left_out })
}
