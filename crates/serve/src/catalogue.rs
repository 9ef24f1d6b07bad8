//! The results that may be shown: one file, or those of a folder. A page names them by number only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aureole::result::Look;

use crate::view::View;

/// Results that are kept open.
const OPEN: usize = 2;

/// Files of a folder that are listed, the latest ones.
const LISTED: usize = 500;

/// Files that are looked into at once.
const LOOKS: usize = 200;

/// Between two looks at a folder.
const PATIENCE: Duration = Duration::from_secs(1);

/// Between two tries to open a file that could not be opened.
const AGAIN: Duration = Duration::from_millis(300);

/// Endings of the names of files that may be results.
const ENDINGS: [&str; 3] = ["h5", "hdf5", "nxs"];

/// The results that may be shown.
pub struct Catalogue {
    place: Place,
    inner: Mutex<Inner>,
}

/// Where they are.
#[derive(Clone, Debug)]
pub enum Place {
    /// One file, which may not be there yet.
    File(PathBuf),
    /// The files of a folder, and of none below it.
    Folder(PathBuf),
}

#[derive(Default)]
struct Inner {
    /// Every file that was ever listed has its number.
    numbers: BTreeMap<PathBuf, u32>,
    listed: Vec<Entry>,
    looked: Option<Instant>,
    /// The latest one last.
    open: Vec<(u32, Arc<View>)>,
    /// Files of the folder that were looked into: size and time then, and whether they are results.
    seen: BTreeMap<PathBuf, (u64, Option<SystemTime>, bool)>,
    /// Why a file could not be opened, and when.
    refused: BTreeMap<u32, (Instant, String)>,
}

/// A file of the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: u32,
    /// Its name, without the folder.
    pub name: String,
    /// Bytes.
    pub bytes: u64,
    /// When it was changed last, in seconds since 1970.
    pub modified: u64,
}

impl Catalogue {
    /// Of a file or a folder.
    #[must_use]
    pub fn new(place: Place) -> Catalogue {
        Catalogue { place, inner: Mutex::new(Inner::default()) }
    }

    /// What it is of, without the folders above.
    #[must_use]
    pub fn name(&self) -> String {
        let (Place::File(path) | Place::Folder(path)) = &self.place;
        let whole = path.canonicalize().unwrap_or_else(|_| path.clone());
        whole.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
    }

    /// True for a folder.
    #[must_use]
    pub fn is_folder(&self) -> bool {
        matches!(self.place, Place::Folder(_))
    }

    /// The files, the latest first.
    #[must_use]
    pub fn list(&self) -> Vec<Entry> {
        let mut inner = self.lock();
        self.look(&mut inner);
        inner.listed.clone()
    }

    /// The result of a number.
    ///
    /// # Errors
    /// `None` for a number that is not listed; a sentence where the file cannot be shown.
    pub fn view(&self, id: u32) -> Result<Arc<View>, Option<String>> {
        let path = {
            let mut inner = self.lock();
            if let Some(at) = inner.open.iter().position(|(open, _)| *open == id) {
                let kept = inner.open.remove(at);
                inner.open.push(kept.clone());
                return Ok(kept.1);
            }
            if let Some((when, why)) = inner.refused.get(&id)
                && when.elapsed() < AGAIN
            {
                return Err(Some(why.clone()));
            }
            self.look(&mut inner);
            if !inner.listed.iter().any(|entry| entry.id == id) {
                return Err(None);
            }
            inner.numbers.iter().find(|(_, number)| **number == id).map(|(path, _)| path.clone()).ok_or(None)?
        };
        if self.is_folder() && !path.symlink_metadata().is_ok_and(|about| about.is_file()) {
            return Err(Some("this is no file any more".into()));
        }
        let opened = View::open(&path);
        let mut inner = self.lock();
        match opened {
            Ok(view) => {
                inner.refused.remove(&id);
                // Another may have opened it meanwhile.
                if let Some((_, other)) = inner.open.iter().find(|(open, _)| *open == id) {
                    return Ok(Arc::clone(other));
                }
                inner.open.push((id, Arc::clone(&view)));
                if inner.open.len() > OPEN {
                    inner.open.remove(0);
                }
                Ok(view)
            }
            Err(error) => {
                let why = self.without_folder(&error.to_string());
                inner.refused.insert(id, (Instant::now(), why.clone()));
                Err(Some(why))
            }
        }
    }

