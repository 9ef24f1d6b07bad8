//! Whether what a file holds is its own. HDF5 can put a link to another file, or bytes of any file, in the place of a dataset; who
//! shows a file to others must not show those with it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use hdf5_metno::dataset::Layout;
use hdf5_metno::{Dataset, File, Group, LocationType};

use crate::hdf5::raw::{self, Link};
use crate::sink::nexus::parts;

/// Groups within groups, and links in all, that a result has at most.
const DEEPEST: usize = 8;
const MOST: usize = 4096;

/// The group that only links to the frames of a map, and the views of a map: nothing in them is read.
const NOT_READ: &str = "measurement";
const VIEWS: [&str; 3] = ["map", "intensity", "errors"];

/// Refuses a file of which a part is in another one; rows in the parts of a result, a folder beside it, are its own.
pub(super) fn check(file: &File, path: &Path) -> Result<(), String> {
    Walk { left: MOST, path, parts: Some(parts::folder(path)), seen: BTreeSet::new() }.root(file)
}

struct Walk<'a> {
    left: usize,
    path: &'a Path,
    /// Where rows may be; a part has none of its own.
    parts: Option<PathBuf>,
    seen: BTreeSet<String>,
}

impl Walk<'_> {
    fn root(&mut self, file: &File) -> Result<(), String> {
        let root = file.group("/").map_err(|_| "its root group cannot be read".to_owned())?;
        self.group(&root, "", 0)
    }

    fn group(&mut self, group: &Group, at: &str, depth: usize) -> Result<(), String> {
        if depth > DEEPEST {
            return Err(format!("{at}: more groups within groups than a result has"));
        }
        let names = group.member_names().map_err(|_| format!("{at}/ cannot be read"))?;
        for name in names.iter().filter(|name| *name != NOT_READ) {
            let here = format!("{at}/{name}");
            self.left = self.left.checked_sub(1).ok_or("more datasets and groups than a result has")?;
            let unreadable = |_| format!("{here} cannot be read");
            match raw::link(group, name).map_err(unreadable)? {
                Some(Link::Hard) => {}
                // Where it leads to within the file is walked there.
                Some(Link::Soft(_)) | None => continue,
                Some(Link::External { file, .. }) => {
                    return Err(format!("{here} is a link to another file ({file}), which is not shown"));
                }
            }
            match group.loc_type_by_name(name).map_err(unreadable)? {
                LocationType::Group => self.group(&group.group(name).map_err(unreadable)?, &here, depth + 1)?,
                LocationType::Dataset => self.dataset(&group.dataset(name).map_err(unreadable)?, &here, name)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn dataset(&mut self, dataset: &Dataset, at: &str, name: &str) -> Result<(), String> {
        let elsewhere = |file: &str| format!("{at} has its values in another file ({file}), which is not shown");
        match dataset.layout() {
            Layout::Contiguous => {
                let external = dataset.create_plist().and_then(|plist| plist.get_external());
                let external = external.map_err(|_| format!("{at} cannot be read"))?;
                external.first().map_or(Ok(()), |external| Err(elsewhere(&external.name)))
            }
            Layout::Virtual if !VIEWS.contains(&name) => {
                let mappings = raw::mappings(dataset).map_err(|_| format!("{at} cannot be read"))?;
                mappings.iter().filter(|mapping| mapping.file != ".").try_for_each(|mapping| {
                    if !self.is_part(&mapping.file) {
                        return Err(elsewhere(&mapping.file));
                    }
                    if self.seen.insert(mapping.file.clone()) { self.part(&mapping.file) } else { Ok(()) }
                })
            }
            _ => Ok(()),
        }
    }

    /// `RESULT.parts/FILE`, relative to the result.
    fn is_part(&self, file: &str) -> bool {
        let folder = self.parts.as_ref().and_then(|parts| parts.file_name());
        let inside = folder.and_then(|folder| Path::new(file).strip_prefix(folder).ok());
        inside.is_some_and(|name| name.components().count() == 1 && name.file_name().is_some())
    }

    /// A part that is there has to be a file with everything in it.
    fn part(&self, file: &str) -> Result<(), String> {
        let path = self.path.with_file_name(file);
        let Ok(about) = path.symlink_metadata() else { return Ok(()) };
        if !about.is_file() {
            return Err(format!("{file} is no file of its own, and is not shown"));
        }
        let Ok(part) = super::look::open(&path) else { return Ok(()) };
        Walk { left: MOST, path: &path, parts: None, seen: BTreeSet::new() }.root(&part)
    }
}
