//! One dataset that is being written.

use std::fs::File;
use std::path::PathBuf;
use std::sync::Arc;

use hdf5_metno::Dataset;

use super::super::chunked::Chunk;
use super::super::frames::{Frames, LONGEST_TABLE, position};
use crate::hdf5::open::{self, describe_io};
use crate::hdf5::place::Place;
use crate::hdf5::raw;
use crate::hdf5::{Hdf5Error, Reach};

/// A dataset whose chunks, a frame each, appear one after the other.
pub(super) struct Member {
    pub(super) file: PathBuf,
    path: String,
    reach: Reach,
    /// Open for as long as the writer lets others read (SWMR); a file without that is opened anew for each look, since the
    /// library would go on to show what it has read before.
    live: Option<Dataset>,
    /// The plain file.
    pub(super) reader: Arc<File>,
    /// Chunks found so far, frame by frame; `None` for one that was left out.
    pub(super) chunks: Vec<Option<Chunk>>,
}

/// What a look at a dataset showed.
pub(super) struct Look {
    /// Frames that were not there before.
    pub(super) new: usize,
    /// Its writer has closed the file; never known of files in formats that do not tell.
    pub(super) closed: bool,
}

impl Member {
    /// The dataset at a place, with no chunk looked for yet.
    pub(super) fn new(place: &Place, reach: Reach) -> Result<Member, Hdf5Error> {
        let reader = Arc::new(File::open(&place.file).map_err(|error| place.fail(describe_io(&error)))?);
        let (file, path) = (place.file.clone(), place.path.clone());
        Ok(Member { file, path, reach, live: None, reader, chunks: Vec::new() })
    }

    /// Finds the chunks that have come since the last look, up to the first that has not; in a file that is closed, or that `ended`
    /// otherwise, those behind it, too.
    ///
    /// # Errors
    /// When the file cannot be read now; a file in the middle of a change may be readable a little later.
    pub(super) fn look(&mut self, ended: bool) -> Result<Look, Hdf5Error> {
        // Asked first: what is written between this and the look is found by the next one.
        let closed = open::is_closed(&self.file).unwrap_or(false);
        let dataset = match self.live.take() {
            Some(dataset) => {
                let _ = dataset.refresh();
                dataset
            }
            None => self.open(closed)?,
        };
        let new = self.find(&dataset, closed || ended)?;
        let swmr = !closed && open::lets_read(&self.file).unwrap_or(false);
        self.live = swmr.then_some(dataset);
        Ok(Look { new, closed })
    }

    fn open(&self, closed: bool) -> Result<Dataset, Hdf5Error> {
        let place = Place::of_growing(&self.file, closed, self.reach)?.find(&self.path)?;
        place.dataset().cloned().ok_or_else(|| place.fail("a group, not a dataset"))
    }

    fn find(&mut self, dataset: &Dataset, all: bool) -> Result<usize, Hdf5Error> {
        let fail = |reason: String| Hdf5Error::Object { file: self.file.clone(), path: self.path.clone(), reason };
        let length = self.reader.metadata().map_err(|error| fail(describe_io(&error)))?.len();
        let frames = Frames::of_dataset(dataset, &fail)?;
        let known = self.chunks.len();
        let written = if all { dataset.num_chunks().unwrap_or(0) } else { 0 };
        let mut found = self.chunks.iter().flatten().count();
        for frame in known..frames.count.min(LONGEST_TABLE) {
            let mut offset: Vec<u64> = position(&frames.leading, frame).into_iter().map(|at| at as u64).collect();
            offset.extend([0, 0]);
            let chunk = raw::chunk_at(dataset, &offset).map_err(|error| fail(format!("no chunk found ({error})")))?;
            // Its place may be known before its bytes are there.
            let there =
                chunk.filter(|(address, size, _)| all || address.checked_add(*size).is_some_and(|end| end <= length));
            if there.is_none() && found >= written {
                break;
            }
            found += usize::from(there.is_some());
            self.chunks.push(there.map(|(address, size, filter_mask)| Chunk { address, size, filter_mask }));
        }
        Ok(self.chunks.len() - known)
    }
}
