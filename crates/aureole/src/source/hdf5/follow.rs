//! Stacks in HDF5 files that are still being written: one dataset, or the numbered files of a DECTRIS master.
//!
//! A writer that lets others read (SWMR) is followed by refreshing the dataset; any other file is opened anew for each look,
//! without a lock. Frames are taken in their order, each as soon as its chunk and the bytes of it are in the file, and read by
//! positioned reads past HDF5.

mod member;
mod series;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use aureole_core::pipeline::{ChunkBuf, ENDLESS, Source, StackSpec};

use super::chunked::{self, Chunk, read_at};
use super::frames::Frames;
use super::{Indirect, Origin, SourceError, choose};
use crate::hdf5::open::is_closed;
use crate::hdf5::place::Place;
use crate::hdf5::{Hdf5Error, Reach};
use crate::input;
use crate::source::growing::{Arrived, Growing};
use crate::source::{Stack, numbered_series};
use member::Member;
use series::Series;

/// Between two looks at a file.
const PAUSE: Duration = Duration::from_millis(5);

/// Opens one input as a stack that grows. Its dataset has to be there; of a DECTRIS master, the first of its data files.
///
/// # Errors
/// As of [`open`](crate::source::open); when the dataset's chunks are not single frames, or there are several inputs.
pub fn follow(inputs: &[String], reach: Reach) -> Result<Stack, SourceError> {
    let [one] = inputs else {
        let reason = "a single file can be followed".into();
        return Err(SourceError::Unsuitable { input: inputs.join(", "), reason });
    };
    let (file, path) = input::split(one);
    let root = Place::of_growing(file, is_closed(file).unwrap_or(false), reach)?;
    let from = path.map_or_else(|| Ok(root.clone()), |path| root.find(path))?;
    let (place, series, expected) = match numbered_series(&from).filter(|_| from.dataset().is_none()) {
        Some((group, names)) => {
            let expected = series::expected(&group);
            (group.find(&names[0])?, Some(Series::new(file, &group, reach)), expected)
        }
        None => {
            let mut places = choose(&root, path)?.places;
            (places.swap_remove(0), None, None)
        }
    };
    let frames = Frames::of(&place)?;
    let format = chunked::format(&place, &frames).map_err(|error| match error {
        Indirect::Wrong(error) => error,
        Indirect::Slow(reason) => place.fail(format!("{reason}; only chunks of one frame each can be followed")),
    })?;
    // A dataset that cannot grow was made for all the frames that are meant to come.
    let expected = expected.or_else(|| (series.is_none() && !frames.dataset.is_resizable()).then_some(frames.count));
    let longest = 4 * format.bytes() as u64 + 65_536;
    let spec = StackSpec { frames: expected.unwrap_or(ENDLESS), ..frames.spec(format) };
    let origin = Origin { file: place.file.clone(), dataset: Some(place.path.clone()), frames: spec.frames };
    let member = Member::new(&place, reach)?;
    let tables = RwLock::new(vec![Table::of(&member, 0)]);
    let watch = Mutex::new(Watch { member, series, ended: false });
    Stack::growing(Arc::new(Followed { spec, longest, tables, watch }), origin, Vec::new())
}

/// A stack in files that are being written.
struct Followed {
    spec: StackSpec,
    /// No encoder makes a chunk longer than this.
    longest: u64,
    /// What was found so far, dataset by dataset.
    tables: RwLock<Vec<Table>>,
    watch: Mutex<Watch>,
}

/// The frames of one dataset.
struct Table {
    /// Number in the stack of its first frame.
    first: usize,
    name: String,
    file: Arc<std::fs::File>,
    chunks: Vec<Option<Chunk>>,
}

impl Table {
    fn of(member: &Member, first: usize) -> Table {
        Table { first, name: member.file.display().to_string(), file: Arc::clone(&member.reader), chunks: Vec::new() }
    }
}

/// Who looks for more.
struct Watch {
    /// The dataset that is being written.
    member: Member,
    series: Option<Series>,
    ended: bool,
}