    /// The result of a number, if it is still open.
    #[must_use]
    pub fn kept(&self, id: u32) -> Option<Arc<View>> {
        self.lock().open.iter().find(|(open, _)| *open == id).map(|(_, view)| Arc::clone(view))
    }

    /// A sentence without the folders of this machine, which are not the page's business.
    #[must_use]
    pub fn without_folder(&self, text: &str) -> String {
        let folder = match &self.place {
            Place::File(path) => path.parent().map(Path::to_owned),
            Place::Folder(path) => Some(path.clone()),
        };
        let folder = folder.map(|folder| format!("{}/", folder.display())).filter(|folder| folder != "/");
        folder.map_or_else(|| text.to_owned(), |folder| text.replace(&folder, ""))
    }

    fn look(&self, inner: &mut Inner) {
        if inner.looked.is_some_and(|looked| looked.elapsed() < PATIENCE) {
            return;
        }
        inner.looked = Some(Instant::now());
        let paths = match &self.place {
            Place::File(path) => vec![path.clone()],
            Place::Folder(folder) => inner.results(folder),
        };
        let mut listed: Vec<Entry> = paths.into_iter().filter_map(|path| inner.entry(path)).collect();
        listed.sort_by(|a, b| (b.modified, &a.name).cmp(&(a.modified, &b.name)));
        listed.truncate(LISTED);
        inner.listed = listed;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The results of a folder. What is one stays one; other files are looked into again when they have changed.
    fn results(&mut self, folder: &Path) -> Vec<PathBuf> {
        let (mut found, mut looks) = (Vec::new(), LOOKS);
        for path in candidates(folder) {
            let Ok(about) = path.metadata() else { continue };
            let state = (about.len(), about.modified().ok());
            let known = self.seen.get(&path).filter(|seen| seen.2 || (seen.0, seen.1) == state).map(|seen| seen.2);
            let is_one = known.unwrap_or_else(|| {
                // The rest has its turn with the next look.
                let looked = looks > 0 && Look::is_worth_it(&path);
                if looks > 0 {
                    self.seen.insert(path.clone(), (state.0, state.1, looked));
                }
                looks = looks.saturating_sub(1);
                looked
            });
            found.extend(is_one.then_some(path));
        }
        found
    }

    fn entry(&mut self, path: PathBuf) -> Option<Entry> {
        let name = path.file_name()?.to_string_lossy().into_owned();
        let about = std::fs::metadata(&path).ok();
        let modified = about.as_ref().and_then(|about| about.modified().ok()?.duration_since(UNIX_EPOCH).ok());
        let next = u32::try_from(self.numbers.len()).ok()?;
        let id = *self.numbers.entry(path).or_insert(next);
        let bytes = about.as_ref().map_or(0, std::fs::Metadata::len);
        Some(Entry { id, name, bytes, modified: modified.map_or(0, |time| time.as_secs()) })
    }
}

/// Files of a folder that may be results by their names. Links are left out: what they lead to was not named.
fn candidates(folder: &Path) -> Vec<PathBuf> {
    let Ok(files) = std::fs::read_dir(folder) else { return Vec::new() };
    let files = files.filter_map(Result::ok).filter(|file| file.file_type().is_ok_and(|kind| kind.is_file()));
    let hidden = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
    let ending = |path: &Path| path.extension().is_some_and(|ending| ENDINGS.iter().any(|known| ending == *known));
    files.map(|file| file.path()).filter(|path| ending(path) && !hidden(path)).collect()
}
