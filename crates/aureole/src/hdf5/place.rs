//! Places in HDF5 files, found link by link, so that what is missing can be named.
//!
//! HDF5 follows links by itself, but its message does not say which file is missing, and a virtual dataset's missing
//! sources read as zeros.

use std::path::{Path, PathBuf};

use hdf5_metno::{Dataset, File, Group, LocationType};

use super::Hdf5Error;
use super::open::{Opened, open, open_growing};
use super::raw::{self, Link};
use super::reach::{Bounds, Reach};

/// Links followed for one path before it is taken for a circle.
const MOST_HOPS: usize = 32;

/// What is at a place.
#[derive(Clone)]
pub(crate) enum Node {
    Group(Group),
    Dataset(Dataset),
}

/// A group or dataset, with the file that really holds it.
#[derive(Clone)]
pub(crate) struct Place {
    /// The file, open.
    pub(crate) handle: File,
    /// Its name.
    pub(crate) file: PathBuf,
    /// The path in it, starting with `/`.
    pub(crate) path: String,
    /// What is there.
    pub(crate) node: Node,
    /// What had to be said when files were opened on the way.
    pub(crate) notices: Vec<String>,
    /// Where its links may lead.
    bounds: Bounds,
}

impl Place {
    /// The root group of a file that was named.
    pub(crate) fn open(file: &Path, reach: Reach) -> Result<Place, Hdf5Error> {
        Place::root_of(file, open(file)?, Bounds::of(file, reach))
    }

    /// The root group of a file that others write; no lock is taken, and nothing said.
    pub(crate) fn of_growing(file: &Path, closed: bool, reach: Reach) -> Result<Place, Hdf5Error> {
        let opened = Opened { file: open_growing(file, closed)?, notice: None };
        Place::root_of(file, opened, Bounds::of(file, reach))
    }

    /// The root group of a file to which something in this one leads, found by [`Place::linked`].
    pub(crate) fn open_linked(&self, file: &Path) -> Result<Place, Hdf5Error> {
        Place::root_of(file, open(file)?, self.bounds.clone())
    }

    /// The file that the link at `path` names; `None` when there is none.
    ///
    /// # Errors
    /// [`Hdf5Error::Outside`] when it lies where links may not lead.
    pub(crate) fn linked(&self, path: &str, name: &str) -> Result<Option<PathBuf>, Hdf5Error> {
        let Some(found) = locate(&self.file, name) else { return Ok(None) };
        if self.bounds.hold(&found) {
            return Ok(Some(found));
        }
        let target = found.canonicalize().unwrap_or(found);
        Err(Hdf5Error::Outside { file: self.file.clone(), path: path.to_owned(), target })
    }

    /// Refuses a dataset whose data are in files of their own that lie where links may not lead.
    ///
    /// # Errors
    /// [`Hdf5Error::Outside`] naming the first of these.
    pub(crate) fn check_storage(&self) -> Result<(), Hdf5Error> {
        let plist = self.dataset().and_then(|dataset| dataset.create_plist().ok());
        let files = plist.and_then(|plist| plist.get_external().ok()).unwrap_or_default();
        // HDF5 seeks them from the folder in which the program runs.
        match files
            .into_iter()
            .map(|file| PathBuf::from(file.name))
            .find(|file| file.exists() && !self.bounds.hold(file))
        {
            None => Ok(()),
            Some(target) => Err(Hdf5Error::Outside { file: self.file.clone(), path: self.path.clone(), target }),
        }
    }

    fn root_of(file: &Path, opened: Opened, bounds: Bounds) -> Result<Place, Hdf5Error> {
        let root = opened.file.group("/").map_err(|error| Hdf5Error::Open {
            file: file.to_owned(),
            reason: format!("its root group cannot be read ({error})"),
        })?;
        let notices = opened.notice.into_iter().collect();
        Ok(Place {
            handle: opened.file,
            file: file.to_owned(),
            path: "/".into(),
            node: Node::Group(root),
            notices,
            bounds,
        })
    }

    /// The group here; `None` for a dataset.
    pub(crate) fn group(&self) -> Option<&Group> {
        match &self.node {
            Node::Group(group) => Some(group),
            Node::Dataset(_) => None,
        }
    }

    /// The dataset here; `None` for a group.
    pub(crate) fn dataset(&self) -> Option<&Dataset> {
        match &self.node {
            Node::Dataset(dataset) => Some(dataset),
            Node::Group(_) => None,
        }
    }

    /// The place at `path`, absolute or from here, through soft and external links.
    pub(crate) fn find(&self, path: &str) -> Result<Place, Hdf5Error> {
        Walk { hops: 0 }.walk(self.clone(), path)
    }

    /// The names in the group here, sorted; none for a dataset.
    pub(crate) fn members(&self) -> Vec<String> {
        let mut names = self.group().and_then(|group| group.member_names().ok()).unwrap_or_default();
        names.sort();
        names
    }

    /// The path of the member `name` of the group here.
    pub(crate) fn join(&self, name: &str) -> String {
        format!("{}/{name}", self.path.trim_end_matches('/'))
    }