impl Followed {
    /// One look at the files; what cannot be read at the moment is looked at again.
    fn look(&self, watch: &mut Watch) -> Result<(), Hdf5Error> {
        let mut look = watch.member.look(false)?;
        while let Some(series) = watch.series.as_mut().filter(|_| look.new == 0) {
            let Some(next) = series.next()? else { break };
            // The next file is there, so nothing more comes into this one.
            watch.member.look(true)?;
            let first = self.publish(&watch.member);
            watch.member = next;
            self.write(|tables| tables.push(Table::of(&watch.member, first)));
            series.taken();
            look = watch.member.look(false)?;
        }
        let there = self.publish(&watch.member);
        watch.ended = there >= self.spec.frames || (look.closed && watch.series.is_none());
        Ok(())
    }

    /// Makes what a look has found readable; returns the frames of the whole stack.
    fn publish(&self, member: &Member) -> usize {
        self.write(|tables| {
            let Some(table) = tables.last_mut() else { return 0 };
            let known = table.chunks.len();
            table.chunks.extend_from_slice(&member.chunks[known..]);
            table.first + table.chunks.len()
        })
    }

    fn write<T>(&self, change: impl FnOnce(&mut Vec<Table>) -> T) -> T {
        change(&mut self.tables.write().unwrap_or_else(PoisonError::into_inner))
    }

    fn frames(&self) -> usize {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        tables.last().map_or(0, |table| table.first + table.chunks.len()).min(self.spec.frames)
    }

    /// The file and the chunk of a frame, and a name for it.
    fn find(&self, frame: usize) -> Result<(Arc<std::fs::File>, Chunk, String), String> {
        let tables = self.tables.read().unwrap_or_else(PoisonError::into_inner);
        let at = tables.partition_point(|table| table.first <= frame);
        let table = at.checked_sub(1).map(|at| &tables[at]).ok_or_else(|| format!("there is no frame {frame}"))?;
        let name = format!("{}: frame {}", table.name, frame - table.first);
        let chunk = table.chunks.get(frame - table.first).copied().flatten();
        let chunk = chunk.ok_or_else(|| format!("{name} was never written"))?;
        if chunk.size > self.longest {
            return Err(format!("{name} is said to have {} bytes, too many to be true", chunk.size));
        }
        Ok((Arc::clone(&table.file), chunk, name))
    }
}

impl Source for Followed {
    fn spec(&self) -> &StackSpec {
        &self.spec
    }

    fn read(&self, frame: usize, buf: &mut ChunkBuf) -> Result<(), String> {
        let (file, chunk, name) = self.find(frame)?;
        buf.frame = frame;
        buf.filter_mask = chunk.filter_mask;
        buf.error = None;
        buf.unread = None;
        read_at(&file, chunk.address, chunk.size, &mut buf.bytes).map_err(|why| format!("{name} {why}"))
    }
}

impl Growing for Followed {
    fn wait(&self, known: usize, patience: Duration) -> Result<Arrived, String> {
        let end = Instant::now() + patience;
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            // A file in the middle of a change may not be readable for a moment.
            let _ = self.look(&mut watch);
            let arrived = Arrived { frames: self.frames(), ended: watch.ended };
            let left = end.saturating_duration_since(Instant::now());
            if arrived.frames > known || arrived.ended || left.is_zero() {
                return Ok(arrived);
            }
            std::thread::sleep(PAUSE.min(left));
        }
    }
}

/// True when [`follow`] would find its dataset; else why it does not.
///
/// # Errors
/// As of [`follow`].
pub fn is_there(inputs: &[String], reach: Reach) -> Result<(), SourceError> {
    follow(inputs, reach).map(|_| ())
}

/// True where a later try might succeed: nothing is there yet, or not all of it.
#[must_use]
pub fn may_come(error: &SourceError) -> bool {
    match error {
        SourceError::Hdf5(error) => {
            matches!(error, Hdf5Error::Open { .. } | Hdf5Error::Dangling { .. } | Hdf5Error::Missing { .. })
        }
        SourceError::Unsuitable { input, .. } => Path::new(input).exists(),
        _ => false,
    }
}
