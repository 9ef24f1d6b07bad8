//! Several datasets as one stack.

use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use aureole_core::pipeline::{ChunkBuf, Source, StackSpec};

use super::growing::{Growing, Shared};
use super::{Segment, SourceError};

/// Where a part of a stack comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The file that really holds the data, links followed.
    pub file: PathBuf,
    /// The dataset in it; `None` for an image file.
    pub dataset: Option<String>,
    /// Frames it contributes.
    pub frames: usize,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.dataset.as_ref().map_or(Ok(()), |dataset| write!(f, "::{dataset}"))
    }
}

/// The inputs of a run as one stack: frames are numbered through all of them.
pub struct Stack {
    spec: StackSpec,
    parts: Vec<Part>,
    origins: Vec<Origin>,
    notices: Vec<String>,
    growing: Option<Arc<dyn Growing>>,
}

struct Part {
    /// Number of the first frame behind this part.
    end: usize,
    source: Box<dyn Source + Send + Sync>,
}

impl Stack {
    /// Joins segments in order.
    pub(crate) fn join(segments: Vec<Segment>) -> Result<Stack, SourceError> {
        let Some(first) = segments.first() else {
            return Err(SourceError::Unsuitable { input: "inputs".into(), reason: "none was given".into() });
        };
        let mut spec = first.source.spec().clone();
        for segment in &segments {
            agree((&first.origins, &spec), (&segment.origins, segment.source.spec()))?;
        }
        let (mut parts, mut origins, mut notices) = (Vec::new(), Vec::new(), Vec::new());
        spec.frames = 0;
        for segment in segments {
            spec.frames += segment.source.spec().frames;
            parts.push(Part { end: spec.frames, source: segment.source });
            origins.extend(segment.origins);
            notices.extend(segment.notices);
        }
        let mut seen = std::collections::BTreeSet::new();
        notices.retain(|notice| seen.insert(notice.clone()));
        Ok(Stack { spec, parts, origins, notices, growing: None })
    }

    /// The frames of one source, which `name` is said to be where it has to be named.
    ///
    /// # Errors
    /// As of [`open`](super::open); a single source has nothing to disagree with.
    pub fn of(source: Box<dyn Source + Send + Sync>, name: &str) -> Result<Stack, SourceError> {
        let origin = Origin { file: name.into(), dataset: None, frames: source.spec().frames };
        Stack::join(vec![Segment { source, origins: vec![origin], notices: Vec::new() }])
    }

    /// A stack that grows, said to be from `origin`.
    ///
    /// # Errors
    /// As of [`Stack::of`].
    pub fn growing(source: Arc<dyn Growing>, origin: Origin, notices: Vec<String>) -> Result<Stack, SourceError> {
        let shared = Box::new(Shared(Arc::clone(&source)));
        let stack = Stack::join(vec![Segment { source: shared, origins: vec![origin], notices }])?;
        Ok(Stack { growing: Some(source), ..stack })
    }

    /// How it grows, where it does.
    #[must_use]
    pub fn grows(&self) -> Option<&dyn Growing> {
        self.growing.as_deref()
    }

    /// The same for those who keep it.
    #[must_use]
    pub fn growing_source(&self) -> Option<Arc<dyn Growing>> {
        self.growing.clone()
    }

    /// The datasets that the stack is made of, in order.
    #[must_use]
    pub fn origins(&self) -> &[Origin] {
        &self.origins
    }

    /// The part that holds a frame, and the frame's number in it.
    fn part(&self, frame: usize) -> Result<(&dyn Source, usize), String> {
        let at = self.parts.partition_point(|part| part.end <= frame);
        let part = self.parts.get(at).ok_or_else(|| format!("there is no frame {frame}"))?;
        let start = at.checked_sub(1).map_or(0, |before| self.parts[before].end);
        Ok((&*part.source, frame - start))
    }

    /// What the user should be told: slow paths taken, files open elsewhere.
    #[must_use]
    pub fn notices(&self) -> &[String] {
        &self.notices
    }
}

impl std::fmt::Debug for Stack {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stack").field("spec", &self.spec).field("origins", &self.origins).finish_non_exhaustive()
    }
}

impl Source for Stack {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let (source, own) = self.part(frame)?;
        let result = source.read(own, buf);
        buf.frame = frame;
        result
    }

    fn open(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let (source, own) = self.part(frame)?;
        let result = source.open(own, buf);
        buf.frame = frame;
        result
    }

    fn will_need(&self, frames: Range<usize>) {
        let mut start = 0;
        for part in &self.parts {
            let (from, to) = (frames.start.max(start), frames.end.min(part.end));
            if from < to {
                part.source.will_need(from - start..to - start);
            }
            start = part.end;
        }
    }
}

fn agree((first, a): (&[Origin], &StackSpec), (second, b): (&[Origin], &StackSpec)) -> Result<(), SourceError> {
    let name = |origins: &[Origin]| origins.first().map(ToString::to_string).unwrap_or_default();
    let differ = |first_has: String, second_has: String| {
        let (first, second) = (name(first), name(second));
        Err(SourceError::Mismatch { first, first_has, second, second_has })
    };
    if a.shape != b.shape {
        let words = |shape: (usize, usize)| format!("frames of {} x {}", shape.0, shape.1);
        return differ(words(a.shape), words(b.shape));
    }
    if a.dtype != b.dtype {
        return differ(a.dtype.to_string(), b.dtype.to_string());
    }
    if a.format != b.format {
        let words = |spec: &StackSpec| format!("chunks stored as {} ({:?})", spec.format, spec.format.filters());
        return differ(words(a), words(b));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use aureole_core::dtype::Dtype;

    use super::super::MemorySource;
    use super::*;

    /// What is announced: the name of the part, and its frames.
    type Heard = Arc<Mutex<Vec<(&'static str, Range<usize>)>>>;

    /// Keeps the frames that are announced.
    struct Listener(MemorySource, &'static str, Heard);

    impl Source for Listener {
        fn spec(&self) -> &StackSpec {
            self.0.spec()
        }

        fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
            self.0.read(frame, buf)
        }

        fn will_need(&self, frames: Range<usize>) {
            self.2.lock().unwrap().push((self.1, frames));
        }
    }

    #[test]
    fn announced_frames_reach_the_parts_that_have_them() {
        let heard = Heard::default();
        let part = |name, frames| {
            let stack = MemorySource::new((1, 1), Dtype::U8, vec![vec![0]; frames]).unwrap();
            let origin = Origin { file: PathBuf::from(name), dataset: None, frames };
            let source = Box::new(Listener(stack, name, Arc::clone(&heard)));
            Segment { source, origins: vec![origin], notices: Vec::new() }
        };
        let stack = Stack::join(vec![part("a", 3), part("b", 0), part("c", 4)]).unwrap();
        let announced = |frames| {
            stack.will_need(frames);
            std::mem::take(&mut *heard.lock().unwrap())
        };
        assert_eq!(announced(1..5), [("a", 1..3), ("c", 0..2)]);
        assert_eq!(announced(3..4), [("c", 0..1)]);
        assert_eq!(announced(6..99), [("c", 3..4)]);
        assert_eq!(announced(7..9), []);
    }
}
