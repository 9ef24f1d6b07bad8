//! The thread that keeps an eye on a file: it looks what is new, and makes the pyramids.

use std::os::unix::fs::MetadataExt;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use aureole::result::Look;

use super::{Found, View, pyramids, write};

/// Between two looks at the states of frames.
const PAUSE: Duration = Duration::from_millis(50);

/// Between two looks at the structure of a file that has changed.
const BETWEEN_LOOKS: Duration = Duration::from_millis(500);

/// Between two looks at a file whose run has ended, or at which nobody looks.
const IDLE: Duration = Duration::from_secs(1);

/// What tells that a file has changed.
type State = (u64, u64, u64, i64, i64);

/// Starts the thread, which ends when the view is dropped.
pub(super) fn start(view: &Arc<View>) {
    let weak = Arc::downgrade(view);
    let started = std::thread::Builder::new().name("keeper".into()).spawn(move || keep(&weak));
    if let Err(error) = started {
        write(&view.found).trouble = Some(format!("nobody keeps an eye on it ({error})"));
    }
}

fn keep(view: &Weak<View>) {
    let mut known = view.upgrade().and_then(|view| state(&view));
    let (mut looked, mut polled) = (Instant::now(), Instant::now());
    loop {
        let Some(view) = view.upgrade() else { return };
        let ended = !view.found().look.ended.is_empty();
        if polled.elapsed() >= if ended { IDLE } else { PAUSE } {
            polled = Instant::now();
            poll(&view, &mut known, &mut looked);
        }
        let busy = view.make_cells();
        drop(view);
        if !busy {
            std::thread::sleep(PAUSE);
        }
    }
}

fn state(view: &View) -> Option<State> {
    let about = std::fs::metadata(&view.path).ok()?;
    Some((about.dev(), about.ino(), about.len(), about.mtime(), about.mtime_nsec()))
}

/// Looks what is new, if the file has changed.
fn poll(view: &View, known: &mut Option<State>, looked: &mut Instant) {
    let now = state(view);
    let Some(now) = now else {
        write(&view.found).trouble = Some("the file is not there any more".into());
        *known = None;
        return;
    };
    let (look, full) = {
        let found = view.found();
        (Arc::clone(&found.look), found.frames.is_full())
    };
    let same = known.is_some_and(|known| (known.0, known.1) == (now.0, now.1));
    let changed = *known != Some(now);
    if !changed && (looked.elapsed() < 2 * BETWEEN_LOOKS || !look.ended.is_empty()) {
        return;
    }
    if same && changed {
        let updated = write(&view.found).frames.update(&look, false);
        if let Err(trouble) = updated {
            write(&view.found).trouble = Some(trouble);
        }
    }
    *known = Some(now);
    if !same || full || looked.elapsed() >= BETWEEN_LOOKS {
        *looked = Instant::now();
        renew(view, same);
    }
}

/// Looks at the structure.
fn renew(view: &View, same: bool) {
    let look = {
        let _alone = view.library();
        Look::at(&view.path)
    };
    let look = match look {
        Ok(look) => look,
        // It may be in the middle of a change.
        Err(error) => {
            write(&view.found).trouble = Some(error.to_string());
            return;
        }
    };
    let kept =
        |look: &Look| look.recipes.iter().map(|recipe| (recipe.name.clone(), recipe.intensity.width())).collect();
    let before: Vec<(String, usize)> = kept(&view.found().look);
    let another = !same || before != kept(&look);
    if another {
        *write(&view.pyramids) = pyramids(&look);
    }
    let found = &mut *write(&view.found);
    let Found { frames, trouble, generation, .. } = found;
    *trouble = frames.update(&look, another).err();
    *generation += u32::from(another);
    found.look = Arc::new(look);
}
