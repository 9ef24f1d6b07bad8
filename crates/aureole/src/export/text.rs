//! A text a frame: `dat`, `xy`, `xye` and `chi`.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use super::{ExportError, Exported, check_new, done, each_row, write_file};
use crate::result::{ResultFile, Row};

/// Kinds of text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Text {
    /// Header lines that begin with `#`, then the axis, the intensity and, where there is one, its error.
    Dat,
    /// The axis and the intensity, nothing else.
    Xy,
    /// The axis, the intensity and its error.
    Xye,
    /// The four header lines of FIT2D (title, labels, number of points), then the axis and the intensity.
    Chi,
}

impl Text {
    /// The kind of that name.
    pub(super) fn from_name(name: &str) -> Option<Text> {
        Some(match name {
            "dat" => Text::Dat,
            "xy" => Text::Xy,
            "xye" => Text::Xye,
            "chi" => Text::Chi,
            _ => return None,
        })
    }

    /// The end of its files' names.
    fn extension(self) -> &'static str {
        match self {
            Text::Dat => "dat",
            Text::Xy => "xy",
            Text::Xye => "xye",
            Text::Chi => "chi",
        }
    }
}

/// Writes a file for each frame that was integrated, into a folder that is made where it is not there.
pub(super) fn write(
    result: &ResultFile,
    kind: Text,
    frames: &[usize],
    folder: &Path,
    force: bool,
) -> Result<Exported, ExportError> {
    if result.azimuthal().is_some() {
        let reason = "a text holds one pattern, and the result has cakes; npy can hold them".into();
        return Err(ExportError::Unsuitable(reason));
    }
    if kind == Text::Xye && !result.has_errors() {
        let reason = "xye needs errors, and the result was made without --error-model; xy, dat and chi do not".into();
        return Err(ExportError::Unsuitable(reason));
    }
    let stem = result.file().file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let name = |frame: usize| folder.join(format!("{stem}_{frame:06}.{}", kind.extension()));
    let (frames, left_out) = done(result, frames);
    let files: Vec<PathBuf> = frames.iter().map(|frame| name(*frame)).collect();
    check_new(&files, force)?;
    let made = std::fs::create_dir_all(folder);
    made.map_err(|error| ExportError::Write { file: folder.to_owned(), reason: error.to_string() })?;
    each_row(result, &frames, |frame, row| write_file(&name(frame), content(result, kind, frame, &row).as_bytes()))?;
    Ok(Exported { files: files.len(), frames: frames.len(), left_out })
}

/// The text of one frame. Numbers have as many digits as tell them from their neighbours.
fn content(result: &ResultFile, kind: Text, frame: usize, row: &Row) -> String {
    let (axis, file) = (result.axis(), result.file().display());
    let label = format!("{} ({})", axis.long_name, axis.units);
    let mut text = match kind {
        Text::Xy | Text::Xye => String::new(),
        Text::Dat => {
            let errors = if row.errors.is_some() { "  sigma" } else { "" };
            format!("# {file}, frame {frame}\n# {label}\n# x  I{errors}\n")
        }
        Text::Chi => format!("{file}, frame {frame}\n{label}\nintensity\n {}\n", axis.centres.len()),
    };
    let errors = row.errors.as_ref().filter(|_| matches!(kind, Text::Dat | Text::Xye));
    for (bin, (x, intensity)) in axis.centres.iter().zip(&row.intensity).enumerate() {
        // A String takes all that is written to it.
        let _ = write!(text, "{x:e} {intensity:e}");
        if let Some(errors) = errors {
            let _ = write!(text, " {:e}", errors[bin]);
        }
        text.push('\n');
    }
    text
}
