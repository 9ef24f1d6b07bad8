//! The data files of a DECTRIS master, which appear one after the other.

use std::path::{Path, PathBuf};

use super::member::Member;
use crate::hdf5::open::is_closed;
use crate::hdf5::place::Place;
use crate::hdf5::{Hdf5Error, Reach};
use crate::source::numbered_series;

/// The numbered links of a master, and how many of them were taken.
pub(super) struct Series {
    master: PathBuf,
    group: String,
    taken: usize,
    reach: Reach,
}

impl Series {
    /// The series in a group of a master whose first file was taken.
    pub(super) fn new(master: &Path, group: &Place, reach: Reach) -> Series {
        Series { master: master.to_owned(), group: group.path.clone(), taken: 1, reach }
    }

    /// The next dataset, if its file is there; the master is read anew, since links may be added to it.
    pub(super) fn next(&self) -> Result<Option<Member>, Hdf5Error> {
        let root = Place::of_growing(&self.master, is_closed(&self.master).unwrap_or(false), self.reach)?;
        let Some((group, names)) = numbered_series(&root.find(&self.group)?) else { return Ok(None) };
        let Some(name) = names.get(self.taken) else { return Ok(None) };
        match group.find(name) {
            Ok(place) => Member::new(&place, self.reach).map(Some),
            Err(Hdf5Error::Dangling { .. } | Hdf5Error::Open { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The next dataset was taken.
    pub(super) fn taken(&mut self) {
        self.taken += 1;
    }
}

/// Frames that a DECTRIS master announces: `nimages` for each of `ntrigger`.
pub(super) fn expected(group: &Place) -> Option<usize> {
    let number = |name: &str| {
        let place = group.find(&format!("/entry/instrument/detector/detectorSpecific/{name}")).ok()?;
        let values: Vec<u64> = place.dataset()?.read_raw().ok()?;
        usize::try_from(*values.first()?).ok()
    };
    number("nimages")?.checked_mul(number("ntrigger").unwrap_or(1)).filter(|frames| *frames > 0)
}
