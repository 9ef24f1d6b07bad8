//! A result that is shown: what the last look at its file has found, which frames are done, and the pyramids of its recipes.

mod frames;
mod keeper;

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use aureole::result::{Look, RecipeLook, ResultError};

use crate::lines::{Lines, RecipeLines};
use crate::pyramid::{BUDGET, Pyramid};
use crate::tile::{Asked, Stack, Tile, extremes};

pub use frames::{Frames, News};

/// Cells that are made between two looks for something else to do.
const BLOCK: usize = 16;

/// A result that is shown.
pub struct View {
    path: PathBuf,
    found: RwLock<Found>,
    /// One for each recipe; those that nobody asked for are empty.
    pyramids: RwLock<Vec<Kept>>,
    /// Held by who uses HDF5: files must be closed before the next look.
    library: Mutex<()>,
}

/// What looks have found.
struct Found {
    /// The last good look.
    look: Arc<Look>,
    /// Counts the files that had the name.
    generation: u32,
    frames: Frames,
    /// What is wrong with the file at the moment.
    trouble: Option<String>,
}

struct Kept {
    pyramid: Pyramid,
    asked: bool,
}

/// How far the pyramids are: cells made, and cells in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Made {
    /// Frames in cells that are made.
    pub covered: u64,
    /// Frames that are done.
    pub done: u64,
}

impl View {
    /// Opens a result, and keeps an eye on it until the view is dropped.
    ///
    /// # Errors
    /// When it cannot be read, or is none.
    pub fn open(path: &Path) -> Result<Arc<View>, ResultError> {
        let look = Look::at(path)?;
        let pyramids = pyramids(&look);
        let mut frames = Frames::default();
        frames.update(&look, true).map_err(|reason| ResultError::Unreadable { file: path.to_owned(), reason })?;
        let found = Found { look: Arc::new(look), generation: 0, frames, trouble: None };
        let view = Arc::new(View {
            path: path.to_owned(),
            found: RwLock::new(found),
            pyramids: RwLock::new(pyramids),
            library: Mutex::new(()),
        });
        keeper::start(&view);
        Ok(view)
    }

    /// The last look at the file, and the number of the file that it is of.
    #[must_use]
    pub fn look(&self) -> (Arc<Look>, u32) {
        let found = self.found();
        (Arc::clone(&found.look), found.generation)
    }

    /// What has changed since the news of the given number.
    #[must_use]
    pub fn news(&self, since: u64) -> News {
        let found = self.found();
        let mut news = found.frames.news(since, &found.look);
        (news.generation, news.trouble) = (found.generation, found.trouble.clone());
        drop(found);
        let made = self.made();
        (news.covered, news.covering) = (made.covered, made.done);
        news
    }

    /// Looks at what frames are, under a lock.
    pub fn with_frames<T>(&self, then: impl FnOnce(&Frames) -> T) -> T {
        then(&self.found().frames)
    }

    /// A tile of a recipe; `None` where there is none.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn tile(&self, recipe: usize, asked: Asked) -> Result<Option<Tile>, String> {
        let (look, status) = {
            let found = self.found();
            (Arc::clone(&found.look), found.frames.status())
        };
        let Some(described) = look.recipes.get(recipe) else { return Ok(None) };
        let asked_before = self.kept().get(recipe).is_some_and(|kept| kept.asked);
        if !asked_before && let Some(kept) = write(&self.pyramids).get_mut(recipe) {
            kept.asked = true;
            kept.pyramid.make_room(status.len());
        }
        let lines = RecipeLines::of(described);
        let pyramids = self.kept();
        let Some(Kept { pyramid, .. }) = pyramids.get(recipe) else { return Ok(None) };
        let stack = Stack {
            lines: &lines,
            pyramid,
            done: &|frame| status.is_done(frame),
            count: &|frames| status.count(frames),
            frames: status.len(),
        };
        stack.tile(asked)
    }

    /// Why rows failed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn reasons(&self, rows: &[usize]) -> Result<Vec<String>, ResultError> {
        let (look, _) = self.look();
        let _alone = self.library();
        look.reasons(rows)
    }

    fn found(&self) -> RwLockReadGuard<'_, Found> {
        self.found.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn kept(&self) -> RwLockReadGuard<'_, Vec<Kept>> {
        self.pyramids.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn library(&self) -> MutexGuard<'_, ()> {
        self.library.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn made(&self) -> Made {
        let status = self.found().frames.status();
        let kept = self.kept();
        let mut made = Made::default();
        for kept in kept.iter().filter(|kept| kept.asked) {
            made.covered += kept.pyramid.all_covered();
            made.done += u64::from(status.count(0..status.len()));
        }
        made
    }
}

/// Empty pyramids, which share the memory that is for all.
fn pyramids(look: &Look) -> Vec<Kept> {
    let budget = BUDGET / look.recipes.len().max(1);
    let empty = |recipe: &RecipeLook| Pyramid::new(recipe.axis.centres.len(), budget);
    look.recipes.iter().map(|recipe| Kept { pyramid: empty(recipe), asked: false }).collect()
}

fn write<T>(lock: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(PoisonError::into_inner)
}

impl View {
    /// Makes cells whose frames have changed; true when some are left.
    fn make_cells(&self) -> bool {
        let (look, status) = {
            let found = self.found();
            (Arc::clone(&found.look), found.frames.status())
        };
        let mut left = false;
        for (nth, recipe) in look.recipes.iter().enumerate() {
            if !self.kept().get(nth).is_some_and(|kept| kept.asked) {
                continue;
            }
            if let Some(kept) = write(&self.pyramids).get_mut(nth) {
                kept.pyramid.make_room(status.len());
            }
            let (base, stale) = {
                let kept = self.kept();
                let Some(Kept { pyramid, .. }) = kept.get(nth) else { continue };
                let frames = |cell: usize| cell << pyramid.base()..((cell + 1) << pyramid.base()).min(status.len());
                let cells = 0..status.len().div_ceil(1 << pyramid.base());
                let stale = cells.filter(|cell| status.count(frames(*cell)) != pyramid.covered(*cell));
                (pyramid.base(), stale.take(BLOCK * threads()).collect::<Vec<usize>>())
            };
            left |= !stale.is_empty();
            let lines = RecipeLines::of(recipe);
            let share = stale.len().div_ceil(threads()).max(1);
            std::thread::scope(|scope| {
                for cells in stale.chunks(share) {
                    let (lines, status) = (&lines, &status);
                    scope.spawn(move || {
                        let mut buffer = Vec::new();
                        for cell in cells {
                            let frames = *cell << base..((cell + 1) << base).min(status.len());
                            let made = extremes(lines, frames.clone(), &|frame| status.is_done(frame), &mut buffer);
                            // A file that is cut off is told by who asks for tiles; the cell counts as made.
                            let made = made.unwrap_or_else(|_| self.empty(lines.width(), status.count(frames)));
                            if let Some(kept) = write(&self.pyramids).get_mut(nth) {
                                kept.pyramid.put(*cell, &[made]);
                            }
                        }
                    });
                }
            });
        }
        left
    }

    fn empty(&self, width: usize, count: u32) -> (crate::pyramid::Extremes, u32) {
        (crate::pyramid::Extremes::none(width), count)
    }
}

/// Threads that make cells.
fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, |threads| threads.get().min(4))
}

/// The rows of a result that have a frame of a range; for the strip of states.
#[must_use]
pub fn share(rows: usize, parts: usize, nth: usize) -> Range<usize> {
    let at = |nth: usize| (rows as u128 * nth as u128 / parts.max(1) as u128) as usize;
    at(nth)..at(nth + 1)
}
