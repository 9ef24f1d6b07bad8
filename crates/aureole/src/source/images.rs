//! Series of image files as a stack: each file is read and decoded when a frame of it is.

use std::path::{Path, PathBuf};

use aureole_codec::ChunkFormat;
use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};

use super::{Origin, Segment, SourceError};
use crate::image::{self, ImageError, ImageFile, Outline};
use crate::input::is_shell_order;

struct ImageSource {
    spec: StackSpec,
    files: Files,
}

enum Files {
    /// One frame in each.
    Single(Vec<PathBuf>),
    /// The number of the first frame behind the file, its name, and what its headers say.
    Several(Vec<(usize, PathBuf, Box<dyn ImageFile>)>),
}

/// Opens files, at least one, as a stack. When the first one has one frame, so must have all others, which are opened as their
/// frames are read; else all headers are read now.
pub(super) fn open(files: Vec<PathBuf>) -> Result<Segment, SourceError> {
    if let Some(missing) = files.iter().find(|file| !file.is_file()) {
        let reason = if missing.is_dir() { "a folder, not a file" } else { "no such file" };
        return Err(ImageError::Read { file: missing.clone(), reason: reason.into() }.into());
    }
    let Some(name) = files.first() else {
        return Err(SourceError::Unsuitable { input: "inputs".into(), reason: "none was given".into() });
    };
    let input = name.display().to_string();
    let unsuitable = |reason: String| SourceError::Unsuitable { input: input.clone(), reason };
    let first = image::open(name)?;
    let Outline { shape, dtype, frames } = first.outline();
    let format = ChunkFormat::new(Vec::new(), dtype.size(), shape.0 * shape.1);
    let format = format.map_err(|error| unsuitable(error.to_string()))?;
    let notices = if is_shell_order(&files) { vec![shell_order(&files)] } else { Vec::new() };
    let origin = |file: &PathBuf, frames| Origin { file: file.clone(), dataset: None, frames };
    let (origins, files) = if frames == 1 {
        (files.iter().map(|file| origin(file, 1)).collect(), Files::Single(files))
    } else {
        let (mut origins, mut opened, mut end) = (Vec::new(), Vec::new(), 0);
        for file in files {
            let images = image::open(&file)?;
            let outline = images.outline();
            check(&file, &outline, (shape, dtype)).map_err(unsuitable)?;
            end += outline.frames;
            origins.push(origin(&file, outline.frames));
            opened.push((end, file, images));
        }
        (origins, Files::Several(opened))
    };
    let frames = origins.iter().map(|origin: &Origin| origin.frames).sum();
    let spec = StackSpec { frames, shape, dtype, format };
    Ok(Segment { source: Box::new(ImageSource { spec, files }), origins, notices })
}

fn shell_order(files: &[PathBuf]) -> String {
    let name = |file: Option<&PathBuf>| file.map(|file| file.display().to_string()).unwrap_or_default();
    let (first, second) = (name(files.first()), name(files.get(1)));
    format!(
        "the files are taken in the order given, {first}, {second}, ..., which is not that of their numbers; a pattern between quotes, \
         such as 'run_*.cbf', is"
    )
}

/// Refuses a file whose images differ from those of the series.
fn check(file: &Path, found: &Outline, wanted: ((usize, usize), aureole_core::dtype::Dtype)) -> Result<(), String> {
    let words = |((rows, columns), dtype)| format!("images of {rows} x {columns} {dtype}");
    if (found.shape, found.dtype) == wanted {
        return Ok(());
    }
    let (has, needed) = (words((found.shape, found.dtype)), words(wanted));
    Err(format!("{} has {has}, but the first file of the series has {needed}", file.display()))
}

impl ImageSource {
    fn fill(&self, frame: usize, out: &mut Vec<u8>) -> Result<(), String> {
        let none = || format!("there is no frame {frame}");
        let named = |file: &Path, reason: String| format!("{}: {reason}", file.display());
        match &self.files {
            Files::Single(files) => {
                let file = files.get(frame).ok_or_else(none)?;
                let images = image::open(file).map_err(|error| error.to_string())?;
                let outline = images.outline();
                if outline.frames != 1 {
                    let reason = format!("it has {} frames, but the first file of the series has one", outline.frames);
                    return Err(named(file, reason));
                }
                check(file, &outline, (self.spec.shape, self.spec.dtype))?;
                images.read(0, out).map_err(|reason| named(file, reason))
            }
            Files::Several(files) => {
                let at = files.partition_point(|(end, ..)| *end <= frame);
                let (_, file, images) = files.get(at).ok_or_else(none)?;
                let start = at.checked_sub(1).map_or(0, |before| files[before].0);
                images.read(frame - start, out).map_err(|reason| named(file, reason))
            }
        }
    }
}

impl Source for ImageSource {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        buf.frame = frame;
        buf.filter_mask = 0;
        buf.error = None;
        buf.unread = None;
        self.fill(frame, &mut buf.bytes)
    }
}
