//! A worker process from its start to its end.

use std::fs::File;
use std::num::NonZero;
use std::os::fd::AsFd;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ExitStatus};
use std::time::{Duration, Instant};

use super::Launch;
use super::link::{Link, is_end};
use super::memory::Memory;
use super::message::{FromWorker, ToWorker};

/// How long a process that is not needed any more may take to end by itself.
const GRACE: Duration = Duration::from_millis(300);

/// A process that waits for ranges, or is about to.
#[derive(Debug)]
pub(super) struct Process {
    child: Child,
    pub(super) link: Link,
}

/// The open files that a process is handed.
#[derive(Clone, Copy)]
pub(super) struct Files<'a> {
    pub(super) memory: &'a Memory,
    pub(super) beside: Option<&'a File>,
}

/// Why there is no worker.
#[derive(Debug)]
pub(super) enum NotReady {
    /// It says that it cannot run the job, or it cannot be started: it would be so again.
    Refused(String),
    /// It ended, in this way.
    Died(String),
}

impl Process {
    /// Starts a process; it is not ready yet.
    pub(super) fn start(launch: &Launch, threads: NonZero<usize>) -> Result<Process, NotReady> {
        let refused = |error| format!("a worker process cannot be started: {}: {error}", launch.program.display());
        let (child, link) = launch.start(threads).map_err(|error| NotReady::Refused(refused(error)))?;
        Ok(Process { child, link })
    }

    /// Gives the process its order, and waits until it is ready.
    pub(super) fn make_ready(self, order: &ToWorker, files: Files<'_>) -> Result<Process, NotReady> {
        let given = self.link.send_file(files.memory.as_fd()).and_then(|()| self.link.send(order));
        let given = given.and_then(|()| files.beside.map_or(Ok(()), |file| self.link.send_file(file.as_fd())));
        match given.and_then(|()| self.link.receive()) {
            Ok(Some(FromWorker::Ready)) => Ok(self),
            Ok(Some(FromWorker::Refused(reason))) => {
                self.dismiss();
                Err(NotReady::Refused(reason))
            }
            Ok(Some(other)) => Err(NotReady::Died(self.end_for(&format!("said {other:?} before it was ready")))),
            Err(error) if !is_end(&error) => Err(NotReady::Died(self.end_for(&error.to_string()))),
            Ok(None) | Err(_) => Err(NotReady::Died(self.ended())),
        }
    }

    /// Ends a process that is not needed any more.
    pub(super) fn dismiss(self) {
        self.ended();
    }

    /// How a process ended whose stream did: it is gone when this returns.
    pub(super) fn ended(mut self) -> String {
        self.link.close();
        let (start, mut nap) = (Instant::now(), Duration::from_micros(200));
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) => return told(status),
                Ok(None) if start.elapsed() < GRACE => std::thread::sleep(nap),
                Ok(None) | Err(_) => return self.end_for("closed its connection"),
            }
            nap = (2 * nap).min(Duration::from_millis(20));
        }
    }

    /// Kills a process because of what it did.
    pub(super) fn end_for(mut self, what: &str) -> String {
        let _ = self.child.kill();
        let _ = self.child.wait();
        format!("was ended, since it {what}")
    }
}

/// `was killed by signal 9`.
fn told(status: ExitStatus) -> String {
    match (status.signal(), status.code()) {
        (Some(signal), _) => format!("was killed by signal {signal}"),
        (None, Some(code)) => format!("ended with exit code {code}"),
        (None, None) => "ended".into(),
    }
}
