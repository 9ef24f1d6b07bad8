//! What `aureole bench --retune` learned of a machine, in a file of its user's: which layout, how many threads and which
//! batch were fastest. Jobs that leave all three open are run so.
//!
//! The file holds one entry a machine, since several may share a home. An entry counts for the same processor, number of
//! cores allowed and version of the program only.

use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::bench::Line;
use crate::hdf5::open::describe_io;
use crate::layout::Layout;
use crate::machine;
use crate::sink::clock;

/// The version of the file that this program reads and writes.
const VERSION: u32 = 1;

/// What makes a machine the same for what was learned.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    /// The processor's name.
    pub processor: String,
    /// Cores that the process may use.
    pub cores: usize,
    /// Version of the program.
    pub aureole: String,
}

impl Machine {
    /// This machine, as this process may use it.
    #[must_use]
    pub fn here() -> Machine {
        Machine {
            processor: machine::processor().unwrap_or_else(|| std::env::consts::ARCH.to_owned()),
            cores: machine::Topology::here().workers(),
            aureole: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

/// What was fastest on a machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tuned {
    /// Where it was measured.
    pub machine: Machine,
    /// The layout, not `auto`.
    pub layout: Layout,
    /// Threads, at least 1.
    pub threads: usize,
    /// Frames that a worker takes at once; the layout's own choice where there is none.
    pub batch: Option<usize>,
    /// Frames a second, the median of the runs.
    pub frames_per_second: f64,
    /// When it was measured, in UTC, such as `2026-11-22T09:30:00Z`.
    pub date: String,
}

/// The whole file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Book {
    version: u32,
    machines: Vec<Tuned>,
}

impl Tuned {
    /// What a line of a measurement on this machine teaches; `None` for a layout that is not known here.
    #[must_use]
    pub fn from_line(line: &Line) -> Option<Tuned> {
        Some(Tuned {
            machine: Machine::here(),
            layout: Layout::from_name(line.layout)?,
            threads: line.threads,
            batch: (!line.own_batch).then_some(line.batch),
            frames_per_second: line.frames_per_second,
            date: clock::now(),
        })
    }

    /// What was learned of a machine, from a file; `None` where there is no file.
    ///
    /// # Errors
    /// When the file cannot be read, is damaged or has nothing for the machine: a sentence that names it and says why.
    pub fn load(file: &Path, machine: &Machine) -> Result<Option<Tuned>, String> {
        let Some(book) = read(file)? else { return Ok(None) };
        let here = |entry: &Tuned| entry.machine == *machine && entry.threads > 0 && entry.layout.in_process();
        match book.machines.into_iter().find(here) {
            Some(entry) => Ok(Some(entry)),
            None => Err(format!("{}: nothing in it was measured on this machine by this version", file.display())),
        }
    }

    /// Keeps this in the file, in place of what it says of the same machine; a damaged file is replaced.
    ///
    /// # Errors
    /// When the file cannot be written: a sentence that names it and says why.
    pub fn save(&self, file: &Path) -> Result<(), String> {
        let mut machines = read(file).ok().flatten().map_or(Vec::new(), |book| book.machines);
        machines.retain(|entry| entry.machine != self.machine);
        machines.push(self.clone());
        let text =
            serde_json::to_string_pretty(&Book { version: VERSION, machines }).map_err(|error| error.to_string())?;
        // Written under a name of its own and renamed: another process reads the old file or the new one, never a part.
        let place = file.with_extension(format!("json.{}", std::process::id()));
        let folder = file.parent().unwrap_or(Path::new("."));
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&place, text + "\n"));
        written.and_then(|()| fs::rename(&place, file)).map_err(|error| {
            let _ = fs::remove_file(&place);
            format!("{}: {}", file.display(), describe_io(&error))
        })
    }
}

/// The file's contents; `None` where there is no file.
fn read(file: &Path) -> Result<Option<Book>, String> {
    let fail = |reason: String| Err(format!("{}: {reason}", file.display()));
    let text = match fs::read_to_string(file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return fail(describe_io(&error)),
    };
    match serde_json::from_str::<Book>(&text) {
        Ok(book) if book.version == VERSION => Ok(Some(book)),
        Ok(book) => fail(format!("it has version {}; this program reads {VERSION}", book.version)),
        Err(error) => fail(format!("it is damaged ({error})")),
    }
}

/// The file of this user: `aureole/tuned.json` in `$XDG_CACHE_HOME`, or else in `~/.cache`; `None` without a home.
#[must_use]
pub fn default_file() -> Option<PathBuf> {
    // A path that is not absolute is to be ignored, says the XDG base directory specification.
    let absolute = |name| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(cache.join("aureole").join("tuned.json"))
}

#[cfg(test)]
mod tests;
