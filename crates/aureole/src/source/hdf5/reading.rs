//! Positioned reads that try again: a network file system or a disk that stumbles fails a read which succeeds a moment later.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::thread::sleep;
use std::time::Duration;

use rustix::io::Errno;

/// Pauses before the second try and those after it: a second in all, so that a file that is gone does not hold up a run for long.
const PAUSES: [Duration; 3] = [Duration::from_millis(50), Duration::from_millis(200), Duration::from_millis(750)];

/// What may pass by itself: a disk or a file server that did not answer well this once.
const PASSING: [Errno; 10] = [
    Errno::IO,
    Errno::INTR,
    Errno::AGAIN,
    Errno::STALE,
    Errno::TIMEDOUT,
    Errno::REMOTEIO,
    Errno::NETDOWN,
    Errno::NETUNREACH,
    Errno::HOSTUNREACH,
    Errno::CONNRESET,
];

/// Where bytes are read from; a file, except in tests.
pub(super) trait ReadAt {
    /// Fills `out` with the bytes from `at` on.
    fn fill(&self, out: &mut [u8], at: u64) -> io::Result<()>;
}

impl ReadAt for File {
    fn fill(&self, out: &mut [u8], at: u64) -> io::Result<()> {
        self.read_exact_at(out, at)
    }
}

/// Why bytes could not be read, and how often that was tried.
#[derive(Debug)]
pub(super) struct Unreadable {
    pub(super) error: io::Error,
    tries: usize,
}

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.tries {
            1 => write!(f, "{}", self.error),
            tries => write!(f, "{}, tried {tries} times", self.error),
        }
    }
}

/// Fills `out` with the bytes from `at` on, at the fourth try at the latest.
pub(super) fn fill(file: &impl ReadAt, out: &mut [u8], at: u64) -> Result<(), Unreadable> {
    fill_between(file, out, at, sleep)
}

fn fill_between(
    file: &impl ReadAt,
    out: &mut [u8],
    at: u64,
    mut pause: impl FnMut(Duration),
) -> Result<(), Unreadable> {
    let mut tries = 0;
    loop {
        let Err(error) = file.fill(out, at) else { return Ok(()) };
        let next = PAUSES.get(tries).filter(|_| passes(&error));
        tries += 1;
        match next {
            Some(length) => pause(*length),
            None => return Err(Unreadable { error, tries }),
        }
    }
}

fn passes(error: &io::Error) -> bool {
    Errno::from_io_error(error).is_some_and(|errno| PASSING.contains(&errno))
}

#[cfg(test)]
mod tests {
    use std::cell::{Cell, RefCell};

    use super::*;

    /// Fails with an error so many times, and fills with sevens after that; half of what it gives with an error is garbage.
    struct Stumbles {
        with: Errno,
        left: Cell<usize>,
    }

    impl ReadAt for Stumbles {
        fn fill(&self, out: &mut [u8], _: u64) -> io::Result<()> {
            if self.left.get() == 0 {
                out.fill(7);
                return Ok(());
            }
            self.left.set(self.left.get() - 1);
            let half = out.len() / 2;
            out[..half].fill(99);
            Err(self.with.into())
        }
    }

    /// What a read gives, and the pauses it made, in milliseconds.
    fn read(with: Errno, times: usize) -> (Result<Vec<u8>, String>, Vec<u128>) {
        let (pauses, mut out) = (RefCell::new(Vec::new()), vec![0; 4]);
        let file = Stumbles { with, left: Cell::new(times) };
        let done = fill_between(&file, &mut out, 0, |length| pauses.borrow_mut().push(length.as_millis()));
        (done.map(|()| out).map_err(|why| why.to_string()), pauses.into_inner())
    }

    #[test]
    fn a_read_that_stumbles_is_tried_again_after_growing_pauses() {
        for errno in PASSING {
            assert_eq!(read(errno, 0), (Ok(vec![7; 4]), vec![]));
            assert_eq!(read(errno, 2), (Ok(vec![7; 4]), vec![50, 200]), "{errno}");
            assert_eq!(read(errno, 3), (Ok(vec![7; 4]), vec![50, 200, 750]), "{errno}");
        }
    }

    #[test]
    fn a_read_that_fails_again_and_again_says_how_often_it_was_tried() {
        let (said, pauses) = read(Errno::IO, usize::MAX);
        assert_eq!(pauses.len(), PAUSES.len(), "bounded");
        let said = said.unwrap_err();
        assert!(said.contains("Input/output error") && said.contains("tried 4 times"), "{said}");
    }

    #[test]
    fn what_does_not_pass_is_not_tried_again() {
        for errno in [Errno::BADF, Errno::ISDIR, Errno::INVAL, Errno::ACCESS] {
            let (said, pauses) = read(errno, usize::MAX);
            assert!(pauses.is_empty() && !said.unwrap_err().contains("tried"), "{errno}");
        }
        let (file, mut out) = (tempfile::tempfile().unwrap(), [0; 4]);
        let end = fill_between(&file, &mut out, 0, |_| panic!("the end of a file does not pass")).unwrap_err();
        assert_eq!(end.error.kind(), io::ErrorKind::UnexpectedEof);
    }
}
