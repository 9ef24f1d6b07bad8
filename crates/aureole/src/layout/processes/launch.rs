//! How a worker process is started.

use std::ffi::OsString;
use std::io;
use std::num::NonZero;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use super::link::Link;

/// A program that serves as a worker, see [`WorkerEnd`](super::WorkerEnd).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// Its arguments.
    pub arguments: Vec<OsString>,
}

/// How the program that this process runs is started as a worker, where it is not by its own name.
static THIS_PROGRAM: OnceLock<Launch> = OnceLock::new();

impl Launch {
    /// Says how the program that this process runs is started as a worker: a module of an interpreter's, say. Only the first
    /// call counts.
    pub fn is_this_program(self) {
        let _ = THIS_PROGRAM.set(self);
    }

    /// This very program, as `aureole worker`, unless [`Launch::is_this_program`] said otherwise.
    #[must_use]
    pub fn this_program() -> Launch {
        if let Some(launch) = THIS_PROGRAM.get() {
            return launch.clone();
        }
        let program = std::env::current_exe().unwrap_or_else(|_| "/proc/self/exe".into());
        Launch { program, arguments: vec!["worker".into()] }
    }

    /// Starts a worker that makes its plan on so many threads, with one end of a stream as its standard input.
    ///
    /// It is a new program, never a copy of this one, whose threads and locks it would have. It has a process group of its
    /// own, so that Ctrl-C reaches only this process, which then ends it in order; and since nobody else has this end
    /// of the stream, it sees when this process is gone, in whatever way.
    pub(super) fn start(&self, threads: NonZero<usize>) -> io::Result<(Child, Link)> {
        let (here, there) = UnixStream::pair()?;
        let child = Command::new(&self.program)
            .args(&self.arguments)
            .env("RAYON_NUM_THREADS", threads.to_string())
            .stdin(Stdio::from(OwnedFd::from(there)))
            .stdout(Stdio::null())
            .process_group(0)
            .spawn()?;
        Ok((child, Link::new(here)))
    }
}