    /// What tells this object from every other, however it was reached.
    pub(crate) fn identity(&self) -> String {
        let file = self.file.canonicalize().unwrap_or_else(|_| self.file.clone());
        let token = match &self.node {
            Node::Group(group) => group.loc_info(),
            Node::Dataset(dataset) => dataset.loc_info(),
        };
        match token {
            Ok(info) => format!("{} {:?}", file.display(), info.token),
            Err(_) => format!("{} {}", file.display(), self.path),
        }
    }

    /// An error about the object here.
    pub(crate) fn fail(&self, reason: impl Into<String>) -> Hdf5Error {
        Hdf5Error::Object { file: self.file.clone(), path: self.path.clone(), reason: reason.into() }
    }

    fn root(&self) -> Result<Place, Hdf5Error> {
        let group = self.handle.group("/").map_err(|error| self.fail(format!("no root group ({error})")))?;
        Ok(Place { path: "/".into(), node: Node::Group(group), ..self.clone() })
    }
}

struct Walk {
    hops: usize,
}

impl Walk {
    fn walk(&mut self, from: Place, path: &str) -> Result<Place, Hdf5Error> {
        let mut here = if path.starts_with('/') { from.root()? } else { from };
        for name in path.split('/').filter(|name| !matches!(*name, "" | ".")) {
            here = self.step(&here, name)?;
        }
        Ok(here)
    }

    fn step(&mut self, here: &Place, name: &str) -> Result<Place, Hdf5Error> {
        let Some(group) = here.group() else {
            return Err(here.fail(format!("a dataset, so there is no {name} in it")));
        };
        let link = raw::link(group, name).map_err(|error| here.fail(format!("{name} cannot be read ({error})")))?;
        match link {
            None => Err(missing(here, name)),
            Some(Link::Hard) => child(here, name),
            Some(Link::Soft(target)) => {
                self.hop(here, name)?;
                self.walk(here.clone(), &target).map_err(|error| dangling(here, name, &target, error))
            }
            Some(Link::External { file, path }) => {
                self.hop(here, name)?;
                let found = here.linked(&here.join(name), &file)?.ok_or_else(|| Hdf5Error::Dangling {
                    file: here.file.clone(),
                    path: here.join(name),
                    target: format!("the file {file}"),
                })?;
                let mut root = here.open_linked(&found)?;
                root.notices.splice(0..0, here.notices.iter().cloned());
                let target = format!("{file}::{path}");
                self.walk(root, &path).map_err(|error| dangling(here, name, &target, error))
            }
        }
    }

    fn hop(&mut self, here: &Place, name: &str) -> Result<(), Hdf5Error> {
        self.hops += 1;
        if self.hops > MOST_HOPS {
            return Err(here.fail(format!("the link {name} leads in circles")));
        }
        Ok(())
    }
}

/// The file that a link names, sought as HDF5 does: as it is when absolute, else beside the file with the link, beside
/// the file that a symbolic link stands for, and, when absolute and moved, by its last name beside the file.
fn locate(from: &Path, name: &str) -> Option<PathBuf> {
    let wanted = Path::new(name);
    let real = from.canonicalize().ok();
    let folders = [Some(from), real.as_deref()].into_iter().flatten().filter_map(Path::parent);
    let mut candidates = Vec::new();
    if wanted.is_absolute() {
        candidates.push(wanted.to_owned());
    }
    for folder in folders {
        if wanted.is_relative() {
            candidates.push(folder.join(wanted));
        } else if let Some(last) = wanted.file_name() {
            candidates.push(folder.join(last));
        }
    }
    candidates.into_iter().find(|candidate| candidate.is_file())
}

fn child(here: &Place, name: &str) -> Result<Place, Hdf5Error> {
    let path = here.join(name);
    let fail = |reason: String| Hdf5Error::Object { file: here.file.clone(), path: path.clone(), reason };
    let unreadable = |error: hdf5_metno::Error| fail(format!("cannot be read ({error})"));
    let Some(group) = here.group() else { return Err(here.fail("a dataset, not a group")) };
    let node = match group.loc_type_by_name(name).map_err(unreadable)? {
        LocationType::Group => Node::Group(group.group(name).map_err(unreadable)?),
        LocationType::Dataset => Node::Dataset(group.dataset(name).map_err(unreadable)?),
        _ => return Err(fail("neither a group nor a dataset".into())),
    };
    Ok(Place { path: path.clone(), node, ..here.clone() })
}

/// A missing object at the end of a link is the link's fault; other errors stay as they are.
fn dangling(here: &Place, name: &str, target: &str, error: Hdf5Error) -> Hdf5Error {
    match error {
        Hdf5Error::Missing { .. } => {
            Hdf5Error::Dangling { file: here.file.clone(), path: here.join(name), target: target.into() }
        }
        other => other,
    }
}

fn missing(here: &Place, name: &str) -> Hdf5Error {
    let mut members = here.members();
    let more = if members.len() > 12 { ", ..." } else { "" };
    members.truncate(12);
    let near = if members.is_empty() {
        format!("; {} is empty", here.path)
    } else {
        format!("; {} has {}{more}", here.path, members.join(", "))
    };
    Hdf5Error::Missing { file: here.file.clone(), path: here.join(name), near }
}
