//! The files that a result was made of, as they are now: only looked at, nothing is integrated.

use std::path::Path;
use std::time::UNIX_EPOCH;

use super::{RecordedSource, SourceState};
use crate::input::split;
use crate::job::{ATTACHED, find_file, sha256};

/// Files that are larger are not read for a digest.
const MOST_BYTES: u64 = 1 << 30;

/// What became of a file whose SHA-256 a result has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileNow {
    /// Its content is that of then.
    Same,
    /// Its content is another one, of this SHA-256.
    Differs(String),
    /// It is not known, for this reason.
    Unknown(String),
}

/// What became of a file with frames: they are too large for digests, so size and date are all that can be said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceNow {
    /// It has the size and the date of then.
    Same,
    /// It has another size (bytes) or date (nanoseconds since 1970).
    Differs {
        /// Bytes now.
        bytes: u64,
        /// The date now.
        modified: u64,
    },
    /// It is not known, for this reason.
    Unknown(String),
}

/// Compares a file named `input` (`FILE` or `FILE::/path`), sought in `folder` where it is not there, with the digest of then.
#[must_use]
pub fn file_now(role: &str, input: &str, digest: &str, folder: Option<&Path>) -> FileNow {
    if input.starts_with(ATTACHED) {
        return FileNow::Unknown("it was an array in memory".into());
    }
    let file = split(input).0;
    let file = folder.map_or(file.to_owned(), |folder| find_file(file, folder));
    match std::fs::metadata(&file) {
        Err(_) => return FileNow::Unknown("it is not there".into()),
        // A device or a pipe might never end.
        Ok(metadata) if !metadata.is_file() => return FileNow::Unknown("it is no file now".into()),
        Ok(metadata) if metadata.len() > MOST_BYTES => return FileNow::Unknown("it is larger than 1 GiB now".into()),
        Ok(_) => {}
    }
    match sha256(role, &file) {
        Ok(now) if now == digest => FileNow::Same,
        Ok(now) => FileNow::Differs(now),
        Err(_) => FileNow::Unknown("it cannot be read".into()),
    }
}

/// Compares size and date of a file with frames with those of then; it is sought in `folder` where it is not there.
#[must_use]
pub fn source_now(source: &RecordedSource, folder: Option<&Path>) -> SourceNow {
    let Some(then) = source.state else {
        return SourceNow::Unknown("the result does not say how large it was".into());
    };
    let file = split(&source.name).0;
    let file = folder.map_or(file.to_owned(), |folder| find_file(file, folder));
    let Ok(metadata) = std::fs::metadata(file) else { return SourceNow::Unknown("it is not there".into()) };
    let modified = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = modified.map_or(0, |time| u64::try_from(time.as_nanos()).unwrap_or(0));
    let now = SourceState { bytes: metadata.len(), modified, ..then };
    if now == then { SourceNow::Same } else { SourceNow::Differs { bytes: now.bytes, modified } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_the_same_another_or_unknown() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("mask.npy");
        std::fs::write(&file, "abc").unwrap();
        let (name, here) = (file.display().to_string(), Some(folder.path()));
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(file_now("mask", &name, abc, None), FileNow::Same);
        assert_eq!(file_now("mask", "/long/gone/mask.npy", abc, here), FileNow::Same);
        assert_eq!(file_now("mask", &format!("{name}::/data"), abc, None), FileNow::Same);
        assert_eq!(file_now("mask", &name, "00", None), FileNow::Differs(abc.into()));
        for unknown in ["/long/gone/mask.npy", "/dev/zero", "/dev", ATTACHED] {
            assert!(matches!(file_now("mask", unknown, abc, None), FileNow::Unknown(_)), "{unknown}");
        }
    }

    #[test]
    fn a_source_of_another_size_or_date_differs() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("scan.h5");
        std::fs::write(&file, "12345").unwrap();
        let modified = std::fs::metadata(&file).unwrap().modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
        let modified = u64::try_from(modified.as_nanos()).unwrap();
        let state = SourceState { frames: 3, bytes: 5, modified };
        let now = |state| {
            let name = format!("{}::/entry/data/data", file.display());
            source_now(&RecordedSource { name, state }, None)
        };
        assert_eq!(now(Some(state)), SourceNow::Same);
        let differs = SourceNow::Differs { bytes: 5, modified };
        assert_eq!(now(Some(SourceState { bytes: 6, ..state })), differs);
        assert_eq!(now(Some(SourceState { modified: 6, ..state })), differs);
        assert!(matches!(now(None), SourceNow::Unknown(_)));
        let gone = RecordedSource { name: "/long/gone.h5".into(), state: Some(state) };
        assert!(matches!(source_now(&gone, None), SourceNow::Unknown(_)));
    }
}
